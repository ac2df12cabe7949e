//! Redaction of heads as the receiver sees it: what was planted is gone, what was not asked for is there.

use actix_web::{HttpResponse, http::header::HeaderName, web};
use apitoolkit_actix::testing::Span;
use apitoolkit_tests::TestApp;

use crate::requests::{get, request};

/// Answers with the header that the path names, holding a secret.
async fn answer(asked: web::Path<(String, String)>) -> HttpResponse {
    let (name, kind) = asked.into_inner();
    let value = match kind.as_str() {
        "cookie" => "__Host-sid=CANARY-2; Path=/; Secure; SameSite=Lax",
        "url" => URL,
        _ => "CANARY-value",
    };
    HttpResponse::Ok()
        .insert_header((HeaderName::from_bytes(name.as_bytes()).unwrap(), value))
        .finish()
}

const URL: &str = "https://u:CANARY-1@h.example/a?page=2&token=CANARY-2#access_token=CANARY-3";

fn app() -> TestApp {
    TestApp::start(
        |b| b.redact_names(["favourite"]).redact_path_params(["person"]),
        |cfg| {
            let tokens = || async { "ok" };
            cfg.route("/reset/{token}", web::get().to(tokens))
                .route("/reset/{token}/confirm", web::get().to(tokens))
                .route("/people/{person}/{page}", web::get().to(tokens))
                .route("/u/{id}/{tail:.*}", web::get().to(tokens))
                .route("/headers", web::get().to(tokens))
                .route("/answer/{name}/{kind}", web::get().to(answer));
        },
    )
}

const HEADERS: &str = "authorization proxy-authorization authentication-info set-cookie2 \
    x-api-key api-key apikey x-auth-token x-access-token x-refresh-token x-session-id \
    x-session-token x-csrf-token x-xsrf-token csrf-token x-amz-security-token x-amzn-oidc-data \
    x-amzn-oidc-accesstoken x-goog-api-key x-goog-iap-jwt-assertion cf-access-jwt-assertion \
    cf-access-client-secret ocp-apim-subscription-key x-functions-key \
    x-ms-token-aad-access-token x-vault-token private-token x-gitlab-token x-hub-signature \
    x-hub-signature-256 stripe-signature x-slack-signature x-shopify-access-token \
    x-shopify-hmac-sha256 dd-api-key x-honeycomb-team x-sentry-auth x-forwarded-client-cert \
    x-client-cert dpop x-my-secret x-user-password x-some-jwt-here x-credit-info";

#[test]
fn every_header_of_the_default_list_in_every_spelling_both_ways() {
    let app = app();
    let names: Vec<_> = HEADERS.split_whitespace().collect();
    let mut sent = Vec::new();
    for spell in
        [str::to_owned, |name: &str| name.to_uppercase(), |name: &str| name.replace('-', "_")]
    {
        for name in &names {
            let name = spell(name);
            app.same(request("GET", &format!("/answer/{name}/x"), &[(&name, "CANARY-a")], ""));
            sent.push(name.to_lowercase());
        }
    }
    let redacted = |span: &Span, key: &str| {
        assert_eq!(span.strings_attr(key).unwrap_or_default(), ["[CLIENT_REDACTED]"], "{key}");
    };
    for (span, name) in app.held(sent.len()).iter().zip(sent) {
        redacted(span, &format!("http.request.header.{name}"));
        redacted(span, &format!("http.response.header.{name}"));
    }
}

#[test]
fn headers_that_only_look_secret_are_kept() {
    let app = app();
    app.same(request("GET", "/headers", &[("Idempotency-Key", "k-1"), ("Keyboard", "dvorak")], ""));
    let span = app.held_one();
    for (name, value) in [("idempotency-key", "k-1"), ("keyboard", "dvorak")] {
        assert_eq!(span.strings_attr(&format!("http.request.header.{name}")).unwrap(), [value]);
    }
}

#[test]
fn cookies_go_value_by_value() {
    let app = app();
    let many: String = (0..200).map(|n| format!("session-{n}=CANARY-{n}; ")).collect();
    let many_redacted: String =
        (0..200).map(|n| format!("session-{n}=[CLIENT_REDACTED]; ")).collect();
    let cases = [
        ("sid=CANARY-1; theme=dark", "sid=[CLIENT_REDACTED]; theme=dark"),
        ("CANARY-bare-token", "[CLIENT_REDACTED]"),
        (many.trim_end_matches("; "), many_redacted.trim_end_matches("; ")),
    ];
    for (n, (sent, expected)) in cases.iter().enumerate() {
        app.same(request("GET", "/headers", &[("Cookie", sent)], ""));
        let span = &app.held(n + 1)[n];
        assert_eq!(span.strings_attr("http.request.header.cookie").unwrap(), [*expected]);
    }
    app.same(get("/answer/set-cookie/cookie"));
    let spans = app.held(cases.len() + 1);
    assert_eq!(
        spans[cases.len()].strings_attr("http.response.header.set-cookie").unwrap(),
        ["__Host-sid=[CLIENT_REDACTED]; Path=/; Secure; SameSite=Lax"]
    );
}

#[test]
fn urls_inside_headers() {
    let app = app();
    let names = [
        "Referer",
        "Location",
        "Content-Location",
        "X-Original-URL",
        "X-Rewrite-URL",
        "X-Forwarded-Uri",
    ];
    let expected =
        "https://REDACTED:REDACTED@h.example/a?page=2&token=REDACTED#access_token=REDACTED";
    for (n, name) in names.into_iter().enumerate() {
        app.same(request("GET", &format!("/answer/{name}/url"), &[(name, URL)], ""));
        let span = &app.held(n + 1)[n];
        for side in ["request", "response"] {
            let key = format!("http.{side}.header.{}", name.to_lowercase());
            assert_eq!(span.strings_attr(&key).unwrap(), [expected]);
        }
    }
    let link = "<https://h/?token=CANARY-4&page=2>; rel=\"next\"";
    app.same(request(
        "GET",
        "/headers",
        &[("Link", link), ("Refresh", "5; url=/x?sig=CANARY-5")],
        "",
    ));
    let span = &app.held(names.len() + 1)[names.len()];
    assert_eq!(
        span.strings_attr("http.request.header.link").unwrap(),
        ["<https://h/?token=REDACTED&page=2>; rel=\"next\""]
    );
    assert_eq!(
        span.strings_attr("http.request.header.refresh").unwrap(),
        ["5; url=/x?sig=REDACTED"]
    );
}

#[test]
fn queries_everywhere_they_appear() {
    let app = app();
    let cases = [
        ("token=CANARY-1&a=1", "token=REDACTED&a=1", r#"{"token":"REDACTED","a":"1"}"#),
        (
            "a=1&%74oken=CANARY-1&b=",
            "a=1&%74oken=REDACTED&b=",
            r#"{"a":"1","token":"REDACTED","b":""}"#,
        ),
        (
            "X-Amz-Signature=CANARY-1",
            "X-Amz-Signature=REDACTED",
            r#"{"X-Amz-Signature":"REDACTED"}"#,
        ),
        ("token%5B%5D=CANARY-1", "token%5B%5D=REDACTED", r#"{"token[]":"REDACTED"}"#),
        (
            "code=CANARY-1&state=CANARY-2",
            "code=REDACTED&state=REDACTED",
            r#"{"code":"REDACTED","state":"REDACTED"}"#,
        ),
        (
            "favourite=CANARY-1&x=%C3%A4",
            "favourite=REDACTED&x=%C3%A4",
            r#"{"favourite":"REDACTED","x":"ä"}"#,
        ),
    ];
    for (n, (sent, query, params)) in cases.into_iter().enumerate() {
        app.same(get(&format!("/u/1/x?{sent}")));
        let span = &app.held(n + 1)[n];
        assert_eq!(span.str_attr("url.query"), Some(query));
        assert_eq!(span.str_attr("http.target"), Some(format!("/u/1/x?{query}").as_str()));
        assert_eq!(span.str_attr("http.request.query_params"), Some(params));
    }
}

#[test]
fn secrets_in_paths() {
    let app = app();
    let cases = [
        ("/reset/CANARY-1", Some("/reset/{token}"), "/reset/REDACTED", r#"{"token":"REDACTED"}"#),
        (
            "/reset/CANARY-%41/confirm",
            Some("/reset/{token}/confirm"),
            "/reset/REDACTED/confirm",
            r#"{"token":"REDACTED"}"#,
        ),
        (
            "/people/CANARY-1/2",
            Some("/people/{person}/{page}"),
            "/people/REDACTED/2",
            r#"{"person":"REDACTED","page":"2"}"#,
        ),
        ("/u/7/a/b", Some("/u/{id}/{tail:.*}"), "/u/7/a/b", r#"{"id":"7","tail":"a/b"}"#),
    ];
    let wrong_method = request("DELETE", "/reset/CANARY-2", &[], "");
    for (n, (sent, route, path, params)) in cases.into_iter().enumerate() {
        app.same(get(sent));
        let span = &app.held(n + 1)[n];
        assert_eq!(span.str_attr("http.route"), route);
        assert_eq!(span.str_attr("url.path"), Some(path));
        assert_eq!(span.str_attr("http.target"), Some(path));
        assert_eq!(span.str_attr("http.request.path_params"), Some(params));
    }
    // No route ran, for a guard or a slash; what is secret in the route's path is so still.
    let slashes = [("/reset/CANARY-3/", "/reset/REDACTED"), ("//reset//CANARY-4", "/REDACTED")];
    app.same(wrong_method);
    slashes.iter().for_each(|(path, _)| drop(app.same(get(path))));
    let spans = app.held(cases.len() + 3);
    let expected = ["/reset/REDACTED"].into_iter().chain(slashes.map(|(_, path)| path));
    for (span, path) in spans[cases.len()..].iter().zip(expected) {
        assert_eq!(span.attr("http.route"), None);
        assert_eq!(span.str_attr("url.path"), Some(path));
        assert_eq!(span.str_attr("http.request.path_params"), Some("{}"));
    }
}

#[test]
fn headers_of_the_app_stay_as_they_are() {
    // We redact copies: what middleware around us and the client see is untouched.
    let app = app();
    let answer = app.same(get("/answer/x-api-key/x"));
    assert!(answer.contains("x-api-key: CANARY-value"), "{answer}");
    app.held_one();
}
