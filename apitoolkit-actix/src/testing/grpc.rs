//! The gRPC side: paths, framing and status trailers.
//!
//! Written on hyper rather than on a generated service, because the bytes of a message have to be
//! kept as they came: before they are decoded, and also when they are refused.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request as HttpRequest, Response, StatusCode, header};
use hyper::body::Incoming;
use prost::encoding;

use super::{
    Code, Signal, Transport,
    compression::decompress,
    connection::Connection,
    exchange::{Answer, Message, Refusal, exchange},
    reply::Reply,
};

const CONTENT_TYPE: &str = "application/grpc";
const FRAME_HEADER_LEN: usize = 5;

/// The answer, or `None` to close the stream without one.
pub(super) async fn serve(
    connection: Connection,
    request: HttpRequest<Incoming>,
) -> Option<Response<Reply>> {
    let (parts, body) = request.into_parts();
    let content_type = parts.headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    if parts.method != Method::POST
        || !content_type.is_some_and(|value| value.starts_with(CONTENT_TYPE.as_bytes()))
    {
        connection.shared.update(|store| store.misdirect());
        let mut response = Response::new(Reply::default());
        *response.status_mut() = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return Some(response);
    }
    let Some(signal) = signal(parts.uri.path()) else {
        connection.shared.update(|store| store.misdirect());
        let message = format!("no such method: {}", parts.uri.path());
        return Some(refusal(Refusal::new(Code::Unimplemented, message)));
    };
    match exchange(&connection, signal, Transport::Grpc, parts.headers, body, unwrap).await {
        Answer::Accepted(message) => Some(success(&message)),
        Answer::Refused(why) => Some(refusal(why)),
        Answer::Nothing => None,
    }
}

fn signal(path: &str) -> Option<Signal> {
    match path {
        "/opentelemetry.proto.collector.trace.v1.TraceService/Export" => Some(Signal::Traces),
        "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export" => Some(Signal::Metrics),
        "/opentelemetry.proto.collector.logs.v1.LogsService/Export" => Some(Signal::Logs),
        _ => None,
    }
}

/// Takes the message out of its frame: a byte that says whether it is compressed, four bytes of
/// length, the message.
fn unwrap(headers: &HeaderMap, body: Bytes) -> Message {
    let framed = body.split_first_chunk::<FRAME_HEADER_LEN>().and_then(|(head, rest)| {
        let [flag, length @ ..] = *head;
        (u32::from_be_bytes(length) as usize == rest.len()).then_some(flag)
    });
    let Some(flag) = framed else {
        let fault = Refusal::new(Code::Internal, "the body is not one whole gRPC message");
        let wire_len = body.len();
        return Message { bytes: body, wire_len, encoding: None, fault: Some(fault) };
    };
    let bytes = body.slice(FRAME_HEADER_LEN..);
    let wire_len = bytes.len();
    if flag == 0 {
        return Message { bytes, wire_len, encoding: None, fault: None };
    }
    let encoding =
        headers.get("grpc-encoding").and_then(|value| value.to_str().ok()).unwrap_or("identity");
    let (bytes, fault) = match decompress(encoding, &bytes) {
        Ok(plain) => (plain.into(), None),
        Err(error) => (bytes, Some(Refusal::new(Code::Unimplemented, error.to_string()))),
    };
    Message { bytes, wire_len, encoding: Some(encoding.to_owned()), fault }
}

fn success(message: &[u8]) -> Response<Reply> {
    let mut framed = vec![0];
    // An answer is a few bytes: its length fits.
    framed.extend((message.len() as u32).to_be_bytes());
    framed.extend(message);
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", HeaderValue::from_static("0"));
    let mut response = Response::new(Reply::new(framed.into(), Some(trailers)));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE));
    response
}

fn refusal(refusal: Refusal) -> Response<Reply> {
    let details = match refusal.retry_after {
        Some(delay) => rpc_status(&refusal, Some(delay)),
        None => Bytes::new(),
    };
    let code = tonic::Code::from(refusal.code.number());
    tonic::Status::with_details(code, refusal.message, details).into_http()
}

/// `google.rpc.Status { code = 1, message = 2, details = 3 }`, the details holding a
/// `google.rpc.RetryInfo` if there is a delay.
pub(super) fn rpc_status(refusal: &Refusal, retry_after: Option<Duration>) -> Bytes {
    let mut status = Vec::new();
    encoding::int32::encode(1, &refusal.code.number(), &mut status);
    encoding::string::encode(2, &refusal.message, &mut status);
    if let Some(delay) = retry_after {
        encoding::bytes::encode(3, &retry_info(delay), &mut status);
    }
    status.into()
}

/// `google.protobuf.Any` of `RetryInfo { retry_delay: Duration { seconds = 1, nanos = 2 } = 1 }`.
fn retry_info(delay: Duration) -> Vec<u8> {
    let mut duration = Vec::new();
    encoding::int64::encode(1, &i64::try_from(delay.as_secs()).unwrap_or(i64::MAX), &mut duration);
    // Always below 1e9, so it fits.
    encoding::int32::encode(2, &(delay.subsec_nanos() as i32), &mut duration);
    let mut info = Vec::new();
    encoding::bytes::encode(1, &duration, &mut info);
    let mut any = Vec::new();
    let type_url = "type.googleapis.com/google.rpc.RetryInfo".to_owned();
    encoding::string::encode(1, &type_url, &mut any);
    encoding::bytes::encode(2, &info, &mut any);
    any
}
