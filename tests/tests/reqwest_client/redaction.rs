//! Secrets of a call appear nowhere: every test plants them, and `held` looks for them.

use apitoolkit_tests::{Answer, Upstream};
use reqwest::{Request, Url, header::HeaderValue};

use crate::support::{Caller, Here, app, ask, observed, plain, run};

#[test]
fn in_urls() {
    let upstream = Upstream::saying("hello");
    let caller = Caller::new();
    let address = upstream.address;
    run(async {
        let client = caller.client();
        let paths = [
            "/p?sig=CANARY&a=1&code=CANARY&a=2",
            "/p?%74oken=CANARY&x@y=1#CANARY",
            "/a@b/c?access_token=CANARY",
        ];
        for path in paths {
            client.get(upstream.url(path)).send().await.unwrap().text().await.unwrap();
        }
        // A builder takes the credentials out of a URL; a request does not.
        let url = Url::parse(&format!("http://user:CANARY%40@{address}/p")).unwrap();
        let request = Request::new(reqwest::Method::GET, url.clone());
        client.execute(request).await.unwrap().text().await.unwrap();
        client.get(url).send().await.unwrap().text().await.unwrap();
    });
    let urls: Vec<_> = caller
        .held(5)
        .iter()
        .map(|span| {
            let url = span.str_attr("url.full").unwrap();
            assert_eq!(span.str_attr("server.address"), Some("127.0.0.1"));
            url.replace(&address.to_string(), "h")
        })
        .collect();
    assert_eq!(
        urls,
        [
            "http://h/p?sig=REDACTED&a=1&code=REDACTED&a=2",
            "http://h/p?%74oken=REDACTED&x@y=1",
            "http://h/a@b/c?access_token=REDACTED",
            "http://REDACTED:REDACTED@h/p",
            "http://h/p",
        ]
    );
}

#[test]
fn in_headers() {
    let upstream = Upstream::start(|_| {
        let headers = [
            ("set-cookie", "sid=CANARY; Path=/"),
            ("set-cookie", "CANARY"),
            ("location", "/p?token=CANARY"),
            ("x-auth-token", "CANARY"),
        ];
        Answer::new(201, &headers, "")
    });
    let caller = Caller::new();
    run(async {
        let mut secret = HeaderValue::from_static("CANARY");
        secret.set_sensitive(true);
        let request = caller
            .client()
            .get(upstream.url("/"))
            .basic_auth("user", Some("CANARY"))
            .header("cookie", "sid=CANARY; auth=CANARY")
            .header("x-api-key", "CANARY")
            .header("x-plain", secret)
            .header("referer", "http://u:CANARY@h/?password=CANARY")
            .header("x-bytes", HeaderValue::from_bytes(b"\xff\xfe").unwrap());
        request.send().await.unwrap();
    });
    let span = caller.held_one();
    let header = |side: &str, name: &str| {
        let values = span.strings_attr(&format!("http.{side}.header.{name}")).unwrap();
        values.join(" | ")
    };
    const GONE: &str = "[CLIENT_REDACTED]";
    assert_eq!(header("request", "authorization"), GONE);
    assert_eq!(header("request", "cookie"), format!("sid={GONE}; auth={GONE}"));
    assert_eq!(header("request", "x-api-key"), GONE);
    assert_eq!(header("request", "x-plain"), GONE);
    assert_eq!(header("request", "referer"), "http://REDACTED:REDACTED@h/?password=REDACTED");
    assert_eq!(header("request", "x-bytes"), "\u{fffd}\u{fffd}");
    assert_eq!(header("response", "set-cookie"), format!("sid={GONE}; Path=/ | {GONE}"));
    assert_eq!(header("response", "location"), "/p?token=REDACTED");
    assert_eq!(header("response", "x-auth-token"), GONE);
}

#[test]
fn in_bodies() {
    let sent = "password=CANARY&kept=%20yes";
    let upstream = Upstream::start(|_| Answer::json(r#"{"token":"CANARY","kept":"yes"}"#));
    let caller = Caller::new();
    run(async {
        let by = caller.middleware().capture_request_body(true).capture_response_body(true);
        let request = observed(plain(), by)
            .post(upstream.url("/"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(sent);
        request.send().await.unwrap().text().await.unwrap();
    });
    assert_eq!(upstream.the_one().content, sent.as_bytes());
    let span = caller.held_one();
    let body = |side| String::from_utf8(span.body(side).unwrap()).unwrap();
    assert_eq!(body("request"), "password=%5BCLIENT_REDACTED%5D&kept=%20yes");
    assert_eq!(body("response"), r#"{"token":"[CLIENT_REDACTED]","kept":"yes"}"#);
}

#[test]
fn in_parameters_of_a_path() {
    let upstream = Upstream::saying("hello");
    let caller = Caller::new();
    run(async {
        let client = observed(plain(), caller.middleware().url_wildcard("/reset/{token}/{step}"));
        client.get(upstream.url("/reset/CANARY/2")).send().await.unwrap().text().await.unwrap();
    });
    let span = caller.held_one();
    assert_eq!(span.str_attr("url.path"), Some("/reset/REDACTED/2"));
    assert_eq!(span.str_attr("http.route"), Some("/reset/{token}/{step}"));
    let params = span.str_attr("http.request.path_params").unwrap();
    assert_eq!(params, r#"{"token":"REDACTED","step":"2"}"#);
}

#[test]
fn rules_of_the_toolkit_hold_for_calls_too() {
    let body = r#"{"mine":"CANARY","kept":"yes"}"#;
    let upstream = Upstream::start(move |_| Answer::json(body));
    let app = app(
        &upstream,
        |b| {
            b.redact_headers(["x-mine"])
                .redact_request_body(["$.mine"])
                .redact_response_body(["$.mine"])
        },
        async move |here: Here| {
            let options = here.options().capture_request_body(true).capture_response_body(true);
            let request = here
                .client
                .post(here.url("/"))
                .header("x-mine", "CANARY")
                .header("content-type", "application/json")
                .body(body)
                .with_extension(options);
            request.send().await.unwrap().text().await.unwrap();
            String::new()
        },
    );
    ask(&app);
    let span = app.held_calls(1, 1).clients.remove(0);
    assert_eq!(span.strings_attr("http.request.header.x-mine"), Some(vec!["[CLIENT_REDACTED]"]));
    for side in ["request", "response"] {
        let body = String::from_utf8(span.body(side).unwrap()).unwrap();
        assert_eq!(body, r#"{"mine":"[CLIENT_REDACTED]","kept":"yes"}"#);
    }
}
