//! No secret in an event or span leaves.

use std::fmt;

use actix_web::web::get;
use apitoolkit_tests::{Settings, TestApp};
use serde_json::json;
use tracing::{error, info, info_span};

use crate::support::{app_with, ask, attributes_of, doing, only, records_of};

#[derive(Debug)]
#[expect(dead_code, reason = "read by Debug")]
struct Login {
    user: &'static str,
    password: &'static str,
}

#[derive(Debug)]
struct Refused;

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("refused")
    }
}

impl std::error::Error for Refused {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        static CAUSE: std::sync::OnceLock<std::io::Error> = std::sync::OnceLock::new();
        let cause = || std::io::Error::other("postgres://app:CANARY@db/orders is down");
        Some(CAUSE.get_or_init(cause))
    }
}

#[test]
fn messages_lose_what_looks_like_a_credential() {
    let app = doing(|| {
        info!("password=CANARY for jo");
        info!("sent {}", "Authorization: Bearer CANARYCANARY");
        info!("connects to {}", "postgres://app:CANARY@db/orders");
        error!("{:?}", Login { user: "jo", password: "CANARY" });
    });
    ask(&app, "/");
    app.held_one();
    let expected = [
        json!(["INFO", "password=[CLIENT_REDACTED] for jo", {}, "monoscope.http"]),
        json!(["INFO", "sent Authorization: [CLIENT_REDACTED]", {}, "monoscope.http"]),
        json!(["INFO", "connects to postgres://REDACTED:REDACTED@db/orders", {}, "monoscope.http"]),
        json!([
            "ERROR",
            r#"Login { user: "jo", password: "[CLIENT_REDACTED]" }"#,
            {},
            "monoscope.http"
        ]),
    ];
    assert_eq!(records_of(&app), expected);
}

#[test]
fn fields_lose_their_value_by_name_and_what_looks_like_a_credential_elsewhere() {
    let app = doing(|| {
        let error: &(dyn std::error::Error + 'static) = &Refused;
        info!(
            token = "CANARY",
            user.password = ?"CANARY",
            authorization = %"CANARY",
            api_key = b"CANARY".as_slice(),
            pin = 1234,
            secret = true,
            otp = 1.5,
            code = "CANARY",
            status = "kept",
            line = "token=CANARY",
            url = %"https://jo:CANARY@host/?sig=CANARY",
            login = ?Login { user: "jo", password: "CANARY" },
            bytes = b"password=CANARY".as_slice(),
            db.statement = "SELECT id FROM users WHERE name = 'CANARY'",
            error,
        );
    });
    ask(&app, "/");
    app.held_one();
    let marker = "[CLIENT_REDACTED]";
    let expected = json!({
        "token": marker,
        "user.password": marker,
        "authorization": marker,
        "api_key": marker,
        "pin": marker,
        "secret": marker,
        "otp": marker,
        "code": marker,
        "status": "kept",
        "line": "token=[CLIENT_REDACTED]",
        "url": "https://REDACTED:REDACTED@host/?sig=[CLIENT_REDACTED]",
        "login": r#"Login { user: "jo", password: "[CLIENT_REDACTED]" }"#,
        "bytes": "password=[CLIENT_REDACTED]",
        "db.statement": "SELECT id FROM users WHERE name = ?",
        "error": "refused: postgres://REDACTED:REDACTED@db/orders is down",
    });
    assert_eq!(attributes_of(&app), expected);
}

#[test]
fn numbers_are_not_what_a_name_of_queries_means() {
    let app = doing(|| info!(code = 404, state = 3, "status"));
    ask(&app, "/");
    app.held_one();
    assert_eq!(attributes_of(&app), json!({ "code": 404, "state": 3 }));
}

fn with_own_rules() -> TestApp {
    app_with(
        Settings::default(),
        |b| b.redact_names(["nickname"]).danger_keep("session"),
        |telemetry| only(telemetry.layer()),
        |cfg| {
            let handler = || async {
                info!(nickname = "CANARY", session = "kept", "session=kept nickname=CANARY");
                "done"
            };
            cfg.route("/", get().to(handler));
        },
    )
}

#[test]
fn the_rules_are_those_of_the_exchange_s_toolkit() {
    let app = with_own_rules();
    ask(&app, "/");
    app.held_one();
    let attributes = json!({ "nickname": "[CLIENT_REDACTED]", "session": "kept" });
    let message = "session=kept nickname=[CLIENT_REDACTED]";
    assert_eq!(records_of(&app), [json!(["INFO", message, attributes, "monoscope.http"])]);
}

#[test]
fn spans_lose_their_secrets_as_events_do() {
    let app = doing(|| {
        let later = tracing::field::Empty;
        let name = "SELECT password=CANARY";
        let span = info_span!(
            "work",
            otel.name = name,
            token = "CANARY",
            query = "token=CANARY",
            later,
            passwd = later
        );
        span.record("later", "Bearer CANARYCANARY").record("passwd", 12);
        span.in_scope(|| error!(error = "password=CANARY"));
    });
    ask(&app, "/");
    app.held_one();
    let span = &app.collector.spans_named("SELECT password=[CLIENT_REDACTED]")[0];
    let attributes = json!({
        "target": module_path!(),
        "token": "[CLIENT_REDACTED]",
        "query": "token=[CLIENT_REDACTED]",
        "later": "Bearer [CLIENT_REDACTED]",
        "passwd": "[CLIENT_REDACTED]",
    });
    assert_eq!(span.attributes.to_json(), attributes);
    assert_eq!(span.status.message, "password=[CLIENT_REDACTED]");
}
