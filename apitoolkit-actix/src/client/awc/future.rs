use std::{
    fmt,
    future::Future,
    pin::Pin,
    rc::Rc,
    task::{self, Poll, ready},
    time::Duration,
};

use actix_web::http::Uri;
use awc::{ConnectResponse, error::SendRequestError};
use opentelemetry::Context;
use pin_project_lite::pin_project;

use super::{
    active::Active,
    failure, head, payload,
    redirect::{self, Expecting, Hop},
};
use crate::{client::call::CallRecord, error::ConfigError};

pin_project! {
    /// The future of one observed request.
    ///
    /// Dropped before it is ready, it records that the call was cancelled, or took too long.
    #[must_use = "futures do nothing unless polled"]
    pub struct ObservedClientFuture<F> {
        // Before the watch, which ends after whatever the request still does when it is dropped.
        #[pin]
        inner: Option<F>,
        refused: Option<ConfigError>,
        watch: Option<Watch>,
        expecting: Option<Expecting>,
    }

    impl<F> PinnedDrop for ObservedClientFuture<F> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            if let Some(watch) = this.watch.take() {
                watch.dropped();
            }
        }
    }
}

/// What is needed when the answer comes.
pub(super) struct Watch {
    /// Absent if nothing is recorded.
    pub(super) record: Option<CallRecord>,
    pub(super) active: Option<Rc<Active>>,
    pub(super) uri: Uri,
    pub(super) hop: Hop,
    /// What the call is made in.
    pub(super) parent: Context,
    /// How long the client waits, over all redirects.
    pub(super) timeout: Duration,
}

impl<F> ObservedClientFuture<F> {
    pub(super) fn new(inner: F, watch: Option<Watch>) -> Self {
        Self { inner: Some(inner), refused: None, watch, expecting: None }
    }

    /// The future of a request that is not sent, because an option does not hold.
    pub(super) fn refused(error: ConfigError) -> Self {
        Self { inner: None, refused: Some(error), watch: None, expecting: None }
    }
}

impl<F> Future for ObservedClientFuture<F>
where
    F: Future<Output = Result<ConnectResponse, SendRequestError>>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let Some(inner) = this.inner.as_pin_mut() else {
            return match this.refused.take() {
                Some(error) => Poll::Ready(Err(refusal(error))),
                None => Poll::Pending,
            };
        };
        let answer = ready!(inner.poll(cx));
        Poll::Ready(match this.watch.take() {
            Some(watch) => {
                *this.expecting = watch.expect_next(&answer);
                watch.answered(answer)
            }
            None => answer,
        })
    }
}

/// What `send` gives when an option does not hold: it names the option and the place in it.
pub(super) fn refusal(error: ConfigError) -> SendRequestError {
    SendRequestError::Custom(Box::new(error), Box::new("an option of the observed call"))
}

impl Watch {
    /// Takes note if the answer sends the client on.
    fn expect_next(&self, answer: &Result<ConnectResponse, SendRequestError>) -> Option<Expecting> {
        let Ok(ConnectResponse::Client(response)) = answer else { return None };
        if !redirect::is_redirect(response) {
            return None;
        }
        match &self.active {
            Some(active) => {
                active.redirected();
                None
            }
            None => redirect::expect(response, &self.uri, self.hop, self.parent.clone()),
        }
    }

    fn answered(
        self,
        answer: Result<ConnectResponse, SendRequestError>,
    ) -> Result<ConnectResponse, SendRequestError> {
        match answer {
            Ok(ConnectResponse::Client(response)) => {
                let Some(mut record) = self.record else {
                    return Ok(ConnectResponse::Client(response));
                };
                let status = response.status().as_u16();
                let version = head::version(response.version());
                record.responded(version, status, head::fields(response.headers()));
                Ok(ConnectResponse::Client(payload::observe(response, record)))
            }
            Ok(ConnectResponse::Tunnel(head, framed)) => {
                if let Some(mut record) = self.record {
                    let status = head.status.as_u16();
                    let version = head::version(head.version);
                    record.responded(version, status, head::fields(&head.headers));
                    record.tunnelled();
                }
                Ok(ConnectResponse::Tunnel(head, framed))
            }
            Err(error) => {
                if let Some(record) = self.record {
                    let https = matches!(self.uri.scheme_str(), Some("https" | "wss"));
                    record.failed(failure::word(&error, https), failure::ERROR_TYPE, &error);
                }
                Err(error)
            }
        }
    }

    /// Nobody waits for the answer any more: the client, because it took too long, or the caller.
    fn dropped(self) {
        let Some(record) = self.record else { return };
        let timed_out = match &self.active {
            Some(active) => active.has_timed_out(),
            None => self.hop.since.elapsed() >= self.timeout,
        };
        if timed_out {
            record.timed_out();
        }
    }
}

impl<F> fmt::Debug for ObservedClientFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObservedClientFuture").finish_non_exhaustive()
    }
}
