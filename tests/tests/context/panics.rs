//! Where a panic happened.

use std::panic::{catch_unwind, resume_unwind};

use actix_web::{HttpResponse, web};
use apitoolkit_actix::{Builder, testing::StatusCode};
use apitoolkit_tests::TestApp;

use crate::{
    children, log,
    requests::get,
    support::{Told, errors},
};

const LINE: u32 = line!() + 4;

async fn here() -> HttpResponse {
    actix_rt::task::yield_now().await;
    panic!("with password=CANARY-1")
}

/// The panic of another thread goes on here, after one of this thread's own was caught.
async fn from_elsewhere() -> HttpResponse {
    assert!(catch_unwind(|| panic!("elsewhere")).is_err());
    let text = "elsewhere".to_owned();
    let Err(panic) = std::thread::spawn(move || panic!("{text}")).join();
    resume_unwind(panic)
}

fn app(toolkit: impl FnOnce(Builder) -> Builder) -> TestApp {
    TestApp::start(toolkit, |cfg| {
        cfg.route("/here", web::get().to(here))
            .route("/from-elsewhere", web::get().to(from_elsewhere));
    })
}

fn place() -> String {
    format!("at {}:{LINE}:5", file!())
}

fn told(trace: &str) -> Told {
    let message = "with password=[CLIENT_REDACTED]";
    Told::of("panic", message, ["panic", message], trace)
}

#[test]
fn a_panic_has_its_place() {
    let app = app(|b| b);
    assert_eq!(app.same(get("/here")), "");
    let span = app.held_one();
    assert_eq!((span.status.code, span.str_attr("error.type")), (StatusCode::Error, Some("panic")));
    assert_eq!(errors(&span), [told(&place())]);
}

#[test]
fn unless_nobody_listens() {
    let app = app(|b| b.panic_locations(false));
    assert_eq!(app.same(get("/here")), "");
    assert_eq!(errors(&app.held_one()), [told("")]);
}

#[test]
fn a_panic_from_elsewhere_has_no_place_here() {
    let app = app(|b| b);
    assert_eq!(app.same(get("/from-elsewhere")), "");
    assert_eq!(errors(&app.held_one()), [Told::new("panic", "elsewhere")]);
}

/// The hook is the whole process's.
#[test]
fn the_app_s_own_hook_hears_what_it_would_have_heard() {
    let name = "panics::the_app_s_own_hook_hears_what_it_would_have_heard";
    let run = || {
        log::listen();
        let (heard, hear) = std::sync::mpsc::channel();
        let heard = std::sync::Mutex::new(heard);
        std::panic::set_hook(Box::new(move |info| {
            let text = info.payload().downcast_ref::<&str>().map(|text| (*text).to_owned());
            let line = info.location().map(std::panic::Location::line);
            heard.lock().unwrap().send((text, line)).unwrap();
        }));
        let app = app(|b| b);
        assert_eq!(app.same(get("/here")), "");
        assert_eq!(errors(&app.held_one()), [told(&place())]);
        // Once for the app, and once for the same without us.
        let once = (Some("with password=CANARY-1".to_owned()), Some(LINE));
        let all: Vec<_> = hear.try_iter().collect();
        assert_eq!(all, [once.clone(), once]);
    };
    children::run(name, &[], run);
}
