use std::{rc::Rc, sync::Arc, time::Instant};

use actix_web::{Error, body::MessageBody, dev::ServiceResponse};

use super::watch::{Abandoned, Watch};
use crate::{
    exchange::Failure,
    middleware::setup::Setup,
    telemetry::{ActiveRequest, Instruments, Measured},
};

/// What is noted of an exchange that is not recorded: what the metrics say.
pub(in crate::middleware) struct Light {
    pub(super) watch: Watch,
    measured: Measured,
    instruments: Arc<Instruments>,
    setup: Rc<Setup>,
    clock: Instant,
    /// Counts the request among those that are being served.
    active: Option<ActiveRequest>,
}

impl Light {
    pub(in crate::middleware) fn new(
        measured: Measured,
        instruments: Arc<Instruments>,
        setup: Rc<Setup>,
        clock: Instant,
        active: Option<ActiveRequest>,
    ) -> Self {
        Self { watch: Watch::default(), measured, instruments, setup, clock, active }
    }

    pub(super) fn responded<B: MessageBody>(&mut self, response: &ServiceResponse<B>) {
        self.watch.answered(response);
        let status = response.status();
        let route = self.setup.routes.route_of(response.request(), status);
        self.measured.routed(route);
        self.measured.answered(status.as_u16(), None);
    }

    pub(super) fn failed(&mut self, error: &Error) {
        let status = error.as_response_error().status_code();
        self.measured.answered(status.as_u16(), None);
    }

    pub(super) fn abandoned(&self) -> Option<Failure> {
        match self.watch.abandoned() {
            Abandoned::Failed(failure) => Some(failure),
            Abandoned::Complete | Abandoned::Replaced => None,
        }
    }

    pub(super) fn submit(self, failure: Option<Failure>) {
        let Self { watch, mut measured, instruments, setup, clock, active } = self;
        measured.sent(watch.sent());
        let measured = measured.ended(failure, clock.elapsed());
        setup.source.pipeline.measure(instruments, Arc::clone(&setup.config), measured);
        drop(active);
    }
}
