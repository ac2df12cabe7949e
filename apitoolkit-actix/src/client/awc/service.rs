use std::{
    cell::Cell,
    fmt,
    rc::Rc,
    sync::Arc,
    task::{self, Poll},
    time::Duration,
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
    head::{Parts, propagate},
    redirect::{self, Hop},
};
use crate::{
    client::{
        call::{CallRecord, Observed, Place},
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
    fn observe(
        &self,
        request: ConnectRequest,
    ) -> Result<(ConnectRequest, Option<Watch>), ConfigError> {
        let Known { active, hop, parent, options } = self.known(Parts::of(&request).uri);
        let Some(scope) = parent::scope(&parent, self.source.as_ref()) else {
            return Ok((request, None));
        };
        let plan = options.as_ref().unwrap_or(&self.options).plan(&scope.config)?;
        let parts = Parts::of(&request);
        let place = Place {
            scope: &scope,
            parent: &parent,
            sdk_type: semconv::SDK_TYPE_AWC,
            resends: hop.resends,
        };
        let observed =
            place.observe(parts.method, &plan, |method, wanted| parts.copy(method, wanted));
        let uri = parts.uri.clone();
        let (request, record) = match observed {
            Observed::Not => return Ok((request, None)),
            Observed::Measured(outbound, record) => {
                let mut request = request;
                propagate(&mut request, outbound);
                (request, record)
            }
            Observed::Recorded(outbound, mut record) => {
                let mut request = request;
                propagate(&mut request, outbound);
                (observe_body(request, &mut record, plan.capture_request_body), Some(record))
            }
        };
        Ok((request, Some(Watch { record, active, uri, hop, parent, timeout: self.timeout })))
    }

    fn known(&self, uri: &Uri) -> Known {
        let made = Active::made(uri);
        if let Some(Made::Itself(active, sends)) = made {
            return Known {
                hop: Hop::after(sends),
                parent: active.parent.clone(),
                options: Some(active.options.clone().over(&self.options)),
                active: Some(active),
            };
        }
        let (hop, parent) = redirect::place(uri);
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
fn observe_body(request: ConnectRequest, record: &mut CallRecord, capture: bool) -> ConnectRequest {
    let ConnectRequest::Client(_, body, _) = &request else { return request };
    match body.size() {
        BodySize::None | BodySize::Sized(0) => request,
        BodySize::Sized(bytes) if !capture => {
            record.request_size(bytes);
            request
        }
        BodySize::Sized(_) | BodySize::Stream => match record.tee() {
            Some(tee) => body::observe(request, tee),
            None => request,
        },
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

    fn call(&self, request: ConnectRequest) -> Self::Future {
        if INSIDE.get() {
            return ObservedClientFuture::new(self.service.call(request), None);
        }
        match self.observe(request) {
            Ok((request, watch)) => {
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
