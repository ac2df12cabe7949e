use std::{
    any::Any,
    error::Error as StdError,
    sync::Arc,
    thread,
    time::{Duration, Instant, SystemTime},
};

use actix_web::{
    Error,
    body::{BodySize, MessageBody},
    dev::ServiceResponse,
    http::Method as HttpMethod,
};
use bytes::Bytes;
use opentelemetry::Context;

use super::{head, payload::Tee, routes::Routes, rules::Rules};
use crate::{
    config::Config,
    exchange::{
        BodyBuffer, ErrorReport, Exchange, Failure, PathParams, RequestHead, Reservation,
        ResponseHead, Retain,
    },
    extract::HandlerSlot,
    telemetry::{Finished, Source},
};

/// The record of one exchange in the making.
///
/// It is handed from the call to the future to the body, and finishes exactly once: by one of the
/// methods that consume it, or by its drop, which means that the exchange was abandoned. Nothing
/// here panics, also not while the thread unwinds.
pub(super) struct Recorder {
    /// Taken when the record is finished.
    open: Option<Box<Open>>,
}

struct Open {
    exchange: Exchange,
    tee: Option<Tee>,
    /// How long the response body will be; absent before there is a head.
    expected: Option<BodySize>,
    /// Whether anyone asked for the response body.
    polled: bool,
    context: Context,
    source: Arc<Source>,
    config: Arc<Config>,
    rules: Arc<Rules>,
    slot: HandlerSlot,
    routes: Routes,
    clock: Instant,
}

/// What a record begins with.
pub(super) struct Opening {
    pub(super) request: RequestHead,
    pub(super) tee: Option<Tee>,
    pub(super) context: Context,
    pub(super) source: Arc<Source>,
    pub(super) config: Arc<Config>,
    pub(super) rules: Arc<Rules>,
    /// Where the handler's rules will be.
    pub(super) slot: HandlerSlot,
    pub(super) routes: Routes,
    pub(super) started: SystemTime,
    pub(super) clock: Instant,
}

impl Recorder {
    pub(super) fn open(opening: Opening) -> Self {
        let Opening { request, tee, context, source, config, rules, slot, routes, started, clock } =
            opening;
        source.pipeline.counters().create();
        let exchange = Exchange {
            id: uuid::Builder::from_random_bytes(fastrand::u128(..).to_ne_bytes())
                .into_uuid()
                .as_u128(),
            request,
            request_body: BodyBuffer::default(),
            response: None,
            response_body: BodyBuffer::default(),
            route: None,
            path_params: PathParams::default(),
            secret_query: false,
            errors: Vec::new(),
            failure: None,
            started,
            took: Duration::ZERO,
        };
        let open = Open {
            exchange,
            tee,
            expected: None,
            polled: false,
            context,
            source,
            config,
            rules,
            slot,
            routes,
            clock,
        };
        Self { open: Some(Box::new(open)) }
    }

    /// The app answered. Gives the recorder back for the body, unless there is none to come.
    pub(super) fn responded<B: MessageBody>(
        mut self,
        response: &ServiceResponse<B>,
    ) -> Option<Self> {
        let open = self.open.as_mut()?;
        open.take_head(response);
        if head::is_tunnel(response) {
            // What follows is another protocol.
            self.finish(None);
            return None;
        }
        Some(self)
    }

    /// The app's service gave an error, which the server will answer.
    pub(super) fn failed(mut self, error: &Error) {
        if let Some(open) = &mut self.open {
            let status = error.as_response_error().status_code().as_u16();
            let exchange = &mut open.exchange;
            exchange.response = Some(ResponseHead { status, fields: Default::default() });
            exchange.errors.push(ErrorReport::new(ERROR_TYPE, error));
            open.look_up_route();
        }
        self.finish(None);
    }

    /// The app panicked; the panic goes on after this.
    pub(super) fn panicked(mut self, panic: &(dyn Any + Send)) {
        if let Some(open) = &mut self.open {
            let message = panic
                .downcast_ref::<&str>()
                .map(|text| (*text).to_owned())
                .or_else(|| panic.downcast_ref::<String>().cloned())
                .unwrap_or_default();
            open.exchange.errors.push(ErrorReport::of_message("panic", message));
        }
        self.finish(Some(Failure::Panic));
    }

    /// The response body is asked for more.
    pub(super) fn response_polled(&mut self) {
        if let Some(open) = &mut self.open {
            open.polled = true;
        }
    }

    pub(super) fn response_chunk(&mut self, chunk: &Bytes) {
        // HTTP/1 reads the body of an answer to HEAD too, and sends none of it.
        if let Some(open) = &mut self.open
            && open.expected != Some(BodySize::None)
        {
            open.exchange.response_body.push(chunk, Retain::Share);
        }
    }

    /// The response body's stream gave an error.
    pub(super) fn body_failed(mut self, error: &dyn StdError) {
        if let Some(open) = &mut self.open {
            open.exchange.errors.push(ErrorReport::new("response body", error));
            open.exchange.response_body.fail();
        }
        self.finish(Some(Failure::Body));
    }

    /// The response body ended.
    pub(super) fn completed(mut self) {
        if let Some(open) = &mut self.open {
            open.exchange.response_body.end();
        }
        self.finish(None);
    }

    fn finish(&mut self, failure: Option<Failure>) {
        if let Some(open) = self.open.take() {
            open.submit(failure);
        }
    }
}

/// What `actix_web::Error` tells of the type inside it: nothing.
const ERROR_TYPE: &str = "actix_web::Error";

/// The exchange was abandoned, unless all of the body that anyone wanted had been sent.
impl Drop for Recorder {
    fn drop(&mut self) {
        let Some(open) = &mut self.open else { return };
        let failure = if thread::panicking() {
            Some(Failure::Panic)
        } else if open.is_complete() {
            open.exchange.response_body.end();
            None
        } else if open.expected.is_some() && !open.polled {
            // Nobody asked for the body: middleware outside of us put another in its place.
            None
        } else {
            Some(Failure::ClientDisconnected)
        };
        self.finish(failure);
    }
}

impl Open {
    fn take_head<B: MessageBody>(&mut self, response: &ServiceResponse<B>) {
        let exchange = &mut self.exchange;
        let request = response.request();
        let status = response.status();
        let path = exchange.request.path();
        (exchange.route, exchange.path_params) = self.routes.of_response(request, status, path);
        exchange.response = Some(ResponseHead {
            status: status.as_u16(),
            fields: head::fields(response.headers()),
        });
        if let Some(error) = response.response().error() {
            exchange.errors.push(ErrorReport::new(ERROR_TYPE, error));
        }
        let size = response.response().body().size();
        let empty = matches!(size, BodySize::None | BodySize::Sized(0))
            || *request.method() == HttpMethod::HEAD;
        self.expected = Some(if empty { BodySize::None } else { size });
        let chosen = self.slot.rules().and_then(|rules| rules.capture_response_body);
        let capture = chosen.unwrap_or(self.config.capture_response_body);
        if capture && !empty && !head::is_tunnel(response) {
            let reservation = Reservation::empty(self.source.pipeline.budget());
            exchange.response_body = BodyBuffer::capturing(self.config.max_body_bytes, reservation);
        }
    }

    /// The route as the app's routes say, for a request that did not come back.
    fn look_up_route(&mut self) {
        let path = self.exchange.request.path();
        (self.exchange.route, self.exchange.path_params) = self.routes.of_path(path);
    }

    fn is_complete(&self) -> bool {
        match self.expected {
            Some(BodySize::None) => true,
            Some(BodySize::Sized(length)) => self.exchange.response_body.total() >= length,
            Some(BodySize::Stream) | None => false,
        }
    }

    fn submit(mut self: Box<Self>, failure: Option<Failure>) {
        if self.exchange.response.is_none() {
            self.look_up_route();
        }
        if let Some(body) = self.tee.as_ref().and_then(|tee| tee.try_borrow_mut().ok()) {
            self.exchange.request_body = take(body);
            self.exchange.end_request_body_if_whole();
        }
        if self.slot.rules().is_some_and(|rules| rules.capture_request_body == Some(false)) {
            // Middleware read it before the handler could say so.
            self.exchange.request_body.forget();
        }
        self.exchange.failure = failure;
        let overlay = self.rules.apply(self.slot.rules(), &mut self.exchange);
        self.exchange.took = self.clock.elapsed();
        let Self { exchange, context, source, config, .. } = *self;
        let finished = Finished {
            exchange: Box::new(exchange),
            context,
            config,
            overlay,
            foreign: source.foreign,
        };
        source.pipeline.submit(finished);
    }
}

fn take(mut body: std::cell::RefMut<'_, BodyBuffer>) -> BodyBuffer {
    std::mem::take(&mut *body)
}
