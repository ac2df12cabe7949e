mod annotated;

use std::{
    pin::pin,
    sync::{Arc, Mutex},
    task::{Context as Waker, Poll, Waker as Wake},
    time::Duration,
};

use opentelemetry::{
    Context, Value,
    trace::{SpanId, Status, TraceContextExt as _, Tracer as _, TracerProvider as _},
};
use opentelemetry_sdk::{
    error::OTelSdkResult,
    trace::{Sampler, SdkTracerProvider, Span, SpanData, SpanProcessor},
};

use super::{expansion, *};
use crate::telemetry::{Scope, Source, default_config};

/// Keeps every span that ends.
#[derive(Clone, Debug, Default)]
struct Ended(Arc<Mutex<Vec<SpanData>>>);

impl SpanProcessor for Ended {
    fn on_start(&self, _: &mut Span, _: &Context) {}
    fn on_end(&self, span: SpanData) {
        self.0.lock().expect("spans").push(span);
    }
    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }
    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }
}

/// A telemetry of its own for a test, and its context.
struct Traces {
    ended: Ended,
    provider: SdkTracerProvider,
    context: Context,
}

impl Traces {
    fn new(sampler: Sampler) -> Self {
        let ended = Ended::default();
        let provider = SdkTracerProvider::builder()
            .with_sampler(sampler)
            .with_span_processor(ended.clone())
            .build();
        let source = Source::of_provider(&provider).expect("a source");
        let context = Context::new()
            .with_value(Scope { source, config: default_config().expect("a configuration") });
        Self { ended, provider, context }
    }

    /// Every span that has ended, each as a line.
    fn seen(&self) -> Vec<String> {
        self.ended.0.lock().expect("spans").iter().map(line).collect()
    }

    fn parent_of(&self, name: &str) -> SpanId {
        let spans = self.ended.0.lock().expect("spans");
        spans.iter().find(|span| span.name == name).expect("the span").parent_span_id
    }
}

/// All that a span says, but for its ids and times.
fn line(span: &SpanData) -> String {
    let mut parts = vec![format!("{:?} {}", span.span_kind, span.name)];
    parts.extend(span.attributes.iter().map(|a| format!("{}={}", a.key, shown(&a.value))));
    for event in &span.events.events {
        parts.push(format!("({}", event.name));
        parts.extend(event.attributes.iter().map(|a| format!("{}={}", a.key, shown(&a.value))));
        parts.push(")".to_owned());
    }
    match &span.status {
        Status::Unset => {}
        Status::Ok => parts.push("Ok".to_owned()),
        Status::Error { description } => parts.push(format!("Error<{description}>")),
    }
    parts.join(" ")
}

fn shown(value: &Value) -> String {
    let text = value.as_str().into_owned();
    text.rsplit("service::tests::").next().unwrap_or(&text).to_owned()
}

const LOAD: &str = "Internal Blog.load code.function.name=load apitoolkit.service=Blog \
                    apitoolkit.service.method=load";

async fn load(fails: bool) -> Result<u8, std::io::Error> {
    if fails {
        return Err(std::io::Error::other("no luck with password=hunter22"));
    }
    Ok(1)
}

/// Polls once.
fn poll<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    std::pin::Pin::new(future).poll(&mut Waker::from_waker(Wake::noop()))
}

#[test]
fn a_future_has_one_span_that_is_current_while_it_is_polled() {
    let traces = Traces::new(Sampler::AlwaysOn);
    let _attached = traces.context.clone().attach();
    let mut turns = 0;
    let mut ids = Vec::new();
    let work = std::future::poll_fn(|_| {
        ids.push(Context::current().span().span_context().span_id());
        turns += 1;
        if turns < 3 { Poll::Pending } else { Poll::Ready(()) }
    });
    {
        let mut future = pin!(trace_service("Blog", "turn", work));
        for _ in 0..2 {
            assert!(poll(&mut future).is_pending());
            assert!(!Context::current().span().span_context().is_valid(), "it is detached");
        }
        assert_eq!(traces.seen(), [""; 0]);
        assert!(poll(&mut future).is_ready());
    }
    assert_eq!(
        traces.seen(),
        ["Internal Blog.turn apitoolkit.service=Blog apitoolkit.service.method=turn"]
    );
    ids.dedup();
    assert_eq!(ids.len(), 1);
}

#[test]
fn spans_nest_and_a_first_one_is_a_root() {
    let traces = Traces::new(Sampler::AlwaysOn);
    let _attached = traces.context.clone().attach();
    let outer = trace_service("Blog", "outer", async {
        let _guard = enter_service("Blog", "guarded");
        let _ = load(false).await;
    });
    assert!(poll(&mut pin!(outer)).is_ready());
    let spans = traces.seen();
    assert_eq!(spans.len(), 2, "{spans:?}");
    assert_eq!(
        spans[0],
        "Internal Blog.guarded apitoolkit.service=Blog apitoolkit.service.method=guarded"
    );
    assert_eq!(traces.parent_of("Blog.outer"), SpanId::INVALID);
    let outer = traces.ended.0.lock().expect("spans")[1].span_context.span_id();
    assert_eq!(traces.parent_of("Blog.guarded"), outer);
}

#[test]
fn an_error_is_reported_once_and_scrubbed_if_asked_for() {
    let traces = Traces::new(Sampler::AlwaysOn);
    let _attached = traces.context.clone().attach();
    assert!(poll(&mut pin!(trace_service("Blog", "load", load(true)))).is_ready());
    assert!(poll(&mut pin!(trace_service("Blog", "load", load(true)).report_errors())).is_ready());
    assert!(poll(&mut pin!(trace_service("Blog", "load", load(false)).report_errors())).is_ready());
    let text = "no luck with password=[CLIENT_REDACTED]";
    let failed = format!(
        "{LOAD} error.type=std::io::error::Error (exception exception.type=std::io::error::Error \
         exception.message={text} ) Error<{text}>"
    );
    assert_eq!(traces.seen(), [LOAD, failed.as_str(), LOAD]);
}

#[test]
fn a_dropped_future_ends_its_span_without_an_error() {
    let traces = Traces::new(Sampler::AlwaysOn);
    let _attached = traces.context.clone().attach();
    let mut future = Box::pin(trace_service("Blog", "wait", std::future::pending::<()>()));
    assert!(poll(&mut future).is_pending());
    drop(future);
    assert_eq!(
        traces.seen(),
        ["Internal Blog.wait apitoolkit.service=Blog apitoolkit.service.method=wait"]
    );
}

#[test]
fn a_panic_ends_the_span_at_once_and_goes_on() {
    let traces = Traces::new(Sampler::AlwaysOn);
    let _attached = traces.context.clone().attach();
    let mut future = Box::pin(trace_service("Blog", "burst", async { panic!("burst") }));
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let _: Poll<()> = poll(&mut future);
    }));
    assert!(caught.is_err());
    let panicked =
        "apitoolkit.service=Blog apitoolkit.service.method=burst error.type=panic Error<panic>";
    assert_eq!(
        traces.seen(),
        [format!("Internal Blog.burst {panicked}").replace(
            "burst a",
            "burst code.function.name=a_panic_ends_the_span_at_once_and_goes_on a"
        )]
    );
    assert!(!Context::current().span().span_context().is_valid(), "it is detached");
    let caught = std::panic::catch_unwind(|| {
        let _guard = enter_service("Blog", "burst");
        panic!("burst");
    });
    assert!(caught.is_err());
    assert_eq!(traces.seen()[1], format!("Internal Blog.burst {panicked}"));
}

#[test]
fn guards_report_errors_and_close_in_any_order() {
    let traces = Traces::new(Sampler::AlwaysOn);
    let _attached = traces.context.clone().attach();
    let outer = enter_service("Blog", "outer");
    let inner = enter_service("Blog", "inner");
    drop(outer);
    inner.report_error(&"token=abcdef123456");
    drop(inner);
    assert!(!Context::current().span().span_context().is_valid(), "both are detached");
    let text = "token=[CLIENT_REDACTED]";
    assert_eq!(
        traces.seen(),
        [
            "Internal Blog.outer apitoolkit.service=Blog apitoolkit.service.method=outer"
                .to_owned(),
            format!(
                "Internal Blog.inner apitoolkit.service=Blog apitoolkit.service.method=inner \
             error.type=&str (exception exception.type=&str exception.message={text} ) Error<{text}>"
            ),
        ]
    );
}

#[test]
fn a_trace_that_is_not_sampled_stays_so() {
    let traces = Traces::new(Sampler::AlwaysOff);
    let _attached = traces.context.clone().attach();
    let work = async {
        // Inside, a sampler that takes every root is not asked: this is no root.
        let span = Context::current();
        assert!(span.span().span_context().is_valid());
        load(true).await
    };
    assert!(poll(&mut pin!(trace_service("Blog", "load", work).report_errors())).is_ready());
    assert_eq!(traces.seen(), [""; 0]);

    let sampled = Traces::new(Sampler::AlwaysOn);
    let off = traces.provider.tracer("off").start("request");
    let _inside = sampled.context.with_span(off).attach();
    assert!(poll(&mut pin!(trace_service("Blog", "load", load(true)).report_errors())).is_ready());
    drop(enter_service("Blog", "load"));
    assert_eq!(sampled.seen(), [""; 0]);
}

#[test]
fn suppressed_telemetry_has_no_spans() {
    let traces = Traces::new(Sampler::AlwaysOn);
    let _attached = traces.context.with_telemetry_suppressed().attach();
    drop(enter_service("Blog", "load"));
    assert_eq!(traces.seen(), [""; 0]);
}

#[test]
fn an_annotated_function_says_what_the_compiler_knows() {
    struct NoText;
    struct Blog;
    impl Blog {
        fn load(attribute: u32) -> Result<(), NoText> {
            let site = Site { service: None, method: "load", name: None, module: "m" };
            let mut span = expansion::start(&site, path_of(&|| {}));
            span.set("n", attribute);
            span.set("none", None::<bool>);
            span.set("text", "t");
            span.set("large", u64::MAX);
            let guard = expansion::enter(span);
            let output = Err(NoText);
            expansion::finish(guard, &output, |output| Output(output).failure());
            output
        }
    }
    let traces = Traces::new(Sampler::AlwaysOn);
    let _attached = traces.context.clone().attach();
    assert!(Blog::load(7).is_err());
    let name = "an_annotated_function_says_what_the_compiler_knows::Blog::load";
    let error = "an_annotated_function_says_what_the_compiler_knows::NoText";
    assert_eq!(
        traces.seen(),
        [format!(
            "Internal Blog.load code.function.name={name} apitoolkit.service=Blog \
         apitoolkit.service.method=load n=7 text=t large=18446744073709551615 error.type={error} \
         (exception exception.type={error} ) Error<>"
        )]
    );
}

#[test]
fn what_is_an_error_is_told_by_its_type() {
    struct NoText;
    assert!(Output(&Ok::<u8, NoText>(1)).failure().is_none());
    assert!((&Output(&1)).failure().is_none());
    assert!((&Output(&None::<u8>)).failure().is_none());
    let told = Output(&Err::<u8, _>("text")).failure().expect("a failure");
    assert_eq!((told.error_type, told.message.as_deref()), ("&str", Some("text")));
    let untold = Output(&Err::<u8, _>(NoText)).failure().expect("a failure");
    assert!(untold.error_type.ends_with("NoText") && untold.message.is_none());
}
