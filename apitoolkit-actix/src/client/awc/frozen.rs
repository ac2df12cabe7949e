use std::{error::Error as StdError, fmt};

use actix_web::{
    body::MessageBody,
    http::{
        Uri,
        header::{HeaderMap, TryIntoHeaderPair},
    },
};
use awc::{FrozenClientRequest, FrozenSendBuilder, SendClientRequest, http::Method};
use bytes::Bytes;
use futures_core::Stream;
use serde::Serialize;

use super::{ObservedSend, Observer};

/// A request that can be sent many times, each of which is recorded: everything that
/// [`FrozenClientRequest`] is.
#[derive(Clone)]
pub struct ObservedFrozenRequest {
    observer: Observer,
    request: FrozenClientRequest,
}

/// An [`ObservedFrozenRequest`] with headers added: everything that [`FrozenSendBuilder`] is.
#[must_use = "a request is not sent before `send`"]
pub struct ObservedFrozenSendBuilder {
    frozen: ObservedFrozenRequest,
    builder: FrozenSendBuilder,
}

impl ObservedFrozenRequest {
    pub(super) fn new(observer: Observer, request: FrozenClientRequest) -> Self {
        Self { observer, request }
    }

    /// As [`FrozenClientRequest::get_uri`].
    #[must_use]
    pub fn get_uri(&self) -> &Uri {
        self.request.get_uri()
    }

    /// As [`FrozenClientRequest::get_method`].
    #[must_use]
    pub fn get_method(&self) -> &Method {
        self.request.get_method()
    }

    /// As [`FrozenClientRequest::headers`].
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        self.request.headers()
    }

    /// As [`FrozenClientRequest::extra_headers`].
    pub fn extra_headers(&self, headers: HeaderMap) -> ObservedFrozenSendBuilder {
        let builder = self.request.extra_headers(headers);
        ObservedFrozenSendBuilder { frozen: self.clone(), builder }
    }

    /// As [`FrozenClientRequest::extra_header`].
    pub fn extra_header(&self, header: impl TryIntoHeaderPair) -> ObservedFrozenSendBuilder {
        self.extra_headers(HeaderMap::new()).extra_header(header)
    }

    /// As [`FrozenClientRequest::send_body`].
    pub fn send_body(&self, body: impl MessageBody + 'static) -> ObservedSend {
        self.sent(|| self.request.send_body(body))
    }

    /// As [`FrozenClientRequest::send_json`].
    pub fn send_json<T: Serialize>(&self, value: &T) -> ObservedSend {
        self.sent(|| self.request.send_json(value))
    }

    /// As [`FrozenClientRequest::send_form`].
    pub fn send_form<T: Serialize>(&self, value: &T) -> ObservedSend {
        self.sent(|| self.request.send_form(value))
    }

    /// As [`FrozenClientRequest::send_stream`].
    pub fn send_stream<S, E>(&self, stream: S) -> ObservedSend
    where
        S: Stream<Item = Result<Bytes, E>> + 'static,
        E: Into<Box<dyn StdError>> + 'static,
    {
        self.sent(|| self.request.send_stream(stream))
    }

    /// As [`FrozenClientRequest::send`].
    pub fn send(&self) -> ObservedSend {
        self.sent(|| self.request.send())
    }

    fn sent(&self, send: impl FnOnce() -> SendClientRequest) -> ObservedSend {
        ObservedSend::new(self.observer.active(), self.get_method(), self.get_uri(), send)
    }
}

impl ObservedFrozenSendBuilder {
    /// As [`FrozenSendBuilder::extra_header`].
    pub fn extra_header(mut self, header: impl TryIntoHeaderPair) -> Self {
        self.builder = self.builder.extra_header(header);
        self
    }

    /// As [`FrozenSendBuilder::send_body`].
    pub fn send_body(self, body: impl MessageBody + 'static) -> ObservedSend {
        self.sent(|builder| builder.send_body(body))
    }

    /// As [`FrozenSendBuilder::send_json`].
    pub fn send_json(self, value: impl Serialize) -> ObservedSend {
        self.sent(|builder| builder.send_json(value))
    }

    /// As [`FrozenSendBuilder::send_form`].
    pub fn send_form(self, value: impl Serialize) -> ObservedSend {
        self.sent(|builder| builder.send_form(value))
    }

    /// As [`FrozenSendBuilder::send_stream`].
    pub fn send_stream<S, E>(self, stream: S) -> ObservedSend
    where
        S: Stream<Item = Result<Bytes, E>> + 'static,
        E: Into<Box<dyn StdError>> + 'static,
    {
        self.sent(|builder| builder.send_stream(stream))
    }

    /// As [`FrozenSendBuilder::send`].
    pub fn send(self) -> ObservedSend {
        self.sent(FrozenSendBuilder::send)
    }

    fn sent(self, send: impl FnOnce(FrozenSendBuilder) -> SendClientRequest) -> ObservedSend {
        let Self { frozen, builder } = self;
        frozen.sent(|| send(builder))
    }
}

impl fmt::Debug for ObservedFrozenRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObservedFrozenRequest")
            .field("method", self.get_method())
            .field("observer", &self.observer)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for ObservedFrozenSendBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObservedFrozenSendBuilder")
            .field("frozen", &self.frozen)
            .finish_non_exhaustive()
    }
}
