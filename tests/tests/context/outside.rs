//! Where there is no exchange to add to: nothing happens, and the log says so once.

use actix_web::{App, HttpRequest, dev::Service as _, test as actix_test, web};
use apitoolkit_actix::{
    ApiToolkit, Exchange, Tenant, User, mark_failed, report_current_error, report_error,
    set_attribute, set_session, set_tenant, set_user, spawn,
};
use apitoolkit_tests::{Settings, TestApp};
use tokio::sync::oneshot;
use tracing::Level;

use crate::{children, log, requests::get};

/// Everything there is to add.
fn add_everything(request: Option<&HttpRequest>) {
    set_attribute("CANARY-key", "CANARY-value");
    set_user(User::id("CANARY"));
    set_tenant(Tenant::id("CANARY"));
    set_session("CANARY");
    mark_failed("CANARY");
    report_current_error(&std::io::Error::other("CANARY"));
    Exchange::current().set_attribute("CANARY", 1);
    if let Some(request) = request {
        report_error(request, &std::io::Error::other("CANARY"));
        Exchange::of(request).mark_failed("CANARY");
    }
}

fn said(since: log::Mark) -> Vec<String> {
    since.said(Level::WARN, "recorded")
}

#[test]
fn outside_of_a_request_one_line_says_so() {
    let name = "outside::outside_of_a_request_one_line_says_so";
    children::run(name, &[], || {
        let since = log::mark();
        add_everything(None);
        std::thread::spawn(|| add_everything(None)).join().unwrap();
        // A request that nobody observes.
        add_everything(Some(&actix_test::TestRequest::default().to_http_request()));
        let said = said(since);
        let [line] = &said[..] else { panic!("{said:#?}") };
        let expected = "`set_attribute` was called outside of an observed request, so nothing was \
                        recorded: ";
        assert!(line.starts_with(expected) && line.contains("`in_context`"), "{line}");
    });
}

/// Calls with a request that is observed, and from a task that is not.
#[test]
fn a_task_of_its_own_is_outside() {
    let name = "outside::a_task_of_its_own_is_outside";
    children::run(name, &[], || {
        let since = log::mark();
        let app = TestApp::start(
            |b| b,
            |cfg| {
                let handler = |_: HttpRequest| async {
                    actix_rt::spawn(async { add_everything(None) }).await.unwrap();
                    tokio::spawn(async { add_everything(None) }).await.unwrap();
                    web::block(|| add_everything(None)).await.unwrap();
                    "fine"
                };
                cfg.route("/", web::get().to(handler));
            },
        );
        let answer = apitoolkit_tests::Raw::connect(app.address).send(get("/")).reply();
        assert_eq!(answer.text(), "fine");
        let span = app.held_one();
        assert_eq!((span.events.len(), span.str_attr("error.type")), (0, None));
        assert_eq!(said(since).len(), 1);
    });
}

#[test]
fn after_the_end_one_line_says_so() {
    let name = "outside::after_the_end_one_line_says_so";
    children::run(name, &[], || {
        let since = log::mark();
        let (release, released) = oneshot::channel::<()>();
        let (done, is_done) = std::sync::mpsc::channel();
        let late = std::sync::Arc::new(std::sync::Mutex::new(Some((released, done))));
        let app = TestApp::start(
            |b| b,
            move |cfg| {
                let late = std::sync::Arc::clone(&late);
                let handler = move |request: HttpRequest| {
                    let (released, done) = late.lock().unwrap().take().unwrap();
                    spawn(async move {
                        released.await.unwrap();
                        add_everything(Some(&request));
                        done.send(()).unwrap();
                    });
                    async { "fine" }
                };
                cfg.route("/", web::get().to(handler));
            },
        );
        let answer = apitoolkit_tests::Raw::connect(app.address).send(get("/")).reply();
        assert_eq!(answer.text(), "fine");
        app.held_one();
        assert_eq!(said(since), [""; 0]);
        release.send(()).unwrap();
        is_done.recv_timeout(apitoolkit_tests::SOON).unwrap();
        let said = said(since);
        let expected =
            "`set_attribute` was called after the end of its request: nothing was recorded ";
        assert_eq!(said, [expected]);
        app.held_one();
    });
}

#[test]
fn a_request_that_is_not_sampled_has_nothing_to_say() {
    let name = "outside::a_request_that_is_not_sampled_has_nothing_to_say";
    children::run(name, &[], || {
        let since = log::mark();
        let app = TestApp::with(
            Settings { sample_ratio: 0.0, ..Settings::default() },
            |b| b,
            |_| {
                |cfg: &mut web::ServiceConfig| {
                    let handler = |request: HttpRequest| async move {
                        add_everything(Some(&request));
                        spawn(async move { add_everything(Some(&request)) }).await.unwrap();
                        "fine"
                    };
                    cfg.route("/", web::get().to(handler));
                }
            },
        );
        let answer = apitoolkit_tests::Raw::connect(app.address).send(get("/")).reply();
        assert_eq!(answer.text(), "fine");
        assert_eq!(app.held(0), []);
        assert_eq!(said(since), [""; 0]);
    });
}

/// Nothing is installed, and no provider is set: nobody records.
#[test]
fn nor_has_an_app_without_telemetry() {
    let name = "outside::nor_has_an_app_without_telemetry";
    children::run(name, &[], || {
        let since = log::mark();
        actix_rt::System::new().block_on(async {
            let toolkit = ApiToolkit::builder().attributes(|_| [("a", 1)]).build().unwrap();
            let handler = |request: HttpRequest| async move {
                add_everything(Some(&request));
                "fine"
            };
            let app = App::new().wrap(toolkit).route("/", web::get().to(handler));
            let app = actix_test::init_service(app).await;
            let request = actix_test::TestRequest::default().to_request();
            let response = app.call(request).await.unwrap();
            assert_eq!(actix_test::read_body(response).await, "fine");
        });
        let said = since.said(Level::WARN, "");
        let [line] = &said[..] else { panic!("{said:#?}") };
        assert!(line.contains("no OpenTelemetry provider"), "{line}");
    });
}

/// Of attributes that are not taken, each kind is said once.
#[test]
fn what_is_refused_is_named_once() {
    let name = "outside::what_is_refused_is_named_once";
    children::run(name, &[], || {
        let since = log::mark();
        let app = TestApp::start(
            |b| b,
            |cfg| {
                let handler = || async {
                    for _ in 0..2 {
                        set_attribute("", 1);
                        set_attribute("http.route", "CANARY-1");
                        set_attribute("url.path", "CANARY-2");
                        for n in 0..70 {
                            set_attribute(format!("key {n}"), n);
                        }
                    }
                    "fine"
                };
                cfg.route("/", web::get().to(handler));
            },
        );
        let answer = apitoolkit_tests::Raw::connect(app.address).send(get("/")).reply();
        assert_eq!(answer.text(), "fine");
        app.held_one();
        let said = since.said(Level::WARN, "`set_attribute`");
        let [no_key, own, full] = &said[..] else { panic!("{said:#?}") };
        assert!(no_key.contains("without a key"), "{no_key}");
        assert!(own.contains("`http.route`"), "{own}");
        assert!(full.contains("64"), "{full}");
        assert!(!said.concat().contains("CANARY"), "{said:#?}");
    });
}
