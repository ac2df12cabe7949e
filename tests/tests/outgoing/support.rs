//! What the tests of outgoing calls share.

use std::net::SocketAddr;

use actix_http::error::PayloadError;
use actix_web::{HttpRequest, web};
use apitoolkit_actix::{
    Builder, ObservedClient, Observer, Telemetry, observe_request,
    testing::{Collector, Span},
};
use apitoolkit_tests::{Held, Settings, TestApp, Upstream, telemetry};
pub(crate) use apitoolkit_tests::{ask, ask_with};
use awc::{Client, ClientResponse};
use bytes::Bytes;
use futures_util::Stream;
use opentelemetry::{Context, baggage::BaggageExt as _, trace::TraceContextExt as _};

/// A handler at work, and whom it calls.
#[derive(Clone)]
pub(crate) struct Here {
    pub(crate) request: HttpRequest,
    /// The request's body.
    pub(crate) body: Bytes,
    pub(crate) upstream: SocketAddr,
}

impl Here {
    /// `observe_request` of the request that is being handled.
    pub(crate) fn observe(&self) -> Observer {
        observe_request(&self.request)
    }

    /// The URL of a path of the server to call.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.upstream)
    }
}

/// An app that does `work` for each request to `/`, and answers with the text of it.
pub(crate) fn app(
    upstream: &Upstream,
    toolkit: impl FnOnce(Builder) -> Builder,
    work: impl AsyncFn(Here) -> String + Clone + Send + 'static,
) -> TestApp {
    app_with(Settings::default(), upstream, toolkit, work)
}

/// As [`app`], with settings.
pub(crate) fn app_with(
    settings: Settings,
    upstream: &Upstream,
    toolkit: impl FnOnce(Builder) -> Builder,
    work: impl AsyncFn(Here) -> String + Clone + Send + 'static,
) -> TestApp {
    let upstream = upstream.address;
    TestApp::with(settings, toolkit, |_| {
        move |cfg: &mut web::ServiceConfig| {
            let work = work.clone();
            let handler = move |request: HttpRequest, body: Bytes| {
                let work = work.clone();
                async move { work(Here { request, body, upstream }).await }
            };
            cfg.route("/", web::to(handler));
        }
    })
}

/// The body of an answer, as text.
pub(crate) async fn text<S>(mut answer: ClientResponse<S>) -> String
where
    S: Stream<Item = Result<Bytes, PayloadError>>,
{
    String::from_utf8(answer.body().await.unwrap().to_vec()).unwrap()
}

/// Calls that are made outside of any exchange.
pub(crate) struct Caller {
    pub(crate) telemetry: Telemetry,
    pub(crate) collector: Collector,
}

impl Caller {
    pub(crate) fn new() -> Self {
        Self::sampling(1.0)
    }

    pub(crate) fn sampling(ratio: f64) -> Self {
        let collector = Collector::start().unwrap();
        let telemetry = telemetry(&collector).sample_ratio(ratio).build().unwrap();
        Self { telemetry, collector }
    }

    pub(crate) fn observed(&self) -> ObservedClient {
        ObservedClient::new().telemetry(&self.telemetry)
    }

    pub(crate) fn client(&self) -> Client {
        Client::builder().wrap(self.observed()).finish()
    }

    /// As [`Held::of`]; this thread has no context left.
    pub(crate) fn held(&self, calls: usize) -> Vec<Span> {
        let held = Held::of(&self.collector, &self.telemetry, 0, calls);
        let context = Context::current();
        assert!(!context.has_active_span() && context.baggage().is_empty());
        held.clients
    }
}

/// Runs what makes calls.
pub(crate) fn run<F: Future>(future: F) -> F::Output {
    actix_rt::System::new().block_on(future)
}
