//! What a database quotes in its errors, in log lines about them.

use std::future::ready;

use actix_web::web::{ServiceConfig, get};
use apitoolkit_actix::{DatabaseInfo, DatabaseVendor};
use serde_json::json;
use tracing::{Instrument as _, Span, error, field::Empty, info, info_span};

use crate::support::{app, ask, only, records_of};

const QUOTED: &str = "Duplicate entry 'CANARY@example.org' for key 'users.email'";
const TOLD: &str = "Duplicate entry ? for key 'users.email'";

async fn handler() -> &'static str {
    info!("entry 'a' is a word of the app's");
    let span = info_span!("work", reason = Empty);
    let work = async {
        let db = DatabaseInfo::new("shop", DatabaseVendor::Mysql);
        let error = db.trace("INSERT INTO users VALUES (?)", ready(Err::<(), _>(QUOTED))).await;
        let error = error.unwrap_err();
        error!("not saved: {error}");
        error!(error = %error, reason = ?Some(error), "not saved");
        Span::current().record("reason", error);
    };
    work.instrument(span).await;
    info!("entry 'a' is a word of the app's");
    "done"
}

fn routes(cfg: &mut ServiceConfig) {
    cfg.route("/", get().to(handler));
}

#[test]
fn lines_and_spans_are_without_the_values_of_a_statement_that_failed() {
    let app = app(|telemetry| only(telemetry.layer()), routes);
    ask(&app, "/");
    app.held_one();
    let own = json!(["INFO", "entry 'a' is a word of the app's", {}, "monoscope.http"]);
    let fields = json!({ "error": TOLD, "reason": format!("Some({TOLD:?})") });
    let expected = [
        own.clone(),
        json!(["ERROR", format!("not saved: {TOLD}"), {}, "work"]),
        json!(["ERROR", "not saved", fields, "work"]),
        own,
    ];
    assert_eq!(records_of(&app), expected);
    let work = app.collector.spans_named("work").pop().unwrap();
    assert_eq!((work.str_attr("reason"), work.status.message.as_str()), (Some(TOLD), TOLD));
}
