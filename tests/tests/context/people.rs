//! Who a request is for.

use actix_web::web;
use apitoolkit_actix::{
    Builder, Tenant, TrustInbound, User, set_attribute, set_session, set_tenant, set_user,
    testing::Span,
};
use apitoolkit_tests::TestApp;

use crate::requests::request;

const KEYS: [&str; 6] =
    ["user.id", "user.email", "user.full_name", "tenant.id", "tenant.name", "session.id"];

fn asked(
    toolkit: impl FnOnce(Builder) -> Builder,
    baggage: &str,
    set: impl Fn() + Clone + Send + 'static,
) -> Span {
    let app = TestApp::start(toolkit, move |cfg| {
        let set = set.clone();
        cfg.route(
            "/",
            web::get().to(move || {
                set();
                async { "fine" }
            }),
        );
    });
    app.same(request("GET", "/", &[("baggage", baggage)], ""));
    app.held_one()
}

fn people(span: &Span) -> [Option<String>; 6] {
    KEYS.map(|key| span.attr(key).map(|value| value.as_str().unwrap().to_owned()))
}

fn expected(people: [&str; 6]) -> [Option<String>; 6] {
    people.map(|text| (!text.is_empty()).then(|| text.to_owned()))
}

#[test]
fn everyone_has_a_name() {
    let span = asked(
        |b| b,
        "",
        || {
            set_user(User::id(42).email("jo@example.org").full_name("Jo Martha"));
            set_tenant(Tenant::id("acme").name("Acme Inc."));
            set_session("s-1");
        },
    );
    let all = ["42", "jo@example.org", "Jo Martha", "acme", "Acme Inc.", "s-1"];
    assert_eq!(people(&span), expected(all));
}

#[test]
fn what_is_missing_is_left_out() {
    let span = asked(
        |b| b,
        "",
        || {
            set_user(User::new().email(None::<String>).full_name(""));
            set_tenant(Tenant::new().name("Acme Inc."));
        },
    );
    assert_eq!(people(&span), expected(["", "", "", "", "Acme Inc.", ""]));
}

#[test]
fn another_user_takes_the_place_of_the_first() {
    let span = asked(
        |b| b,
        "",
        || {
            set_user(User::id(1).email("first@example.org"));
            set_user(User::id(2).full_name("The Second"));
            set_attribute("user.id", "two");
        },
    );
    assert_eq!(people(&span), expected(["two", "", "The Second", "", "", ""]));
}

#[test]
fn the_session_may_come_with_the_request() {
    let baggage = "session.id=s%2D2,user.id=CANARY-1,user.email=CANARY-2,other=CANARY-3";
    // The header is redacted whole here, so that it does not show them either.
    let toolkit = |b: Builder| b.redact_headers(["baggage"]);
    let span = asked(toolkit, baggage, || {});
    assert_eq!(people(&span), expected(["", "", "", "", "", "s-2"]));
    assert_eq!(span.attr("other"), None);
    let span = asked(toolkit, baggage, || set_session("s-3"));
    assert_eq!(people(&span), expected(["", "", "", "", "", "s-3"]));
    for trust in [TrustInbound::Link, TrustInbound::Ignore] {
        let span = asked(|b| toolkit(b).trust_inbound(trust), baggage, || {});
        assert_eq!(people(&span), expected([""; 6]), "{trust:?}");
    }
    let long = format!("session.id={}", "x".repeat(8_100));
    let span = asked(toolkit, &long, || {});
    assert_eq!(people(&span)[5].as_ref().map(String::len), Some(8_100));
}

#[test]
fn an_app_may_hide_people_and_no_secret_leaves_under_their_names() {
    let span = asked(
        |b| b.redact_names(["user.email", "session.id"]),
        "",
        || {
            set_user(User::id("Bearer CANARY-4567890123").email("CANARY-5@example.org"));
            set_session("CANARY-6");
        },
    );
    let redacted = "[CLIENT_REDACTED]";
    let bearer = "Bearer [CLIENT_REDACTED]";
    assert_eq!(people(&span), expected([bearer, redacted, "", "", "", redacted]));
}
