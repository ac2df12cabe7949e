//! What is captured of calls, and what is taken out of it.

use apitoolkit_actix::{Convention, observe, testing::Span};
use apitoolkit_tests::{Answer, Upstream};
use awc::{Client, cookie::Cookie, http::header::HeaderValue};
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use serde_json::json;

use crate::support::{Caller, Here, app, ask, run, text};

fn bodies(span: &Span) -> (String, String) {
    let text = |body: Option<Vec<u8>>| String::from_utf8(body.unwrap()).unwrap();
    (text(span.request_body()), text(span.response_body()))
}

const MARK: &str = "[CLIENT_REDACTED]";

/// Names of credentials go without being asked, whichever way the body is sent; and rules go on
/// where a body comes in chunks that cut a secret in two.
#[test]
fn default_names_in_bodies() {
    let upstream = Upstream::start(|request| match request.target() {
        "/form" => {
            let form = [("content-type", "application/x-www-form-urlencoded")];
            Answer::new(200, &form, "a=1&%70assword=CANARY&b=2")
        }
        _ => Answer::json(r#"{"token":{"a":"CANARY"},"kept":[1.0,1e2],"pass\u0077ord":"CANARY"}"#),
    });
    for convention in [Convention::ApiToolkit, Convention::OpenTelemetry] {
        let app = app(
            &upstream,
            |b| b.convention(convention),
            async |here: Here| {
                let post = |path: &str| {
                    let observer = here.observe().capture_request_body(true);
                    observer.capture_response_body(true).post(here.url(path))
                };
                let secret =
                    json!({"a": 1, "password": "CANARY-1", "b": {"api_key": ["CANARY-2"]}});
                text(post("/").send_json(&secret).await.unwrap()).await;
                let pair = [("user", "me"), ("password", "CANARY-3")];
                text(post("/form").send_form(&pair).await.unwrap()).await;
                let chunks = secret.to_string().into_bytes();
                let chunks = chunks.chunks(3).map(|c| Ok::<_, std::io::Error>(c.to_vec().into()));
                let chunks: Vec<Result<Bytes, _>> = chunks.collect();
                let call = post("/").content_type("application/json; charset=utf-8");
                text(call.send_stream(stream::iter(chunks)).await.unwrap()).await
            },
        );
        ask(&app);
        let held = app.held_calls(1, 3);
        let json = format!(r#"{{"a":1,"b":{{"api_key":"{MARK}"}},"password":"{MARK}"}}"#);
        let answered = format!(r#"{{"token":"{MARK}","kept":[1.0,1e2],"pass\u0077ord":"{MARK}"}}"#);
        let form = "%5BCLIENT_REDACTED%5D";
        let form = (format!("user=me&password={form}"), format!("a=1&%70assword={form}&b=2"));
        let seen: Vec<_> = held.clients.iter().map(bodies).collect();
        let both = (json, answered);
        assert_eq!(seen, [both.clone(), form, both]);
        let key = match convention {
            Convention::OpenTelemetry => "http.response.body.content",
            _ => "http.response.body",
        };
        assert!(held.clients[0].attr(key).is_some());
    }
}

/// Files of forms are named, however large they are and whichever way the form is sent.
#[test]
fn files_of_forms() {
    let upstream = Upstream::start(|request| Answer::ok(request.length.to_string().as_bytes()));
    let app = app(
        &upstream,
        |b| b,
        async |here: Here| {
            let part = "\r\n--b\r\nContent-Disposition: form-data; name=";
            let form = format!(
                "--b\r\nContent-Disposition: form-data; name=a\r\n\r\n1\
                 {part}f; filename=CANARY\r\n\r\n{}{part}token\r\n\r\nCANARY\r\n--b--",
                "CANARY\r\n--".repeat(100_000)
            );
            let form = Bytes::from(form);
            let post = || {
                let kind = "multipart/form-data; boundary=b";
                here.observe().capture_request_body(true).post(here.url("/")).content_type(kind)
            };
            let whole = text(post().send_body(form.clone()).await.unwrap()).await;
            let chunks =
                form.chunks(10_000).map(|chunk| Ok::<_, std::io::Error>(form.slice_ref(chunk)));
            let chunks: Vec<_> = chunks.collect();
            let streamed = post().send_stream(stream::iter(chunks)).await.unwrap();
            assert_eq!(text(streamed).await, whole);
            assert_eq!(whole, form.len().to_string());
            whole
        },
    );
    let length: i64 = ask(&app).parse().unwrap();
    for call in app.held_calls(1, 2).clients {
        assert_eq!(
            String::from_utf8(call.request_body().unwrap()).unwrap(),
            format!(
                r#"[{{"name":"a","value":"1"}},{{"name":"f","file":"[application/octet-stream, 1000000 B]"}},{{"name":"token","value":"{MARK}"}}]"#
            )
        );
        assert_eq!(call.int_attr("http.request.body.size"), Some(length));
    }
}

/// What cannot be redacted for certain is withheld.
#[test]
fn bodies_that_cannot_be_redacted() {
    let upstream = Upstream::start(|request| match request.target() {
        "/cut" => {
            Answer::head(200, &[("content-length", "99"), ("content-type", "application/json")])
                .then(r#"{"password":"CANARY"#)
                .close()
        }
        "/coded" => {
            let headers = [("content-encoding", "gzip"), ("content-type", "application/json")];
            Answer::new(200, &headers, r#"{"password":"CANARY"}"#)
        }
        _ => Answer::json(r#"{"password":"CANARY","#),
    });
    let app = app(
        &upstream,
        |b| b,
        async |here: Here| {
            for path in ["/cut", "/coded", "/broken"] {
                let observer =
                    here.observe().capture_response_body(true).capture_request_body(true);
                let call = observer.post(here.url(path)).content_type("application/json");
                let sent = call.no_decompress().send_body(r#"{"password":"CANARY"} {"x"#);
                drop(sent.await.unwrap().body().await);
            }
            String::new()
        },
    );
    ask(&app);
    for call in app.held_calls(1, 3).clients {
        let (sent, answered) = bodies(&call);
        for body in [sent, answered] {
            assert!(body.starts_with(&format!("{MARK} [")), "{body}");
        }
    }
}

/// Credentials in headers, and whatever is marked as sensitive.
#[test]
fn credentials_in_headers() {
    let upstream = Upstream::start(|_| {
        let headers = [
            ("set-cookie", "sid=CANARY-1; Path=/; HttpOnly"),
            ("x-auth-token", "CANARY-2"),
            ("www-authenticate", "Basic realm=app"),
        ];
        Answer::new(200, &headers, "")
    });
    let app = app(
        &upstream,
        |b| b,
        async |here: Here| {
            let mut marked = HeaderValue::from_static("CANARY-3");
            marked.set_sensitive(true);
            let get = || here.observe().get(here.url("/"));
            let calls = [
                get().bearer_auth("CANARY-4").send(),
                get().basic_auth("me", "CANARY-5").send(),
                get().cookie(Cookie::new("sid", "CANARY-6")).send(),
                get().insert_header(("x-plain", marked.clone())).send(),
                get().freeze().unwrap().extra_header(("x-plain", marked)).send(),
                get().insert_header(("referer", "http://u:CANARY-7@h/?token=CANARY-8&a=1")).send(),
            ];
            for call in calls {
                text(call.await.unwrap()).await;
            }
            let client = Client::builder().bearer_auth("CANARY-9");
            let client = client.wrap(apitoolkit_actix::ObservedClient::new()).finish();
            text(client.get(here.url("/")).send().await.unwrap()).await
        },
    );
    ask(&app);
    let held = app.held_calls(1, 7);
    let sent = [
        ("authorization", MARK),
        ("authorization", MARK),
        ("cookie", "sid=[CLIENT_REDACTED]"),
        ("x-plain", MARK),
        ("x-plain", MARK),
        ("referer", "http://REDACTED:REDACTED@h/?token=REDACTED&a=1"),
        ("authorization", MARK),
    ];
    for (call, (name, value)) in held.clients.iter().zip(sent) {
        let key = format!("http.request.header.{name}");
        assert_eq!(call.strings_attr(&key), Some(vec![value]));
        assert_eq!(
            call.strings_attr("http.response.header.set-cookie"),
            Some(vec!["sid=[CLIENT_REDACTED]; Path=/; HttpOnly"])
        );
        assert_eq!(call.strings_attr("http.response.header.x-auth-token"), Some(vec![MARK]));
        assert_eq!(
            call.strings_attr("http.response.header.www-authenticate"),
            Some(vec!["Basic realm=app"])
        );
    }
    // The callee has them all.
    let received = upstream.received();
    assert_eq!(received[0].the("authorization"), "Bearer CANARY-4");
    assert_eq!(received[4].the("x-plain"), "CANARY-3");
}

/// Of a body that never ends no more is kept than the cap, and nothing of it leaves that
/// was not looked through.
#[test]
fn an_endless_answer() {
    let upstream = Upstream::start(|_| {
        let head = Answer::head(200, &[("transfer-encoding", "chunked")]);
        head.repeat(format!("10000\r\n{}\r\n", "x".repeat(0x10000)), usize::MAX)
    });
    let caller = Caller::new();
    run(async {
        let observer = observe().client(&caller.client()).capture_response_body(true);
        let mut answer = observer.get(upstream.url("/")).send().await.unwrap();
        let mut read = 0;
        while read < 8 * 1024 * 1024 {
            read += answer.next().await.unwrap().unwrap().len();
            assert!(caller.telemetry.stats().buffered_bytes() <= 65_536);
        }
        assert_eq!(caller.telemetry.stats().buffered_bytes(), 65_536);
    });
    let call = caller.held(1).remove(0);
    let notice = String::from_utf8(call.response_body().unwrap()).unwrap();
    assert!(notice.starts_with("[CLIENT_REDACTED] [truncated body"), "{notice}");
    assert_eq!(call.events_named("cancelled").count(), 1);
    assert_eq!(call.attr("http.response.body.size"), None, "nobody knows");
}
