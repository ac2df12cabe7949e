use super::Shown;
use crate::{
    explorer::{
        pages::{Standing, health, missing},
        record::testing::Made,
    },
    telemetry::{Exporter, Telemetry},
};

#[test]
fn states_say_what_to_do_next() {
    let mut shown = Shown::new();
    assert!(shown.list("", None).contains("curl -i http://127.0.0.1:8080/"));
    shown.health.sampled = 0.1;
    assert!(shown.list("", None).contains("OTEL_TRACES_SAMPLER=parentbased_always_on"));
    shown.health.standing = Standing::Off;
    let html = shown.list("", None);
    assert!(
        html.contains("env -u OTEL_SDK_DISABLED") && !html.contains("No exchange yet"),
        "{html}"
    );
    shown.health.standing = Standing::Foreign;
    assert!(shown.list("", None).contains("traces_exporter(Exporter::Explorer)"));
    assert!(missing(&shown.view(), "<7>").into_string().contains("Exchange &lt;7&gt; is not here"));
}

#[test]
fn health_is_told_in_words() {
    let mut shown = Shown::with([Made::incoming("GET", "/", 200)]);
    let telemetry =
        Telemetry::builder().traces_exporter(Exporter::Explorer).install(false).build().unwrap();
    shown.health.stats = Some(telemetry.stats());
    shown.health.last_failure = Some("refused <by> it".to_owned());
    shown.health.missed = 1_234;
    let html = health(&shown.view()).into_string();
    for expected in [
        "Spans go to <code>http://localhost:4317</code>.",
        "<strong>The newest export failed: </strong>refused &lt;by&gt; it",
        "<dt>recorded</dt><dd><strong>0</strong> began to be recorded</dd>",
        "<p>None.</p>",
        "It keeps 1 span and 0 log records",
        "1,234 came faster than they could be kept.",
    ] {
        assert!(html.contains(expected), "{expected}: {html}");
    }
    assert!(html.contains("<a class=\"standing bad\" href=\"/_apitoolkit/health\">export failing"));
}
