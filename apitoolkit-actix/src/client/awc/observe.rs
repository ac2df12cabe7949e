use std::{cell::OnceCell, fmt};

use actix_web::{HttpMessage, http::Uri};
use awc::{Client, ClientRequest, error::HttpError, http::Method};
use opentelemetry::Context;

use super::{ObservedClient, ObservedRequest, active::Active};
use crate::client::{
    options::{Options, setters},
    parent,
};

thread_local! {
    static CLIENT: OnceCell<Client> = const { OnceCell::new() };
}

/// A ready client whose calls are recorded, with every default of `awc`: one for each thread, which
/// shares its connections.
///
/// For timeouts, TLS or headers of its own an app builds a client and wraps it in
/// [`ObservedClient`].
///
/// ```no_run
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// use apitoolkit_actix::observed_client;
///
/// let mut answer = observed_client().get("http://localhost:8123/send").send().await?;
/// let body = answer.body().await?;
/// # let _ = body;
/// # Ok(()) }
/// ```
#[must_use]
pub fn observed_client() -> Client {
    CLIENT.with(|client| {
        client.get_or_init(|| Client::builder().wrap(ObservedClient::new()).finish()).clone()
    })
}

/// Makes calls that are recorded beside the incoming request that triggered them.
///
/// Used as `awc` is, with options in front that say how the call is recorded. Connections are those
/// of [`observed_client`], whatever the options, or of a client of the app's own
/// ([`Observer::client`]).
///
/// ```no_run
/// # use actix_web::{HttpRequest, HttpResponse, Responder, web};
/// use apitoolkit_actix::observe_request;
///
/// async fn todo(request: HttpRequest) -> Result<impl Responder, Box<dyn std::error::Error>> {
///     let mut answer = observe_request(&request)
///         .url_wildcard("/todos/{id}")
///         .redact_response_body(["$.owner.email"])
///         .capture_response_body(true)
///         .get("http://localhost:8123/todos/2")
///         .send()
///         .await?;
///     Ok(HttpResponse::Ok().body(answer.body().await?))
/// }
/// ```
///
/// The call's span is a child of the current one if that belongs to the request (a service's, for
/// instance), else of the request's.
pub fn observe_request(request: &impl HttpMessage) -> Observer {
    Observer { request: parent::of_request(request), ..observe() }
}

/// As [`observe_request`], without the request at hand: the call's span is a child of the current
/// one, or a trace of its own where there is none.
pub fn observe() -> Observer {
    Observer { options: Options::default(), request: None, client: None }
}

/// Calls, and how they are recorded. See [`observe_request`].
///
/// # Errors
/// An option that does not hold (a bad JSONPath, for instance) is an error of `send`, before
/// anything is sent.
#[derive(Clone)]
#[must_use = "an observer makes no call by itself"]
pub struct Observer {
    options: Options,
    /// The context of the request that triggers the calls.
    request: Option<Context>,
    client: Option<Client>,
}

/// One method for each method of HTTP.
macro_rules! methods {
    ($($name:ident = $method:ident),* $(,)?) => {
        $(
            #[doc = concat!("A `", stringify!($method), "` request, as [`Client::", stringify!($name), "`].")]
            pub fn $name<U>(self, url: U) -> ObservedRequest
            where
                Uri: TryFrom<U>,
                <Uri as TryFrom<U>>::Error: Into<HttpError>,
            {
                self.request(Method::$method, url)
            }
        )*
    };
}

impl Observer {
    setters!();

    /// Makes the calls with a client of the app's own, which has [`ObservedClient`] around it.
    /// Defaults to [`observed_client`].
    pub fn client(mut self, client: &Client) -> Self {
        self.client = Some(client.clone());
        self
    }

    methods!(
        get = GET,
        post = POST,
        put = PUT,
        patch = PATCH,
        delete = DELETE,
        head = HEAD,
        options = OPTIONS,
    );

    /// A request of any method, as [`Client::request`].
    pub fn request<U>(self, method: Method, url: U) -> ObservedRequest
    where
        Uri: TryFrom<U>,
        <Uri as TryFrom<U>>::Error: Into<HttpError>,
    {
        let request = self.client.clone().unwrap_or_else(observed_client).request(method, url);
        self.observe(request)
    }

    /// Observes a request that was begun with a client: [`Client::request_from`], for instance.
    pub fn observe(self, request: ClientRequest) -> ObservedRequest {
        ObservedRequest::new(self, request)
    }

    /// What one call tells the middleware.
    pub(super) fn active(&self) -> std::rc::Rc<Active> {
        Active::new(self.options.clone(), self.parent())
    }

    /// What a call is made in.
    fn parent(&self) -> Context {
        parent::parent(self.request.as_ref())
    }
}

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Observer").field("options", &self.options).finish_non_exhaustive()
    }
}
