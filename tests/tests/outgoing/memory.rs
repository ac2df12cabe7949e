//! Bodies of a gibibyte go through, and memory stays. Each in a process of its own, whose
//! other threads play the callee in constant memory.
#![expect(clippy::print_stdout, reason = "figures for whoever reads along")]

use apitoolkit_actix::observe;
use apitoolkit_tests::{Answer, Round, Upstream, peak_growth};
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};

use crate::{
    children,
    support::{Caller, run, text},
};

const MIB: usize = 1024 * 1024;
const CHUNK: usize = 64 * 1024;
const GIB: usize = 1024 * MIB;
/// What a body may cost: the cap of what is captured, and what is under way.
const ALLOWED: usize = 12 * MIB;

fn length(round: Round) -> usize {
    if round == Round::WarmUp { 64 * MIB } else { GIB }
}

fn report(what: &str, growth: usize) {
    println!("{what} of 1 GiB: {} KiB more at the peak", growth / 1024);
    assert!(growth < ALLOWED, "{growth}");
}

#[test]
fn a_download() {
    let output = children::run("memory::a_download", &[], || {
        let upstream = Upstream::start(|request| {
            let length = request.target()[1..].parse::<usize>().unwrap();
            let head = [("content-length", &*length.to_string()), ("content-type", "text/plain")];
            Answer::head(200, &head).repeat(vec![b'x'; CHUNK], length / CHUNK)
        });
        let caller = Caller::new();
        let growth = peak_growth(|round| {
            let length = length(round);
            run(async {
                let observer = observe().client(&caller.client()).capture_response_body(true);
                let call =
                    observer.max_body_bytes(512 * 1024).get(upstream.url(&format!("/{length}")));
                let mut answer = call.no_decompress().send().await.unwrap();
                let mut read = 0;
                while let Some(chunk) = answer.next().await {
                    read += chunk.unwrap().len();
                    assert!(caller.telemetry.stats().buffered_bytes() <= 512 * 1024);
                }
                assert_eq!(read, length);
            });
            caller.telemetry.flush().unwrap();
        });
        let calls = caller.held(2);
        assert_eq!(calls[1].int_attr("http.response.body.size"), Some(GIB as i64));
        report("a download", growth);
    });
    say(output);
}

#[test]
fn an_upload() {
    let output = children::run("memory::an_upload", &[], || {
        let upstream = Upstream::saying("thanks");
        let caller = Caller::new();
        let growth = peak_growth(|round| {
            let length = length(round);
            run(async {
                let observer = observe().client(&caller.client()).capture_request_body(true);
                let call = observer.max_body_bytes(512 * 1024).post(upstream.url("/"));
                let chunk = Bytes::from(vec![b'x'; CHUNK]);
                let chunks = stream::repeat(chunk).take(length / CHUNK);
                let call = call.timeout(std::time::Duration::from_secs(60));
                let answer = call.send_stream(chunks.map(Ok::<_, std::io::Error>)).await.unwrap();
                assert_eq!(text(answer).await, "thanks");
            });
        });
        assert_eq!(upstream.received()[1].length, GIB as u64);
        let calls = caller.held(2);
        assert_eq!(calls[1].int_attr("http.request.body.size"), Some(GIB as i64));
        report("an upload", growth);
    });
    say(output);
}

/// What the child printed, for whoever reads along.
fn say(output: Option<std::process::Output>) {
    let Some(output) = output else { return };
    let text = String::from_utf8(output.stdout).unwrap();
    println!("{}", text.lines().find(|line| line.contains(" of 1 GiB: ")).unwrap());
}
