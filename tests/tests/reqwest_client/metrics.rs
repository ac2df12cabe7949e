//! `http.client.request.duration`.

use apitoolkit_actix::testing::{Metric, MetricKind};
use apitoolkit_tests::{Answer, SOON, Upstream};
use serde_json::json;

use crate::support::{Caller, observed, plain, run};

#[test]
fn each_call_is_measured_once() {
    let upstream = Upstream::start(|_| Answer::new(404, &[], "no"));
    let caller = Caller::new();
    run(async {
        let client = observed(plain(), caller.middleware().url_wildcard("/a/{id}"));
        for n in 0..3 {
            let answer = client.get(upstream.url(&format!("/a/{n}"))).send().await.unwrap();
            answer.bytes().await.unwrap();
        }
    });
    caller.held(3);
    let all = |point: &Metric| point.count == Some(3);
    let point =
        caller.collector.wait_for_metric("http.client.request.duration", all, SOON).unwrap();
    assert_eq!((point.kind, point.unit.as_str()), (MetricKind::Histogram, "s"));
    assert!(point.sum.unwrap() > 0.0);
    assert_eq!(
        point.attributes.to_json(),
        json!({
            "error.type": "404",
            "http.request.method": "GET",
            "http.response.status_code": 404,
            "network.protocol.version": "1.1",
            "server.address": "127.0.0.1",
            "server.port": upstream.address.port(),
            "url.scheme": "http",
            "url.template": "/a/{id}",
        })
    );
}
