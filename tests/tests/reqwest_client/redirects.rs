//! Redirects, which `reqwest` follows where no middleware sees it.

use apitoolkit_tests::{Answer, Upstream};
use reqwest::redirect::Policy;

use crate::support::{Caller, observed, plain, run};

fn upstream(status: u16) -> Upstream {
    Upstream::start(move |request| match request.target() {
        "/first?token=CANARY" => Answer::redirect(status, "/second?sig=CANARY"),
        "/second?sig=CANARY" => {
            Answer::new(200, &[("x-hop", "2"), ("content-type", "text/plain")], "here")
        }
        other => panic!("{other}"),
    })
}

#[test]
fn a_call_is_one_span_however_often_it_was_sent_on() {
    let upstream = upstream(302);
    let caller = Caller::new();
    run(async {
        let client = observed(plain(), caller.middleware().capture_response_body(true));
        let answer = client.get(upstream.url("/first?token=CANARY")).send().await.unwrap();
        assert_eq!(answer.url().path(), "/second");
        assert_eq!(answer.text().await.unwrap(), "here");
    });
    let span = caller.held_one();
    let url = format!("http://{}/first?token=REDACTED", upstream.address);
    assert_eq!(span.str_attr("url.full"), Some(url.as_str()));
    assert_eq!(span.int_attr("http.response.status_code"), Some(200));
    assert_eq!(span.strings_attr("http.response.header.x-hop"), Some(vec!["2"]));
    assert_eq!(span.attr("http.request.resend_count"), None);
    assert_eq!(span.response_body().as_deref(), Some(&b"here"[..]));
    let received = upstream.received();
    assert_eq!(received.len(), 2);
    for request in received {
        assert!(request.the("traceparent").contains(&span.span_id), "both know the same parent");
    }
}

#[test]
fn a_body_in_memory_is_sent_again() {
    let upstream = upstream(307);
    let caller = Caller::new();
    run(async {
        let client = observed(plain(), caller.middleware().capture_request_body(true));
        let request = client.post(upstream.url("/first?token=CANARY")).body("again");
        assert_eq!(request.send().await.unwrap().text().await.unwrap(), "here");
    });
    let received = upstream.received();
    let bodies: Vec<_> = received.iter().map(|request| request.content.as_slice()).collect();
    assert_eq!(bodies, [b"again", b"again"]);
    assert_eq!(caller.held_one().int_attr("http.request.body.size"), Some(5));
}

#[test]
fn an_app_that_follows_by_itself_has_a_span_of_each_hop() {
    let upstream = upstream(302);
    let caller = Caller::new();
    run(async {
        let client = observed(plain().redirect(Policy::none()), caller.middleware());
        let answer = client.get(upstream.url("/first?token=CANARY")).send().await.unwrap();
        let location = answer.headers()["location"].to_str().unwrap();
        let next = answer.url().join(location).unwrap();
        let answer = client.get(next).send().await.unwrap();
        assert_eq!(answer.text().await.unwrap(), "here");
    });
    let spans = caller.held(2);
    let seen: Vec<_> = spans
        .iter()
        .map(|span| (span.str_attr("url.path"), span.int_attr("http.response.status_code")))
        .collect();
    assert_eq!(seen, [(Some("/first"), Some(302)), (Some("/second"), Some(200))]);
}
