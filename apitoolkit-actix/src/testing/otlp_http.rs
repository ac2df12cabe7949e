//! The OTLP/HTTP side (`http/protobuf`).

use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, Method, Request as HttpRequest, Response, StatusCode, header,
    request::Parts,
};
use hyper::body::Incoming;

use super::{
    Code, Signal, Transport,
    compression::decompress,
    connection::Connection,
    exchange::{Answer, Message, Refusal, exchange},
    grpc::rpc_status,
    reply::Reply,
};

const PROTOBUF: HeaderValue = HeaderValue::from_static("application/x-protobuf");

/// The answer, or `None` to close the connection without one.
pub(super) async fn serve(
    connection: Connection,
    request: HttpRequest<Incoming>,
) -> Option<Response<Reply>> {
    let (parts, body) = request.into_parts();
    let signal = match route(&parts) {
        Ok(signal) => signal,
        Err(status) => {
            connection.shared.update(|store| store.misdirect());
            return Some(plain(status));
        }
    };
    match exchange(&connection, signal, Transport::Http, parts.headers, body, unwrap).await {
        Answer::Accepted(message) => Some(protobuf(StatusCode::OK, message)),
        Answer::Refused(why) => Some(refusal(&why)),
        Answer::Nothing => None,
    }
}

fn route(request: &Parts) -> Result<Signal, StatusCode> {
    let signal = match request.uri.path() {
        "/v1/traces" => Signal::Traces,
        "/v1/metrics" => Signal::Metrics,
        "/v1/logs" => Signal::Logs,
        _ => return Err(StatusCode::NOT_FOUND),
    };
    if request.method != Method::POST {
        return Err(StatusCode::METHOD_NOT_ALLOWED);
    }
    let content_type = request.headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    if content_type.is_some_and(|value| value.starts_with(PROTOBUF.as_bytes())) {
        Ok(signal)
    } else {
        Err(StatusCode::UNSUPPORTED_MEDIA_TYPE)
    }
}

fn unwrap(headers: &HeaderMap, body: Bytes) -> Message {
    let wire_len = body.len();
    let encoding = headers
        .get(header::CONTENT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .filter(|encoding| *encoding != "identity");
    let Some(encoding) = encoding else {
        return Message { bytes: body, wire_len, encoding: None, fault: None };
    };
    let (bytes, fault) = match decompress(encoding, &body) {
        Ok(bytes) => (bytes.into(), None),
        Err(error) => (body, Some(Refusal::new(Code::InvalidArgument, error.to_string()))),
    };
    Message { bytes, wire_len, encoding: Some(encoding.to_owned()), fault }
}

fn refusal(refusal: &Refusal) -> Response<Reply> {
    let status = if refusal.oversize {
        StatusCode::PAYLOAD_TOO_LARGE
    } else {
        match refusal.code {
            Code::InvalidArgument | Code::OutOfRange | Code::FailedPrecondition => {
                StatusCode::BAD_REQUEST
            }
            Code::Unauthenticated => StatusCode::UNAUTHORIZED,
            Code::PermissionDenied => StatusCode::FORBIDDEN,
            Code::NotFound => StatusCode::NOT_FOUND,
            Code::AlreadyExists | Code::Aborted => StatusCode::CONFLICT,
            Code::ResourceExhausted => StatusCode::TOO_MANY_REQUESTS,
            Code::Unimplemented => StatusCode::NOT_IMPLEMENTED,
            Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Code::DeadlineExceeded => StatusCode::GATEWAY_TIMEOUT,
            Code::Cancelled | Code::Unknown | Code::Internal | Code::DataLoss => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
        }
    };
    let mut response = protobuf(status, rpc_status(refusal, None));
    if let Some(delay) = refusal.retry_after {
        let seconds = delay.as_secs() + u64::from(delay.subsec_nanos() > 0);
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

fn protobuf(status: StatusCode, message: Bytes) -> Response<Reply> {
    let mut response = Response::new(Reply::new(message, None));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, PROTOBUF);
    response
}

fn plain(status: StatusCode) -> Response<Reply> {
    let mut response = Response::new(Reply::default());
    *response.status_mut() = status;
    response
}
