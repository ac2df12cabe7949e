//! Attributes that the toolkit is told how to find.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::Duration,
};

use actix_web::{HttpMessage as _, dev::ServiceRequest, web};
use apitoolkit_actix::{Builder, User, set_user, testing::Span};
use apitoolkit_tests::{Settings, TestApp};
use tracing::Level;

use crate::{
    children, log,
    requests::{get, request},
};

fn app(toolkit: impl FnOnce(Builder) -> Builder) -> TestApp {
    TestApp::start(toolkit, |cfg| {
        cfg.route("/", web::get().to(|| async { "fine" }));
    })
}

fn role(request: &ServiceRequest) -> &'static str {
    match request.headers().get("x-user").and_then(|user| user.to_str().ok()) {
        Some("sonja") => "admin",
        Some(_) => "author",
        None => "guest",
    }
}

#[test]
fn each_request_has_its_own_answer() {
    let app = app(|b| {
        b.attributes(|request| [("user role", role(request))])
            .attributes(|request| {
                vec![(format!("path of {}", request.method()), request.path().len())]
            })
            .attributes(|_| {
                set_user(User::id("by the hook"));
                None::<(&str, bool)>
            })
    });
    app.same(request("GET", "/", &[("x-user", "sonja")], ""));
    app.same(request("GET", "/", &[("x-user", "inanna")], ""));
    app.same(get("/"));
    let seen = |span: &Span| {
        assert_eq!(span.int_attr("path of GET"), Some(1));
        assert_eq!(span.str_attr("user.id"), Some("by the hook"));
        span.str_attr("user role").map(str::to_owned)
    };
    let roles: Vec<_> = app.held(3).iter().map(seen).collect();
    assert_eq!(roles, ["admin", "author", "guest"].map(|role| Some(role.to_owned())));
}

#[test]
fn what_a_hook_says_obeys_the_rules_of_attributes() {
    let app = app(|b| {
        b.attributes(|_| [("password", "CANARY-1"), ("http.route", "CANARY-2"), ("", "CANARY-3")])
            .attributes(|_| (0_i64..).map(|n| (format!("k{n}"), n)))
    });
    app.same(get("/"));
    let span = app.held_one();
    assert_eq!(span.str_attr("password"), Some("[CLIENT_REDACTED]"));
    assert_eq!(span.str_attr("http.route"), Some("/"));
    let last = (0..100).rev().find(|n| span.attr(&format!("k{n}")).is_some());
    assert_eq!(last, Some(62), "with the password, there are 64");
}

#[test]
fn a_handler_has_the_last_word_and_may_use_what_the_hook_used() {
    let asked = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&asked);
    let app = TestApp::with(
        Settings { sample_ratio: 1.0, ..Settings::default() },
        |b| {
            b.attributes(move |request| {
                counter.fetch_add(1, Ordering::SeqCst);
                request.extensions_mut().insert(7_u8);
                [("step", "hook")]
            })
        },
        |_| {
            |cfg: &mut web::ServiceConfig| {
                cfg.route(
                    "/",
                    web::get().to(|seven: Option<web::ReqData<u8>>| async move {
                        apitoolkit_actix::set_attribute("step", "handler");
                        format!("{}", seven.is_some_and(|seven| *seven == 7))
                    }),
                );
            }
        },
    );
    let answer = apitoolkit_tests::Raw::connect(app.address).send(get("/")).reply();
    assert_eq!(answer.text(), "true");
    assert_eq!(app.held_one().str_attr("step"), Some("handler"));
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[test]
fn a_request_that_is_not_sampled_is_not_asked_about() {
    let app = TestApp::with(
        Settings { sample_ratio: 0.0, ..Settings::default() },
        |b| b.attributes(|_| -> [(&str, &str); 0] { panic!("asked") }),
        |_| {
            |cfg: &mut web::ServiceConfig| {
                cfg.route("/", web::get().to(|| async { "fine" }));
            }
        },
    );
    assert!(app.same(get("/")).ends_with("fine"));
    assert_eq!(app.held(0), []);
}

/// What the log says is limited in the whole process.
#[test]
fn a_hook_that_panics_or_dawdles_is_named_once() {
    let name = "hooks::a_hook_that_panics_or_dawdles_is_named_once";
    children::run(name, &[], || {
        let since = log::mark();
        let app = app(|b| {
            b.attributes(|_| -> [(&str, &str); 1] { panic!("CANARY-1") }).attributes(|_| {
                thread::sleep(Duration::from_millis(12));
                [("slow", true)]
            })
        });
        for _ in 0..3 {
            assert!(app.same(get("/")).ends_with("fine"));
        }
        assert!(app.held(3).iter().all(|span| span.bool_attr("slow") == Some(true)));
        let said = since.said(Level::WARN, "`attributes`");
        let [panicked, slow] = &said[..] else { panic!("{said:#?}") };
        assert!(panicked.contains("`attributes` panicked"), "{panicked}");
        assert!(panicked.contains("so far: 1"), "{panicked}");
        assert!(slow.contains("`attributes` took "), "{slow}");
        assert!(!said.concat().contains("CANARY"), "{said:#?}");
    });
}
