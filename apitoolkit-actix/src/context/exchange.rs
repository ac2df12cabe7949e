use std::{
    borrow::Cow,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
};

use actix_web::HttpMessage;
use opentelemetry::{Context, trace::TraceContextExt as _};

use super::{ReportableError, Tenant, User, backtrace, person, reportable, warning};
use crate::{
    exchange::{AttributeValue, ErrorReport, MARKED_FAILED, Notes, Refused, Value},
    semconv,
    telemetry::{Current, RequestContext, Scope},
};

/// The exchange of a request: a handle to add to it while it runs.
///
/// Most code needs none: [`set_attribute`](crate::set_attribute) and the like find the current
/// exchange by themselves. A handle is for code that has a request and runs elsewhere, and for
/// handing the exchange to another thread: it is `Send`, and cloning it is cheap.
///
/// In a request that is not sampled, all of its methods do nothing. Outside of a request, or after
/// its end, they do nothing and the log says so, once a minute.
///
/// ```
/// use actix_web::{HttpRequest, Responder, web};
/// use apitoolkit_actix::Exchange;
///
/// async fn report(request: HttpRequest) -> impl Responder {
///     let exchange = Exchange::of(&request);
///     let pages = web::block(move || {
///         exchange.set_attribute("report.kind", "yearly");
///         12
///     })
///     .await;
///     format!("{pages:?}")
/// }
/// ```
#[derive(Clone)]
pub struct Exchange(State);

#[derive(Clone)]
enum State {
    Recorded(Current),
    /// Of a request that is not sampled.
    Unrecorded,
    /// There is none.
    Outside,
}

impl Exchange {
    /// The exchange whose context this code runs in.
    #[must_use]
    pub fn current() -> Self {
        Context::map_current(Self::of_context)
    }

    /// The exchange of a request: an `HttpRequest`, a `ServiceRequest`.
    #[must_use]
    pub fn of(request: &impl HttpMessage) -> Self {
        let of_request = || {
            let extensions = request.extensions();
            extensions.get::<RequestContext>().map(|context| Self::of_context(&context.context))
        };
        // Whoever holds `extensions_mut()` meanwhile would panic here. The current exchange is then
        // as good as certain to be the request's.
        match catch_unwind(AssertUnwindSafe(of_request)) {
            Ok(found) => found.unwrap_or(Self(State::Outside)),
            Err(_) => Self::current(),
        }
    }

    fn of_context(context: &Context) -> Self {
        if let Some(current) = Current::of(context) {
            return Self(State::Recorded(current));
        }
        Self(match context.get::<Scope>() {
            // A job, which belongs to no request.
            Some(_) if context.span().span_context().is_sampled() => State::Outside,
            Some(_) => State::Unrecorded,
            None => State::Outside,
        })
    }

    pub(crate) fn of_current(current: Current) -> Self {
        Self(State::Recorded(current))
    }

    /// Sets a custom attribute. See [`set_attribute`](crate::set_attribute).
    pub fn set_attribute(&self, key: impl Into<Cow<'static, str>>, value: impl AttributeValue) {
        if self.is_recorded("set_attribute")
            && let Some(value) = value.into_value()
        {
            self.add("set_attribute", [(key.into(), value)]);
        }
    }

    /// Says who the request is from. See [`set_user`](crate::set_user).
    pub fn set_user(&self, user: User) {
        self.replace("set_user", user.into_attributes());
    }

    /// Says whose data the request is about. See [`set_tenant`](crate::set_tenant).
    pub fn set_tenant(&self, tenant: Tenant) {
        self.replace("set_tenant", tenant.into_attributes());
    }

    /// Says which session the request belongs to. See [`set_session`](crate::set_session).
    pub fn set_session(&self, id: impl AttributeValue) {
        self.replace("set_session", [(semconv::SESSION_ID, person::text(id))]);
    }

    /// Reports an error. See [`report_error`](crate::report_error).
    pub fn report_error<M>(&self, error: &(impl ReportableError<M> + ?Sized)) {
        self.report("report_error", error);
    }

    /// Marks the exchange as failed. See [`mark_failed`](crate::mark_failed).
    pub fn mark_failed(&self, reason: impl Into<String>) {
        if self.is_recorded("mark_failed") {
            let report = ErrorReport::of_message(MARKED_FAILED, reason);
            self.note("mark_failed", |notes| notes.mark_failed(report));
        }
    }

    pub(super) fn report<M>(&self, call: &'static str, error: &(impl ReportableError<M> + ?Sized)) {
        let (mut has_room, mut wants_backtrace) = (false, false);
        self.note(call, |notes| {
            wants_backtrace = notes.wants_backtrace();
            has_room = notes.has_room();
        });
        if has_room {
            // Not under the lock: what the error's text is made of is not our code.
            let mut report = reportable::report(error);
            if wants_backtrace {
                report = report.with_backtrace(backtrace::capture());
            }
            self.note(call, |notes| notes.report(report));
        }
    }

    /// Sets attributes; `call` is whom the log names if something is wrong with them.
    pub(crate) fn add(
        &self,
        call: &'static str,
        attributes: impl IntoIterator<Item = (Cow<'static, str>, Value)>,
    ) {
        let attributes: Vec<_> = attributes.into_iter().collect();
        let mut refusals: Vec<(Cow<'static, str>, Refused)> = Vec::new();
        self.note(call, |notes| {
            for (key, value) in attributes {
                if let Err(refused) = notes.attributes.set(key.clone(), value) {
                    refusals.push((key, refused));
                }
            }
        });
        for (key, refused) in refusals {
            warning::refused(call, &key, refused);
        }
    }

    /// Sets some attributes and takes those of them out that have no value.
    fn replace<const N: usize>(
        &self,
        call: &'static str,
        attributes: [(&'static str, Option<Value>); N],
    ) {
        self.note(call, |notes| {
            for (key, value) in attributes {
                notes.attributes.remove(key);
                if let Some(value) = value {
                    // Who an exchange is for has room kept for it.
                    let _ = notes.attributes.set(Cow::Borrowed(key), value);
                }
            }
        });
    }

    /// Whether there is anything to add to; if there should be, says so.
    fn is_recorded(&self, call: &'static str) -> bool {
        match &self.0 {
            State::Recorded(_) => return true,
            State::Outside => warning::outside(call),
            State::Unrecorded => {}
        }
        false
    }

    fn note(&self, call: &'static str, add: impl FnOnce(&mut Notes)) {
        if self.is_recorded(call)
            && let State::Recorded(current) = &self.0
            && !current.note(add)
        {
            warning::ended(call);
        }
    }
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.0 {
            State::Recorded(_) => "recorded",
            State::Unrecorded => "not recorded",
            State::Outside => "none",
        };
        f.debug_tuple("Exchange").field(&format_args!("{state}")).finish()
    }
}
