//! What the integration tests share: an app on a free port with a receiver of its own.

use std::{net::SocketAddr, time::Duration};

use actix_web::{App, HttpServer, dev::ServerHandle, web::ServiceConfig};
use apitoolkit_actix::{ApiToolkit, Builder, Telemetry, TelemetryBuilder, testing::Collector};

/// How long a test waits for what must come; it comes in milliseconds unless something is wrong.
pub const SOON: Duration = Duration::from_secs(10);

/// A running app and the receiver of its telemetry.
#[derive(Debug)]
pub struct TestApp {
    /// Where the app listens.
    pub address: SocketAddr,
    /// What receives the app's telemetry.
    pub collector: Collector,
    /// The app's telemetry.
    pub telemetry: Telemetry,
    server: ServerHandle,
}

/// Telemetry that goes to a collector, at once, and is nobody else's.
#[must_use]
pub fn telemetry(collector: &Collector) -> TelemetryBuilder {
    Telemetry::builder()
        .environment(std::iter::empty::<(String, String)>())
        .endpoint(collector.endpoint())
        .service_name("tests")
        .schedule_delay(Duration::from_millis(20))
        .install(false)
}

impl TestApp {
    /// Starts an app with a toolkit as `toolkit` configures it and routes as `routes` does.
    ///
    /// # Panics
    /// When anything of it fails.
    #[expect(clippy::expect_used, reason = "a fixture")]
    pub fn start(
        toolkit: impl FnOnce(Builder) -> Builder,
        routes: impl Fn(&mut ServiceConfig) + Clone + Send + 'static,
    ) -> Self {
        let collector = Collector::start().expect("a collector");
        let telemetry = telemetry(&collector).build().expect("telemetry");
        let toolkit =
            toolkit(ApiToolkit::builder().telemetry(&telemetry)).build().expect("a toolkit");
        let server = HttpServer::new(move || {
            App::new().wrap(toolkit.clone()).configure(routes.clone())
        })
        .workers(1)
        .disable_signals()
        .bind(("127.0.0.1", 0))
        .expect("a free port");
        let address = *server.addrs().first().expect("an address");
        let server = server.run();
        let handle = server.handle();
        actix_rt::spawn(server);
        Self { address, collector, telemetry, server: handle }
    }

    /// The URL of a path of the app.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Stops the app at once.
    pub async fn stop(self) {
        self.server.stop(false).await;
    }
}
