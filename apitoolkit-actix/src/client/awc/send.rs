use std::{
    fmt,
    future::Future,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, ready},
    time::Instant,
};

use actix_web::http::Uri;
use awc::{SendClientRequest, error::SendRequestError, http::Method};

use super::{active::Active, failure, head::Refused};
use crate::{
    client::call::Place,
    semconv,
    telemetry::{self, Scope, Throttle},
};

/// The future of a call: its output is that of [`SendClientRequest`].
#[must_use = "futures do nothing unless polled"]
pub struct ObservedSend {
    /// Taken when it is ready.
    inner: Option<SendClientRequest>,
    active: Rc<Active>,
}

impl ObservedSend {
    pub(super) fn new(
        active: Rc<Active>,
        method: &Method,
        uri: &Uri,
        send: impl FnOnce() -> SendClientRequest,
    ) -> Self {
        let sent = active.during(send);
        if !active.was_seen() {
            match &sent {
                SendClientRequest::Err(Some(error)) => refused(&active, method, uri, error),
                _ => warn_of_unobserved_client(),
            }
        }
        Self { inner: Some(sent), active }
    }
}

/// Records a call that the client does not even try to make.
fn refused(active: &Active, method: &Method, uri: &Uri, error: &SendRequestError) {
    let Some(scope) = Scope::of(&active.parent) else { return };
    // If an option does not hold either, the client's own error is told, and nothing recorded.
    let Ok(plan) = active.options.plan(&scope.config) else { return };
    let place = Place {
        scope: &scope,
        parent: &active.parent,
        sdk_type: semconv::SDK_TYPE_AWC,
        resends: 0,
        clock: Instant::now(),
    };
    // Then the URL may be another than that of the request, which is the default one.
    let is_unknown = matches!(error, SendRequestError::Http(_)) && uri.authority().is_none();
    let request = Refused { method: method.as_str(), uri: Some(uri).filter(|_| !is_unknown) };
    let observed = place.observe(&request, &plan);
    if let Some(record) = observed.and_then(|observed| observed.record) {
        record.failed(failure::word(error, false), failure::ERROR_TYPE, error);
    }
}

impl Future for ObservedSend {
    type Output = <SendClientRequest as Future>::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { inner, active } = &mut *self;
        let Some(sent) = inner else { return Poll::Pending };
        let answer = ready!(active.during(|| Pin::new(sent).poll(cx)));
        if let Err(SendRequestError::Timeout) = &answer {
            active.time_out();
        }
        // What is left of the call ends now, and not when the caller lets go of this.
        *inner = None;
        Poll::Ready(answer)
    }
}

fn warn_of_unobserved_client() {
    static ONCE: Throttle = Throttle::minute();
    if ONCE.ready() {
        telemetry::warn(
            "a call of an observer is not recorded: the client given to it is not wrapped in \
             `ObservedClient`",
        );
    }
}

impl fmt::Debug for ObservedSend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObservedSend").finish_non_exhaustive()
    }
}
