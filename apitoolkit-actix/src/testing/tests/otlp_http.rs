//! OTLP/HTTP, by a client that writes its bytes by hand.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use prost::Message as _;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

use super::{SOON, collector, named};
use crate::testing::{Code, Collector, Fault, Outcome, Signal, Transport};

pub(super) struct Response {
    head: String,
    body: Vec<u8>,
}

impl Response {
    pub(super) fn status(&self) -> &str {
        self.head.split(' ').nth(1).unwrap_or_default()
    }
}

/// `None` when the connection was closed without an answer.
fn send(collector: &Collector, request_line: &str, headers: &str, body: &[u8]) -> Option<Response> {
    let endpoint = collector.http_endpoint();
    let mut stream = TcpStream::connect(endpoint.strip_prefix("http://").unwrap()).unwrap();
    stream.set_read_timeout(Some(SOON)).unwrap();
    let head = format!(
        "{request_line} HTTP/1.1\r\nhost: h\r\nconnection: close\r\n{headers}content-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    let end = memchr::memmem::find(&answer, b"\r\n\r\n")?;
    let head = String::from_utf8(answer[..end].to_vec()).unwrap();
    Some(Response { head, body: answer[end + 4..].to_vec() })
}

const PROTOBUF: &str = "content-type: application/x-protobuf\r\n";

pub(super) fn post(collector: &Collector, body: &[u8]) -> Option<Response> {
    send(collector, "POST /v1/traces", PROTOBUF, body)
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn takes_spans_plain_and_compressed() {
    let collector = collector();
    let message = named(&["a"]).encode_to_vec();
    let response = post(&collector, &message).unwrap();
    assert_eq!(response.status(), "200");
    assert!(response.head.contains("content-type: application/x-protobuf"), "{}", response.head);
    assert!(response.body.is_empty());

    let headers = format!("{PROTOBUF}content-encoding: zstd\r\n");
    let zstd = compress_to_vec(message.as_slice(), CompressionLevel::Fastest);
    let response = send(&collector, "POST /v1/traces", &headers, &zstd).unwrap();
    assert_eq!(response.status(), "200");
    assert_eq!((collector.requests()[1].raw(), collector.spans().len()), (&*message, 2));

    let headers = format!("{PROTOBUF}content-encoding: gzip\r\nx-api-key: key-4711\r\n");
    let response = send(&collector, "POST /v1/traces", &headers, &gzip(&message)).unwrap();
    assert_eq!(response.status(), "200");
    let requests = collector.requests();
    assert_eq!(requests[2].raw(), message);
    assert_eq!(
        (requests[2].encoding(), requests[2].wire_len()),
        (Some("gzip"), gzip(&message).len())
    );
    assert_eq!(requests[2].header("x-api-key"), Some("key-4711"));
    assert_eq!((requests[2].transport(), requests[2].connection()), (Transport::Http, 3));
    assert_eq!(collector.spans().len(), 3);
}

#[test]
fn takes_the_other_signals() {
    let collector = collector();
    for (path, signal) in [("/v1/metrics", Signal::Metrics), ("/v1/logs", Signal::Logs)] {
        let response = send(&collector, &format!("POST {path}"), PROTOBUF, b"").unwrap();
        assert_eq!(response.status(), "200");
        assert_eq!(collector.requests().last().unwrap().signal(), signal);
    }
}

#[test]
fn answers_what_is_wrong_as_servers_do() {
    let collector = collector();
    let bomb = gzip(&vec![0; 5 * 1024 * 1024]);
    let gzipped = format!("{PROTOBUF}content-encoding: gzip\r\n");
    let unknown = format!("{PROTOBUF}content-encoding: br\r\n");
    for (line, headers, body, status) in [
        ("POST /", PROTOBUF, &b""[..], "404"),
        ("POST /v1/traces/v1/traces", PROTOBUF, b"", "404"),
        ("GET /v1/traces", PROTOBUF, b"", "405"),
        ("POST /v1/traces", "content-type: application/json\r\n", b"{}", "415"),
        ("POST /v1/traces", "", b"", "415"),
        ("POST /v1/traces", PROTOBUF, b"\xff\xff", "400"),
        ("POST /v1/traces", &gzipped, b"not gzip", "400"),
        ("POST /v1/traces", &unknown, b"x", "400"),
        ("POST /v1/traces", &gzipped, &bomb, "413"),
    ] {
        let response = send(&collector, line, headers, body).unwrap();
        assert_eq!(response.status(), status, "{line} {headers}");
    }
    assert_eq!(collector.counters().oversize_requests, 1);
    assert_eq!(collector.counters().failed_requests, 4);
    assert_eq!(collector.counters().misdirected_requests, 5);
    assert_eq!(collector.find_secret("not gzip").unwrap().place, "raw message");
}

#[test]
fn follows_the_script() {
    let collector = collector();
    let message = named(&["a", "b"]).encode_to_vec();
    let codes = [
        (Code::Unavailable, "503"),
        (Code::ResourceExhausted, "429"),
        (Code::Unauthenticated, "401"),
        (Code::PermissionDenied, "403"),
        (Code::DeadlineExceeded, "504"),
        (Code::InvalidArgument, "400"),
        (Code::Internal, "500"),
    ];
    let wait = Duration::from_millis(1_001);
    collector.script(codes.map(|(code, _)| Fault::fail(code, "no").retry_after(wait)));
    for (_, status) in codes {
        let response = post(&collector, &message).unwrap();
        assert_eq!(response.status(), status);
        assert!(response.head.contains("retry-after: 2"), "{}", response.head);
    }

    collector.script([Fault::partial_success(1, "one too many"), Fault::hang_up()]);
    let response = post(&collector, &message).unwrap();
    let partial = ExportTraceServiceResponse::decode(response.body.as_slice()).unwrap();
    assert_eq!(partial.partial_success.unwrap().rejected_spans, 1);
    assert!(post(&collector, &message).is_none());
    assert_eq!(*collector.requests().last().unwrap().outcome(), Outcome::Unanswered);
    assert_eq!(post(&collector, &message).unwrap().status(), "200");
    assert_eq!(collector.spans().len(), 3);
}
