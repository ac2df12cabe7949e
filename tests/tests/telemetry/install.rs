//! What concerns the whole process: the installed telemetry, its environment, its output, and what
//! is left of many starts and stops.

use std::time::{Duration, Instant};

use apitoolkit_actix::{ConfigError, Telemetry};
use opentelemetry::{
    global,
    trace::{Span as _, Tracer as _},
};
use serde_json::Value;

use crate::{
    children, log,
    support::{SOON, collector, exchanges, record, spans},
};

#[test]
fn a_second_installation_is_an_error_and_possible_again_later() {
    children::run(
        "install::a_second_installation_is_an_error_and_possible_again_later",
        &[],
        child_installs,
    );
}

fn child_installs() {
    let collector = collector();
    let install = || {
        Telemetry::builder()
            .endpoint(collector.endpoint())
            .schedule_delay(Duration::from_millis(20))
            .build()
    };
    let first = install().unwrap();
    global::tracer("app").start("one").end();
    let start = Instant::now();
    let second = install().unwrap_err();
    assert!(matches!(second, ConfigError::AlreadyInstalled), "{second}");
    assert!(start.elapsed() < Duration::from_millis(200), "nothing was started for it");
    global::tracer("app").start("two").end();
    first.shutdown().unwrap();
    global::tracer("app").start("lost").end();
    let third = install().unwrap();
    global::tracer("app").start("three").end();
    drop(third);
    let names: Vec<_> = collector.spans().into_iter().map(|span| span.name).collect();
    assert_eq!(names, ["one", "two", "three"]);
}

#[test]
fn headers_of_the_process_are_sent_once() {
    let collector = collector();
    let parent = children::run(
        "install::headers_of_the_process_are_sent_once",
        &[
            ("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.endpoint()),
            ("OTEL_EXPORTER_OTLP_HEADERS", "x-tenant=blue,x-api-key=KEY-of-the-headers"),
            // Signals share one connection; these are ignored with a warning.
            ("OTEL_EXPORTER_OTLP_METRICS_HEADERS", "x-tenant=red"),
            ("OTEL_EXPORTER_OTLP_LOGS_COMPRESSION", "zstd"),
            ("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip"),
            ("OTEL_SERVICE_NAME", "of the process"),
            ("APITOOLKIT_API_KEY", "KEY-of-the-process"),
        ],
        child_of_environment,
    );
    if parent.is_none() {
        return;
    }
    let counters = collector.counters();
    assert_eq!((counters.spans, counters.log_records), (1, 1));
    assert!(counters.metric_points > 0);
    for request in collector.requests() {
        let sent = |name| request.headers().filter(|h| h.0 == name).map(|h| h.1).collect();
        let (tenant, key): (Vec<_>, Vec<_>) = (sent("x-tenant"), sent("x-api-key"));
        assert_eq!((tenant, key), (vec![&b"blue"[..]], vec![&b"KEY-of-the-process"[..]]));
        assert_eq!(request.encoding(), Some("gzip"));
    }
    let resource = collector.spans()[0].resource.clone();
    assert_eq!(resource.str("service.name"), Some("of the process"));
    assert_eq!(resource.str("at-project-key"), Some("KEY-of-the-process"));
}

fn child_of_environment() {
    let since = log::mark();
    let telemetry = Telemetry::from_env().unwrap();
    spans(&telemetry, 1);
    record(&telemetry, "hello");
    telemetry.shutdown().unwrap();
    for name in ["OTEL_EXPORTER_OTLP_METRICS_HEADERS", "OTEL_EXPORTER_OTLP_LOGS_COMPRESSION"] {
        assert_eq!(since.said(tracing::Level::WARN, name).len(), 1, "{name}");
    }
}

#[test]
fn the_console_exporter_prints_a_json_object_a_line() {
    let Some(output) = children::run(
        "install::the_console_exporter_prints_a_json_object_a_line",
        &[
            ("OTEL_TRACES_EXPORTER", "console"),
            ("OTEL_METRICS_EXPORTER", "console"),
            ("OTEL_LOGS_EXPORTER", "console"),
            ("APITOOLKIT_API_KEY", "KEY-CANARY"),
        ],
        child_on_the_console,
    ) else {
        return;
    };
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(!text.contains("CANARY"), "{text}");
    let objects: Vec<Value> = text
        .lines()
        .filter_map(|line| line.find('{').map(|at| &line[at..]))
        .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}")))
        .collect();
    let at = |pointer: &str| -> Vec<&Value> {
        objects.iter().filter_map(|object| object.pointer(pointer)).collect()
    };
    assert_eq!(at("/resourceSpans/0/scopeSpans/0/spans/0/name"), ["work"]);
    assert_eq!(at("/resourceLogs/0/scopeLogs/0/logRecords/0/body/stringValue"), ["hello"]);
    // The SDK has metrics of its own, before or after ours.
    let scopes = at("/resourceMetrics/0/scopeMetrics")[0].as_array().unwrap();
    let metrics = scopes.iter().flat_map(|scope| scope["metrics"].as_array().unwrap());
    let names = metrics.map(|metric| metric["name"].as_str().unwrap());
    let ours: Vec<_> = names.filter(|name| name.starts_with("apitoolkit.")).collect();
    let expected = ["exchanges.dropped", "bodies.shed", "log_records.dropped"];
    assert_eq!(ours, expected.map(|name| format!("apitoolkit.{name}")));
    assert_eq!(objects.len(), 3, "{text}");
}

fn child_on_the_console() {
    let telemetry = Telemetry::from_env().unwrap();
    spans(&telemetry, 1);
    record(&telemetry, "hello");
    telemetry.shutdown().unwrap();
}

#[test]
fn many_starts_and_stops_leave_nothing_behind() {
    children::run("install::many_starts_and_stops_leave_nothing_behind", &[], child_cycles);
}

fn child_cycles() {
    const CYCLES: usize = 1_000;
    let collector = collector();
    collector.keep_contents(false);
    let count = |kind: &str| std::fs::read_dir(format!("/proc/self/{kind}")).unwrap().count();
    let (threads, files) = (count("task"), count("fd"));
    // Threads and connections end a moment after the shutdown that ended them.
    let settle = || {
        let start = Instant::now();
        while (count("task") > threads || count("fd") > files) && start.elapsed() < SOON {
            std::thread::yield_now();
        }
        assert_eq!((count("task"), count("fd")), (threads, files));
    };

    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        for cycle in 0..CYCLES {
            let telemetry = crate::support::builder(&collector).build().unwrap();
            spans(&telemetry, 1);
            let start = Instant::now();
            telemetry.shutdown().unwrap();
            assert!(start.elapsed() < Duration::from_secs(5), "{cycle}: {:?}", start.elapsed());
        }
    });
    drop(runtime);
    assert_eq!(collector.counters().spans, CYCLES as u64);
    settle();

    // Nor do those that fail, after many flushes in vain.
    collector.black_hole();
    for _ in 0..5 {
        let timeout = Duration::from_millis(20);
        let telemetry =
            crate::support::builder(&collector).shutdown_timeout(timeout).build().unwrap();
        for _ in 0..20 {
            spans(&telemetry, 1);
            record(&telemetry, "hello");
            assert!(telemetry.flush().is_err());
        }
        // Two of ours, two of the SDK's, and those that still flush.
        assert!(count("task") <= threads + 4 + 8, "{} threads", count("task"));
        assert!(telemetry.shutdown().is_err());
        drop(telemetry);
        collector.accept();
        settle();
        collector.black_hole();
    }
}

#[test]
fn a_process_that_was_told_nothing_starts_no_thread() {
    children::run(
        "install::a_process_that_was_told_nothing_starts_no_thread",
        &[("OTEL_SDK_DISABLED", "true")],
        child_disabled,
    );
}

fn child_disabled() {
    let threads = || std::fs::read_dir("/proc/self/task").unwrap().count();
    let before = threads();
    let telemetry = Telemetry::from_env().unwrap();
    assert_eq!(threads(), before);
    exchanges(&telemetry, 1, "ok");
    assert_eq!(telemetry.stats().exchanges_created(), 0);
    telemetry.shutdown().unwrap();
}
