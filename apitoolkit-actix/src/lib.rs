//! See every API exchange of an Actix Web service, with secrets redacted before anything leaves
//! the process.
//!
//! Two lines in an app, and each request and its answer are recorded: route, parameters, headers,
//! sizes, status, duration, errors, the services, database statements and outgoing calls inside of
//! it, and bodies if you ask for them. What is recorded goes out over OpenTelemetry (OTLP), to
//! APItoolkit, Monoscope or any other backend.
//!
//! ```no_run
//! use actix_web::{App, HttpResponse, HttpServer, Responder, get, web};
//! use apitoolkit_actix::{ApiToolkit, Telemetry};
//!
//! #[get("/users/{id}")]
//! async fn user(id: web::Path<u32>) -> impl Responder {
//!     HttpResponse::Ok().json(serde_json::json!({ "id": *id, "email": "jo@example.org" }))
//! }
//!
//! #[actix_web::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let telemetry = Telemetry::from_env()?;
//!     let toolkit = ApiToolkit::builder()
//!         .capture_response_body(true)
//!         .redact_response_body(["$.email"])
//!         .build()?;
//!     HttpServer::new(move || App::new().wrap(toolkit.clone()).service(user))
//!         .bind("127.0.0.1:8080")?
//!         .run()
//!         .await?;
//!     telemetry.shutdown()?;
//!     Ok(())
//! }
//! ```
//!
//! Say beside a field that it is secret, and give what matters a span of its own:
//!
//! ```
//! use actix_web::{HttpResponse, Responder, post, web};
//! use apitoolkit_actix::{Redact, traced_service};
//! use serde::Deserialize;
//!
//! #[derive(Deserialize, Redact)]
//! struct CreateUser {
//!     name: String,
//!     #[redact]
//!     email: String,
//! }
//!
//! #[post("/users")]
//! #[traced_service(service = "Users")]
//! async fn create(user: web::Json<CreateUser>) -> impl Responder {
//!     HttpResponse::Created().body(user.into_inner().name)
//! }
//! # fn main() {}
//! ```
//!
//! # Concepts
//!
//! - An **exchange** is one request and its answer, from the request's head to the end of the
//!   response's body. It becomes one span.
//! - [`ApiToolkit`] is the middleware: a handle that is built once, outside the closure of
//!   `HttpServer::new`, and cloned into it. [`Builder`] has its options.
//! - [`Telemetry`] gets spans, metrics and logs out of the process, on a thread of its own. It is
//!   kept until the server has stopped, and flushes what is left when it is shut down or dropped.
//! - [`Redactor`] is the compiled policy of what may leave. The middleware's worker applies it to
//!   every exchange; nothing unredacted reaches the exporter.
//!
//! # Where to find what
//!
//! | | Start at | Guide |
//! |---|---|---|
//! | Options, the environment | [`Builder`], [`TelemetryBuilder`] | `docs/configuration.md` |
//! | What is secret | [`Builder::redact_request_body`], [`trait@Redact`], [`Redactor`] | `docs/redaction.md` |
//! | Spans of functions | [`macro@traced_service`], [`trace_service`] | `docs/macros.md` |
//! | Outgoing calls | [`observe_request`], [`ObservedClient`] | `docs/outgoing.md` |
//! | Database statements | [`DatabaseInfo`] | `docs/databases.md` |
//! | Tasks, threads, jobs | [`spawn`], [`in_context`], [`trace_job`] | `docs/background.md` |
//! | Errors, attributes, metrics, logs | [`report_error`], [`set_attribute`] | `docs/metrics-and-logs.md` |
//! | Short-lived processes | [`Telemetry::flush_within`] | `docs/serverless.md` |
//! | "I see no spans" | [`Telemetry::check`], [`Telemetry::stats`] | `docs/troubleshooting.md` |
//!
//! The guides lie in the repository, with a quickstart, ways to migrate from other libraries, and
//! configurations for many instances.
//!
//! # What is redacted
//!
//! Names that hold credentials by convention (`authorization`, `password`, `token` and so on) are
//! redacted in headers, cookies, query and path parameters, form fields and JSON, without being
//! asked. The options [`redact_headers`], [`redact_request_body`], [`redact_response_body`] and
//! [`redact_names`] add to that. What a rule applies to and cannot be redacted for certain, such as
//! JSON that does not parse, is withheld with the reason.
//!
//! **How were the defaults chosen?** In doubt, the most secure one: bodies are not captured, names
//! of credentials are redacted, a mistake in a rule is an error. Whoever wants to see more says so.
//!
//! # Features
//!
//! None is on by default. A feature adds API and changes nothing else.
//!
//! | Feature | Adds |
//! |---|---|
//! | `http` | OTLP over HTTP ([`Protocol::HttpProtobuf`]) |
//! | `tls` | `https` endpoints, with rustls and the operating system's roots |
//! | `gzip` | compressed exports ([`Compression::Gzip`]) |
//! | `spool` | traces wait on disk while the receiver is away ([`TelemetryBuilder::spool`]) |
//! | `tracing` | `Telemetry::layer`: events and spans of `tracing` leave too |
//! | `explorer` | `ApiToolkit::explorer`, pages of the app itself that show every exchange |
//! | `explorer-file` | `Builder::explorer_file`: what they show survives a restart (SQLite) |
//! | `cookies` | cookies on outgoing requests, as `awc`'s feature of that name |
//! | `reqwest` | `ObservedReqwest`: calls through `reqwest` are recorded as those through `awc` |
//! | `testing` | `testing::Collector`, an OTLP receiver for tests |
//!
//! [`redact_headers`]: Builder::redact_headers
//! [`redact_request_body`]: Builder::redact_request_body
//! [`redact_response_body`]: Builder::redact_response_body
//! [`redact_names`]: Builder::redact_names
#![cfg_attr(docsrs, feature(doc_cfg))]

#[doc(hidden)]
pub mod __private;
mod client;
mod config;
mod context;
mod database;
#[cfg(test)]
#[cfg(all(feature = "gzip", feature = "http"))]
mod documented;
mod env;
mod error;
mod exchange;
#[cfg(feature = "explorer")]
mod explorer;
mod extract;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod middleware;
mod redact;
mod semconv;
mod service;
mod telemetry;
#[cfg(feature = "testing")]
pub mod testing;

// The public interface is:
pub use apitoolkit_macros::{Redact, traced_service};
#[cfg(feature = "reqwest")]
pub use client::{CallOptions, ObservedReqwest};
pub use client::{
    ObservedClient, ObservedClientFuture, ObservedClientService, ObservedFrozenRequest,
    ObservedFrozenSendBuilder, ObservedRequest, ObservedSend, Observer, observe, observe_request,
    observed_client,
};
pub use config::{CapturePolicy, Convention, TrustInbound};
pub use context::{
    Exchange, InContext, ReportableError, Tenant, User, in_context, in_context_fn, mark_failed,
    report_current_error, report_error, request_id, set_attribute, set_session, set_tenant,
    set_user, spawn,
};
pub use database::{Channel, DatabaseInfo, DatabaseVendor, StatementFuture, StatementGuard};
pub use error::{CheckError, ConfigError, RuleError, ShutdownError};
pub use exchange::AttributeValue;
#[cfg(feature = "explorer")]
pub use explorer::Explorer;
pub use extract::{ExtractorRules, RedactExtractor};
pub use middleware::{ApiToolkit, ApiToolkitFuture, ApiToolkitMiddleware, Builder, ObservedBody};
pub use redact::{
    Body, BodyText, PathParam, Redactor, RedactorBuilder, Scratch, Side, Withheld, WithheldReason,
    sql_summary,
    types::{Redact, RedactRules},
};
pub use service::{ServiceFuture, ServiceGuard, enter_service, trace_job, trace_service};
pub use telemetry::{
    Compression, Exporter, Protocol, Stats, Telemetry, TelemetryBuilder, TraceIds, trace_ids,
};
#[cfg(feature = "tracing")]
pub use telemetry::{TracingLayer, WithTraceIds, with_trace_ids};
