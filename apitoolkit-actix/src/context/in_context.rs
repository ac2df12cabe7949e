use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{self, Poll},
};

use actix_web::rt::task::JoinHandle;
use opentelemetry::{Context, ContextGuard};
use pin_project_lite::pin_project;

use crate::telemetry::Current;

pin_project! {
    /// A future that takes a context along. See [`in_context`].
    #[must_use = "futures do nothing unless polled"]
    pub struct InContext<F> {
        #[pin]
        future: F,
        place: Place,
    }
}

/// Where something is to run.
#[derive(Clone)]
struct Place {
    context: Context,
    exchange: Option<Current>,
}

impl Place {
    fn here() -> Self {
        let context = Context::current();
        let exchange = Current::of(&context);
        Self { context, exchange }
    }

    fn enter(self) -> ContextGuard {
        if let Some(exchange) = &self.exchange {
            exchange.runs_here();
        }
        self.context.attach()
    }
}

impl<F: Future> Future for InContext<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let _entered = this.place.clone().enter();
        this.future.poll(cx)
    }
}

impl<F> fmt::Debug for InContext<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InContext").finish_non_exhaustive()
    }
}

/// Makes a future run in the current context wherever it is polled: on another task, thread or
/// arbiter.
///
/// The context is that of the call, and not of the first poll. The future may outlive the request:
/// its spans belong to the request's trace all the same; only attributes and errors of the exchange
/// come too late then. It is `Send` if `future` is.
///
/// ```
/// use apitoolkit_actix::{in_context, trace_service};
///
/// async fn index(id: u32) { /* … */ }
///
/// # #[actix_web::main]
/// # async fn main() {
/// let task = tokio::spawn(in_context(trace_service("Search", "index", index(7))));
/// # task.await.unwrap();
/// # }
/// ```
pub fn in_context<F: Future>(future: F) -> InContext<F> {
    InContext { future, place: Place::here() }
}

/// Makes a closure run in the current context wherever it is called: by `web::block`, on a thread,
/// by `Arbiter::spawn_fn`. It is `Send` if `work` is.
///
/// ```
/// use actix_web::web;
/// use apitoolkit_actix::{enter_service, in_context_fn};
///
/// # #[actix_web::main]
/// # async fn main() -> Result<(), actix_web::error::BlockingError> {
/// let pages = web::block(in_context_fn(|| {
///     let _service = enter_service("Reports", "render");
///     12
/// }))
/// .await?;
/// # assert_eq!(pages, 12);
/// # Ok(()) }
/// ```
pub fn in_context_fn<T>(work: impl FnOnce() -> T) -> impl FnOnce() -> T {
    let place = Place::here();
    move || {
        let _entered = place.enter();
        work()
    }
}

/// Runs a future in the background, on this worker, in the current context:
/// `actix_web::rt::spawn(in_context(future))`.
///
/// The future need not be `Send`. On Tokio's own runtime, which needs that: `tokio::spawn` with
/// [`in_context`].
///
/// # Panics
/// Outside of an Actix runtime, as `actix_web::rt::spawn` does.
///
/// ```
/// use actix_web::{HttpResponse, post};
/// use apitoolkit_actix::{spawn, trace_service};
///
/// async fn send_mail() { /* … */ }
///
/// #[post("/orders")]
/// async fn order() -> HttpResponse {
///     spawn(trace_service("Mail", "send", send_mail()));
///     HttpResponse::Accepted().finish()
/// }
/// ```
#[track_caller]
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + 'static,
    F::Output: 'static,
{
    actix_web::rt::spawn(in_context(future))
}
