//! By which ids of an exchange its log records are found.

use actix_web::web::{ServiceConfig, get};
use apitoolkit_actix::{Builder, Convention, TrustInbound, testing::LogRecord, trace_service};
use apitoolkit_tests::{Reply, Settings, TestApp};
use tracing::{error, info, info_span};

use crate::support::{app_with, only};

fn routes(cfg: &mut ServiceConfig) {
    let handler = || async {
        info!("in the handler");
        trace_service("Orders", "load", async { error!("in a service") }).await;
        info_span!("work").in_scope(|| info!("in a span"));
        "done"
    };
    cfg.route("/", get().to(handler));
}

fn app(settings: Settings, toolkit: impl FnOnce(Builder) -> Builder) -> TestApp {
    app_with(settings, toolkit, |telemetry| only(telemetry.layer()), routes)
}

/// Sends a request with an id, or with none.
fn ask(app: &TestApp, id: Option<&str>) -> Reply {
    let id = id.map(|id| format!("x-request-id: {id}\r\n")).unwrap_or_default();
    let sent = format!("GET / HTTP/1.1\r\nHost: api.test\r\n{id}Connection: close\r\n\r\n");
    app.connect().send(sent).reply()
}

/// The exchange's id and the caller's of each record.
fn ids(app: &TestApp) -> Vec<(Option<String>, Option<String>)> {
    app.telemetry.flush().unwrap();
    let logs = app.collector.logs();
    let id = |log: &LogRecord, key: &str| log.attributes.str(key).map(str::to_owned);
    logs.iter()
        .map(|log| (id(log, "apitoolkit.msg_id"), id(log, "apitoolkit.request_id")))
        .collect()
}

#[test]
fn records_have_the_id_of_their_exchange() {
    let app = app(Settings::default(), |b| b.return_request_id(true));
    let reply = ask(&app, None);
    let exchange = app.held_one();
    let id = exchange.str_attr("apitoolkit.msg_id").unwrap();
    assert!(reply.head.contains(&format!("x-request-id: {id}")), "{}", reply.head);
    assert_eq!(ids(&app), vec![(Some(id.to_owned()), None); 3]);
}

#[test]
fn a_stranger_s_id_is_on_no_record() {
    for trust in [TrustInbound::Link, TrustInbound::Ignore] {
        let app = app(Settings::default(), |b| b.trust_inbound(trust));
        ask(&app, Some("abc-1"));
        let id = app.held_one().str_attr("apitoolkit.msg_id").map(str::to_owned);
        assert_eq!(ids(&app), vec![(id, None); 3]);
    }
}

#[test]
fn what_is_no_id_is_on_no_record() {
    let app = app(Settings::default(), |b| b.redact_headers(["x-request-id"]));
    for sent in ["CANARY <script>", &"CANARY".repeat(100)] {
        ask(&app, Some(sent));
    }
    app.held(2);
    let ids = ids(&app);
    assert_eq!(ids.len(), 6);
    assert!(ids.iter().all(|(id, given)| id.is_some() && given.is_none()), "{ids:?}");
}

#[test]
fn an_app_cannot_give_a_record_another_id() {
    let app = app_with(
        Settings::default(),
        |b| b,
        |telemetry| only(telemetry.layer()),
        |cfg| {
            let handler = || async {
                info!(apitoolkit.msg_id = "another", "one");
                "done"
            };
            cfg.route("/", get().to(handler));
        },
    );
    ask(&app, None);
    let id = app.held_one().str_attr("apitoolkit.msg_id").map(str::to_owned);
    assert_eq!(ids(&app), [(id, None)]);
    assert_eq!(app.collector.logs()[0].attributes.duplicates(), [""; 0]);
}

#[test]
fn outside_of_exchanges_that_are_recorded_there_are_none() {
    let app = app(Settings { sample_ratio: 0.0, ..Settings::default() }, |b| b);
    ask(&app, Some("abc-1"));
    assert_eq!(ids(&app), vec![(None, None); 3]);
}

#[test]
fn the_other_convention_has_no_such_keys() {
    let app = app(Settings::default(), |b| b.convention(Convention::OpenTelemetry));
    ask(&app, Some("abc-1"));
    app.held_one();
    assert_eq!(ids(&app), vec![(None, None); 3]);
}

#[test]
fn records_have_the_id_that_the_caller_gave_the_request() {
    let app = app(Settings::default(), |b| b);
    ask(&app, Some("abc-1"));
    let exchange = app.held_one();
    let id = |key| exchange.str_attr(key).map(str::to_owned);
    let expected = (id("apitoolkit.msg_id"), Some("abc-1".to_owned()));
    assert_eq!(id("apitoolkit.request_id"), expected.1);
    assert_eq!(ids(&app), vec![expected; 3]);
}

#[test]
fn a_credential_is_no_id_on_any_record() {
    let app = app(Settings::default(), |b| b.redact_headers(["x-request-id"]));
    ask(&app, Some("ghp_CANARYCANARYCANARYCANARYCANARYCANAR"));
    let id = app.held_one().str_attr("apitoolkit.request_id").map(str::to_owned);
    assert_eq!(id.as_deref(), Some("[CLIENT_REDACTED]"));
    assert!(ids(&app).iter().all(|(_, given)| *given == id));
}
