use std::{
    cell::Cell,
    fmt,
    rc::Rc,
    sync::Arc,
    task::{self, Poll},
    time::{Duration, Instant},
};

use actix_service::Service;
use actix_web::{
    body::{BodySize, MessageBody as _},
    http::Uri,
};
use awc::{ConnectRequest, ConnectResponse, error::SendRequestError};
use opentelemetry::Context;

use super::{
    ObservedClientFuture,
    active::{Active, Made},
    body,
    future::Watch,
    head::{self, Parts},
    redirect::{self, Hop},
};
use crate::{
    client::{
        call::{CallRecord, Place},
        options::Options,
        parent,
    },
    error::ConfigError,
    semconv,
    telemetry::Source,
};

thread_local! {
    /// Whether this thread is inside the middleware already: one may be wrapped around another, and
    /// one call is one exchange.
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// The service that [`ObservedClient`](crate::ObservedClient) makes of another.
pub struct ObservedClientService<S> {
    service: S,
    options: Options,
    timeout: Duration,
    /// For calls outside of any exchange.
    source: Option<Arc<Source>>,
}

impl<S> ObservedClientService<S> {
    pub(super) fn new(
        service: S,
        options: Options,
        timeout: Duration,
        source: Option<Arc<Source>>,
    ) -> Self {
        Self { service, options, timeout, source }
    }

    /// Starts the record of a request, and writes into it what the callee is to know.
    fn observe(&self, request: &mut ConnectRequest) -> Result<Option<Watch>, ConfigError> {
        let clock = Instant::now();
        let Known { active, hop, parent, options } = self.known(Parts::of(request).uri, clock);
        let Some(scope) = parent::scope(&parent, self.source.as_ref()) else {
            return Ok(None);
        };
        let plan = options.as_ref().unwrap_or(&self.options).plan(&scope.config)?;
        let parts = Parts::of(request);
        let uri = parts.uri.clone();
        let place = Place {
            scope: &scope,
            parent: &parent,
            sdk_type: semconv::SDK_TYPE_AWC,
            resends: hop.resends,
            clock,
        };
        let Some(mut observed) = place.observe(&parts, &plan) else { return Ok(None) };
        observed.tell(&scope, |header, value| head::set(request, header, value));
        if let Some(record) = observed.record.as_mut().filter(|record| record.is_recorded()) {
            observe_body(request, record, plan.capture_request_body);
        }
        let record = observed.record;
        drop(scope);
        Ok(Some(Watch { record, active, uri, hop, parent, timeout: self.timeout }))
    }

    fn known(&self, uri: &Uri, now: Instant) -> Known {
        let made = Active::made(uri);
        if let Some(Made::Itself(active, sends)) = made {
            return Known {
                hop: Hop { resends: sends, since: now },
                parent: active.parent.clone(),
                options: Some(active.options.clone().over(&self.options)),
                active: Some(active),
            };
        }
        let (hop, parent) = redirect::place(uri, now);
        let options = match made {
            Some(Made::Meanwhile(active)) => Some(active.options.rules_alone().over(&self.options)),
            _ => None,
        };
        Known { active: None, hop, parent, options }
    }
}

/// What is known of a call before it is looked at.
struct Known {
    active: Option<Rc<Active>>,
    hop: Hop,
    parent: Context,
    /// Those of the client, where there are no others.
    options: Option<Options>,
}

/// Notes a request's body, or only its length where that is known and all that is asked for.
fn observe_body(request: &mut ConnectRequest, record: &mut CallRecord, capture: bool) {
    let ConnectRequest::Client(_, body, _) = request else { return };
    match body.size() {
        BodySize::None | BodySize::Sized(0) => {}
        BodySize::Sized(bytes) if !capture => record.request_size(bytes),
        BodySize::Sized(_) | BodySize::Stream => {
            if let Some(tee) = record.tee() {
                body::observe(request, tee);
            }
        }
    }
}

impl<S> Service<ConnectRequest> for ObservedClientService<S>
where
    S: Service<ConnectRequest, Response = ConnectResponse, Error = SendRequestError>,
{
    type Response = ConnectResponse;
    type Error = SendRequestError;
    type Future = ObservedClientFuture<S::Future>;

    fn poll_ready(&self, cx: &mut task::Context<'_>) -> Poll<Result<(), SendRequestError>> {
        self.service.poll_ready(cx)
    }

    fn call(&self, mut request: ConnectRequest) -> Self::Future {
        if INSIDE.get() {
            return ObservedClientFuture::new(self.service.call(request), None);
        }
        match self.observe(&mut request) {
            Ok(watch) => {
                let _inside = Inside::enter();
                ObservedClientFuture::new(self.service.call(request), watch)
            }
            Err(error) => ObservedClientFuture::refused(error),
        }
    }
}

struct Inside;

impl Inside {
    fn enter() -> Self {
        INSIDE.set(true);
        Self
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        INSIDE.set(false);
    }
}

impl<S> fmt::Debug for ObservedClientService<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObservedClientService")
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
