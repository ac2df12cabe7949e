use std::{error::Error as StdError, fmt, net::SocketAddr, time::Duration};

use actix_web::{
    body::MessageBody,
    http::{
        Uri, Version,
        header::{HeaderMap, HeaderValue, TryIntoHeaderPair},
    },
};
use awc::{
    ClientRequest,
    error::{FreezeRequestError, HttpError},
    http::Method,
};
use bytes::Bytes;
use futures_core::Stream;
use serde::Serialize;

use super::{ObservedFrozenRequest, ObservedSend, Observer};

/// A request that will be recorded: everything that [`ClientRequest`] is.
#[must_use = "a request is not sent before `send`"]
pub struct ObservedRequest {
    observer: Observer,
    request: ClientRequest,
}

impl ObservedRequest {
    pub(super) fn new(observer: Observer, request: ClientRequest) -> Self {
        Self { observer, request }
    }

    pub(super) fn map(mut self, change: impl FnOnce(ClientRequest) -> ClientRequest) -> Self {
        self.request = change(self.request);
        self
    }

    /// As [`ClientRequest::uri`].
    pub fn uri<U>(self, uri: U) -> Self
    where
        Uri: TryFrom<U>,
        <Uri as TryFrom<U>>::Error: Into<HttpError>,
    {
        self.map(|request| request.uri(uri))
    }

    /// As [`ClientRequest::get_uri`].
    #[must_use]
    pub fn get_uri(&self) -> &Uri {
        self.request.get_uri()
    }

    /// As [`ClientRequest::address`].
    pub fn address(self, address: SocketAddr) -> Self {
        self.map(|request| request.address(address))
    }

    /// As [`ClientRequest::method`].
    pub fn method(self, method: Method) -> Self {
        self.map(|request| request.method(method))
    }

    /// As [`ClientRequest::get_method`].
    #[must_use]
    pub fn get_method(&self) -> &Method {
        self.request.get_method()
    }

    /// As [`ClientRequest::version`].
    pub fn version(self, version: Version) -> Self {
        self.map(|request| request.version(version))
    }

    /// As [`ClientRequest::get_version`].
    #[must_use]
    pub fn get_version(&self) -> &Version {
        self.request.get_version()
    }

    /// As [`ClientRequest::get_peer_addr`].
    #[must_use]
    pub fn get_peer_addr(&self) -> &Option<SocketAddr> {
        self.request.get_peer_addr()
    }

    /// As [`ClientRequest::headers`].
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        self.request.headers()
    }

    /// As [`ClientRequest::headers_mut`].
    pub fn headers_mut(&mut self) -> &mut HeaderMap {
        self.request.headers_mut()
    }

    /// As [`ClientRequest::insert_header`].
    pub fn insert_header(self, header: impl TryIntoHeaderPair) -> Self {
        self.map(|request| request.insert_header(header))
    }

    /// As [`ClientRequest::insert_header_if_none`].
    pub fn insert_header_if_none(self, header: impl TryIntoHeaderPair) -> Self {
        self.map(|request| request.insert_header_if_none(header))
    }

    /// As [`ClientRequest::append_header`].
    pub fn append_header(self, header: impl TryIntoHeaderPair) -> Self {
        self.map(|request| request.append_header(header))
    }

    /// As [`ClientRequest::camel_case`].
    pub fn camel_case(self) -> Self {
        self.map(ClientRequest::camel_case)
    }

    /// As [`ClientRequest::force_close`].
    pub fn force_close(self) -> Self {
        self.map(ClientRequest::force_close)
    }

    /// As [`ClientRequest::content_type`].
    pub fn content_type<V>(self, value: V) -> Self
    where
        HeaderValue: TryFrom<V>,
        <HeaderValue as TryFrom<V>>::Error: Into<HttpError>,
    {
        self.map(|request| request.content_type(value))
    }

    /// As [`ClientRequest::content_length`].
    pub fn content_length(self, bytes: u64) -> Self {
        self.map(|request| request.content_length(bytes))
    }

    /// As [`ClientRequest::basic_auth`].
    pub fn basic_auth(self, username: impl fmt::Display, password: impl fmt::Display) -> Self {
        self.map(|request| request.basic_auth(username, password))
    }

    /// As [`ClientRequest::bearer_auth`].
    pub fn bearer_auth(self, token: impl fmt::Display) -> Self {
        self.map(|request| request.bearer_auth(token))
    }

    /// As [`ClientRequest::no_decompress`].
    pub fn no_decompress(self) -> Self {
        self.map(ClientRequest::no_decompress)
    }

    /// As [`ClientRequest::timeout`].
    pub fn timeout(self, timeout: Duration) -> Self {
        self.map(|request| request.timeout(timeout))
    }

    /// As [`ClientRequest::query`].
    ///
    /// # Errors
    /// When the value cannot be written as a query.
    pub fn query<T: Serialize>(mut self, query: &T) -> Result<Self, serde_urlencoded::ser::Error> {
        self.request = self.request.query(query)?;
        Ok(self)
    }

    /// As [`ClientRequest::freeze`].
    ///
    /// # Errors
    /// Those of `awc`.
    pub fn freeze(self) -> Result<ObservedFrozenRequest, FreezeRequestError> {
        let Self { observer, request } = self;
        Ok(ObservedFrozenRequest::new(observer, request.freeze()?))
    }

    /// As [`ClientRequest::send_body`].
    pub fn send_body(self, body: impl MessageBody + 'static) -> ObservedSend {
        self.sent(|request| request.send_body(body))
    }

    /// As [`ClientRequest::send_json`].
    pub fn send_json<T: Serialize>(self, value: &T) -> ObservedSend {
        self.sent(|request| request.send_json(value))
    }

    /// As [`ClientRequest::send_form`].
    pub fn send_form<T: Serialize>(self, value: &T) -> ObservedSend {
        self.sent(|request| request.send_form(value))
    }

    /// As [`ClientRequest::send_stream`].
    pub fn send_stream<S, E>(self, stream: S) -> ObservedSend
    where
        S: Stream<Item = Result<Bytes, E>> + 'static,
        E: Into<Box<dyn StdError>> + 'static,
    {
        self.sent(|request| request.send_stream(stream))
    }

    /// As [`ClientRequest::send`].
    pub fn send(self) -> ObservedSend {
        self.sent(ClientRequest::send)
    }

    fn sent(self, send: impl FnOnce(ClientRequest) -> awc::SendClientRequest) -> ObservedSend {
        let Self { observer, request } = self;
        let (method, uri) = (request.get_method().clone(), request.get_uri().clone());
        ObservedSend::new(observer.active(), &method, &uri, || send(request))
    }
}

impl fmt::Debug for ObservedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Headers and URL may hold secrets.
        f.debug_struct("ObservedRequest")
            .field("method", self.get_method())
            .field("observer", &self.observer)
            .finish_non_exhaustive()
    }
}
