use std::{any::Any, error::Error as StdError, mem, rc::Rc, sync::Arc, time::Instant};

use actix_web::{Error, body::MessageBody, dev::ServiceResponse};
use bytes::Bytes;
use opentelemetry::Context;

use super::watch::{Abandoned, Watch};
use crate::{
    exchange::{
        BodyBuffer, ErrorReport, Exchange, Failure, Form, Reservation, ResponseHead, Value,
    },
    extract,
    middleware::{head, notes, panic_place, payload::Tee, setup::Setup},
    telemetry::{ActiveRequest, Current, Finished, Keeper, Unfinished},
};

/// What is noted of an exchange that is recorded: all of it.
pub(in crate::middleware) struct Full {
    pub(in crate::middleware) watch: Watch,
    /// It has the request's head from the beginning.
    pub(in crate::middleware) exchange: Box<Exchange>,
    pub(in crate::middleware) tee: Option<Tee>,
    /// What the app adds to, and the exchange's span if it is one of ours.
    pub(in crate::middleware) current: Current,
    /// There if it is not.
    pub(in crate::middleware) held: Option<Box<Held>>,
    pub(in crate::middleware) setup: Rc<Setup>,
    /// The session that the caller named.
    pub(in crate::middleware) session: Option<Box<Value>>,
    /// Whether bodies may be captured.
    pub(in crate::middleware) capture: bool,
    pub(in crate::middleware) clock: Instant,
    /// Counts the request among those that are being served.
    pub(in crate::middleware) active: Option<ActiveRequest>,
}

/// What an exchange without a span of ours has in its place.
pub(in crate::middleware) struct Held {
    /// It holds somebody else's, or says that the sampler left the exchange out.
    pub(in crate::middleware) context: Context,
    /// There in the latter case, as it may have to be kept all the same.
    pub(in crate::middleware) keeper: Option<Arc<Keeper>>,
}

/// Memory for one, used again and again by a worker.
pub(in crate::middleware) type Blank = Box<Option<Full>>;

/// As many are kept.
const MOST_BLANKS: usize = 256;

impl Full {
    /// Begins the record, in memory of its worker's.
    #[inline]
    pub(super) fn boxed(self) -> Blank {
        if self.held.as_ref().is_none_or(|held| held.keeper.is_none()) {
            self.setup.source.pipeline.counters().create();
        }
        let blanks = &self.setup.blanks;
        let mut blank =
            blanks.try_borrow_mut().ok().and_then(|mut blanks| blanks.pop()).unwrap_or_default();
        *blank = Some(self);
        blank
    }

    pub(super) fn current(&self) -> &Current {
        &self.current
    }

    pub(super) fn responded<B: MessageBody>(&mut self, response: &ServiceResponse<B>) {
        let Self { exchange, current, setup, capture, .. } = self;
        let status = response.status();
        let Exchange { request, path_params, .. } = &mut **exchange;
        exchange.route =
            setup.routes.of_response(response.request(), status, request.path(), path_params);
        let mut fields = exchange.take_response_fields();
        fields.extend(head::fields(response.headers()));
        let response_head = ResponseHead { status: status.as_u16(), fields };
        let response_head = exchange.response.insert(response_head);
        if let Some(error) = response.response().error() {
            notes::unhandled(current, setup.hooks.report(error));
        }
        notes::answered(current);
        let empty = self.watch.answered(response);
        let chosen = extract::announced(current).and_then(|rules| rules.capture_response_body);
        let wanted = *capture && chosen.unwrap_or(setup.config.capture_response_body);
        if wanted && !empty && !head::is_tunnel(response) {
            let reservation = Reservation::empty(setup.source.pipeline.budget());
            let form = Form::announced(&response_head.fields);
            exchange.response_body =
                BodyBuffer::capturing(setup.config.max_body_bytes, reservation, form);
        }
    }

    pub(super) fn failed(&mut self, error: &Error) {
        let status = error.as_response_error().status_code().as_u16();
        self.exchange.response = Some(ResponseHead { status, fields: Default::default() });
        self.unhandled(self.setup.hooks.report(error));
        self.look_up_route();
    }

    pub(super) fn panicked(&mut self, panic: &(dyn Any + Send)) {
        let message = panic_place::message(panic).unwrap_or_default();
        let report = ErrorReport::of_message("panic", message);
        let place = panic_place::take(panic);
        self.unhandled(match place.filter(|_| self.setup.hooks.panic_locations) {
            Some(place) => report.at(&place.at).with_backtrace(place.backtrace),
            None => report,
        });
    }

    pub(super) fn response_chunk(&mut self, chunk: &Bytes) {
        if self.watch.chunk(chunk.len()) {
            self.exchange.response_body.push_shared(chunk);
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
        notes::unhandled(&self.current, report);
    }

    /// The route as the app's routes say, for a request that did not come back.
    fn look_up_route(&mut self) {
        let path = self.exchange.request.path();
        let routes = &self.setup.routes;
        (self.exchange.route, self.exchange.path_params) = routes.of_path(path);
    }

    /// Hands the exchange over, and gives the memory back.
    #[inline]
    pub(super) fn submit_boxed(mut boxed: Blank, failure: Option<Failure>) {
        let Some(full) = boxed.take() else { return };
        let setup = Rc::clone(&full.setup);
        full.submit(failure);
        if let Ok(mut blanks) = setup.blanks.try_borrow_mut()
            && blanks.len() < MOST_BLANKS
        {
            blanks.push(boxed);
        }
    }

    fn submit(mut self, failure: Option<Failure>) {
        if self.exchange.response.is_none() {
            self.look_up_route();
        }
        let Self { mut exchange, tee, current, held, setup, session, clock, active, .. } = self;
        let announced = extract::announced(&current).cloned();
        if let Some(mut body) = tee.as_ref().and_then(|tee| tee.try_borrow_mut().ok()) {
            exchange.request_body = mem::take(&mut *body);
            exchange.end_request_body_if_whole();
        }
        if announced.as_ref().is_some_and(|rules| rules.capture_request_body == Some(false)) {
            // Middleware read it before the handler could say so.
            exchange.request_body.forget();
        }
        exchange.failure = failure;
        notes::collect(&current, session, &mut exchange);
        let overlay = setup.rules.apply(announced.as_ref(), &mut exchange);
        exchange.clock = Some((clock, Instant::now()));
        let (context, keeper) = held.map(|held| (held.context, held.keeper)).unwrap_or_default();
        let finished = Finished {
            exchange,
            span: Unfinished::new(current.into_own_span(), context),
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
