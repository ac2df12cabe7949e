use std::{fmt, net::SocketAddr, sync::mpsc, thread, time::Duration};

use actix_http::{Request, Response};
use actix_service::{IntoServiceFactory, Service, ServiceFactory};
use actix_web::{
    App, Error, HttpServer,
    body::MessageBody,
    dev::{AppConfig, ServerHandle},
    web::ServiceConfig,
};
use apitoolkit_actix::{
    ApiToolkit, Builder, Telemetry, TelemetryBuilder,
    testing::{Collector, Span},
};

use crate::{End, Held, Raw, Worker, log, normal};

/// How long a test waits for what must come; it comes in milliseconds unless something is wrong.
pub const SOON: Duration = Duration::from_secs(10);

/// A running app, the same app without us beside it, and the receiver of its telemetry.
#[derive(Debug)]
pub struct TestApp {
    // First, so that nothing is recorded any more when the telemetry goes.
    server: Running,
    beside: Running,
    /// Where the app listens.
    pub address: SocketAddr,
    /// Where the same app without the middleware listens.
    pub baseline: SocketAddr,
    /// The app's telemetry.
    pub telemetry: Telemetry,
    /// What receives the app's telemetry.
    pub collector: Collector,
    /// The app's one worker.
    pub worker: Worker,
}

/// How the servers run.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Whether a client may go on reading after it has closed its own side. Default: true.
    pub half_closed: bool,
    /// The share of traces that is recorded. Default: all.
    pub sample_ratio: f64,
    /// Whether clear-text HTTP/2 is spoken too. Default: false.
    pub h2c: bool,
    /// How many ended spans may wait to be sent. Default: 2,048.
    pub queue_size: usize,
    /// How many bytes may be held. Default: 32 MiB.
    pub memory_budget: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            half_closed: true,
            sample_ratio: 1.0,
            h2c: false,
            queue_size: 2_048,
            memory_budget: 32 * 1024 * 1024,
        }
    }
}

/// Telemetry that goes to a collector, at once, and is nobody else's.
pub fn telemetry(collector: &Collector) -> TelemetryBuilder {
    Telemetry::builder()
        .environment(std::iter::empty::<(String, String)>())
        .endpoint(collector.endpoint())
        .service_name("tests")
        .schedule_delay(Duration::from_millis(20))
        .install(false)
}

#[expect(clippy::expect_used, reason = "a fixture")]
impl TestApp {
    /// Starts an app with a toolkit as `toolkit` configures it and routes as `routes` does.
    ///
    /// # Panics
    /// When anything of it fails.
    pub fn start(
        toolkit: impl FnOnce(Builder) -> Builder,
        routes: impl Fn(&mut ServiceConfig) + Clone + Send + 'static,
    ) -> Self {
        Self::with(Settings::default(), toolkit, |_| routes)
    }

    /// Starts an app with settings, and routes that need its telemetry.
    ///
    /// # Panics
    /// When anything of it fails.
    pub fn with<R>(
        settings: Settings,
        toolkit: impl FnOnce(Builder) -> Builder,
        routes: impl FnOnce(&Telemetry) -> R,
    ) -> Self
    where
        R: Fn(&mut ServiceConfig) + Clone + Send + 'static,
    {
        Self::wrapped(settings, toolkit, |telemetry, toolkit| {
            let routes = routes(telemetry);
            let plain = routes.clone();
            (
                move || App::new().wrap(toolkit.clone()).configure(routes.clone()),
                move || App::new().configure(plain.clone()),
            )
        })
    }

    /// Starts whatever apps `apps` makes: one with the toolkit, and the same without.
    ///
    /// # Panics
    /// When anything of it fails.
    pub fn wrapped<A1, I1, S1, B1, A2, I2, S2, B2>(
        settings: Settings,
        toolkit: impl FnOnce(Builder) -> Builder,
        apps: impl FnOnce(&Telemetry, ApiToolkit) -> (A1, A2),
    ) -> Self
    where
        A1: Fn() -> I1 + Send + Clone + 'static,
        I1: IntoServiceFactory<S1, Request> + 'static,
        S1: ServiceFactory<Request, Config = AppConfig> + 'static,
        S1::Error: Into<Error> + 'static,
        S1::InitError: fmt::Debug,
        S1::Response: Into<Response<B1>> + 'static,
        <S1::Service as Service<Request>>::Future: 'static,
        S1::Service: 'static,
        B1: MessageBody + 'static,
        A2: Fn() -> I2 + Send + Clone + 'static,
        I2: IntoServiceFactory<S2, Request> + 'static,
        S2: ServiceFactory<Request, Config = AppConfig> + 'static,
        S2::Error: Into<Error> + 'static,
        S2::InitError: fmt::Debug,
        S2::Response: Into<Response<B2>> + 'static,
        <S2::Service as Service<Request>>::Future: 'static,
        S2::Service: 'static,
        B2: MessageBody + 'static,
    {
        log::listen();
        let collector = Collector::start().expect("a collector");
        let telemetry = telemetry(&collector)
            .sample_ratio(settings.sample_ratio)
            .queue_size(settings.queue_size)
            .memory_budget(settings.memory_budget)
            .build()
            .expect("telemetry");
        let toolkit =
            toolkit(ApiToolkit::builder().telemetry(&telemetry)).build().expect("a toolkit");
        let (ours, plain) = apps(&telemetry, toolkit);
        let worker = Worker::new();
        let server = serve(settings, &worker, ours);
        let beside = serve(settings, &Worker::new(), plain);
        let (address, baseline) = (server.address, beside.address);
        Self { address, baseline, telemetry, collector, worker, server, beside }
    }

    /// The URL of a path of the app.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// A raw connection to the app.
    #[must_use]
    pub fn connect(&self) -> Raw {
        Raw::connect(self.address)
    }

    /// Sends the same bytes to the app and to its baseline, each on a connection that the server
    /// closes afterwards, and checks that every byte of the two answers is the same, and the way
    /// they end. Returns the answer.
    ///
    /// # Panics
    /// When they differ.
    pub fn same(&self, bytes: impl AsRef<[u8]>) -> String {
        let ask = |address| {
            let (answer, end) = Raw::connect(address).send(bytes.as_ref()).rest();
            (normal(&String::from_utf8_lossy(&answer)), end)
        };
        let (with, without) = (ask(self.address), ask(self.baseline));
        assert_eq!(with, without, "the answer differs because we are there");
        assert_ne!(with.1, End::Open, "neither server closed the connection");
        with.0
    }

    /// Waits until `requests` exchanges were exported, and checks what holds for every case: one
    /// SERVER span each and not one more, each started and ended once and in its place; no call;
    /// nothing lost or pending; no `CANARY` in anything exported or said aloud; no context left on
    /// the worker, which lives. That answers are what they would be without us is for
    /// [`same`](Self::same).
    ///
    /// # Panics
    /// When any of it does not hold.
    pub fn held(&self, requests: usize) -> Vec<Span> {
        self.held_calls(requests, 0).servers
    }

    /// As [`held`](Self::held) where the app makes `calls`: one CLIENT span each and not one more.
    ///
    /// # Panics
    /// When any of it does not hold.
    pub fn held_calls(&self, requests: usize, calls: usize) -> Held {
        let held = Held::of(&self.collector, &self.telemetry, requests, calls);
        assert!(self.worker.is_clean(), "the worker is dead or kept a context");
        held
    }

    /// As [`held`](Self::held) for the one request that was made.
    ///
    /// # Panics
    /// When any of it does not hold.
    pub fn held_one(&self) -> Span {
        self.held(1).pop().expect("a span")
    }

    /// Stops the app at once, and returns when it has stopped. Its telemetry goes on.
    pub async fn stop(&self) {
        self.server.handle.stop(false).await;
        self.beside.handle.stop(false).await;
    }
}

/// A server on a thread of its own, so that a test may block.
#[derive(Debug)]
struct Running {
    address: SocketAddr,
    handle: ServerHandle,
}

impl Drop for Running {
    fn drop(&mut self) {
        // The command is sent by the call; nobody has to wait for it.
        drop(self.handle.stop(false));
    }
}

#[expect(clippy::expect_used, reason = "a fixture")]
fn serve<A, I, S, B>(settings: Settings, worker: &Worker, app: A) -> Running
where
    A: Fn() -> I + Send + Clone + 'static,
    I: IntoServiceFactory<S, Request> + 'static,
    S: ServiceFactory<Request, Config = AppConfig> + 'static,
    S::Error: Into<Error> + 'static,
    S::InitError: fmt::Debug,
    S::Response: Into<Response<B>> + 'static,
    <S::Service as Service<Request>>::Future: 'static,
    S::Service: 'static,
    B: MessageBody + 'static,
{
    let (started, running) = mpsc::channel();
    let worker = worker.clone();
    let serve = move || {
        actix_rt::System::new().block_on(async move {
            let server = HttpServer::new(move || {
                worker.start();
                app()
            })
            .workers(1)
            .h1_allow_half_closed(settings.half_closed)
            .disable_signals();
            let server = if settings.h2c {
                server.bind_auto_h2c(("127.0.0.1", 0))
            } else {
                server.bind(("127.0.0.1", 0))
            }
            .expect("a free port");
            let address = *server.addrs().first().expect("an address");
            let server = server.run();
            let _ = started.send(Running { address, handle: server.handle() });
            server.await
        })
    };
    thread::Builder::new().name("server".into()).spawn(serve).expect("a thread");
    running.recv_timeout(SOON).expect("a server")
}
