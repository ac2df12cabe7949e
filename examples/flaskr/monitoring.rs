//! What is monitored, and how: the rest of the blog knows no more of it than `#[redact]`,
//! `#[traced_service]`, `observe` and [`statement`].

use std::{env, sync::LazyLock};

use apitoolkit_actix::{
    ApiToolkit, ConfigError, DatabaseInfo, DatabaseVendor, Exporter, StatementFuture, Telemetry,
    User, set_attribute, set_user,
};

use crate::{
    auth::{Credentials, Registration},
    problem::Problem,
    users::Member,
};

/// One telemetry for both apps, since they share a process.
///
/// It needs no receiver: the explorer shows everything. Where the environment names a receiver,
/// everything goes there as well.
pub(crate) fn telemetry() -> Result<Telemetry, ConfigError> {
    let telemetry = Telemetry::builder().service_name("flaskr");
    let is_received = env::var("OTEL_EXPORTER_OTLP_ENDPOINT").is_ok_and(|url| !url.is_empty());
    if is_received {
        return telemetry.build();
    }
    telemetry.traces_exporter(Exporter::Explorer).build()
}

/// How the blog's requests are recorded.
pub(crate) fn toolkit() -> Result<ApiToolkit, ConfigError> {
    ApiToolkit::builder()
        .application_id("flaskr")
        .capture_request_body(true)
        .capture_response_body(true)
        .redact::<Credentials>()
        .redact::<Registration>()
        .error_type::<Problem>()
        .clean_url_rule(clean_url)
        .ignore_paths(["/static/*"])
        .build()
}

/// How those of the notification server are: under a name of its own.
pub(crate) fn notification_toolkit() -> Result<ApiToolkit, ConfigError> {
    ApiToolkit::builder().service_name("NotificationServer").build()
}

/// Names requests that no route matches. Those to `/{id}/update` are grouped by their route without
/// any help; `/132/update/`, with a slash too many, is grouped with them. Nothing else has a name.
fn clean_url(path: &str) -> Option<String> {
    let mut parts = path.trim_matches('/').split('/');
    match (parts.next()?.parse::<i64>(), parts.next(), parts.next()) {
        (Ok(_), Some(action @ ("update" | "delete")), None) => Some(format!("/{{id}}/{action}")),
        _ => None,
    }
}

static DATABASE: LazyLock<DatabaseInfo> =
    LazyLock::new(|| DatabaseInfo::new("flaskr.sqlite", DatabaseVendor::Sqlite));

/// Follows a future that runs a statement in the database.
pub(crate) fn statement<F, T>(sql: &'static str, running: F) -> StatementFuture<F, T>
where
    F: Future<Output = Result<T, sqlx::Error>>,
{
    DATABASE.trace(sql, running)
}

/// What somebody is to the blog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Admin,
    Editor,
    Author,
    Guest,
}

impl Role {
    /// A stand-in for what a real blog would keep of its users.
    pub(crate) fn of(member: Option<&Member>) -> Self {
        match member.map(|member| member.username.as_str()) {
            Some("sonja") => Self::Admin,
            Some("inanna") => Self::Editor,
            Some(_) => Self::Author,
            None => Self::Guest,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Editor => "editor",
            Self::Author => "author",
            Self::Guest => "guest",
        }
    }
}

/// Says of the current request who sent it. An attribute of the app's own is all it takes to compare
/// requests by it later.
pub(crate) fn describe(member: Option<&Member>) {
    set_attribute("user role", Role::of(member).name());
    if let Some(member) = member {
        set_user(User::id(member.id).full_name(member.username.as_str()));
    }
}
