//! Scripted faults over gRPC.

use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::collector::{
    logs::v1::{ExportLogsServiceRequest, logs_service_client::LogsServiceClient},
    trace::v1::trace_service_client::TraceServiceClient,
};
use prost::Message as _;
use tokio::time::timeout;
use tonic::transport::Channel;

use super::{LATER, NOT_YET, SOON, channel, client, collector, export, named};
use crate::testing::{Code, Collector, Fault, Outcome, Signal};

#[tokio::test]
async fn fails_with_each_code_until_it_accepts_again() {
    let collector = collector();
    for code in Code::ALL {
        collector.fail_with(code, "no: ä %", None);
        let error = export(&collector, named(&["refused"])).await.unwrap_err();
        assert_eq!(i32::from(error.code()), code.number());
        assert_eq!((error.message(), error.details()), ("no: ä %", &b""[..]));
    }
    assert_eq!(collector.counters().failed_requests, 16);
    let last = collector.requests().pop().unwrap();
    let message = "no: ä %".to_owned();
    assert_eq!(*last.outcome(), Outcome::Failed { code: Code::Unauthenticated, message });
    collector.accept();
    export(&collector, named(&["taken"])).await.unwrap();
    assert_eq!(collector.spans().len(), 1);
    // What was refused has left the sender all the same.
    assert!(collector.find_secret("refused").is_some());
}

#[tokio::test]
async fn tells_when_to_retry() {
    let collector = collector();
    collector.fail_with(Code::ResourceExhausted, "slow down", Some(Duration::from_millis(2_500)));
    let error = export(&collector, named(&["a"])).await.unwrap_err();
    // google.rpc.Status { 8, "slow down", [Any { type URL, RetryInfo { { 2 s, 500_000_000 ns } } }] }
    let mut expected = b"\x08\x08\x12\x09slow down\x1a\x36\x0a\x28".to_vec();
    expected.extend(b"type.googleapis.com/google.rpc.RetryInfo");
    expected.extend(b"\x12\x0a\x0a\x08\x08\x02\x10\x80\xca\xb5\xee\x01");
    assert_eq!(error.details(), expected);
}

#[tokio::test]
async fn follows_a_script_in_order_and_by_signal() {
    let collector = collector();
    collector.script([
        Fault::fail(Code::Unavailable, "first").on(Signal::Traces).times(2),
        Fault::none(),
        Fault::fail(Code::Internal, "never").times(0),
        Fault::fail(Code::Aborted, "last").forever(),
    ]);
    // Passes by the step that is for traces, and uses up the one after it.
    LogsServiceClient::new(channel(&collector))
        .export(ExportLogsServiceRequest::default())
        .await
        .unwrap();
    for expected in ["first", "first", "last", "last"] {
        let error = export(&collector, named(&["a"])).await.unwrap_err();
        assert_eq!(error.message(), expected);
    }
    collector.script([]);
    export(&collector, named(&["a"])).await.unwrap();
}

#[tokio::test]
async fn delays_its_answer() {
    let collector = collector();
    collector
        .script([Fault::delay(NOT_YET), Fault::fail(Code::Unavailable, "late").after(NOT_YET)]);
    let started = Instant::now();
    export(&collector, named(&["a"])).await.unwrap();
    assert!(started.elapsed() >= NOT_YET);
    export(&collector, named(&["b"])).await.unwrap_err();
    assert!(started.elapsed() >= NOT_YET * 2);
    assert_eq!(collector.spans().len(), 1);
}

/// Sends a request and gives up on it as soon as it has arrived.
async fn give_up(collector: &Collector, client: &mut TraceServiceClient<Channel>, name: &str) {
    let seen = collector.counters().requests();
    let arrived = collector.wait_for_counters_async(|counters| counters.requests() > seen, SOON);
    tokio::select! {
        answer = client.export(named(&[name])) => panic!("answered: {answer:?}"),
        arrived = arrived => drop(arrived.unwrap()),
    }
}

#[tokio::test]
async fn what_the_sender_gave_up_on_is_not_taken() {
    let collector = collector();
    collector.script([Fault::delay(LATER)]);
    let mut client = client(&collector);
    give_up(&collector, &mut client, "a").await;
    // The same connection goes on, past the time at which the first would have been taken.
    tokio::time::sleep(LATER + NOT_YET).await;
    client.export(named(&["b"])).await.unwrap();
    assert_eq!(collector.spans_named("a").len(), 0);
    assert_eq!(*collector.requests()[0].outcome(), Outcome::Unanswered);
    assert_eq!(*collector.requests()[1].outcome(), Outcome::Accepted);
}

#[tokio::test]
async fn takes_a_part() {
    let collector = collector();
    collector.partial_success(2, "two too many");
    let partial =
        export(&collector, named(&["a", "b", "c"])).await.unwrap().partial_success.unwrap();
    assert_eq!((partial.rejected_spans, partial.error_message.as_str()), (2, "two too many"));
    assert_eq!(collector.spans().iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), ["a"]);
    let outcome = Outcome::PartiallyAccepted { rejected: 2 };
    assert_eq!(*collector.requests()[0].outcome(), outcome);

    // No more can be rejected than there is, and 0 is a warning.
    let partial = export(&collector, named(&["d"])).await.unwrap().partial_success.unwrap();
    assert_eq!(partial.rejected_spans, 2);
    assert_eq!(collector.spans().len(), 1);
    collector.partial_success(0, "beware");
    let partial = export(&collector, named(&["e"])).await.unwrap().partial_success.unwrap();
    assert_eq!((partial.rejected_spans, partial.error_message.as_str()), (0, "beware"));
    assert_eq!(*collector.requests()[2].outcome(), Outcome::Accepted);
}

#[tokio::test]
async fn never_answers_one_request_but_the_next() {
    let collector = collector();
    collector.script([Fault::black_hole()]);
    let mut client = client(&collector);
    give_up(&collector, &mut client, "a").await;
    client.export(named(&["b"])).await.unwrap();
    assert_eq!(collector.counters().connections, 1);
    assert_eq!(collector.spans_named("a").len(), 0);
}

#[tokio::test]
async fn a_black_hole_swallows_connections_and_gives_them_back() {
    let collector = collector();
    let mut old = client(&collector);
    old.export(named(&["before"])).await.unwrap();
    collector.black_hole();
    assert!(timeout(NOT_YET, old.export(named(&["a"]))).await.is_err());
    let connected = collector.wait_for_counters_async(|counters| counters.connections == 2, SOON);
    tokio::select! {
        answer = export(&collector, named(&["b"])) => panic!("answered: {answer:?}"),
        connected = connected => drop(connected.unwrap()),
    }
    assert_eq!(collector.counters().requests(), 1);
    collector.accept();
    old.export(named(&["after"])).await.unwrap();
    assert_eq!(collector.spans_named("after").len(), 1);
}

#[tokio::test]
async fn refuses_connections_until_it_accepts() {
    let collector = collector();
    let mut old = client(&collector);
    old.export(named(&["before"])).await.unwrap();
    collector.refuse();
    old.export(named(&["a"])).await.unwrap_err();
    export(&collector, named(&["b"])).await.unwrap_err();
    assert_eq!(collector.counters().requests(), 1);
    collector.accept();
    // By a new client: the old one may be on its way to find out that it was refused again.
    export(&collector, named(&["after"])).await.unwrap();
    assert_eq!(collector.spans().len(), 2);
}

#[tokio::test]
async fn hangs_up() {
    let collector = collector();
    collector.script([Fault::hang_up()]);
    timeout(SOON, export(&collector, named(&["a"]))).await.unwrap().unwrap_err();
    export(&collector, named(&["b"])).await.unwrap();
    assert_eq!(collector.counters().connections, 2);
    assert_eq!(collector.spans().len(), 1);
}

#[tokio::test]
async fn refuses_messages_over_the_limit() {
    let collector = collector();
    let big = named(&["x".repeat(4 * 1024 * 1024).as_str()]);
    let error = export(&collector, big.clone()).await.unwrap_err();
    assert_eq!(error.code(), tonic::Code::ResourceExhausted);
    let expected =
        format!("received message larger than max ({} vs. 4194304 bytes)", big.encoded_len());
    assert_eq!(error.message(), expected);
    let counters = collector.counters();
    assert_eq!((counters.oversize_requests, counters.failed_requests), (1, 1));
    assert_eq!(counters.largest_message, big.encoded_len());
    // Small enough on the wire, too large after decompression.
    let gzip = tonic::codec::CompressionEncoding::Gzip;
    client(&collector).send_compressed(gzip).export(big.clone()).await.unwrap_err();
    assert_eq!(collector.counters().oversize_requests, 2);

    collector.max_message_size(usize::MAX);
    export(&collector, big).await.unwrap();
    collector.max_message_size(10);
    export(&collector, named(&["small"])).await.unwrap_err();
    assert_eq!(collector.spans().len(), 1);
}

#[test]
fn a_script_uses_up_what_it_gives() {
    let mut script = crate::testing::faults::Script::new([
        Fault::hang_up().times(2).on(Signal::Logs),
        Fault::black_hole(),
    ]);
    assert_eq!(script.next(Signal::Logs).action, Fault::hang_up().action);
    assert_eq!(script.next(Signal::Traces).action, Fault::black_hole().action);
    assert_eq!(script.next(Signal::Traces).action, Fault::none().action);
    assert_eq!(script.next(Signal::Logs).action, Fault::hang_up().action);
    assert_eq!(script.next(Signal::Logs).action, Fault::none().action);
}
