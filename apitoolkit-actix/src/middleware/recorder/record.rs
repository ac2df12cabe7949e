use std::{any::Any, error::Error as StdError};

use actix_web::{Error, body::MessageBody, dev::ServiceResponse};
use bytes::Bytes;

use super::{Blank, Full, Light};
use crate::{exchange::Failure, middleware::head, telemetry::Current};

/// The record of one exchange in the making.
///
/// It is handed from the call to the future to the body, and finishes exactly once: by one of the
/// methods that consume it, or by its drop, which means that the exchange was abandoned. Nothing
/// here panics, also not while the thread unwinds.
///
/// It is small, because it is moved with every future and response of the app.
pub(in crate::middleware) struct Recorder {
    /// Taken when the record is finished.
    open: Option<Open>,
}

enum Open {
    Full(Blank),
    /// For metrics alone.
    Light(Box<Light>),
}

/// What there is to add to.
enum Part<'r> {
    Full(&'r mut Full),
    Light(&'r mut Light),
}

impl Recorder {
    #[inline]
    pub(in crate::middleware) fn full(full: Full) -> Self {
        Self { open: Some(Open::Full(full.boxed())) }
    }

    pub(in crate::middleware) fn light(light: Light) -> Self {
        Self { open: Some(Open::Light(Box::new(light))) }
    }

    /// The exchange, if it is recorded.
    pub(in crate::middleware) fn current(&self) -> Option<&Current> {
        match self.open.as_ref()? {
            Open::Full(full) => full.as_ref().as_ref().map(Full::current),
            Open::Light(_) => None,
        }
    }

    /// The app answered. Gives the recorder back for the body, unless there is none to come.
    pub(in crate::middleware) fn responded<B: MessageBody>(
        mut self,
        response: &ServiceResponse<B>,
    ) -> Option<Self> {
        match self.part()? {
            Part::Full(full) => full.responded(response),
            Part::Light(light) => light.responded(response),
        }
        if head::is_tunnel(response) {
            // What follows is another protocol.
            self.finish(None);
            return None;
        }
        Some(self)
    }

    /// The app's service gave an error, which the server will answer.
    pub(in crate::middleware) fn failed(mut self, error: &Error) {
        match self.part() {
            Some(Part::Full(full)) => full.failed(error),
            Some(Part::Light(light)) => light.failed(error),
            None => {}
        }
        self.finish(None);
    }

    /// The app panicked; the panic goes on after this.
    pub(in crate::middleware) fn panicked(mut self, panic: &(dyn Any + Send)) {
        if let Some(Part::Full(full)) = self.part() {
            full.panicked(panic);
        }
        self.finish(Some(Failure::Panic));
    }

    /// The response body is asked for more.
    pub(in crate::middleware) fn response_polled(&mut self) {
        match self.part() {
            Some(Part::Full(full)) => full.watch.poll(),
            Some(Part::Light(light)) => light.watch.poll(),
            None => {}
        }
    }

    pub(in crate::middleware) fn response_chunk(&mut self, chunk: &Bytes) {
        match self.part() {
            Some(Part::Full(full)) => full.response_chunk(chunk),
            Some(Part::Light(light)) => drop(light.watch.chunk(chunk.len())),
            None => {}
        }
    }

    /// The response body's stream gave an error.
    pub(in crate::middleware) fn body_failed(mut self, error: &dyn StdError) {
        if let Some(Part::Full(full)) = self.part() {
            full.body_failed(error);
        }
        self.finish(Some(Failure::Body));
    }

    /// The response body ended.
    pub(in crate::middleware) fn completed(mut self) {
        if let Some(Part::Full(full)) = self.part() {
            full.response_ended();
        }
        self.finish(None);
    }

    fn part(&mut self) -> Option<Part<'_>> {
        match self.open.as_mut()? {
            Open::Full(full) => full.as_mut().as_mut().map(Part::Full),
            Open::Light(light) => Some(Part::Light(light)),
        }
    }

    fn finish(&mut self, failure: Option<Failure>) {
        match self.open.take() {
            Some(Open::Full(full)) => Full::submit_boxed(full, failure),
            Some(Open::Light(light)) => (*light).submit(failure),
            None => {}
        }
    }
}

/// The exchange was abandoned, unless all of the body that anyone wanted had been sent.
impl Drop for Recorder {
    fn drop(&mut self) {
        let failure = match self.part() {
            Some(Part::Full(full)) => full.abandoned(),
            Some(Part::Light(light)) => light.abandoned(),
            None => return,
        };
        self.finish(failure);
    }
}
