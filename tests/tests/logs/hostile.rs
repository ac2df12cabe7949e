//! Events and spans that mean no good.

use std::{cell::RefCell, fmt, mem, thread};

use apitoolkit_actix::{Telemetry, testing::Collector, trace_ids};
use serde_json::{Value, json};
use tracing::{Span, debug_span, dispatcher, info, info_span};

use crate::{
    children,
    support::{ask, attributes_of, builder, doing, only, records, records_of},
};

struct Panics;

impl fmt::Debug for Panics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("begun")?;
        panic!("in a Debug, as a test wants it")
    }
}

#[test]
fn a_debug_that_panics_costs_its_value_and_nothing_else() {
    let app = doing(|| {
        info!(before = 1, value = ?Panics, after = 2, "told");
        info!("{:?}", Panics);
        let span = info_span!("work", value = ?Panics, later = tracing::field::Empty);
        span.record("later", tracing::field::debug(Panics));
        span.in_scope(|| info!("inside"));
    });
    ask(&app, "/");
    app.held_one();
    let attributes = json!({ "before": 1, "value": "[panicked]", "after": 2 });
    let expected = [
        json!(["INFO", "told", attributes, "monoscope.http"]),
        json!(["INFO", "[panicked]", {}, "monoscope.http"]),
        json!(["INFO", "inside", {}, "work"]),
    ];
    assert_eq!(records_of(&app), expected);
    let attributes =
        json!({ "target": module_path!(), "value": "[panicked]", "later": "[panicked]" });
    let span = app.collector.spans_named("work").pop().unwrap();
    assert_eq!(span.attributes.to_json(), attributes);
}

#[test]
fn values_are_bounded_and_what_has_no_number_is_text() {
    let app = doing(|| {
        let words = "word ".repeat(1 << 18);
        info!(
            nan = f64::NAN,
            infinite = f64::NEG_INFINITY,
            huge = u64::MAX,
            wide = i128::MIN,
            wider = u128::MAX,
            small = 5_u128,
            control = "a\0b\u{1b}[31m\tc\n",
            borrowed = %words,
            owned = words,
            shown = ?vec!["word"; 1 << 18],
            bytes = [0xff_u8, 0].as_slice(),
            "{words}"
        );
    });
    ask(&app, "/");
    app.held_one();
    let mut attributes = attributes_of(&app);
    for name in ["borrowed", "owned", "shown"] {
        let text = attributes[name].as_str().unwrap();
        assert!(text.len() <= 8 * 1024 && text.len() > 8 * 1024 - 16, "{name}: {}", text.len());
        assert!(text.contains("word") && text.ends_with("… [cut]"), "{name}");
        attributes.as_object_mut().unwrap().remove(name);
    }
    let expected = json!({
        "nan": "NaN",
        "infinite": "-inf",
        "huge": "18446744073709551615",
        "wide": "-170141183460469231731687303715884105728",
        "wider": "340282366920938463463374607431768211455",
        "small": 5,
        "control": "a\u{FFFD}b\u{FFFD}[31m\tc\n",
        "bytes": "[2 B]",
    });
    assert_eq!(attributes, expected);
    let records = records_of(&app);
    let message = records[0][1].as_str().unwrap();
    assert!(message.len() <= 64 * 1024 && message.len() > 64 * 1024 - 16, "{}", message.len());
    assert!(message.starts_with("word word") && message.ends_with("… [cut]"));
}

#[test]
fn the_texts_of_all_fields_together_are_bounded() {
    let app = doing(|| {
        let text = "word ".repeat(2_000);
        let t = text.as_str();
        info!(a = t, b = t, c = t, d = t, e = t, f = t, g = t, h = t, i = t, j = t, k = 1);
    });
    ask(&app, "/");
    app.held_one();
    let attributes = attributes_of(&app);
    let texts = attributes.as_object().unwrap().values().filter_map(|value| value.as_str());
    let bytes: usize = texts.map(str::len).sum();
    assert!((60 * 1024..=64 * 1024 + 32).contains(&bytes), "{bytes}");
    assert_eq!(attributes["k"], 1);
}

/// Logs while it is looked at.
struct Talks;

impl fmt::Debug for Talks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        info!("from inside");
        f.write_str("talked")
    }
}

/// Logs while its thread ends, when what contexts lie on is gone.
struct Last;

impl Drop for Last {
    fn drop(&mut self) {
        assert_eq!(trace_ids(), None);
        info!("from the end of a thread");
    }
}

thread_local! {
    static LAST: RefCell<Option<Last>> = const { RefCell::new(None) };
}

/// Runs `log` in a process of its own, with a subscriber for all of it and without the thread that
/// exports: while that lives, `tracing` itself keeps a subscriber from being called inside of itself
/// and at the end of a thread. Returns the bodies of the records, which are printed; nothing in the
/// child.
fn printed(name: &str, log: fn()) -> Option<Vec<String>> {
    let vars = [
        ("OTEL_LOGS_EXPORTER", "console"),
        ("OTEL_TRACES_EXPORTER", "none"),
        ("OTEL_METRICS_EXPORTER", "none"),
    ];
    let output = children::run(name, &vars, || {
        let telemetry = Telemetry::from_env().unwrap();
        dispatcher::set_global_default(only(telemetry.layer()).into()).unwrap();
        log();
        telemetry.shutdown().unwrap();
    });
    let output = output?;
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(!errors.contains("panicked"), "{errors}");
    let output = String::from_utf8(output.stdout).unwrap();
    let body = |record: &Value| record["body"]["stringValue"].as_str().unwrap().to_owned();
    // The name of the test may stand before what it prints.
    let json = |line: &str| serde_json::from_str::<Value>(&line[line.find('{')?..]).ok();
    let lines = output.lines().filter_map(json);
    let records = lines.map(|line| line["resourceLogs"][0]["scopeLogs"][0]["logRecords"].clone());
    Some(
        records
            .flat_map(|records| records.as_array().unwrap().iter().map(body).collect::<Vec<_>>())
            .collect(),
    )
}

#[test]
fn what_a_value_logs_while_it_is_read_is_left_out() {
    let name = "hostile::what_a_value_logs_while_it_is_read_is_left_out";
    let printed = printed(name, || {
        info!("value: {Talks:?}");
        info!("after");
    });
    let expected = ["value: talked", "after"].map(str::to_owned);
    assert!(printed.is_none_or(|printed| printed == expected));
}

#[test]
fn a_thread_may_log_while_it_ends() {
    let name = "hostile::a_thread_may_log_while_it_ends";
    let printed = printed(name, || {
        let work = || {
            // First, so that it is the last to go.
            LAST.set(Some(Last));
            info!("on a thread");
        };
        thread::spawn(work).join().unwrap();
        info!("after");
    });
    let expected = ["on a thread", "after"].map(str::to_owned);
    assert!(printed.is_none_or(|printed| printed == expected));
}

#[test]
fn a_thread_may_end_inside_of_a_span() {
    children::run("hostile::a_thread_may_end_inside_of_a_span", &[], || {
        let collector = Collector::start().unwrap();
        let telemetry = builder(&collector).build().unwrap();
        let layer = telemetry.layer().root_spans(true);
        dispatcher::set_global_default(only(layer).into()).unwrap();
        let work = || {
            debug_span!("below the level").in_scope(|| ());
            mem::forget(info_span!("never left").entered());
            info!("inside");
        };
        thread::spawn(work).join().unwrap();
        info!("after");
        let messages: Vec<_> =
            records(&telemetry, &collector).iter().map(|record| record[1].clone()).collect();
        assert_eq!(messages, ["inside", "after"]);
    });
}

#[test]
fn a_panic_in_a_span_ends_it_and_leaves_nothing_behind() {
    let app = doing(|| {
        let caught = std::panic::catch_unwind(|| {
            let _span = info_span!("work").entered();
            info!("inside");
            panic!("as a test wants it");
        });
        info!(caught = caught.is_err(), none = Span::current().is_none(), "after");
    });
    ask(&app, "/");
    app.held_one();
    let expected = [
        json!(["INFO", "inside", {}, "work"]),
        json!(["INFO", "after", { "caught": true, "none": true }, "monoscope.http"]),
    ];
    assert_eq!(records_of(&app), expected);
}
