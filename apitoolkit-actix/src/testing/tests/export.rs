//! OTLP/gRPC: what is sent is what is kept.

use opentelemetry_proto::tonic::collector::{
    logs::v1::{ExportLogsServiceRequest, logs_service_client::LogsServiceClient},
    metrics::v1::{ExportMetricsServiceRequest, metrics_service_client::MetricsServiceClient},
    trace::v1::trace_service_client::TraceServiceClient,
};
use prost::Message as _;
use tonic::{Code, Request, codec::CompressionEncoding};

use super::{SOON, channel, client, collector, export, named, span, text, traces};
use crate::testing::{Outcome, Signal, Transport};

#[tokio::test]
async fn keeps_the_bytes_and_headers_of_a_message() {
    let collector = collector();
    let message = named(&["a", "b"]);
    let mut request = Request::new(message.clone());
    request.metadata_mut().insert("x-api-key", "key-4711".parse().unwrap());
    client(&collector).export(request).await.unwrap();

    let spans = collector.wait_for_spans_async(2, SOON).await.unwrap();
    assert_eq!(spans.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    let requests = collector.requests();
    assert_eq!(requests.len(), 1);
    let request = &requests[0];
    assert_eq!(request.raw(), message.encode_to_vec());
    assert_eq!(request.wire_len(), request.raw().len());
    assert_eq!(request.encoding(), None);
    assert_eq!(request.header("X-Api-Key"), Some("key-4711"));
    assert_eq!(request.headers().filter(|(name, _)| *name == "x-api-key").count(), 1);
    assert_eq!((request.signal(), request.transport()), (Signal::Traces, Transport::Grpc));
    assert_eq!((request.connection(), request.outcome()), (1, &Outcome::Accepted));
    assert!(request.peer().ip().is_loopback());
    assert!(!format!("{request:?}").contains("key-4711"));
    let counters = collector.counters();
    assert_eq!((counters.requests(), counters.spans, counters.connections), (1, 2, 1));
    assert_eq!(counters.largest_message, message.encoded_len());
}

#[tokio::test]
async fn decompresses_gzip() {
    let collector = collector();
    let mut long = span("long");
    long.attributes = vec![text("body", &"x".repeat(5_000))];
    let message = traces(vec![long]);
    let mut client = client(&collector).send_compressed(CompressionEncoding::Gzip);
    client.export(message.clone()).await.unwrap();
    let request = &collector.requests()[0];
    assert_eq!(request.encoding(), Some("gzip"));
    assert_eq!(request.raw(), message.encode_to_vec());
    assert!(request.wire_len() < 500, "{}", request.wire_len());
    assert_eq!(collector.spans().len(), 1);
    assert_eq!(collector.counters().largest_message, message.encoded_len());
}

#[tokio::test]
async fn counts_each_signal() {
    let collector = collector();
    let channel = channel(&collector);
    MetricsServiceClient::new(channel.clone())
        .export(ExportMetricsServiceRequest::default())
        .await
        .unwrap();
    LogsServiceClient::new(channel).export(ExportLogsServiceRequest::default()).await.unwrap();
    let counters = collector.counters();
    assert_eq!(
        (counters.trace_requests, counters.metric_requests, counters.log_requests),
        (0, 1, 1)
    );
    assert_eq!(counters.connections, 1);
}

#[tokio::test]
async fn an_unknown_method_is_unimplemented() {
    let collector = collector();
    // The client puts the origin's path before its own.
    let origin = http::Uri::from_static("http://localhost/prefix");
    let mut client = TraceServiceClient::with_origin(channel(&collector), origin);
    let error = client.export(named(&["a"])).await.unwrap_err();
    assert_eq!(error.code(), Code::Unimplemented);
    assert!(error.message().starts_with("no such method: /prefix/open"), "{error:?}");
    assert_eq!(collector.counters().misdirected_requests, 1);
    assert_eq!(collector.counters().requests(), 0);
    // What was in it is not known, so nothing can be said to be absent.
    let leak = collector.find_secret("anything-at-all").unwrap();
    assert!(leak.to_string().starts_with("1 requests cannot be searched"), "{leak}");
}

#[tokio::test]
async fn clear_forgets_contents_but_not_counts() {
    let collector = collector();
    export(&collector, named(&["canary-of-before"])).await.unwrap();
    collector.clear();
    assert!(collector.spans().is_empty() && collector.requests().is_empty());
    collector.assert_absent("canary-of-before");
    export(&collector, named(&["after"])).await.unwrap();
    assert_eq!(collector.spans().len(), 1);
    assert_eq!(collector.counters().spans, 2);
}

#[tokio::test]
async fn without_contents_everything_is_still_counted() {
    let collector = collector();
    collector.keep_contents(false);
    export(&collector, named(&["a", "b", "c"])).await.unwrap();
    let counters =
        collector.wait_for_counters_async(|counters| counters.spans == 3, SOON).await.unwrap();
    assert_eq!(counters.requests(), 1);
    assert!(collector.spans().is_empty() && collector.requests().is_empty());
    let leak = collector.find_secret("anything-at-all").unwrap();
    assert!(leak.to_string().starts_with("1 requests cannot be searched"), "{leak}");
}
