//! Of which exchanges captured bodies are kept.

use std::time::Duration;

use actix_web::{
    HttpResponse,
    web::{self, ServiceConfig},
};
use apitoolkit_actix::{CapturePolicy, mark_failed};
use apitoolkit_tests::TestApp;

use crate::requests::post_json;

fn routes(cfg: &mut ServiceConfig) {
    cfg.route(
        "/{status}",
        web::post().to(|status: web::Path<u16>, body: web::Bytes| async move {
            if *status == 299 {
                mark_failed("not what it seems");
            }
            HttpResponse::build((*status).try_into().unwrap()).body(body)
        }),
    );
}

/// Of which of the statuses both bodies were kept; of the others neither was.
fn kept(policy: CapturePolicy, statuses: &[u16]) -> Vec<i64> {
    let app = TestApp::start(
        |b| b.capture_request_body(true).capture_response_body(true).capture_policy(policy),
        routes,
    );
    for status in statuses {
        app.same(post_json(&format!("/{status}"), r#"{"a":1}"#));
    }
    let mut kept = Vec::new();
    for span in app.held(statuses.len()) {
        let bodies = (span.request_body().is_some(), span.response_body().is_some());
        assert_eq!(bodies.0, bodies.1, "one body without the other");
        assert_eq!(span.int_attr("http.request.body.size"), Some(7), "sizes are always told");
        if bodies.0 {
            kept.push(span.int_attr("http.response.status_code").unwrap());
        }
    }
    kept
}

#[test]
fn always_by_default() {
    assert_eq!(kept(CapturePolicy::default(), &[200, 500]), [200, 500]);
}

#[test]
fn only_of_errors() {
    assert_eq!(kept(CapturePolicy::OnError, &[200, 299, 302, 404, 500]), [299, 404, 500]);
}

#[test]
fn only_of_what_was_slow() {
    assert_eq!(kept(CapturePolicy::SlowerThan(Duration::ZERO), &[200]), [200]);
    assert_eq!(kept(CapturePolicy::SlowerThan(Duration::from_secs(60)), &[200, 500]), [0; 0]);
}

#[test]
fn of_a_share() {
    assert_eq!(kept(CapturePolicy::Ratio(0.0), &[200; 20]), [0; 0]);
    assert_eq!(kept(CapturePolicy::Ratio(1.0), &[200; 5]), [200; 5]);
    // All or none of 64 happens once in 2^63 runs.
    let some = kept(CapturePolicy::Ratio(0.5), &[200; 64]).len();
    assert!((1..64).contains(&some), "{some} of 64");
}
