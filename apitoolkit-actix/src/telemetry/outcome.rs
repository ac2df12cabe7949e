use std::{
    borrow::Cow,
    fmt::{self, Display},
    thread,
    time::SystemTime,
};

use opentelemetry::{
    Context, KeyValue,
    trace::{Status, TraceContextExt as _},
};

use super::{Current, Scope, exchange_ids::exchange_ids, hiding::hidden_in};
use crate::{
    exchange::{ErrorReport, Failed, Undecided, error_names},
    semconv,
};

/// An error that the work inside a span gave.
#[derive(Debug)]
pub struct Failure {
    pub(crate) error_type: &'static str,
    /// Bounded, and not scrubbed.
    pub(crate) message: Option<String>,
}

impl Failure {
    pub(crate) fn of<E: Display + ?Sized>(error: &E) -> Self {
        Self { message: Some(ErrorReport::message_of(error)), ..Self::of_type::<E>() }
    }

    pub(crate) fn of_result<T, E: Display>(result: &Result<T, E>) -> Option<Self> {
        result.as_ref().err().map(Self::of)
    }

    /// Of an error without a text, or whose text nobody wants.
    pub(crate) fn of_type<E: ?Sized>() -> Self {
        Self { error_type: error_names::of_type::<E>(), message: None }
    }
}

/// How the work inside a span went.
#[derive(Default)]
pub(crate) struct Outcome {
    failures: Vec<Failed>,
    panicked: bool,
    clean: Option<Box<Clean>>,
}

/// Takes out of a message what no rule for texts would find.
type Clean = dyn Fn(&str) -> String + Send + Sync;

/// `error_type` of work that panicked.
const PANIC: &str = "panic";
/// Most failures of one span.
const MAX_FAILURES: usize = 32;

impl Outcome {
    /// Notes an error.
    pub(crate) fn fail(&mut self, failure: Failure) {
        if self.failures.len() < MAX_FAILURES {
            let Failure { error_type, message } = failure;
            self.failures.push(Failed { when: SystemTime::now(), error_type, message });
        }
    }

    /// Notes that the work panicked.
    pub(crate) fn panicked(&mut self) {
        self.panicked = true;
    }

    /// Has every message go through `clean` before it is scrubbed and leaves.
    pub(crate) fn clean_by(&mut self, clean: impl Fn(&str) -> String + Send + Sync + 'static) {
        self.clean = Some(Box::new(clean));
    }

    /// `error.type`, if it failed.
    pub(crate) fn error_type(&self) -> Option<&'static str> {
        if self.panicked {
            return Some(PANIC);
        }
        self.failures.first().map(|failed| failed.error_type)
    }

    /// Writes it into the span of a context, and ends that.
    ///
    /// The span says by its status that it failed. The error itself is told once: if the handler
    /// returns it, or the app reports it, the exchange tells of it, which is known when the handler
    /// has answered. Until then the span waits.
    pub(crate) fn end(self, context: Context) {
        let teller = Teller { context, clean: self.clean };
        let span = teller.context.span();
        if !span.is_recording() {
            return span.end();
        }
        if self.panicked {
            span.set_attribute(text(semconv::ERROR_TYPE, PANIC));
            span.set_status(Status::error(PANIC));
        } else if let Some(Failed { error_type, message, .. }) = self.failures.first() {
            span.set_attribute(text(semconv::ERROR_TYPE, *error_type));
            let description = message.as_ref().map(|message| teller.scrubbed(message));
            span.set_status(Status::error(description.unwrap_or_default()));
        }
        if self.failures.is_empty() {
            return span.end();
        }
        let exchange = Current::of(&teller.context);
        let ended = SystemTime::now();
        let tell = Box::new(move |failures| teller.tell(failures, ended));
        let mut undecided = Some(Undecided { failures: self.failures, tell });
        if let Some(exchange) = exchange {
            exchange.note(|notes| undecided = undecided.take().and_then(|u| notes.defer(u)));
        }
        if let Some(Undecided { failures, tell }) = undecided {
            tell(failures);
        }
    }
}

impl fmt::Debug for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outcome")
            .field("failures", &self.failures.len())
            .field("panicked", &self.panicked)
            .finish_non_exhaustive()
    }
}

/// Tells of the failures of a span.
struct Teller {
    context: Context,
    clean: Option<Box<Clean>>,
}

impl Teller {
    /// Ends a span with failures that nobody else tells of.
    fn tell(&self, failures: Vec<Failed>, ended: SystemTime) {
        let span = self.context.span();
        for Failed { when, error_type, message } in failures {
            let mut event = vec![text(semconv::EXCEPTION_TYPE, error_type)];
            let message = message.map(|message| self.scrubbed(&message));
            event.extend(message.map(|message| text(semconv::EXCEPTION_MESSAGE, message)));
            event.extend(exchange_ids(&self.context).into_iter().map(|(key, id)| text(key, id)));
            span.add_event_with_timestamp(semconv::EXCEPTION, when, event);
        }
        span.end_with_timestamp(ended);
    }

    /// The text of an error, less what looks like a secret. Without rules, nothing of it leaves.
    fn scrubbed(&self, message: &str) -> String {
        let Some(scope) = Scope::of(&self.context) else { return String::new() };
        let hidden;
        let message = match &self.clean {
            Some(clean) => Cow::Owned(clean(message)),
            // It may be of a statement inside, whose span alone knows what it was cleaned of.
            None => {
                hidden = hidden_in(&self.context);
                ErrorReport::without(hidden.as_deref(), message)
            }
        };
        ErrorReport::cut_message(scope.config.redactor.text(&message).into_owned())
    }
}

/// An attribute that is a text.
pub(crate) fn text(key: &'static str, value: impl Into<Cow<'static, str>>) -> KeyValue {
    KeyValue::new(key, value.into())
}

/// Whether a child of this context's span is left out: its trace is not sampled, or telemetry is
/// suppressed.
pub(crate) fn is_left_out(parent: &Context) -> bool {
    let span = parent.span();
    let trace = span.span_context();
    parent.is_telemetry_suppressed() || (trace.is_valid() && !trace.is_sampled())
}

/// Runs `work`, and `burst` too if it panics; the panic goes on.
///
/// What catches the panic may keep whatever holds the span, so that has to end here.
pub(crate) fn watched<S, T>(span: &mut S, burst: fn(&mut S), work: impl FnOnce(&mut S) -> T) -> T {
    struct Watch<'s, S> {
        span: &'s mut S,
        burst: fn(&mut S),
        was_panicking: bool,
    }
    impl<S> Drop for Watch<'_, S> {
        fn drop(&mut self) {
            if thread::panicking() && !self.was_panicking {
                (self.burst)(self.span);
            }
        }
    }
    let watch = &mut Watch { span, burst, was_panicking: thread::panicking() };
    work(watch.span)
}
