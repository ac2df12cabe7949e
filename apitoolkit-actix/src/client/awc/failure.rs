//! `error.type` of calls that got no answer: one of a few words.

use std::io;

use actix_http::error::ParseError;
use awc::error::{ConnectError, SendRequestError};

/// The name of the error's type.
pub(super) const ERROR_TYPE: &str = "awc::error::SendRequestError";

/// What went wrong: `invalid_url`, `dns`, `connect`, `tls`, `timeout`, `closed`, `request_body`,
/// `invalid_response`, `http2`, or `_OTHER`.
pub(super) fn word(error: &SendRequestError, https: bool) -> &'static str {
    match error {
        SendRequestError::Url(_) | SendRequestError::Http(_) => "invalid_url",
        SendRequestError::Connect(error) => connect(error, https),
        SendRequestError::Send(error) if error.kind() == io::ErrorKind::TimedOut => "timeout",
        SendRequestError::Send(_) | SendRequestError::Response(ParseError::Io(_)) => "closed",
        SendRequestError::Response(_) => "invalid_response",
        SendRequestError::H2(_) | SendRequestError::TunnelNotSupported => "http2",
        SendRequestError::Timeout => "timeout",
        SendRequestError::Body(_) => "request_body",
        _ => "_OTHER",
    }
}

fn connect(error: &ConnectError, https: bool) -> &'static str {
    match error {
        ConnectError::SslIsNotSupported => "tls",
        ConnectError::Resolver(_) | ConnectError::NoRecords | ConnectError::Unresolved => "dns",
        ConnectError::Timeout => "timeout",
        // The connection was there, and the callee closed it instead of answering.
        ConnectError::Disconnected => "closed",
        ConnectError::H2(_) => "http2",
        ConnectError::Io(error) if error.kind() == io::ErrorKind::TimedOut => "timeout",
        // What the system says of a connection has its number; what TLS says has a value inside.
        ConnectError::Io(error) if https && error.get_ref().is_some() => "tls",
        _ => "connect",
    }
}
