//! The rows of the table.

/// What is wrapped around the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    Bare,
    /// apitoolkit-actix with its own telemetry.
    Ours(Signals),
    /// apitoolkit-actix with the app's tracer provider.
    OursByProvider(Signals),
    /// opentelemetry-instrumentation-actix-web.
    OpenTelemetry(Signals),
    /// tracing-actix-web with tracing-opentelemetry.
    Tracing,
    /// sentry-actix, a transaction for each request.
    Sentry,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Signals {
    pub(crate) spans: bool,
    pub(crate) metrics: bool,
}

/// What is sent in an exchange, and captured and redacted where the app is ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Body {
    None,
    /// A JSON response of so many KiB.
    Response(usize),
    /// A JSON request of so many KiB.
    Request(usize),
}

#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) what: What,
    pub(crate) body: Body,
    /// The rows of peers that do the same, as far as they do.
    pub(crate) peers: &'static [&'static str],
}

const OFF: Signals = Signals { spans: false, metrics: false };
const METRICS: Signals = Signals { spans: false, metrics: true };
const SPANS: Signals = Signals { spans: true, metrics: false };
const ALL: Signals = Signals { spans: true, metrics: true };

const OTEL_OFF: &str = "otel, not sampled";
const OTEL_METRICS: &str = "otel, not sampled, metrics";
const OTEL_SPANS: &str = "otel, spans";
const OTEL_ALL: &str = "otel, spans, metrics";
const TRACING: &str = "tracing, spans";
const SENTRY: &str = "sentry, transactions";

const R1: Body = Body::Response(1);
const R8: Body = Body::Response(8);
const R64: Body = Body::Response(64);
const Q1: Body = Body::Request(1);
const Q8: Body = Body::Request(8);
const Q64: Body = Body::Request(64);

/// A bare row stands before those that are compared with it.
pub(crate) const ROWS: &[Row] = &[
    row("bare", What::Bare, Body::None, &[]),
    row("ours, not sampled", What::Ours(OFF), Body::None, &[OTEL_OFF]),
    row("ours, not sampled, metrics", What::Ours(METRICS), Body::None, &[OTEL_METRICS]),
    row("ours, spans, headers", What::Ours(SPANS), Body::None, &[OTEL_SPANS, TRACING, SENTRY]),
    row("ours, spans, headers, metrics", What::Ours(ALL), Body::None, &[OTEL_ALL, TRACING, SENTRY]),
    row(
        "ours, the app's provider",
        What::OursByProvider(ALL),
        Body::None,
        &[OTEL_ALL, TRACING, SENTRY],
    ),
    row(OTEL_OFF, What::OpenTelemetry(OFF), Body::None, &[]),
    row(OTEL_METRICS, What::OpenTelemetry(METRICS), Body::None, &[]),
    row(OTEL_SPANS, What::OpenTelemetry(SPANS), Body::None, &[]),
    row(OTEL_ALL, What::OpenTelemetry(ALL), Body::None, &[]),
    row(TRACING, What::Tracing, Body::None, &[]),
    row(SENTRY, What::Sentry, Body::None, &[]),
    row("bare, response 1 KiB", What::Bare, R1, &[]),
    row("ours, response 1 KiB", What::Ours(ALL), R1, &[]),
    row("bare, response 8 KiB", What::Bare, R8, &[]),
    row("ours, response 8 KiB", What::Ours(ALL), R8, &[]),
    row("bare, response 64 KiB", What::Bare, R64, &[]),
    row("ours, response 64 KiB", What::Ours(ALL), R64, &[]),
    row("bare, request 1 KiB", What::Bare, Q1, &[]),
    row("ours, request 1 KiB", What::Ours(ALL), Q1, &[]),
    row("bare, request 8 KiB", What::Bare, Q8, &[]),
    row("ours, request 8 KiB", What::Ours(ALL), Q8, &[]),
    row("bare, request 64 KiB", What::Bare, Q64, &[]),
    row("ours, request 64 KiB", What::Ours(ALL), Q64, &[]),
];

const fn row(name: &'static str, what: What, body: Body, peers: &'static [&'static str]) -> Row {
    Row { name, what, body, peers }
}

impl Row {
    pub(crate) fn named(name: &str) -> &'static Self {
        let known = ROWS.iter().find(|row| row.name == name);
        known.unwrap_or_else(|| panic!("no row is called {name:?}"))
    }

    /// The row of the same exchange without anything around the app.
    pub(crate) fn bare(&self) -> &'static Self {
        let bare = ROWS.iter().find(|row| row.what == What::Bare && row.body == self.body);
        bare.unwrap_or_else(|| panic!("{:?} has no bare row", self.name))
    }

    /// How many calls tell the instructions of one, in two lengths of run.
    pub(crate) fn counted_calls(&self) -> [u64; 2] {
        match self.body {
            Body::Response(64) | Body::Request(64) => [200, 600],
            _ => [1_000, 3_000],
        }
    }
}

impl What {
    pub(crate) fn signals(self) -> Signals {
        match self {
            Self::Bare => OFF,
            Self::Ours(signals) | Self::OursByProvider(signals) | Self::OpenTelemetry(signals) => {
                signals
            }
            Self::Tracing | Self::Sentry => SPANS,
        }
    }
}
