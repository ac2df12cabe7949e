//! Whose child a call is.

use std::sync::{Arc, Mutex, mpsc};

use apitoolkit_actix::{CallOptions, testing::Kind, trace_service};
use apitoolkit_tests::{SOON, Settings, Upstream};
use reqwest_middleware::ClientWithMiddleware;

use crate::support::{Caller, Here, app, app_with, ask, ask_with};

async fn get(client: &ClientWithMiddleware, url: String, options: Option<CallOptions>) -> String {
    let request = client.get(url);
    let request = match options {
        Some(options) => request.with_extension(options),
        None => request,
    };
    request.send().await.unwrap().text().await.unwrap()
}

#[test]
fn of_the_exchange_or_of_the_service_it_is_made_in() {
    let upstream = Upstream::saying("hello");
    let app = app(
        &upstream,
        |b| b,
        async |here: Here| {
            get(&here.client, here.url("/a"), None).await;
            let inside = async {
                get(&here.client, here.url("/b"), None).await;
                get(&here.client, here.url("/c"), Some(here.options())).await
            };
            trace_service("Todos", "load", inside).await
        },
    );
    assert_eq!(ask(&app), "hello");
    let held = app.held_calls(1, 3);
    assert_eq!(
        app.collector.span_tree(&held.servers[0].trace_id),
        "monoscope.http [SERVER] Unset\n  \
           monoscope.http [CLIENT] Unset\n  \
           Todos.load [INTERNAL] Unset\n    \
             monoscope.http [CLIENT] Unset\n    \
             monoscope.http [CLIENT] Unset\n"
    );
    for span in &held.clients {
        let parent = held.servers[0].str_attr("apitoolkit.msg_id");
        assert_eq!(span.str_attr("apitoolkit.parent_id"), parent);
        assert!(parent.is_some());
    }
}

#[test]
fn of_the_request_where_the_context_is_not_its() {
    let upstream = Upstream::saying("hello");
    let app = app(
        &upstream,
        |b| b,
        async |here: Here| {
            let (client, url) = (here.client.clone(), here.url("/spawned"));
            let options = here.options();
            let call = actix_web::rt::spawn(async move { get(&client, url, Some(options)).await });
            call.await.unwrap()
        },
    );
    assert_eq!(ask(&app), "hello");
    let held = app.held_calls(1, 1);
    assert_eq!(held.clients[0].parent_span_id.as_ref(), Some(&held.servers[0].span_id));
}

#[test]
fn of_nobody_in_a_task_that_was_told_nothing() {
    let upstream = Upstream::saying("hello");
    let app = app(
        &upstream,
        |b| b,
        async |here: Here| {
            // Whatever telemetry the process has would record it otherwise.
            let (client, url) = (here.client.clone(), here.url("/spawned"));
            actix_web::rt::spawn(async move { get(&client, url, None).await }).await.unwrap()
        },
    );
    assert_eq!(ask(&app), "hello");
    app.held(1);
    assert_eq!(upstream.the_one().header("traceparent"), [""; 0]);
}

#[test]
fn options_of_an_older_request_are_not_those_of_another() {
    let upstream = Upstream::saying("hello");
    let (keep, kept) = mpsc::channel::<CallOptions>();
    let kept = Arc::new(Mutex::new(kept));
    let app = app(
        &upstream,
        |b| b,
        async move |here: Here| {
            if here.request.headers().contains_key("x-first") {
                keep.send(here.options()).unwrap();
                return String::new();
            }
            let options = kept.lock().unwrap().recv_timeout(SOON).unwrap();
            get(&here.client, here.url("/"), Some(options)).await
        },
    );
    ask_with(&app, &[("x-first", "1")]);
    assert_eq!(ask(&app), "hello");
    let held = app.held_calls(2, 1);
    let [first, second] = held.servers.as_slice() else { panic!("{held:#?}") };
    assert_ne!(first.trace_id, second.trace_id);
    assert_eq!(held.clients[0].parent_span_id.as_ref(), Some(&first.span_id));
}

#[test]
fn of_the_exchange_whatever_telemetry_the_client_has() {
    let upstream = Upstream::saying("hello");
    let caller = Caller::new();
    let app = app_with(
        Settings::default(),
        caller.middleware(),
        &upstream,
        |b| b,
        async |here: Here| get(&here.client, here.url("/"), None).await,
    );
    assert_eq!(ask(&app), "hello");
    let held = app.held_calls(1, 1);
    assert_eq!(held.clients[0].parent_span_id.as_ref(), Some(&held.servers[0].span_id));
    caller.held(0);
}

#[test]
fn from_threads_of_another_runtime() {
    let upstream = Upstream::saying("hello");
    let app = app(
        &upstream,
        |b| b,
        async |here: Here| {
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
            let calls: Vec<_> = (0..8)
                .map(|n| {
                    let (client, url) = (here.client.clone(), here.url(&format!("/{n}")));
                    let options = here.options();
                    runtime.spawn(async move { get(&client, url, Some(options)).await })
                })
                .collect();
            for call in calls {
                assert_eq!(call.await.unwrap(), "hello");
            }
            runtime.shutdown_background();
            String::new()
        },
    );
    ask(&app);
    let held = app.held_calls(1, 8);
    for span in &held.clients {
        assert_eq!(span.parent_span_id.as_ref(), Some(&held.servers[0].span_id));
    }
    assert!(app.collector.spans().iter().all(|span| span.kind != Kind::Internal));
}
