use std::{any::Any, error::Error as StdError, mem, rc::Rc, sync::Arc, time::Instant};

use actix_web::{Error, body::MessageBody, dev::ServiceResponse};
use bytes::Bytes;
use opentelemetry::Context;

use super::watch::{Abandoned, Watch};
use crate::{
    exchange::{
        BodyBuffer, Direction, ErrorReport, Exchange, Failure, Reservation, ResponseHead, Retain,
    },
    extract,
    middleware::{head, notes, panic_place, payload::Tee, setup::Setup},
    telemetry::{ActiveRequest, Current, Finished, Keeper, Recording, Unfinished},
};

/// What is noted of an exchange that is recorded: all of it.
pub(in crate::middleware) struct Full {
    pub(super) watch: Watch,
    exchange: Box<Exchange>,
    opening: Opening,
}

/// What a record begins with.
pub(in crate::middleware) struct Opening {
    pub(in crate::middleware) tee: Option<Tee>,
    pub(in crate::middleware) context: Context,
    /// Of the span, if it is one of ours.
    pub(in crate::middleware) recording: Option<Arc<Recording>>,
    /// What the app adds to.
    pub(in crate::middleware) current: Arc<Current>,
    pub(in crate::middleware) setup: Rc<Setup>,
    /// There if the sampler left the exchange out, and it may have to be kept all the same.
    pub(in crate::middleware) keeper: Option<Arc<Keeper>>,
    /// Whether bodies may be captured.
    pub(in crate::middleware) capture: bool,
    pub(in crate::middleware) clock: Instant,
    /// Counts the request among those that are being served.
    pub(in crate::middleware) active: Option<ActiveRequest>,
}

impl Full {
    /// Of a request whose head is in `exchange` already.
    pub(in crate::middleware) fn open(mut exchange: Box<Exchange>, opening: Opening) -> Self {
        if opening.keeper.is_none() {
            opening.setup.source.pipeline.counters().create();
        }
        exchange.id = opening.current.id;
        exchange.direction = Direction::Incoming;
        Self { watch: Watch::default(), exchange, opening }
    }

    pub(super) fn responded<B: MessageBody>(&mut self, response: &ServiceResponse<B>) {
        let Opening { current, setup, capture, .. } = &self.opening;
        let exchange = &mut self.exchange;
        let status = response.status();
        let params = mem::take(&mut exchange.path_params);
        (exchange.route, exchange.path_params) =
            setup.routes.of_response(response.request(), status, exchange.request.path(), params);
        let mut fields = exchange.take_response_fields();
        fields.extend(head::fields(response.headers()));
        exchange.response = Some(ResponseHead { status: status.as_u16(), fields });
        if let Some(error) = response.response().error() {
            notes::unhandled(current, setup.hooks.report(error));
        }
        notes::answered(current);
        let empty = self.watch.answered(response);
        let chosen = extract::announced(current).and_then(|rules| rules.capture_response_body);
        let wanted = *capture && chosen.unwrap_or(setup.config.capture_response_body);
        if wanted && !empty && !head::is_tunnel(response) {
            let reservation = Reservation::empty(setup.source.pipeline.budget());
            exchange.response_body =
                BodyBuffer::capturing(setup.config.max_body_bytes, reservation);
        }
    }

    pub(super) fn failed(&mut self, error: &Error) {
        let status = error.as_response_error().status_code().as_u16();
        self.exchange.response = Some(ResponseHead { status, fields: Default::default() });
        self.unhandled(self.opening.setup.hooks.report(error));
        self.look_up_route();
    }

    pub(super) fn panicked(&mut self, panic: &(dyn Any + Send)) {
        let message = panic_place::message(panic).unwrap_or_default();
        let report = ErrorReport::of_message("panic", message);
        let place = panic_place::take(panic);
        self.unhandled(match place.filter(|_| self.opening.setup.hooks.panic_locations) {
            Some(place) => report.at(&place.at).with_backtrace(place.backtrace),
            None => report,
        });
    }

    pub(super) fn response_chunk(&mut self, chunk: &Bytes) {
        if self.watch.chunk(chunk.len()) {
            self.exchange.response_body.push(chunk, Retain::Share);
        }
    }

    pub(super) fn body_failed(&mut self, error: &dyn StdError) {
        self.unhandled(ErrorReport::new("response body", error));
        self.exchange.response_body.fail();
    }

    pub(super) fn response_ended(&mut self) {
        self.exchange.response_body.end();
    }

    /// Why the exchange did not run to its end, if it did not.
    pub(super) fn abandoned(&mut self) -> Option<Failure> {
        match self.watch.abandoned() {
            Abandoned::Complete => {
                self.response_ended();
                None
            }
            Abandoned::Replaced => None,
            Abandoned::Failed(failure) => Some(failure),
        }
    }

    fn unhandled(&self, report: ErrorReport) {
        notes::unhandled(&self.opening.current, report);
    }

    /// The route as the app's routes say, for a request that did not come back.
    fn look_up_route(&mut self) {
        let path = self.exchange.request.path();
        let routes = &self.opening.setup.routes;
        (self.exchange.route, self.exchange.path_params) = routes.of_path(path);
    }

    pub(super) fn submit(mut self, failure: Option<Failure>) {
        if self.exchange.response.is_none() {
            self.look_up_route();
        }
        let Self { mut exchange, opening, .. } = self;
        let Opening { tee, context, recording, current, setup, keeper, clock, active, .. } =
            opening;
        let announced = extract::announced(&current);
        if let Some(mut body) = tee.as_ref().and_then(|tee| tee.try_borrow_mut().ok()) {
            exchange.request_body = mem::take(&mut *body);
            exchange.end_request_body_if_whole();
        }
        if announced.is_some_and(|rules| rules.capture_request_body == Some(false)) {
            // Middleware read it before the handler could say so.
            exchange.request_body.forget();
        }
        exchange.failure = failure;
        notes::collect(&current, &context, &mut exchange);
        let overlay = setup.rules.apply(announced, &mut exchange);
        exchange.took = clock.elapsed();
        let finished = Finished {
            exchange,
            span: Unfinished::new(recording, context),
            config: Arc::clone(&setup.config),
            overlay,
            instruments: setup.source.instruments.clone(),
            keeper,
            foreign: setup.source.foreign,
        };
        setup.source.pipeline.submit(finished);
        drop(active);
    }
}
