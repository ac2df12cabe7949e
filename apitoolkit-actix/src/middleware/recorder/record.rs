use std::{any::Any, error::Error as StdError};

use actix_web::{Error, body::MessageBody, dev::ServiceResponse};
use bytes::Bytes;

use super::{Full, Light};
use crate::{exchange::Failure, middleware::head};

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
    Full(Box<Full>),
    /// For metrics alone.
    Light(Box<Light>),
}

impl Recorder {
    pub(in crate::middleware) fn full(full: Full) -> Self {
        Self { open: Some(Open::Full(Box::new(full))) }
    }

    pub(in crate::middleware) fn light(light: Light) -> Self {
        Self { open: Some(Open::Light(Box::new(light))) }
    }

    /// The app answered. Gives the recorder back for the body, unless there is none to come.
    pub(in crate::middleware) fn responded<B: MessageBody>(
        mut self,
        response: &ServiceResponse<B>,
    ) -> Option<Self> {
        match self.open.as_mut()? {
            Open::Full(full) => full.responded(response),
            Open::Light(light) => light.responded(response),
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
        match &mut self.open {
            Some(Open::Full(full)) => full.failed(error),
            Some(Open::Light(light)) => light.failed(error),
            None => {}
        }
        self.finish(None);
    }

    /// The app panicked; the panic goes on after this.
    pub(in crate::middleware) fn panicked(mut self, panic: &(dyn Any + Send)) {
        if let Some(Open::Full(full)) = &mut self.open {
            full.panicked(panic);
        }
        self.finish(Some(Failure::Panic));
    }

    /// The response body is asked for more.
    pub(in crate::middleware) fn response_polled(&mut self) {
        match &mut self.open {
            Some(Open::Full(full)) => full.watch.poll(),
            Some(Open::Light(light)) => light.watch.poll(),
            None => {}
        }
    }

    pub(in crate::middleware) fn response_chunk(&mut self, chunk: &Bytes) {
        match &mut self.open {
            Some(Open::Full(full)) => full.response_chunk(chunk),
            Some(Open::Light(light)) => drop(light.watch.chunk(chunk.len())),
            None => {}
        }
    }

    /// The response body's stream gave an error.
    pub(in crate::middleware) fn body_failed(mut self, error: &dyn StdError) {
        if let Some(Open::Full(full)) = &mut self.open {
            full.body_failed(error);
        }
        self.finish(Some(Failure::Body));
    }

    /// The response body ended.
    pub(in crate::middleware) fn completed(mut self) {
        if let Some(Open::Full(full)) = &mut self.open {
            full.response_ended();
        }
        self.finish(None);
    }

    fn finish(&mut self, failure: Option<Failure>) {
        match self.open.take() {
            Some(Open::Full(full)) => (*full).submit(failure),
            Some(Open::Light(light)) => (*light).submit(failure),
            None => {}
        }
    }
}

/// The exchange was abandoned, unless all of the body that anyone wanted had been sent.
impl Drop for Recorder {
    fn drop(&mut self) {
        let failure = match &mut self.open {
            Some(Open::Full(full)) => full.abandoned(),
            Some(Open::Light(light)) => light.abandoned(),
            None => return,
        };
        self.finish(failure);
    }
}
