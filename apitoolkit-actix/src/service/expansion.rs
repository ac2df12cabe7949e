//! What macros call.

use super::{Failure, ServiceFuture, ServiceGuard, ServiceSpan, Site};

/// Starts the span of an annotated function.
pub fn start(site: &Site, path: &'static str) -> ServiceSpan {
    ServiceSpan::of_site(site, path)
}

/// Follows the function's future.
pub fn follow<F: Future>(
    span: ServiceSpan,
    future: F,
    failure: fn(&F::Output) -> Option<Failure>,
) -> ServiceFuture<F> {
    ServiceFuture::new(future, span, Some(failure))
}

/// Makes the span the current one.
pub fn enter(span: ServiceSpan) -> ServiceGuard {
    ServiceGuard::new(span)
}

/// Runs a body of a function. As an argument here, it may move out of what it captures.
pub fn call<T>(body: impl FnOnce() -> T) -> T {
    body()
}

/// Ends the span of a function that returned.
pub fn finish<T>(guard: ServiceGuard, output: &T, failure: fn(&T) -> Option<Failure>) {
    guard.finish(output, failure);
}
