//! Spans of custom services: parts of the application that are worth a span of their own.
//!
//! [`trace_service`] follows a future, [`enter_service`] a scope; `#[traced_service]` does either
//! for a function. [`trace_job`] follows what belongs to no request.

pub(crate) mod expansion;
mod failure;
mod future;
mod guard;
mod site;
mod span;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

pub use failure::{Failure, NoError, Output, UnknownError};
pub use future::ServiceFuture;
pub use guard::ServiceGuard;
pub use site::{Site, path_of};
pub use span::ServiceSpan;

/// Follows `future` with a span `{service}.{method}`.
///
/// The span begins with the call, as a child of the current one, and ends with the future: when it
/// is ready, when it panics, when it is dropped. While the future is polled, the span is the current
/// one. In a trace that is not sampled there is no span.
///
/// An `Err` is not recorded unless asked for: [`ServiceFuture::report_errors`].
///
/// # Cardinality
/// Names are for operations, not for what they are done with: `Users`, `find`, and never an id.
///
/// ```
/// # async fn load(_: u32) -> Result<String, std::io::Error> { Ok(String::new()) }
/// # async fn run() -> Result<(), std::io::Error> {
/// use apitoolkit_actix::trace_service;
///
/// let review = trace_service("BlogReview", "load", load(7)).report_errors().await?;
/// # Ok(()) }
/// ```
pub fn trace_service<F: Future>(
    service: impl Into<Cow<'static, str>>,
    method: impl Into<Cow<'static, str>>,
    future: F,
) -> ServiceFuture<F> {
    let span = ServiceSpan::of_names(service.into(), method.into(), site::path_of_future::<F>());
    ServiceFuture::new(future, span, None)
}

/// Follows `future` with a span `{service}.{method}` that is the root of a trace of its own: a job
/// that no request waits for, such as a timer's.
///
/// As [`trace_service`] otherwise: an `Err` is recorded if [`ServiceFuture::report_errors`] asks for
/// it. Started in a request, the job's span has a link to the span that it was started in, and the
/// job is no part of the exchange: what the job would add to that
/// ([`set_attribute`](crate::set_attribute) and the like) is not recorded. Whether the trace is
/// sampled is decided anew.
///
/// ```
/// # async fn send() -> Result<u32, std::io::Error> { Ok(3) }
/// # async fn run() {
/// use apitoolkit_actix::trace_job;
///
/// // Every hour, by a timer of the app:
/// let sent = trace_job("Mail", "digest", send()).report_errors().await;
/// # let _ = sent; }
/// ```
pub fn trace_job<F: Future>(
    service: impl Into<Cow<'static, str>>,
    method: impl Into<Cow<'static, str>>,
    future: F,
) -> ServiceFuture<F> {
    let span = ServiceSpan::of_job(service.into(), method.into(), site::path_of_future::<F>());
    ServiceFuture::new(future, span, None)
}

/// Starts a span `{service}.{method}` that is the current one until the guard is dropped.
///
/// For synchronous code. Held over an `.await`, the span would be that of whatever else runs on the
/// thread meanwhile: use [`trace_service`] there.
///
/// ```
/// use apitoolkit_actix::enter_service;
///
/// fn render(pages: u32) -> u32 {
///     let _service = enter_service("Reports", "render");
///     pages * 2
/// }
/// # render(1);
/// ```
pub fn enter_service(
    service: impl Into<Cow<'static, str>>,
    method: impl Into<Cow<'static, str>>,
) -> ServiceGuard {
    ServiceGuard::new(ServiceSpan::of_names(service.into(), method.into(), None))
}
