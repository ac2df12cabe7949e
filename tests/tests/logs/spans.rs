//! `tracing` spans inside exchanges.

use std::io;

use actix_web::web::get;
use apitoolkit_actix::{enter_service, trace_service};
use apitoolkit_tests::TestApp;
use serde_json::json;
use tokio::task::yield_now;
use tracing::{Instrument as _, error, field::Empty, info, info_span, instrument};

use crate::support::{app, ask, doing, only, records_of};

fn tree(app: &TestApp) -> String {
    let exchange = app.held_one();
    app.collector.span_tree(&exchange.trace_id)
}

#[instrument(skip_all)]
async fn outermost() {
    yield_now().await;
    let service = async {
        let inner = async {
            yield_now().await;
            let _innermost = enter_service("Orders", "sum");
        };
        inner.instrument(info_span!("inner")).await;
    };
    trace_service("Orders", "load", service).await;
    info_span!("last").in_scope(|| ());
}

#[test]
fn spans_and_services_nest_in_both_directions() {
    let app = app(
        |telemetry| only(telemetry.layer()),
        |cfg| {
            let handler = || async {
                let service = async { outermost().await };
                trace_service("Orders", "list", service).await;
                info_span!("beside").in_scope(|| ());
                "done"
            };
            cfg.route("/", get().to(handler));
        },
    );
    ask(&app, "/");
    let expected = "\
monoscope.http [SERVER] Unset
  Orders.list [INTERNAL] Unset
    outermost [INTERNAL] Unset
      Orders.load [INTERNAL] Unset
        inner [INTERNAL] Unset
          Orders.sum [INTERNAL] Unset
      last [INTERNAL] Unset
  beside [INTERNAL] Unset
";
    assert_eq!(tree(&app), expected);
}

#[test]
fn a_span_has_the_fields_it_has_in_the_end_each_once() {
    let app = doing(|| {
        let span =
            info_span!("work", id = 7_u64, ratio = 0.5, ok = true, rows = Empty, never = Empty);
        span.record("rows", 1).record("rows", 2).record("id", "seven");
        let _entered = span.enter();
        let second = info_span!("second");
        second.follows_from(&span);
    });
    ask(&app, "/");
    let exchange = app.held_one();
    let span = app.collector.spans_named("work").pop().unwrap();
    let attributes =
        json!({ "target": module_path!(), "id": "seven", "ratio": 0.5, "ok": true, "rows": 2 });
    let expected = json!({
        "name": "work",
        "kind": "INTERNAL",
        "trace_state": "",
        "status": { "code": "Unset", "message": "" },
        "attributes": attributes,
        "events": [],
        "links": [],
        "scope": { "name": "apitoolkit-actix", "version": env!("CARGO_PKG_VERSION") },
    });
    assert_eq!(span.to_stable_json(&[]), expected);
    assert!(exchange.start <= span.start && span.start <= span.end && span.end <= exchange.end);
    let second = app.collector.spans_named("second").pop().unwrap();
    let links: Vec<_> = second.links.iter().map(|link| link.span_id.clone()).collect();
    assert_eq!(links, std::slice::from_ref(&span.span_id));
    assert_eq!(second.parent_span_id, Some(span.span_id));
}

#[instrument(err, skip_all)]
fn refused() -> io::Result<()> {
    Err(io::Error::other("password=CANARY was refused"))
}

#[test]
fn an_error_that_a_span_logs_is_its_failure_and_nobody_else_s() {
    let app = doing(|| {
        info_span!("around").in_scope(|| {
            drop(refused());
            error!("a line without an error value");
            let _service = enter_service("Orders", "load");
            error!(error = "the service's own", "failed");
        });
        let described = info_span!("described", otel.kind = "client", otel.status_code = "ERROR");
        drop(described);
        drop(info_span!("fine", otel.status_code = "ok"));
    });
    ask(&app, "/");
    let expected = "\
monoscope.http [SERVER] Unset
  around [INTERNAL] Unset
    refused [INTERNAL] Error
    Orders.load [INTERNAL] Unset
  described [CLIENT] Error
  fine [INTERNAL] Ok
";
    assert_eq!(tree(&app), expected);
    let refused = app.collector.spans_named("refused").pop().unwrap();
    assert_eq!(refused.status.message, "password=[CLIENT_REDACTED] was refused");
    let places: Vec<_> = records_of(&app).into_iter().map(|record| record[3].clone()).collect();
    assert_eq!(places, ["refused", "around", "Orders.load"]);
}

#[test]
fn parents_that_are_named_are_the_parents() {
    let app = doing(|| {
        let first = info_span!("first");
        let _second = info_span!("second").entered();
        info_span!(parent: &first, "of the first").in_scope(|| info!("inside"));
        info_span!("of the second").in_scope(|| ());
        // Of nobody, so outside of the exchange too.
        info_span!(parent: None, "of nobody").in_scope(|| info!("apart"));
    });
    ask(&app, "/");
    let expected = "\
monoscope.http [SERVER] Unset
  first [INTERNAL] Unset
    of the first [INTERNAL] Unset
  second [INTERNAL] Unset
    of the second [INTERNAL] Unset
";
    assert_eq!(tree(&app), expected);
    let expected =
        [json!(["INFO", "inside", {}, "of the first"]), json!(["INFO", "apart", {}, "second"])];
    assert_eq!(records_of(&app), expected);
    assert_eq!(app.collector.spans().len(), 5);
}

#[test]
fn guards_that_are_dropped_out_of_order_leave_nothing_behind() {
    let app = doing(|| {
        let first = info_span!("first").entered();
        let second = info_span!("second").entered();
        drop(first);
        info!("inside of the second");
        drop(second);
        info!("outside");
        // Entered twice, left twice.
        let span = info_span!("twice");
        let outer = span.enter();
        let inner = span.enter();
        drop(outer);
        info!("still inside");
        drop(inner);
    });
    ask(&app, "/");
    app.held_one();
    let expected = [
        json!(["INFO", "inside of the second", {}, "second"]),
        json!(["INFO", "outside", {}, "monoscope.http"]),
        json!(["INFO", "still inside", {}, "twice"]),
    ];
    assert_eq!(records_of(&app), expected);
}
