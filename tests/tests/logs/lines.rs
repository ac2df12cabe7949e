//! Trace and span ids in the app's own log lines.

use actix_web::web::{ServiceConfig, get};
use apitoolkit_actix::{testing::Collector, with_trace_ids};
use apitoolkit_tests::TestApp;
use serde_json::Value;
use tracing::{Event, Subscriber, info, info_span};
use tracing_subscriber::{
    Layer,
    filter::filter_fn,
    fmt::{
        self, FmtContext,
        format::{FormatEvent, FormatFields, JsonFields, Writer},
    },
    prelude::*,
    registry,
    registry::{LookupSpan, Registry},
};

use crate::support::{Written, app, ask, builder};

fn routes(cfg: &mut ServiceConfig) {
    let handler = || async {
        info!(user = "jo", "{}", r#"{"a": 1}"#);
        info_span!("work", id = 7).in_scope(|| info!("in a span"));
        "done"
    };
    cfg.route("/", get().to(handler));
}

/// The ids of the two places that the handler logs in, as lines have them.
fn places(app: &TestApp) -> [String; 2] {
    let exchange = app.held_one();
    let work = app.collector.spans_named("work").pop().unwrap();
    [&exchange, &work].map(|span| format!("trace_id={} span_id={}", span.trace_id, span.span_id))
}

type Lines = Box<dyn Layer<Registry> + Send + Sync>;

/// The lines of the handler, with ids by a layer and without by another.
fn lines(with: fn(Written) -> Lines, without: fn(Written) -> Lines) -> (TestApp, [Vec<String>; 2]) {
    let of = |written: Written| written.text().lines().map(str::to_owned).collect();
    let (ours, plain) = (Written::default(), Written::default());
    let is_the_app_s = || filter_fn(|metadata| metadata.target() == module_path!());
    let layer = with(ours.clone()).with_filter(is_the_app_s());
    let app = app(|telemetry| registry().with(layer).with(telemetry.layer()), routes);
    ask(&app, "/");
    let layer = without(plain.clone()).with_filter(is_the_app_s());
    ask(&self::app(|_| registry().with(layer), routes), "/");
    (app, [of(ours), of(plain)])
}

fn begins_with_ids(app: &TestApp, [ours, plain]: [Vec<String>; 2]) {
    let places = places(app);
    let expected: Vec<_> =
        places.iter().zip(&plain).map(|(ids, line)| format!("{ids} {line}")).collect();
    assert_eq!((ours, plain.len()), (expected, 2));
}

#[test]
fn text_lines_begin_with_the_ids_and_are_the_same_otherwise() {
    let (app, lines) = lines(
        |writer| {
            let layer = fmt::layer().without_time().with_ansi(false).with_writer(writer);
            layer.map_event_format(with_trace_ids).boxed()
        },
        |writer| fmt::layer().without_time().with_ansi(false).with_writer(writer).boxed(),
    );
    begins_with_ids(&app, lines);
}

#[test]
fn coloured_lines_keep_their_colours() {
    let (app, lines) = lines(
        |writer| {
            let layer = fmt::layer().without_time().with_ansi(true).with_writer(writer);
            layer.map_event_format(with_trace_ids).boxed()
        },
        |writer| fmt::layer().without_time().with_ansi(true).with_writer(writer).boxed(),
    );
    assert!(lines[1][0].contains('\u{1b}'));
    begins_with_ids(&app, lines);
}

#[test]
fn json_lines_get_two_members_and_are_the_same_otherwise() {
    let (app, [ours, plain]) = lines(
        |writer| {
            let layer = fmt::layer().json().without_time().with_writer(writer);
            layer.map_event_format(with_trace_ids).boxed()
        },
        |writer| fmt::layer().json().without_time().with_writer(writer).boxed(),
    );
    let places = places(&app);
    for ((ours, plain), ids) in ours.iter().zip(&plain).zip(&places) {
        let (seen, rest) = apart(ours);
        assert_eq!(&seen, ids);
        assert_eq!(rest, serde_json::from_str::<Value>(plain).unwrap());
    }
    assert_eq!((ours.len(), plain.len()), (2, 2));
}

#[test]
fn a_json_format_may_be_given_where_colours_are_on() {
    let (app, [ours, _]) = lines(
        |writer| {
            let format = with_trace_ids(fmt::format().json().without_time());
            let layer = fmt::layer().with_ansi(true).event_format(format);
            layer.fmt_fields(JsonFields::new()).with_writer(writer).boxed()
        },
        |writer| fmt::layer().with_writer(writer).boxed(),
    );
    let seen: Vec<_> = ours.iter().map(|line| apart(line).0).collect();
    assert_eq!(seen, places(&app));
}

/// The ids of a line of JSON, and the line without them.
fn apart(line: &str) -> (String, Value) {
    let mut line: Value = serde_json::from_str(line).unwrap();
    let members = line.as_object_mut().unwrap();
    let mut take = |name: &str| members.remove(name).unwrap().as_str().unwrap().to_owned();
    (format!("trace_id={} span_id={}", take("trace_id"), take("span_id")), line)
}

/// What a format makes of a message inside of an exchange.
fn line_of(message: &'static str, colours: bool) -> String {
    struct Message;
    impl<S, N> FormatEvent<S, N> for Message
    where
        S: Subscriber + for<'l> LookupSpan<'l>,
        N: for<'w> FormatFields<'w> + 'static,
    {
        fn format_event(
            &self,
            context: &FmtContext<'_, S, N>,
            mut writer: Writer<'_>,
            event: &Event<'_>,
        ) -> std::fmt::Result {
            context.format_fields(writer.by_ref(), event)?;
            writeln!(writer)
        }
    }
    let collector = Collector::start().unwrap();
    let telemetry = builder(&collector).build().unwrap();
    let written = Written::default();
    let lines = fmt::layer()
        .with_ansi(colours)
        .event_format(with_trace_ids(Message))
        .with_writer(written.clone());
    let subscriber = registry().with(lines).with(telemetry.layer().root_spans(true));
    tracing::subscriber::with_default(subscriber, || {
        info_span!("work").in_scope(|| info!("{message}"));
        info!("outside");
    });
    telemetry.flush().unwrap();
    let span = &collector.spans()[0];
    written.text().replace(&span.trace_id, "T").replace(&span.span_id, "S")
}

#[test]
fn json_is_told_from_text_that_begins_like_it() {
    for colours in [false, true] {
        let line = |message| line_of(message, colours);
        assert_eq!(line("plain"), "trace_id=T span_id=S plain\noutside\n");
        assert_eq!(line("{not json"), "trace_id=T span_id=S {not json\noutside\n");
        assert_eq!(line("{a} {b}"), "trace_id=T span_id=S {a} {b}\noutside\n");
        assert_eq!(line("[1]"), "trace_id=T span_id=S [1]\noutside\n");
        assert_eq!(line(r#"{"a":1}"#), "{\"trace_id\":\"T\",\"span_id\":\"S\",\"a\":1}\noutside\n");
        assert_eq!(line("{ }"), "{\"trace_id\":\"T\",\"span_id\":\"S\" }\noutside\n");
    }
}
