//! Starting, stopping, restarting and dropping.

use std::{
    io::{ErrorKind, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    time::{Duration, Instant},
};

use tokio::time::timeout;

use super::{LATER, NOT_YET, SOON, client, collector, export, named};
use crate::testing::{Collector, Fault, Outcome};

fn address(endpoint: &str) -> SocketAddr {
    endpoint.strip_prefix("http://").unwrap().parse().unwrap()
}

#[tokio::test]
async fn restarts_on_the_same_ports_many_times() {
    let collector = collector();
    let endpoints = (collector.endpoint(), collector.http_endpoint());
    let mut client = client(&collector);
    for round in 0..20 {
        client.export(named(&["a"])).await.unwrap();
        collector.stop();
        for endpoint in [&endpoints.0, &endpoints.1] {
            let refused = TcpStream::connect(address(endpoint)).unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
        }
        client.export(named(&["lost"])).await.unwrap_err();
        collector.restart().unwrap();
        assert_eq!((collector.endpoint(), collector.http_endpoint()), endpoints);
        assert_eq!(collector.spans().len(), round + 1);
    }
    client.export(named(&["a"])).await.unwrap();
    assert_eq!(collector.counters().spans, 21);
}

#[tokio::test]
async fn stopping_and_restarting_twice_is_once() {
    let collector = collector();
    collector.restart().unwrap();
    collector.stop();
    collector.stop();
    collector.restart().unwrap();
    collector.restart().unwrap();
    export(&collector, named(&["a"])).await.unwrap();
}

#[cfg(target_os = "linux")]
#[test]
fn the_ports_of_a_stopped_collector_are_given_to_nobody_else() {
    let collector = collector();
    let taken = [address(&collector.endpoint()), address(&collector.http_endpoint())];
    collector.stop();
    for address in taken {
        // Standard library listeners reuse addresses too, and listen at once.
        let other = std::net::TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        assert_ne!(other.local_addr().unwrap(), address);
    }
    collector.restart().unwrap();
}

#[tokio::test]
async fn what_waits_for_its_answer_is_dropped_with_the_connection() {
    let collector = collector();
    collector.delay(LATER);
    let mut client = client(&collector);
    let request = client.export(named(&["a"]));
    let stop = async {
        collector.wait_for_requests_async(|_| true, 1, SOON).await.unwrap();
        collector.stop();
    };
    let (answer, ()) = tokio::join!(request, stop);
    answer.unwrap_err();
    tokio::time::sleep(LATER + NOT_YET).await;
    assert_eq!(collector.spans().len(), 0);
    assert_eq!(*collector.requests()[0].outcome(), Outcome::Unanswered);
}

#[test]
fn an_address_that_is_taken_is_an_error() {
    let first = collector();
    let error = Collector::start_on(address(&first.endpoint())).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AddrInUse);
    let free = Collector::start_on(([127, 0, 0, 1], 0)).unwrap();
    assert_ne!(free.endpoint(), first.endpoint());
}

#[test]
fn works_within_actix_and_is_dropped_there() {
    actix_rt::System::new().block_on(async {
        let collector = collector();
        export(&collector, named(&["a"])).await.unwrap();
        assert_eq!(collector.wait_for_spans_async(1, SOON).await.unwrap().len(), 1);
    });
}

#[tokio::test]
async fn is_dropped_quickly_whatever_goes_on() {
    for what in ["idle", "open", "delayed", "swallowed", "half"] {
        let collector = collector();
        let mut client = client(&collector);
        let mut half = TcpStream::connect(address(&collector.http_endpoint())).unwrap();
        match what {
            "open" => drop(client.export(named(&["a"])).await.unwrap()),
            "delayed" | "swallowed" => {
                collector.script([Fault::delay(Duration::from_secs(600))]);
                if what == "swallowed" {
                    collector.black_hole();
                }
                assert!(timeout(NOT_YET, client.export(named(&["a"]))).await.is_err());
            }
            "half" => half.write_all(b"POST /v1/traces HTTP/1.1\r\n").unwrap(),
            _ => {}
        }
        let started = Instant::now();
        drop(collector);
        assert!(started.elapsed() < Duration::from_secs(2), "{what}: {:?}", started.elapsed());
    }
}

#[test]
fn many_run_side_by_side() {
    let threads: Vec<_> = (0..8)
        .map(|_| {
            std::thread::spawn(|| {
                for _ in 0..4 {
                    let collector = collector();
                    let runtime =
                        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                    runtime.block_on(export(&collector, named(&["a"]))).unwrap();
                    assert_eq!(collector.spans().len(), 1);
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}

#[test]
fn a_message_that_is_cut_off_is_kept_for_the_search() {
    let collector = collector();
    let mut stream = TcpStream::connect(address(&collector.http_endpoint())).unwrap();
    stream
        .write_all(
            b"POST /v1/traces HTTP/1.1\r\nhost: h\r\ncontent-type: application/x-protobuf\r\n\
              content-length: 500\r\n\r\ncut-off-canary",
        )
        .unwrap();
    drop(stream);
    let cut = |request: &crate::testing::Request| *request.outcome() == Outcome::CutOff;
    let requests = collector.wait_for_requests(cut, 1, SOON).unwrap();
    assert_eq!(requests[0].raw(), b"cut-off-canary");
    assert!(collector.find_secret("cut-off-canary").is_some());
}

#[test]
fn another_protocol_is_closed_not_answered() {
    let collector = collector();
    let mut stream = TcpStream::connect(address(&collector.endpoint())).unwrap();
    stream.set_read_timeout(Some(SOON)).unwrap();
    stream.write_all(b"POST /v1/traces HTTP/1.1\r\nhost: h\r\ncontent-length: 0\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    // Closed with or without a reset, and with HTTP/2's own farewell at most.
    let _ = stream.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP/1.1"), "{answer:?}");
    assert_eq!(collector.counters().requests(), 0);
}
