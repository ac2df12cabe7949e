//! What the tests of calls through `reqwest` share.

use std::{net::SocketAddr, sync::LazyLock};

use actix_web::{HttpRequest, web};
use apitoolkit_actix::{
    Builder, CallOptions, ObservedReqwest, Telemetry,
    testing::{Collector, Span},
};
use apitoolkit_tests::{Held, Settings, TestApp, Upstream, telemetry};
pub(crate) use apitoolkit_tests::{ask, ask_with};
use opentelemetry::{Context, baggage::BaggageExt as _, trace::TraceContextExt as _};
use reqwest::{Client, dns::Resolve};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware};
use rustls::{ClientConfig, RootCertStore, crypto::ring};

/// TLS that trusts nobody. The default would read the system's roots for each client.
static TLS: LazyLock<ClientConfig> = LazyLock::new(|| {
    ClientConfig::builder_with_provider(ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth()
});

/// A client as an app builds it, without us.
pub(crate) fn plain() -> reqwest::ClientBuilder {
    Client::builder().no_proxy().tls_backend_preconfigured(TLS.clone())
}

/// A client with middleware of ours around it.
pub(crate) fn observed(
    client: reqwest::ClientBuilder,
    by: ObservedReqwest,
) -> ClientWithMiddleware {
    ClientBuilder::new(client.build().unwrap()).with(by).build()
}

/// A client without any middleware, which is used in the same way.
pub(crate) fn bare(client: reqwest::ClientBuilder) -> ClientWithMiddleware {
    ClientBuilder::new(client.build().unwrap()).build()
}

/// Makes clients resolve names in their own way.
pub(crate) fn resolving(by: impl Resolve + 'static) -> reqwest::ClientBuilder {
    plain().dns_resolver(by)
}

/// A handler at work, and whom it calls.
#[derive(Clone)]
pub(crate) struct Here {
    pub(crate) request: HttpRequest,
    pub(crate) client: ClientWithMiddleware,
    pub(crate) upstream: SocketAddr,
}

impl Here {
    /// Options of a call that this request triggers.
    pub(crate) fn options(&self) -> CallOptions {
        CallOptions::of_request(&self.request)
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
    app_with(Settings::default(), ObservedReqwest::new(), upstream, toolkit, work)
}

/// As [`app`], with settings, and a client that is observed in another way.
pub(crate) fn app_with(
    settings: Settings,
    by: ObservedReqwest,
    upstream: &Upstream,
    toolkit: impl FnOnce(Builder) -> Builder,
    work: impl AsyncFn(Here) -> String + Clone + Send + 'static,
) -> TestApp {
    let upstream = upstream.address;
    let client = observed(plain(), by);
    TestApp::with(settings, toolkit, |_| {
        move |cfg: &mut web::ServiceConfig| {
            let (work, client) = (work.clone(), client.clone());
            let handler = move |request: HttpRequest| {
                let (work, client) = (work.clone(), client.clone());
                async move { work(Here { request, client, upstream }).await }
            };
            cfg.route("/", web::to(handler));
        }
    })
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

    pub(crate) fn middleware(&self) -> ObservedReqwest {
        ObservedReqwest::new().telemetry(&self.telemetry)
    }

    pub(crate) fn client(&self) -> ClientWithMiddleware {
        observed(plain(), self.middleware())
    }

    /// As [`Held::of`]; this thread has no context left.
    pub(crate) fn held(&self, calls: usize) -> Vec<Span> {
        let held = Held::of(&self.collector, &self.telemetry, 0, calls);
        let context = Context::current();
        assert!(!context.has_active_span() && context.baggage().is_empty());
        held.clients
    }

    /// As [`held`](Self::held) for the one call that was made.
    pub(crate) fn held_one(&self) -> Span {
        self.held(1).remove(0)
    }
}

/// Runs what makes calls.
pub(crate) fn run<F: Future>(future: F) -> F::Output {
    actix_rt::System::new().block_on(future)
}
