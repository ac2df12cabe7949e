use std::fmt;

use actix_web::HttpMessage;
use opentelemetry::Context;

use crate::client::{
    options::{Options, setters},
    parent,
};

/// How one call through [`ObservedReqwest`](crate::ObservedReqwest) is recorded.
///
/// It goes with the request as an extension. What it says holds instead of what the middleware
/// says; rules hold besides the middleware's.
///
/// ```no_run
/// # async fn run(client: reqwest_middleware::ClientWithMiddleware)
/// # -> Result<(), reqwest_middleware::Error> {
/// use apitoolkit_actix::CallOptions;
///
/// let todo = client
///     .get("http://localhost:8123/todos/2")
///     .with_extension(CallOptions::new().url_wildcard("/todos/{id}").capture_response_body(true))
///     .send()
///     .await?
///     .text()
///     .await?;
/// # drop(todo);
/// # Ok(()) }
/// ```
///
/// # Errors
/// An option that does not hold (a bad JSONPath, for instance) is an error of `send`, before
/// anything is sent.
#[derive(Clone, Default)]
#[must_use = "options say nothing unless they go with a request"]
pub struct CallOptions {
    pub(super) options: Options,
    /// The context of the request that triggers the call.
    request: Option<Context>,
}

impl CallOptions {
    /// Options that say nothing: the call is a child of the current span.
    pub fn new() -> Self {
        Self::default()
    }

    /// As [`new`](Self::new), for a call that an incoming request triggers: it is a child of the
    /// current span if that belongs to the request (a service's, for instance), else of the
    /// request's.
    ///
    /// A call that is awaited in a handler needs none of this. One that is made in a task of its
    /// own does, since a task has no current span:
    ///
    /// ```no_run
    /// # use actix_web::{HttpRequest, HttpResponse, Responder, web};
    /// # use reqwest_middleware::ClientWithMiddleware;
    /// use apitoolkit_actix::CallOptions;
    ///
    /// async fn order(request: HttpRequest, client: web::Data<ClientWithMiddleware>) -> impl Responder {
    ///     let call = client
    ///         .post("http://localhost:8123/mail")
    ///         .with_extension(CallOptions::of_request(&request));
    ///     actix_web::rt::spawn(async move { call.send().await });
    ///     HttpResponse::Accepted()
    /// }
    /// ```
    pub fn of_request(request: &impl HttpMessage) -> Self {
        Self { request: parent::of_request(request), ..Self::new() }
    }

    setters!();

    /// What the call is made in.
    pub(super) fn parent(&self) -> Context {
        parent::parent(self.request.as_ref())
    }
}

impl fmt::Debug for CallOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallOptions").field("options", &self.options).finish_non_exhaustive()
    }
}
