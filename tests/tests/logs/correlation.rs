//! Which trace and span a log record belongs to.

use actix_web::{
    rt,
    web::{Data, ServiceConfig, get},
};
use apitoolkit_actix::{
    testing::{Collector, LogRecord},
    trace_service,
};
use apitoolkit_tests::Settings;
use serde_json::json;
use tokio::{sync::Barrier, task::yield_now};
use tracing::{Instrument as _, Span, info, info_span, warn};

use crate::support::{app, app_with, ask, builder, only, records, records_of};

async fn everywhere() -> &'static str {
    info!(orders = 3, "in the handler");
    yield_now().await;
    warn!("after an await");
    let service = async {
        info!("in a service");
        yield_now().await;
        info!("in a service, later");
    };
    trace_service("Orders", "load", service).await;
    let work = async {
        info!("in a span");
        yield_now().await;
        info!("in a span, later");
    };
    work.instrument(info_span!("work")).await;
    info!("in the handler again");
    "done"
}

fn routes(cfg: &mut ServiceConfig) {
    cfg.route("/", get().to(everywhere));
}

#[test]
fn events_carry_the_ids_of_the_span_they_happen_in() {
    let app = app(|telemetry| only(telemetry.layer()), routes);
    ask(&app, "/");
    let exchange = app.held_one();
    let expected = [
        json!(["INFO", "in the handler", { "orders": 3 }, "monoscope.http"]),
        json!(["WARN", "after an await", {}, "monoscope.http"]),
        json!(["INFO", "in a service", {}, "Orders.load"]),
        json!(["INFO", "in a service, later", {}, "Orders.load"]),
        json!(["INFO", "in a span", {}, "work"]),
        json!(["INFO", "in a span, later", {}, "work"]),
        json!(["INFO", "in the handler again", {}, "monoscope.http"]),
    ];
    assert_eq!(records_of(&app), expected);
    for log in app.collector.logs() {
        assert_eq!(log.trace_id.as_ref(), Some(&exchange.trace_id));
        assert_eq!((log.scope.name.as_str(), log.event_name.as_str()), (module_path!(), ""));
        assert_eq!(log.resource.str("service.name"), Some("tests"));
        assert!(log.time.is_some_and(|time| exchange.start <= time && time <= exchange.end));
    }
}

#[test]
fn exchanges_that_run_at_once_on_one_worker_keep_their_events_apart() {
    let barrier = Data::new(Barrier::new(8));
    let app = app_with(
        Settings::default(),
        |b| b,
        |telemetry| only(telemetry.layer()),
        move |cfg| {
            let handler = |barrier: Data<Barrier>| async move {
                let work = async {
                    info!("before the others");
                    barrier.wait().await;
                    info!("after the others");
                };
                work.instrument(info_span!("work")).await;
                "done"
            };
            cfg.app_data(barrier.clone()).route("/", get().to(handler));
        },
    );
    let mut connections: Vec<_> = (0..8).map(|_| app.connect()).collect();
    for connection in &mut connections {
        connection.send("GET / HTTP/1.1\r\nHost: api.test\r\nConnection: close\r\n\r\n");
    }
    for connection in &mut connections {
        assert_eq!(connection.reply().status, 200);
    }
    app.held(8);
    let logs = app.collector.logs();
    assert_eq!(logs.len(), 16);
    for exchange in app.collector.spans_named("monoscope.http") {
        let tree = "monoscope.http [SERVER] Unset\n  work [INTERNAL] Unset\n";
        assert_eq!(app.collector.span_tree(&exchange.trace_id), tree);
        let of_trace = |log: &&LogRecord| log.trace_id.as_ref() == Some(&exchange.trace_id);
        let here = logs.iter().filter(of_trace).filter_map(LogRecord::message);
        assert_eq!(here.collect::<Vec<_>>(), ["before the others", "after the others"]);
    }
}

#[test]
fn a_task_and_a_thread_that_are_given_the_span_belong_to_it() {
    let app = app(
        |telemetry| only(telemetry.layer()),
        |cfg| {
            let handler = || async {
                let span = info_span!("work");
                let task = async { info!("in a task") }.instrument(span.clone());
                rt::spawn(task).await.expect("a task");
                let dispatch = tracing::dispatcher::get_default(Clone::clone);
                let on_thread = move || {
                    tracing::dispatcher::with_default(&dispatch, || {
                        info!(parent: &span, "on a thread, by parent");
                        span.in_scope(|| info!("on a thread, inside"));
                        info!("on a thread, outside");
                    });
                };
                actix_web::web::block(on_thread).await.expect("a thread");
                info!(parent: Span::none(), "without a parent");
                "done"
            };
            cfg.route("/", get().to(handler));
        },
    );
    ask(&app, "/");
    app.held_one();
    let expected = [
        json!(["INFO", "in a task", {}, "work"]),
        json!(["INFO", "on a thread, by parent", {}, "work"]),
        json!(["INFO", "on a thread, inside", {}, "work"]),
        json!(["INFO", "on a thread, outside", {}, "nowhere"]),
        json!(["INFO", "without a parent", {}, "monoscope.http"]),
    ];
    assert_eq!(records_of(&app), expected);
}

#[test]
fn outside_of_any_exchange_there_are_no_ids() {
    let collector = Collector::start().unwrap();
    let telemetry = builder(&collector).build().unwrap();
    tracing::subscriber::with_default(only(telemetry.layer()), || {
        info_span!("alone").in_scope(|| info!(name: "started", port = 80, "hello"));
    });
    assert_eq!(
        records(&telemetry, &collector),
        [json!(["INFO", "hello", { "port": 80 }, "nowhere"])]
    );
    assert_eq!(collector.logs()[0].event_name, "started");
    assert_eq!(collector.spans(), []);
}
