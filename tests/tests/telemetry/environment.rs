//! `OTEL_*`: what is empty or malformed gives the default and one warning, and works.

use std::{
    ffi::OsString,
    os::unix::ffi::OsStringExt as _,
    sync::{Mutex, PoisonError},
};

use apitoolkit_actix::Telemetry;
use tracing::Level;

use crate::{
    log,
    support::{builder, collector, record, spans},
};

/// Held by tests that listen to what is said of the same variable.
static ALONE: Mutex<()> = Mutex::new(());

/// Variables that hold a number, a word or a list, and the values among "-1", "0" and "1e99" that
/// mean something to them.
const VARIABLES: [(&str, &[&str]); 23] = [
    ("OTEL_SDK_DISABLED", &[]),
    ("OTEL_TRACES_EXPORTER", &[]),
    ("OTEL_METRICS_EXPORTER", &[]),
    ("OTEL_LOGS_EXPORTER", &[]),
    ("OTEL_EXPORTER_OTLP_PROTOCOL", &[]),
    ("OTEL_EXPORTER_OTLP_TIMEOUT", &[]),
    ("OTEL_EXPORTER_OTLP_COMPRESSION", &[]),
    ("OTEL_EXPORTER_OTLP_INSECURE", &[]),
    ("OTEL_EXPORTER_OTLP_HEADERS", &[]),
    ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", &[]),
    ("OTEL_EXPORTER_OTLP_METRICS_HEADERS", &[]),
    ("OTEL_EXPORTER_OTLP_LOGS_TIMEOUT", &[]),
    ("OTEL_RESOURCE_ATTRIBUTES", &[]),
    ("OTEL_TRACES_SAMPLER", &[]),
    ("OTEL_TRACES_SAMPLER_ARG", &["0"]),
    ("OTEL_PROPAGATORS", &[]),
    ("OTEL_BSP_SCHEDULE_DELAY", &[]),
    ("OTEL_BSP_EXPORT_TIMEOUT", &[]),
    ("OTEL_BSP_MAX_QUEUE_SIZE", &[]),
    ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", &[]),
    ("OTEL_BLRP_SCHEDULE_DELAY", &[]),
    ("OTEL_BLRP_MAX_QUEUE_SIZE", &[]),
    ("OTEL_METRIC_EXPORT_INTERVAL", &[]),
];

#[test]
fn malformed_values_give_the_default_and_one_warning() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    for (name, meaningful) in VARIABLES {
        let texts = ["", " ", "-1", "0", "1e99"].map(OsString::from);
        for value in texts.into_iter().chain([OsString::from_vec(vec![0xff, b'1'])]) {
            let text = value.to_str();
            let warnings = match text {
                Some(text) if text.trim().is_empty() || meaningful.contains(&text) => 0,
                _ => 1,
            };
            let since = log::mark();
            let collector = collector();
            let telemetry = builder(&collector)
                .environment([(name, value.clone())])
                .build()
                .unwrap_or_else(|error| panic!("{name}={value:?}: {error}"));
            let said = since.said(Level::WARN, name);
            assert_eq!(said.len(), warnings, "{name}={value:?}: {said:?}");
            // Everything works as by default: no queue without room, no time without end.
            spans(&telemetry, 1);
            record(&telemetry, "hello");
            telemetry.shutdown().unwrap_or_else(|error| panic!("{name}={value:?}: {error}"));
            let counters = collector.counters();
            assert_eq!((counters.spans, counters.log_records), (1, 1), "{name}={value:?}");
        }
    }
}

#[test]
fn one_malformed_header_costs_neither_the_others_nor_a_word_of_its_value() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let collector = collector();
    let since = log::mark();
    let telemetry = builder(&collector)
        .environment([(
            "OTEL_EXPORTER_OTLP_HEADERS",
            "a=b%20c,CANARY-1, d = e ,content-type=CANARY-2,x y=CANARY-3",
        )])
        .build()
        .unwrap();
    let said = since.said(Level::WARN, "OTEL_EXPORTER_OTLP_HEADERS");
    let said: Vec<_> = said.iter().map(|line| line.trim_end()).collect();
    let ignored =
        |at| format!("OTEL_EXPORTER_OTLP_HEADERS: entry {at} is not name=value and is ignored");
    assert_eq!(said, [ignored(1), ignored(3), ignored(4)]);
    spans(&telemetry, 1);
    telemetry.shutdown().unwrap();
    let requests = collector.requests();
    assert_eq!((requests[0].header("a"), requests[0].header("d")), (Some("b c"), Some("e")));
    collector.assert_absent("CANARY");
}

/// Where telemetry goes is not guessed: an endpoint that cannot be used is an error.
#[test]
fn endpoints() {
    let parsed = |value: &str| {
        let telemetry = Telemetry::builder()
            .install(false)
            .environment([("OTEL_EXPORTER_OTLP_ENDPOINT", value), ("OTEL_SDK_DISABLED", "true")])
            .build();
        telemetry.map(|telemetry| format!("{telemetry:?}")).map_err(|error| error.to_string())
    };
    log::listen();
    for (value, endpoint) in [
        ("", "http://localhost:4317"),
        ("localhost:4317", "http://localhost:4317"),
        ("127.0.0.1:4317", "http://127.0.0.1:4317"),
        ("http://[::1]:4317", "http://[::1]:4317"),
        ("[::1]:4317", "http://[::1]:4317"),
        ("http://collector:4317/", "http://collector:4317"),
        ("http://collector", "http://collector"),
        ("HTTP://Collector:4317/v1/traces", "http://Collector:4317"),
    ] {
        let expected = format!("endpoint: {endpoint:?}");
        assert!(parsed(value).is_ok_and(|shown| shown.contains(&expected)), "{value}");
    }
    for (value, says) in [
        ("ftp://h:21", "scheme \"ftp\" is not known"),
        ("unix:///tmp/s", "scheme \"unix\" is not known"),
        ("unix:/tmp/s", "\"/tmp/s\""),
        ("http://u:CANARY@h:4317", "credentials in the URL are not sent"),
        ("u:CANARY@h", "credentials in the URL are not sent"),
        ("http://h:0", "is not a port"),
        ("http://h:99999", "is not a port"),
        ("http://", "is not a host"),
        ("http://h ost", "is not a host"),
        ("http://h:4317?key=1", "a query or fragment"),
        // Without the feature `tls`: never in clear instead.
        ("https://h:4317", "cargo feature `tls`"),
        ("collector.example:4317", "cargo feature `tls`"),
        ("-1", "cargo feature `tls`"),
    ] {
        let error = parsed(value).unwrap_err();
        let named = error.starts_with("OTEL_EXPORTER_OTLP_ENDPOINT = ");
        assert!(named && (error.contains(says) || value == "unix:/tmp/s"), "{value}: {error}");
        assert!(!error.contains("CANARY"), "{error}");
    }
}

#[test]
fn the_builder_comes_before_the_environment() {
    let collector = collector();
    let telemetry = builder(&collector)
        .environment([
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1"),
            ("OTEL_SERVICE_NAME", "from the environment"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "x-one=env,x-two=env"),
            ("OTEL_RESOURCE_ATTRIBUTES", "team=env,service.version=env"),
            ("OTEL_TRACES_SAMPLER", "always_off"),
            ("APITOOLKIT_API_KEY", "key-of-env"),
        ])
        .header("x-two", "builder")
        .resource_attribute("team", "builder")
        .sample_ratio(1.0)
        .api_key("key-of-builder")
        .build()
        .unwrap();
    spans(&telemetry, 1);
    telemetry.shutdown().unwrap();
    let resource = collector.spans()[0].resource.clone();
    let seen = ["service.name", "team", "service.version", "at-project-key"]
        .map(|key| resource.str(key).unwrap().to_owned());
    assert_eq!(seen, ["tests", "builder", "env", "key-of-builder"]);
    let request = &collector.requests()[0];
    let seen = ["x-one", "x-two", "x-api-key"].map(|name| request.header(name));
    assert_eq!(seen, [Some("env"), Some("builder"), Some("key-of-builder")]);
}
