//! Connections are those of the client, whatever is said about calls.

use apitoolkit_actix::Observer;
use apitoolkit_tests::Upstream;

use crate::support::{Here, app, ask, text};

/// Fifty calls, each with options of its own.
#[test]
fn calls_with_any_options_share_a_connection() {
    let upstream = Upstream::saying("hello");
    let app = app(
        &upstream,
        |b| b,
        async |here: Here| {
            for n in 0..50 {
                let observer: Observer = match n % 5 {
                    0 => here.observe().url_wildcard(format!("/{{n}}/{n}")),
                    1 => here.observe().redact_headers([format!("x-{n}")]),
                    2 => here.observe().redact_response_body([format!("$.a{n}")]),
                    3 => here.observe().capture_request_body(true).max_body_bytes(n + 1),
                    _ => apitoolkit_actix::observe().capture_response_body(true),
                };
                let url = here.url(&format!("/{n}"));
                let answer = match n % 3 {
                    0 => observer.get(url).send().await,
                    1 => observer.post(url).send_body("body").await,
                    _ => observer.put(url).freeze().unwrap().send_json(&n).await,
                };
                text(answer.unwrap()).await;
            }
            // Plain calls of the same client.
            text(apitoolkit_actix::observed_client().get(here.url("/50")).send().await.unwrap())
                .await
        },
    );
    ask(&app);
    ask(&app);
    let held = app.held_calls(2, 102);
    assert_eq!((upstream.accepted(), upstream.received().len()), (1, 102));
    // Each under its own span: the path of the request is that of the span its header names.
    for request in upstream.received() {
        let parent = request.the("traceparent").to_owned();
        let span = held.clients.iter().find(|span| parent.contains(&span.span_id)).unwrap();
        assert_eq!(span.str_attr("url.path"), Some(request.target()));
        assert!(parent.contains(&span.trace_id));
    }
}
