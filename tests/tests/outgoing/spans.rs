//! What the span of a call says.

use std::time::{Duration, Instant};

use apitoolkit_actix::{
    Builder, Convention,
    testing::{Kind, Span, StatusCode},
};
use apitoolkit_tests::{Answer, Gate, TestApp, Upstream};
use futures_util::StreamExt as _;
use serde_json::json;

use crate::support::{Here, app, ask, text};

/// Answers with the status that the path names.
fn statuses() -> Upstream {
    Upstream::start(|request| {
        let status = request.target().trim_start_matches('/').parse().unwrap();
        Answer::new(status, &[], "body")
    })
}

fn calling(
    upstream: &Upstream,
    toolkit: impl FnOnce(Builder) -> Builder,
    path: &'static str,
) -> TestApp {
    app(upstream, toolkit, async move |here: Here| {
        let answer = here.observe().get(here.url(path)).send().await.unwrap();
        format!("{} {}", answer.status().as_u16(), text(answer).await)
    })
}

/// The whole span, under a parent.
#[test]
fn every_attribute_of_a_call() {
    let upstream = Upstream::start(|_| Answer::json(r#"{"a":1}"#));
    let app = app(
        &upstream,
        |b| b.service_version("2.0").tags(["env: test"]),
        async |here: Here| {
            let call = here.observe().url_wildcard("/todos/{id}").put(here.url("/todos/2?x=1&x=2"));
            let call = call.insert_header(("X-App", "one")).append_header(("x-app", "two"));
            text(call.send_json(&json!({"b": 2})).await.unwrap()).await
        },
    );
    assert_eq!(ask(&app), r#"{"a":1}"#);
    let held = app.held_calls(1, 1);
    let (server, client) = (&held.servers[0], &held.clients[0]);
    assert_eq!((client.name.as_str(), client.kind), ("monoscope.http", Kind::Client));
    assert_eq!((client.status.code, client.status.message.as_str()), (StatusCode::Unset, ""));
    assert_eq!((&client.events, &client.links), (&vec![], &vec![]));
    assert_eq!(client.scope.name, "apitoolkit-actix");
    let msg_id = client.str_attr("apitoolkit.msg_id").unwrap();
    assert_eq!((msg_id.len(), msg_id.as_bytes()[14]), (36, b'4'), "a random UUID: {msg_id}");
    let port = upstream.address.port();
    assert_eq!(
        client.attributes.to_json(),
        json!({
            "http.request.method": "PUT",
            "http.route": "/todos/{id}",
            "http.response.status_code": 200,
            "url.full": format!("http://127.0.0.1:{port}/todos/2?x=1&x=2"),
            "url.scheme": "http",
            "url.path": "/todos/2",
            "url.query": "x=1&x=2",
            "server.address": "127.0.0.1",
            "server.port": port,
            "network.protocol.version": "1.1",
            "http.request.body.size": 7,
            "http.response.body.size": 7,
            "apitoolkit.sdk_type": "RustAwcOutgoing",
            "apitoolkit.msg_id": msg_id,
            "apitoolkit.parent_id": server.str_attr("apitoolkit.msg_id").unwrap(),
            "apitoolkit.service_version": "2.0",
            "apitoolkit.tags": ["env: test"],
            "http.request.query_params": r#"{"x":["1","2"]}"#,
            "http.request.path_params": r#"{"id":"2"}"#,
            "http.target": "/todos/2?x=1&x=2",
            "net.host.name": "127.0.0.1",
            "http.request.header.accept-encoding": ["gzip, deflate"],
            "http.request.header.content-type": ["application/json"],
            "http.request.header.x-app": ["one", "two"],
            "http.response.header.content-type": ["application/json"],
            "http.response.header.content-length": ["7"],
        })
    );
    assert_eq!(
        app.collector.span_tree(&server.trace_id),
        "monoscope.http [SERVER] Unset\n  monoscope.http [CLIENT] Unset\n"
    );
}

/// The conventions' names, with and without a template; nothing of APItoolkit's own.
#[test]
fn names_by_the_other_convention() {
    let upstream = Upstream::saying("hello");
    let app = app(
        &upstream,
        |b| b.convention(Convention::OpenTelemetry),
        async |here: Here| {
            for call in [here.observe(), here.observe().url_wildcard("/todos/{id}")] {
                text(call.get(here.url("/todos/2")).send().await.unwrap()).await;
            }
            let method = awc::http::Method::from_bytes(b"TEST").unwrap();
            text(here.observe().request(method, here.url("/")).send().await.unwrap()).await
        },
    );
    ask(&app);
    let held = app.held_calls(1, 3);
    let names: Vec<_> = held.clients.iter().map(|span| span.name.as_str()).collect();
    assert_eq!(names, ["GET", "GET /todos/{id}", "HTTP"]);
    let other = &held.clients[2];
    assert_eq!(other.str_attr("http.request.method"), Some("_OTHER"));
    assert_eq!(other.str_attr("http.request.method_original"), Some("TEST"));
    for span in &held.clients {
        for (key, _) in span.attributes.iter() {
            assert!(!key.starts_with("apitoolkit.") && key != "http.target", "{key}");
        }
    }
}

/// For whoever asks, a 4xx is a failure as a 5xx is.
#[test]
fn statuses_that_mean_failure() {
    let upstream = statuses();
    let cases: [(&str, i64, Option<&str>); 6] = [
        ("/200", 200, None),
        ("/204", 204, None),
        ("/304", 304, None),
        ("/400", 400, Some("400")),
        ("/429", 429, Some("429")),
        ("/500", 500, Some("500")),
    ];
    for (path, status, error) in cases {
        let app = calling(&upstream, |b| b, path);
        ask(&app);
        let held = app.held_calls(1, 1);
        let call = &held.clients[0];
        assert_eq!(call.int_attr("http.response.status_code"), Some(status));
        assert_eq!(call.str_attr("error.type"), error);
        let expected = if error.is_some() { StatusCode::Error } else { StatusCode::Unset };
        assert_eq!((call.status.code, call.status.message.as_str()), (expected, ""));
        assert_eq!(call.events, []);
        assert_eq!(held.servers[0].status.code, StatusCode::Unset, "the call's failure alone");
    }
}

fn parts(span: &Span) -> (Option<i64>, usize, Option<i64>) {
    let status = span.int_attr("http.response.status_code");
    let cancelled = span.events_named("cancelled").count();
    assert_eq!(span.events.len(), cancelled);
    assert_eq!((span.status.code, span.attr("error.type")), (StatusCode::Unset, None));
    (status, cancelled, span.int_attr("http.response.body.size"))
}

/// Read to the end, in part, and not at all.
#[test]
fn a_call_ends_when_its_body_does_or_is_dropped() {
    let gate = Gate::default();
    let held_back = gate.clone();
    let upstream = Upstream::start(move |request| match request.target() {
        "/slow" => {
            let head = Answer::head(200, &[("content-length", "4")]);
            head.then("ab").when(&held_back).then("cd")
        }
        _ => Answer::head(200, &[("content-length", "1000000")]).repeat([b'x'; 1000], 1000),
    });
    let app = app(
        &upstream,
        |b| b,
        async move |here: Here| {
            let before = Instant::now();
            let mut slow = here.observe().get(here.url("/slow")).send().await.unwrap();
            assert_eq!(slow.next().await.unwrap().unwrap(), "ab");
            // This long the body takes.
            actix_rt::time::sleep(Duration::from_millis(250)).await;
            gate.open();
            assert_eq!(slow.next().await.unwrap().unwrap(), "cd");
            let took = before.elapsed();
            assert!(slow.next().await.is_none());

            let mut half = here.observe().get(here.url("/half")).send().await.unwrap();
            half.next().await.unwrap().unwrap();
            drop(half);
            drop(here.observe().get(here.url("/unread")).send().await.unwrap());
            took.as_micros().to_string()
        },
    );
    let took = Duration::from_micros(ask(&app).parse().unwrap());
    let held = app.held_calls(1, 3);
    let [slow, half, unread] = held.clients.as_slice() else { panic!("three") };
    assert_eq!(parts(slow), (Some(200), 0, Some(4)));
    assert!(slow.duration() >= took.min(Duration::from_millis(250)) && took.as_millis() >= 250);
    assert!(slow.duration() < held.servers[0].duration());
    // How long they are is known from their heads.
    assert_eq!(parts(half), (Some(200), 1, Some(1_000_000)));
    assert_eq!(parts(unread), (Some(200), 0, Some(1_000_000)));
}
