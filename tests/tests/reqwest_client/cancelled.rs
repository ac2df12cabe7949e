//! Callers that lose interest: the call ends at once, and nothing went wrong.

use apitoolkit_actix::testing::Span;
use apitoolkit_tests::{Answer, Gate, SOON, Upstream};
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use reqwest::{
    Body,
    dns::{Name, Resolve, Resolving},
};
use serde_json::json;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::support::{Caller, Here, app, observed, resolving, run};

fn assert_cancelled(span: &Span) {
    let stable = span.to_stable_json(&[]);
    assert_eq!(stable["status"], json!({ "code": "Unset", "message": "" }));
    assert_eq!(span.attr("error.type"), None);
    let names: Vec<_> = span.events.iter().map(|event| event.name.as_str()).collect();
    assert_eq!(names, ["cancelled"]);
}

/// Never gets to a name's addresses, and says that it was asked.
struct Asked(UnboundedSender<()>);

impl Resolve for Asked {
    fn resolve(&self, _: Name) -> Resolving {
        self.0.send(()).unwrap();
        Box::pin(std::future::pending())
    }
}

async fn told(mut by: UnboundedReceiver<()>) {
    tokio::time::timeout(SOON, by.recv()).await.unwrap().unwrap();
}

#[test]
fn while_connecting() {
    let caller = Caller::new();
    run(async {
        let (ask, asked) = unbounded_channel();
        let client = observed(resolving(Asked(ask)), caller.middleware());
        let call = tokio::task::spawn_local(client.get("http://nobody.test/").send());
        told(asked).await;
        call.abort();
        assert!(call.await.unwrap_err().is_cancelled());
    });
    let span = caller.held_one();
    assert_cancelled(&span);
    assert_eq!(span.attr("http.response.status_code"), None);
}

#[test]
fn while_waiting_for_the_answer() {
    let upstream = Upstream::start(|_| Answer::never());
    let caller = Caller::new();
    run(async {
        let call = caller.client().get(upstream.url("/")).send();
        tokio::select! {
            _ = call => panic!("there is no answer"),
            () = upstream.reached(1) => {}
        }
    });
    let span = caller.held_one();
    assert_cancelled(&span);
    assert_eq!(span.attr("http.response.status_code"), None);
}

#[test]
fn while_the_handlers_own_client_goes_away() {
    let upstream = Upstream::start(|_| Answer::never());
    let app = app(
        &upstream,
        |b| b,
        async |here: Here| {
            here.client.get(here.url("/")).send().await.unwrap();
            String::new()
        },
    );
    let mut client = app.connect();
    client.send("GET / HTTP/1.1\r\nhost: app.test\r\n\r\n");
    run(upstream.reached(1));
    client.reset();
    let held = app.held_calls(1, 1);
    assert_cancelled(&held.clients[0]);
    assert_eq!(held.servers[0].str_attr("error.type"), Some("client_disconnected"));
}

#[test]
fn in_the_middle_of_the_body() {
    let upstream = Upstream::start(|_| {
        Answer::head(200, &[("content-length", "100")]).then("0123456789").hang()
    });
    let caller = Caller::new();
    run(async {
        let mut answer = caller.client().get(upstream.url("/")).send().await.unwrap();
        assert_eq!(answer.chunk().await.unwrap().unwrap(), "0123456789");
        // It has not ended yet.
        caller.telemetry.flush().unwrap();
        assert_eq!(caller.collector.spans(), []);
        drop(answer);
    });
    let span = caller.held_one();
    assert_cancelled(&span);
    assert_eq!(span.int_attr("http.response.status_code"), Some(200));
    // What was announced.
    assert_eq!(span.int_attr("http.response.body.size"), Some(100));
}

#[test]
fn while_sending() {
    let upstream = Upstream::saying("hello");
    let caller = Caller::new();
    let sent = run(async {
        let (send, sent) = unbounded_channel();
        let first = stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"first"))]);
        let rest = stream::once(async move {
            send.send(()).unwrap();
            std::future::pending().await
        });
        let client =
            observed(crate::support::plain(), caller.middleware().capture_request_body(true));
        let request = client.post(upstream.url("/")).header("content-type", "text/plain");
        let request = request.body(Body::wrap_stream(first.chain(rest)));
        let call = tokio::task::spawn_local(request.send());
        told(sent).await;
        call.abort();
        call.await.unwrap_err().is_cancelled()
    });
    assert!(sent);
    let span = caller.held_one();
    assert_cancelled(&span);
    assert_eq!(span.attr("http.request.body.size"), None, "it did not get to its end");
    let body = String::from_utf8(span.request_body().unwrap()).unwrap();
    assert_eq!(body, "[CLIENT_REDACTED] [truncated text/plain, 5 of 5 B]");
}

#[test]
fn a_body_that_nobody_reads_is_no_loss_of_interest() {
    let gate = Gate::default();
    let held = gate.clone();
    let upstream = Upstream::start(move |_| {
        Answer::head(200, &[("content-length", "5")]).when(&held).then("hello")
    });
    let caller = Caller::new();
    run(async {
        let answer = caller.client().get(upstream.url("/")).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        drop(answer);
    });
    let span = caller.held_one();
    gate.open();
    assert_eq!((span.events.len(), span.attr("error.type")), (0, None));
    assert_eq!(span.int_attr("http.response.status_code"), Some(200));
}

#[test]
fn a_call_that_was_never_begun_is_none() {
    let upstream = Upstream::saying("hello");
    let caller = Caller::new();
    run(async { drop(caller.client().get(upstream.url("/")).send()) });
    caller.held(0);
    assert_eq!(upstream.accepted(), 0);
}
