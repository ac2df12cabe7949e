//! Whose child the span of a call is, and with which client it is made.

use actix_web::HttpRequest;
use apitoolkit_actix::{
    ObservedClient, observe, observe_request, observed_client,
    testing::{Kind, Span},
    trace_service,
};
use apitoolkit_tests::{Held, SOON, TestApp, Upstream};
use awc::Client;
use futures_util::FutureExt as _;
use opentelemetry::{
    Context,
    global::BoxedTracer,
    trace::{FutureExt as _, SpanKind, TraceContextExt as _, Tracer as _, TracerProvider as _},
};

use crate::support::{Caller, Here, app, ask, run, text};

fn tree(app: &TestApp, held: &Held) -> String {
    app.collector.span_tree(&held.servers[0].trace_id)
}

fn assert_of(server: &Span, client: &Span) {
    assert_eq!(client.str_attr("apitoolkit.parent_id"), server.str_attr("apitoolkit.msg_id"));
    assert_eq!(client.trace_id, server.trace_id);
}

#[test]
fn a_call_in_a_service_is_the_services_child() {
    let upstream = Upstream::saying("hello");
    let app = app(
        &upstream,
        |b| b,
        async |here: Here| {
            trace_service("Todos", "load", async {
                text(observe().get(here.url("/1")).send().await.unwrap()).await;
                text(here.observe().get(here.url("/2")).send().await.unwrap()).await;
                text(observed_client().get(here.url("/3")).send().await.unwrap()).await
            })
            .await
        },
    );
    ask(&app);
    let held = app.held_calls(1, 3);
    app.collector.wait_for(|span| span.kind == Kind::Internal, 1, SOON).unwrap();
    assert_eq!(
        tree(&app, &held),
        "monoscope.http [SERVER] Unset\n  Todos.load [INTERNAL] Unset\n".to_owned()
            + &"    monoscope.http [CLIENT] Unset\n".repeat(3)
    );
    held.clients.iter().for_each(|client| assert_of(&held.servers[0], client));
}

/// The app has a CLIENT span of its own around the call.
#[test]
fn a_call_inside_another_client_span() {
    let upstream = Upstream::saying("hello");
    let address = upstream.address;
    let app = TestApp::with(
        apitoolkit_tests::Settings::default(),
        |b| b,
        |telemetry| {
            let provider = telemetry.tracer_provider();
            move |cfg: &mut actix_web::web::ServiceConfig| {
                let provider = provider.clone();
                let handler = move |request: HttpRequest| {
                    let tracer = BoxedTracer::new(Box::new(provider.tracer("app")));
                    async move {
                        let span = tracer.span_builder("sdk").with_kind(SpanKind::Client);
                        let span = span.start(&tracer);
                        let context = Context::current_with_span(span);
                        let url = format!("http://{address}/");
                        let call = observe_request(&request);
                        let call = async move { text(call.get(url).send().await.unwrap()).await };
                        call.with_context(context).await
                    }
                };
                cfg.route("/", actix_web::web::to(handler));
            }
        },
    );
    ask(&app);
    let held = app.held_calls(1, 1);
    app.collector.wait_for(|span| span.name == "sdk", 1, SOON).unwrap();
    assert_eq!(
        tree(&app, &held),
        "monoscope.http [SERVER] Unset\n  sdk [CLIENT] Unset\n    monoscope.http [CLIENT] Unset\n"
    );
    assert_of(&held.servers[0], &held.clients[0]);
}

#[test]
fn clients_of_the_apps_own_see_plain_calls() {
    let upstream = Upstream::saying("hello");
    let app = app(
        &upstream,
        |b| b,
        async |here: Here| {
            let client = Client::builder().wrap(ObservedClient::new()).finish();
            let twice =
                Client::builder().wrap(ObservedClient::new()).wrap(ObservedClient::new()).finish();
            for client in [&client, &twice] {
                text(client.get(here.url("/")).send().await.unwrap()).await;
                text(here.observe().client(client).get(here.url("/")).send().await.unwrap()).await;
                let begun = client.post(here.url("/"));
                text(here.observe().observe(begun).send_body("x").await.unwrap()).await;
            }
            let bare = Client::new();
            text(here.observe().client(&bare).get(here.url("/")).send().await.unwrap()).await
        },
    );
    ask(&app);
    // The last one cannot be seen.
    let held = app.held_calls(1, 6);
    assert_eq!(upstream.received().len(), 7);
    for client in &held.clients {
        assert_of(&held.servers[0], client);
        assert_eq!(client.parent_span_id.as_ref(), Some(&held.servers[0].span_id));
    }
}

/// A task of its own is in no exchange, unless it is told so by the request.
#[test]
fn calls_in_the_background() {
    let upstream = Upstream::saying("hello");
    let app = app(
        &upstream,
        |b| b,
        async |here: Here| {
            let task = here.clone();
            let child = actix_rt::spawn(async move {
                text(task.observe().get(task.url("/child")).send().await.unwrap()).await;
            });
            child.await.unwrap();
            "done".to_owned()
        },
    );
    ask(&app);
    let held = app.held_calls(1, 1);
    assert_of(&held.servers[0], &held.clients[0]);
    assert_eq!(held.clients[0].parent_span_id.as_ref(), Some(&held.servers[0].span_id));

    let caller = Caller::new();
    run(async {
        let client = caller.client();
        text(client.get(upstream.url("/root")).send().await.unwrap()).await;
        text(observe().client(&client).get(upstream.url("/root")).send().await.unwrap()).await;
    });
    let roots = caller.held(2);
    for root in &roots {
        assert_eq!((&root.parent_span_id, root.attr("apitoolkit.parent_id")), (&None, None));
        assert_eq!(root.str_attr("apitoolkit.sdk_type"), Some("RustAwcOutgoing"));
    }
    assert_ne!(roots[0].trace_id, roots[1].trace_id);
}

/// Two calls at once in one exchange, polled in turn by one task: siblings, not each other's child.
#[test]
fn calls_side_by_side_are_siblings() {
    let upstream = Upstream::saying("hello");
    let app = app(
        &upstream,
        |b| b,
        async |here: Here| {
            let call = |path| {
                let call = here.observe().get(here.url(path)).send();
                call.then(async |answer| text(answer.unwrap()).await)
            };
            let (one, two) = futures_util::join!(call("/1"), call("/2"));
            one + &two
        },
    );
    assert_eq!(ask(&app), "hellohello");
    let held = app.held_calls(1, 2);
    assert_eq!(
        tree(&app, &held),
        "monoscope.http [SERVER] Unset\n".to_owned()
            + &"  monoscope.http [CLIENT] Unset\n".repeat(2)
    );
}

/// What the callee records is a child of the call's span.
#[test]
fn the_callees_span_is_the_calls_child() {
    let upstream = Upstream::saying("hello");
    let callee = app(&upstream, |b| b, async |_| "callee".to_owned());
    let address = callee.address;
    let caller = app(
        &upstream,
        |b| b,
        async move |here: Here| {
            text(here.observe().get(format!("http://{address}/")).send().await.unwrap()).await
        },
    );
    assert_eq!(ask(&caller), "callee");
    let call = caller.held_calls(1, 1).clients.remove(0);
    let remote = callee.held_one();
    assert_eq!((&remote.trace_id, remote.parent_span_id), (&call.trace_id, Some(call.span_id)));
}
