//! What can be done with an exchange.

use std::time::Duration;

use actix_web::App;
use apitoolkit_actix::{ApiToolkit, Exporter, Telemetry};
use apitoolkit_tests::{Settings, TestApp};

use super::support::{BASE, TOKEN, ask, get, listed, post, start};

fn id_of(app: &TestApp, query: &str) -> u64 {
    listed(app, query, 1)[0]["id"].as_u64().expect("an id")
}

#[test]
fn a_request_is_sent_again_and_both_answers_are_shown() {
    let app = start(|toolkit| toolkit);
    assert_eq!(ask(&app, "POST /users", r#"{"name":"Ann"}"#), 201);
    let first = id_of(&app, "");
    let answer = post(&app, &format!("/exchange/{first}/replay"), "");
    assert_eq!(answer.status, 303, "{}", answer.text());
    let both = listed(&app, "", 2);
    let again = both[0]["id"].as_u64().expect("an id");
    let location = format!("location: {BASE}/compare?a={first}&b={again}");
    assert!(answer.head.to_ascii_lowercase().contains(&location), "{}", answer.head);
    assert_eq!((&both[0]["path"], &both[0]["status"]), (&both[1]["path"], &both[1]["status"]));
    let page = get(&app, &format!("/compare?a={first}&b={again}"));
    assert_eq!(page.status, 200);
    assert!(page.text().matches("Ann").count() >= 4, "both requests and both answers");
    let again = get(&app, &format!("/api/exchanges/{again}")).text();
    assert!(again.contains("x-apitoolkit-replay"), "it says that it is one: {again}");
    assert!(!again.contains("CANARY"), "what was redacted is not sent: {again}");
    app.held(2);
}

#[test]
fn what_was_redacted_is_sent_only_if_it_is_given_anew() {
    let app = start(|toolkit| toolkit);
    assert_eq!(ask(&app, "GET /users/1", ""), 200);
    let first = id_of(&app, "");
    post(&app, &format!("/exchange/{first}/replay"), "authorization=Bearer+given");
    let headers = |id: u64| {
        let one: serde_json::Value =
            serde_json::from_slice(&get(&app, &format!("/api/exchanges/{id}")).body).expect("JSON");
        one["request"]["headers"]["authorization"].clone()
    };
    let again = listed(&app, "", 2)[0]["id"].as_u64().expect("an id");
    assert_eq!(headers(again), serde_json::json!(["[CLIENT_REDACTED]"]), "sent, and redacted");
    post(&app, &format!("/exchange/{first}/replay"), "");
    let again = listed(&app, "", 3)[0]["id"].as_u64().expect("an id");
    assert_eq!(headers(again), serde_json::Value::Null, "not sent");
}

#[test]
fn what_is_not_whole_is_not_sent_again() {
    let app = start(|toolkit| toolkit);
    for (request, body, why) in [
        ("POST /users", r#"{"password":"CANARY"}"#, "redacted"),
        ("GET /users/1?token=CANARY", "", "redacted"),
    ] {
        ask(&app, request, body);
        let all = get(&app, "/api/exchanges/latest");
        let _ = all;
        let count = app.telemetry.stats().exchanges_created();
        let list = listed(&app, "", usize::try_from(count).expect("few"));
        let answer = post(&app, &format!("/exchange/{}/replay", list[0]["id"]), "");
        assert_eq!(answer.status, 409, "{request}");
        assert!(answer.text().contains(why), "{}", answer.text());
    }
    assert_eq!(post(&app, "/exchange/999999/replay", "").status, 404);
    app.held(2);
}

#[test]
fn what_is_pinned_stays() {
    let app = start(|toolkit| toolkit);
    assert_eq!(ask(&app, "GET /users/1", ""), 200);
    assert_eq!(ask(&app, "GET /fails", ""), 500);
    listed(&app, "", 2);
    let kept = id_of(&app, "errors=1");
    assert_eq!(post(&app, &format!("/exchange/{kept}/pin"), "pinned=1").status, 303);
    assert_eq!(post(&app, "/clear", "").status, 303);
    assert_eq!(id_of(&app, ""), kept);
    assert_eq!(post(&app, &format!("/exchange/{kept}/pin"), "pinned=0").status, 303);
    assert_eq!(post(&app, "/clear", "").status, 303);
    listed(&app, "", 0);
    assert_eq!(post(&app, &format!("/exchange/{kept}/pin"), "pinned=1").status, 404);
}

#[test]
fn redaction_is_tried_out() {
    let app = start(|toolkit| toolkit.redact_response_body(["$.internal"]));
    let form = "json=%7B%22user%22%3A%7B%22email%22%3A%22a%40b.c%22%2C%22age%22%3A7%7D%7D&paths=%24.user.email";
    let page = post(&app, "/redaction", form).text();
    assert!(page.contains("[CLIENT_REDACTED]") && !page.contains("a@b.c&quot;}"), "{page}");
    let wrong = post(&app, "/redaction", "json=%7B%7D&paths=%24.user%5B").text();
    assert!(wrong.contains("$.user["), "{wrong}");
    assert!(get(&app, "/redaction").text().contains("$.internal"), "the rules that hold");
}

#[test]
fn without_a_receiver_the_explorer_shows_everything() {
    let telemetry = Telemetry::builder()
        .environment(std::iter::empty::<(String, String)>())
        .traces_exporter(Exporter::Explorer)
        .metrics_exporter(Exporter::None)
        .logs_exporter(Exporter::None)
        .schedule_delay(Duration::from_millis(20))
        .install(false)
        .build()
        .expect("telemetry");
    let toolkit = |_| ApiToolkit::builder().telemetry(&telemetry).explorer_token(TOKEN);
    let app = TestApp::wrapped(Settings::default(), toolkit, |_, toolkit| {
        let routes = |config: &mut actix_web::web::ServiceConfig| {
            config.route("/users/1", actix_web::web::get().to(|| async { "Ann" }));
        };
        let ours = move || {
            App::new().wrap(toolkit.clone()).service(toolkit.explorer(BASE)).configure(routes)
        };
        (ours, move || App::new().configure(routes))
    });
    assert_eq!(ask(&app, "GET /users/1", ""), 200);
    listed(&app, "", 1);
    let health = get(&app, "/health").text();
    assert!(health.contains("kept here only"), "{health}");
    telemetry.flush().expect("nothing can fail");
    let stats = telemetry.stats();
    assert_eq!((stats.exchanges_created(), stats.exchanges_exported()), (1, 1));
}
