//! What is not recorded is measured and told to the callee, and otherwise left alone.

use apitoolkit_tests::{Answer, SOON, Upstream};
use opentelemetry::{Context, trace::FutureExt as _};

use crate::{
    fidelity::{causes, look},
    support::{Caller, bare, observed, plain, run},
};

#[test]
fn a_call_that_is_not_sampled_is_measured() {
    let upstream = Upstream::start(|_| Answer::new(503, &[], "no"));
    let caller = Caller::sampling(0.0);
    run(async {
        let by = caller.middleware().url_wildcard("/a/{id}").capture_response_body(true);
        let client = observed(plain(), by);
        let answer = client.post(upstream.url("/a/1")).body("x").send().await.unwrap();
        assert_eq!(answer.text().await.unwrap(), "no");
    });
    caller.held(0);
    let of_it = |_: &_| true;
    let point =
        caller.collector.wait_for_metric("http.client.request.duration", of_it, SOON).unwrap();
    assert_eq!(point.attributes.str("url.template"), Some("/a/{id}"));
    assert_eq!(point.attributes.str("error.type"), Some("503"));
    assert!(upstream.the_one().the("traceparent").ends_with("-00"));
    assert_eq!(caller.telemetry.stats().exchanges_created(), 0);
}

#[test]
fn where_telemetry_is_suppressed_there_is_nothing() {
    let upstream = Upstream::start(|_| Answer::head(200, &[("content-length", "9")]).close());
    let caller = Caller::new();
    let suppressed = Context::new().with_telemetry_suppressed();
    let (with, without) = run(async {
        let ask = async |client: reqwest_middleware::ClientWithMiddleware| {
            let answer = client.get(upstream.url("/")).send().await.unwrap();
            let seen = look(&answer);
            (seen, causes(&answer.bytes().await.unwrap_err()))
        };
        let without = ask(bare(plain())).await;
        (ask(caller.client()).with_context(suppressed).await, without)
    });
    caller.held(0);
    // To the last source of an error: the answer was not touched.
    assert_eq!(with, without);
    for received in upstream.received() {
        assert_eq!(received.header("traceparent"), [""; 0]);
    }
}
