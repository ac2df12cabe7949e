use std::thread;

use actix_web::{
    body::{BodySize, MessageBody},
    dev::ServiceResponse,
    http::Method as HttpMethod,
};

use crate::exchange::Failure;

/// How far the sending of a response body has come.
#[derive(Debug, Default)]
pub(in crate::middleware) struct Watch {
    /// How long the body will be; absent before there is a head.
    expected: Option<BodySize>,
    /// Whether anyone asked for it.
    polled: bool,
    sent: u64,
}

/// How an exchange ended that nobody brought to an end.
pub(super) enum Abandoned {
    /// All of the body that anyone wanted had been sent.
    Complete,
    /// Middleware outside of us put another body in the place of ours.
    Replaced,
    Failed(Failure),
}

impl Watch {
    /// The app answered; returns whether there will be no body.
    pub(super) fn answered<B: MessageBody>(&mut self, response: &ServiceResponse<B>) -> bool {
        let size = response.response().body().size();
        let empty = matches!(size, BodySize::None | BodySize::Sized(0))
            || *response.request().method() == HttpMethod::HEAD;
        self.expected = Some(if empty { BodySize::None } else { size });
        empty
    }

    pub(super) fn poll(&mut self) {
        self.polled = true;
    }

    /// Counts a chunk, unless none of it is sent: HTTP/1 reads the body of an answer to HEAD too.
    pub(super) fn chunk(&mut self, bytes: usize) -> bool {
        let sends = self.expected != Some(BodySize::None);
        if sends {
            self.sent += bytes as u64;
        }
        sends
    }

    pub(super) fn sent(&self) -> u64 {
        self.sent
    }

    pub(super) fn abandoned(&self) -> Abandoned {
        let complete = match self.expected {
            Some(BodySize::None) => true,
            Some(BodySize::Sized(length)) => self.sent >= length,
            Some(BodySize::Stream) | None => false,
        };
        if thread::panicking() {
            Abandoned::Failed(Failure::Panic)
        } else if complete {
            Abandoned::Complete
        } else if self.expected.is_some() && !self.polled {
            Abandoned::Replaced
        } else {
            Abandoned::Failed(Failure::ClientDisconnected)
        }
    }
}
