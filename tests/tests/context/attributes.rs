//! Custom attributes of an exchange.

use std::{borrow::Cow, sync::Arc};

use actix_web::{HttpRequest, HttpResponse, web};
use apitoolkit_actix::{
    Builder, Convention, Exchange, set_attribute,
    testing::{Span, Value},
};
use apitoolkit_tests::TestApp;

use crate::requests::{get, request};

fn with(
    toolkit: impl FnOnce(Builder) -> Builder,
    set: impl Fn(&HttpRequest) + Clone + Send + 'static,
) -> Span {
    let app = TestApp::start(toolkit, move |cfg| {
        let set = set.clone();
        cfg.route(
            "/items/{id}",
            web::get().to(move |request: HttpRequest| {
                set(&request);
                async { "fine" }
            }),
        );
    });
    assert!(app.same(get("/items/7")).ends_with("fine"));
    app.held_one()
}

/// What an exchange has beyond what it would have without `set`.
fn added(set: impl Fn(&HttpRequest) + Clone + Send + 'static) -> Vec<(String, Value)> {
    more(&with(|b| b, set))
}

fn more(span: &Span) -> Vec<(String, Value)> {
    let plain = with(|b| b, |_| {});
    let attributes = span.attributes.iter().filter(|(key, _)| plain.attr(key).is_none());
    attributes.map(|(key, value)| (key.to_owned(), value.clone())).collect()
}

pub(crate) fn text(text: &str) -> Value {
    Value::String(text.to_owned())
}

pub(crate) fn texts(texts: &[&str]) -> Value {
    Value::Array(texts.iter().map(|t| text(t)).collect())
}

pub(crate) fn pairs<const N: usize>(pairs: [(&str, Value); N]) -> Vec<(String, Value)> {
    pairs.map(|(key, value)| (key.to_owned(), value)).into()
}

#[test]
fn every_kind_of_value_arrives_as_it_is() {
    let seen = added(|_| {
        set_attribute("user role", "author");
        set_attribute("string", String::from("õäöü"));
        set_attribute("cow", Cow::Borrowed("c"));
        set_attribute("shared", Arc::<str>::from("s"));
        set_attribute("char", 'x');
        set_attribute("int", -7);
        set_attribute("u64", u64::MAX);
        set_attribute("float", 0.25);
        set_attribute("nan", f64::NAN);
        set_attribute("bool", true);
        set_attribute("some", Some(1));
        set_attribute("none", None::<i64>);
        set_attribute("strings", ["a", "b"]);
        set_attribute("ints", vec![1, 2]);
        set_attribute("floats", vec![0.5, 1.5]);
        set_attribute("bools", [true, false].as_slice());
        set_attribute("odd", [1.0, f64::INFINITY]);
        set_attribute(String::from("own key"), 1);
    });
    let expected = pairs([
        ("user role", text("author")),
        ("string", text("õäöü")),
        ("cow", text("c")),
        ("shared", text("s")),
        ("char", text("x")),
        ("int", Value::Int(-7)),
        ("u64", text("18446744073709551615")),
        ("float", Value::Double(0.25)),
        ("nan", text("NaN")),
        ("bool", Value::Bool(true)),
        ("some", Value::Int(1)),
        ("strings", texts(&["a", "b"])),
        ("ints", Value::Array(vec![Value::Int(1), Value::Int(2)])),
        ("floats", Value::Array(vec![Value::Double(0.5), Value::Double(1.5)])),
        ("bools", Value::Array(vec![Value::Bool(true), Value::Bool(false)])),
        ("odd", texts(&["1", "inf"])),
        ("own key", Value::Int(1)),
    ]);
    assert_eq!(seen, expected);
}

#[test]
fn the_last_value_of_a_key_wins() {
    let seen = added(|request| {
        set_attribute("step", "first");
        set_attribute("other", 1);
        set_attribute("step", 2);
        Exchange::of(request).set_attribute("step", "last");
    });
    assert_eq!(seen, pairs([("step", text("last")), ("other", Value::Int(1))]));
}

#[test]
fn what_is_too_much_is_left_out_or_cut() {
    let seen = added(|_| {
        set_attribute("", 1);
        set_attribute("http.route", "/CANARY");
        set_attribute("url.path", "/CANARY");
        set_attribute("http.request.header.x", "CANARY");
        set_attribute("apitoolkit.tags", "CANARY");
        set_attribute("error.type", "CANARY");
        set_attribute("a\0\nb", "a\0b\u{1b}[31m\n");
        set_attribute("k".repeat(1 << 20), "x".repeat(1 << 20));
        set_attribute("many", vec![1; 1 << 20]);
    });
    let expected = pairs([
        ("a\u{FFFD}\u{FFFD}b", text("a\u{FFFD}b\u{FFFD}[31m\n")),
        (&"k".repeat(255), text(&"x".repeat(8 * 1024))),
        ("many", Value::Array(vec![Value::Int(1); 128])),
    ]);
    assert_eq!(seen, expected);
}

/// Whatever the library says of an exchange, the app cannot say it again.
#[test]
fn no_key_of_the_library_s_can_be_set() {
    for convention in [Convention::ApiToolkit, Convention::OpenTelemetry] {
        let toolkit = move |b: Builder| {
            b.convention(convention)
                .service_name("orders")
                .service_version("2.0")
                .tags(["env: test"])
                .virtual_host("www.example.org")
                .application_id("orders")
                .capture_request_body(true)
                .capture_response_body(true)
        };
        let app = |keys: Vec<String>| {
            TestApp::start(toolkit, move |cfg| {
                let keys = keys.clone();
                let handler = move |_: web::Bytes| {
                    keys.iter().for_each(|key| set_attribute(key.clone(), "CANARY"));
                    apitoolkit_actix::mark_failed("no stock");
                    async { HttpResponse::InternalServerError().body("sorry") }
                };
                cfg.route("/items/{id}", web::post().to(handler));
            })
        };
        let ask = |app: &TestApp| {
            let headers = [("x-request-id", "r-1"), ("user-agent", "tests")];
            app.same(request("POST", "/items/7?a=1", &headers, "{}"));
            app.held_one()
        };
        let keys = |span: &Span| -> Vec<String> {
            let mut keys: Vec<_> = span.attributes.iter().map(|(key, _)| key.to_owned()).collect();
            keys.sort();
            keys
        };
        let before = keys(&ask(&app(Vec::new())));
        assert!(before.len() > 20, "{before:?}");
        assert_eq!(keys(&ask(&app(before.clone()))), before);
    }
}

#[test]
fn an_exchange_has_so_many_and_keeps_its_own() {
    let span = with(
        |b| b.convention(Convention::ApiToolkit),
        |_| {
            for n in 0..500 {
                set_attribute(format!("k{n}"), "x".repeat(10_000));
            }
            set_attribute("k0", "replaced");
        },
    );
    let seen = more(&span);
    let mine: Vec<_> = seen.iter().map(|(key, _)| key.clone()).collect();
    // 128 KiB are a few long texts.
    let expected: Vec<_> = (0..mine.len()).map(|n| format!("k{n}")).collect();
    assert!((8..=16).contains(&mine.len()), "{}", mine.len());
    assert_eq!(mine, expected);
    assert_eq!(seen[0].1, text("replaced"));
    assert_eq!(span.str_attr("http.route"), Some("/items/{id}"));

    let span = with(
        |b| b,
        |_| {
            for n in 0..10_000 {
                set_attribute(format!("k{n}"), n);
            }
        },
    );
    let expected: Vec<_> = (0..64).map(|n| (format!("k{n}"), Value::Int(n))).collect();
    assert_eq!(more(&span), expected);
}

#[test]
fn secrets_are_redacted_by_name_and_by_form() {
    let span = with(
        |b| b.redact_names(["nickname"]).danger_keep("pin"),
        |_| {
            set_attribute("user.password", "CANARY-1");
            set_attribute("apiKey", 12345);
            set_attribute("tokens", ["CANARY-2", "CANARY-3"]);
            set_attribute("nickname", "CANARY-4");
            set_attribute("pin", 1234);
            set_attribute("note", "sent with Bearer CANARY-56789012345");
            set_attribute("urls", ["http://u:CANARY-6@h/", "http://h/"]);
            set_attribute("order.state", "paid");
        },
    );
    let marker = || text("[CLIENT_REDACTED]");
    let expected = pairs([
        ("user.password", marker()),
        ("apiKey", marker()),
        ("tokens", marker()),
        ("nickname", marker()),
        ("pin", Value::Int(1234)),
        ("note", text("sent with Bearer [CLIENT_REDACTED]")),
        ("urls", texts(&["http://REDACTED:REDACTED@h/", "http://h/"])),
        ("order.state", text("paid")),
    ]);
    assert_eq!(more(&span), expected);
}
