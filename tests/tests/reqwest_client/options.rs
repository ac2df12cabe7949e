//! What a client's options and those of single calls say, and which holds.

use apitoolkit_actix::{CallOptions, ObservedReqwest};
use apitoolkit_tests::{Answer, Upstream};
use reqwest_middleware::Error;

use crate::support::{Caller, observed, plain, run};

const SENT: &str = r#"{"a":"CANARY","b":"CANARY","c":1}"#;

fn upstream() -> Upstream {
    Upstream::start(|_| {
        let headers =
            [("content-type", "application/json"), ("x-of-all", "CANARY"), ("x-of-one", "CANARY")];
        Answer::new(200, &headers, SENT)
    })
}

/// A POST with the options of one call, or none.
async fn post(
    client: &reqwest_middleware::ClientWithMiddleware,
    upstream: &Upstream,
    options: Option<CallOptions>,
) {
    let request = client
        .post(upstream.url("/users/7"))
        .header("content-type", "application/json")
        .header("x-of-all", "CANARY")
        .header("x-of-one", "CANARY")
        .body(SENT);
    let request = match options {
        Some(options) => request.with_extension(options),
        None => request,
    };
    assert_eq!(request.send().await.unwrap().text().await.unwrap(), SENT);
}

fn of_all(by: ObservedReqwest) -> ObservedReqwest {
    by.url_wildcard("/of/all")
        .redact_headers(["X-Of-All", "x-of-one"])
        .redact_request_body(["$.a"])
        .redact_response_body(["$.b"])
        .capture_request_body(true)
        .capture_response_body(true)
}

#[test]
fn what_a_call_says_holds_and_its_rules_add_up() {
    let upstream = upstream();
    let caller = Caller::new();
    let client = observed(plain(), of_all(caller.middleware()));
    let of_one = CallOptions::new()
        .url_wildcard("/users/{id}")
        .redact_headers(["x-of-one"])
        .redact_request_body(["$.b"])
        .redact_response_body(["$.a"])
        .capture_response_body(false);
    run(post(&client, &upstream, Some(of_one)));
    let span = caller.held_one();
    assert_eq!(span.str_attr("http.route"), Some("/users/{id}"));
    assert_eq!(span.str_attr("http.request.path_params"), Some(r#"{"id":"7"}"#));
    for side in ["request", "response"] {
        for name in ["x-of-all", "x-of-one"] {
            let key = format!("http.{side}.header.{name}");
            assert_eq!(span.strings_attr(&key), Some(vec!["[CLIENT_REDACTED]"]));
        }
    }
    let body = String::from_utf8(span.request_body().unwrap()).unwrap();
    assert_eq!(body, r#"{"a":"[CLIENT_REDACTED]","b":"[CLIENT_REDACTED]","c":1}"#);
    assert_eq!(span.response_body(), None);
}

#[test]
fn without_options_of_its_own_a_call_has_the_clients() {
    let upstream = upstream();
    let caller = Caller::new();
    let by = of_all(caller.middleware()).redact_request_body(["$.b"]).redact_response_body(["$.a"]);
    run(async {
        let client = observed(plain(), by);
        post(&client, &upstream, None).await;
        post(&client, &upstream, Some(CallOptions::new())).await;
    });
    for span in caller.held(2) {
        assert_eq!(span.str_attr("http.route"), Some("/of/all"));
        for body in [span.request_body(), span.response_body()] {
            let body = String::from_utf8(body.unwrap()).unwrap();
            assert_eq!(body, r#"{"a":"[CLIENT_REDACTED]","b":"[CLIENT_REDACTED]","c":1}"#);
        }
    }
}

#[test]
fn bodies_are_not_captured_unless_asked_for() {
    let upstream = upstream();
    let caller = Caller::new();
    run(async {
        let client =
            observed(plain(), caller.middleware().redact_headers(["x-of-all", "x-of-one"]));
        post(&client, &upstream, None).await;
    });
    let span = caller.held_one();
    assert_eq!((span.request_body(), span.response_body()), (None, None));
    let size = Some(SENT.len() as i64);
    assert_eq!(span.int_attr("http.request.body.size"), size);
    assert_eq!(span.int_attr("http.response.body.size"), size);
    assert_eq!(span.str_attr("http.route"), None);
}

#[test]
fn a_body_over_the_limit_is_withheld_with_its_size() {
    let upstream = Upstream::start(|_| Answer::json(r#"{"password":"CANARY-0123456789"}"#));
    let caller = Caller::new();
    let by = caller.middleware().capture_request_body(true).capture_response_body(true);
    run(async {
        let client = observed(plain(), by.max_body_bytes(16));
        let request = client
            .put(upstream.url("/"))
            .header("content-type", "application/json")
            .body(r#"{"token":"CANARY-0123456789"}"#);
        request.send().await.unwrap().bytes().await.unwrap();
    });
    let span = caller.held_one();
    let body = |side| String::from_utf8(span.body(side).unwrap()).unwrap();
    for (side, bytes) in [("request", 29), ("response", 32)] {
        assert!(body(side).starts_with("[CLIENT_REDACTED]"), "{}", body(side));
        assert!(body(side).contains(&format!("{bytes} B")), "{}", body(side));
        assert_eq!(span.int_attr(&format!("http.{side}.body.size")), Some(bytes));
    }
}

/// What a call gives whose options do not hold: nothing is sent, nothing is recorded.
fn refused(
    by: impl FnOnce(ObservedReqwest) -> ObservedReqwest,
    options: Option<CallOptions>,
) -> String {
    let upstream = Upstream::saying("hello");
    let caller = Caller::new();
    let client = observed(plain(), by(caller.middleware()));
    let mut request = client.get(upstream.url("/"));
    if let Some(options) = options {
        request = request.with_extension(options);
    }
    let error = run(request.send()).unwrap_err();
    caller.held(0);
    assert_eq!(upstream.accepted(), 0, "before anything is sent");
    let Error::Middleware(error) = error else { panic!("{error:?}") };
    assert!(error.is::<apitoolkit_actix::ConfigError>());
    error.to_string()
}

#[test]
fn an_option_that_does_not_hold_is_named_with_the_place_in_it() {
    let bad = ["$.ok", "$.a["];
    assert!(
        refused(|by| by.redact_request_body(bad), None)
            .starts_with(r#"redact_request_body[1] = "$.a[": "#)
    );
    let of_one = CallOptions::new().redact_response_body(bad);
    let text = refused(|by| by, Some(of_one));
    assert!(text.starts_with(r#"redact_response_body[1] = "$.a[": "#), "{text}");
    assert!(text.ends_with("(at byte 4)"), "{text}");
    let of_one = CallOptions::new().redact_headers(["x y"]);
    assert!(refused(|by| by, Some(of_one)).starts_with(r#"redact_headers[0] = "x y": "#));
    assert!(refused(|by| by.max_body_bytes(0), None).starts_with(r#"max_body_bytes = "0": "#));
    assert!(refused(|by| by.url_wildcard(" "), None).starts_with(r#"url_wildcard = " ": "#));
}

#[test]
fn options_tell_no_rules() {
    let options = CallOptions::new().redact_headers(["x-canary"]).url_wildcard("/a");
    let middleware = ObservedReqwest::new().redact_request_body(["$.canary"]);
    let text = format!("{options:?} {middleware:?}");
    assert!(text.contains("/a") && !text.contains("canary"), "{text}");
}
