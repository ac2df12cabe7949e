//! Errors that an app has handled and reports.

use std::{
    error::Error,
    sync::{Arc, Mutex},
};

use actix_web::{
    HttpMessage as _, HttpRequest, HttpResponse,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    error::ErrorBadRequest,
    middleware::{Next, from_fn},
    web,
};
use apitoolkit_actix::{
    Exchange, report_current_error, report_error,
    testing::{Span, StatusCode},
};
use apitoolkit_tests::{Settings, TestApp};

use crate::{
    requests::get,
    support::{Broken, Told, errors},
};

pub(crate) fn app(report: impl Fn(&HttpRequest) + Clone + Send + 'static) -> TestApp {
    TestApp::start(
        |b| b,
        move |cfg| {
            let report = report.clone();
            cfg.route(
                "/",
                web::get().to(move |request: HttpRequest| {
                    report(&request);
                    async { HttpResponse::Ok().body("fine") }
                }),
            );
        },
    )
}

pub(crate) fn reported(report: impl Fn(&HttpRequest) + Clone + Send + 'static) -> Span {
    let app = app(report);
    assert!(app.same(get("/")).ends_with("fine"));
    app.held_one()
}

/// A handled error says nothing of the exchange's status.
pub(crate) fn assert_fine(span: &Span) {
    assert_eq!((span.status.code, span.status.message.as_str()), (StatusCode::Unset, ""));
    assert_eq!(span.str_attr("error.type"), None);
    assert_eq!(span.int_attr("http.response.status_code"), Some(200));
}

#[test]
fn an_error_is_told_with_its_causes_and_without_secrets() {
    let span = reported(|request| report_error(request, &Broken::new()));
    assert_fine(&span);
    assert_eq!(errors(&span), [Told::broken()]);
}

#[test]
fn whatever_is_an_error_or_holds_one_can_be_reported() {
    let span = reported(|request| {
        let broken = Broken::new();
        let by_reference = &broken;
        report_error(request, &by_reference);
        let object: &dyn Error = &broken;
        report_error(request, object);
        report_error(request, &object);
        let boxed: Box<dyn Error> = std::io::Error::other("boxed").into();
        report_error(request, &boxed);
        report_error(request, &*boxed);
        let boxed: Box<dyn Error + Send + Sync> = "boxed text".into();
        report_error(request, &boxed);
        report_error(request, &anyhow::Error::new(Broken::new()).context("while counting"));
        report_error(request, &anyhow::Error::new(std::fmt::Error));
        report_error(request, &*anyhow::anyhow!("by its inside"));
        report_error(request, &eyre::Report::new(std::fmt::Error).wrap_err("while writing"));
        report_error(request, &ErrorBadRequest("token=CANARY-3"));
        // One that borrows.
        let lock = Mutex::new(0);
        let poison = std::sync::PoisonError::new(lock.lock().unwrap());
        report_error(request, &poison);
        drop(poison);
        report_error(request, &Arc::new(std::fmt::Error));
    });
    let (fmt, fmt_text) = ("core::fmt::Error", std::fmt::Error.to_string());
    let broken = Told::broken();
    let as_object = || Told { error_type: "dyn Error".to_owned(), ..Told::broken() };
    let seen = errors(&span);
    let poisoned = &seen[11];
    assert!(poisoned.error_type.starts_with("std::sync::poison::PoisonError<"), "{poisoned:?}");
    assert!(poisoned.message.starts_with("poisoned lock"), "{poisoned:?}");
    let io = "std::io::error::Error";
    let anyhow_causes =
        format!("Caused by: {}\n{}", crate::support::BROKEN, crate::support::BROKEN_CAUSES);
    let expected = [
        broken,
        as_object(),
        as_object(),
        Told::new(io, "boxed"),
        Told::new("dyn Error", "boxed"),
        Told::new("Box<dyn Error>", "boxed text"),
        Told::of("anyhow::Error", "while counting", crate::support::BROKEN_ROOT, &anyhow_causes),
        Told::new(fmt, &fmt_text),
        Told::new("dyn Error", "by its inside"),
        Told::of(
            "eyre::Report",
            "while writing",
            [fmt, &fmt_text],
            &format!("Caused by: {fmt_text}"),
        ),
        Told::new("actix_web::Error", "token=[CLIENT_REDACTED]"),
        Told::new(&poisoned.error_type, &poisoned.message),
        Told::new("alloc::sync::Arc<core::fmt::Error>", &fmt_text),
    ];
    assert_eq!(seen, expected);
}

/// Middleware that reports an error of each request on its way in and out.
async fn report_twice(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    report_error(&request, &std::io::Error::other("on the way in"));
    let response = next.call(request).await?;
    report_error(response.request(), &std::io::Error::other("on the way out"));
    Ok(response)
}

async fn deep_inside() {
    actix_rt::task::yield_now().await;
    report_current_error(&std::io::Error::other("deep inside"));
}

#[test]
fn errors_are_reported_from_anywhere_in_the_request() {
    let app = TestApp::start(
        |b| b,
        |cfg| {
            let handler = |request: HttpRequest| async move {
                Exchange::of(&request).report_error(&std::io::Error::other("by a handle"));
                deep_inside().await;
                let exchange = Exchange::current();
                web::block(move || exchange.report_error(&std::io::Error::other("from a thread")))
                    .await
                    .unwrap();
                "ok"
            };
            cfg.service(
                web::resource("/").wrap(from_fn(report_twice)).route(web::get().to(handler)),
            );
        },
    );
    app.same(get("/"));
    let span = app.held_one();
    assert_fine(&span);
    let messages: Vec<_> = errors(&span).into_iter().map(|told| told.message).collect();
    let expected =
        ["on the way in", "by a handle", "deep inside", "from a thread", "on the way out"];
    assert_eq!(messages, expected);
}

#[test]
fn a_request_whose_extensions_are_in_use_is_no_trap() {
    let span = reported(|request| {
        let _held = request.extensions_mut();
        report_error(request, &std::io::Error::other("meanwhile"));
    });
    assert_eq!(errors(&span), [Told::new("std::io::error::Error", "meanwhile")]);
}

#[test]
fn a_request_that_is_not_sampled_asks_nothing_of_an_error() {
    struct Never;
    impl std::fmt::Debug for Never {
        fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            panic!("asked for")
        }
    }
    impl std::fmt::Display for Never {
        fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            panic!("asked for")
        }
    }
    impl Error for Never {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            panic!("asked for")
        }
    }
    let app = TestApp::with(
        Settings { sample_ratio: 0.0, ..Settings::default() },
        |b| b,
        |_| {
            |cfg: &mut web::ServiceConfig| {
                cfg.route(
                    "/",
                    web::get().to(|request: HttpRequest| async move {
                        report_error(&request, &Never);
                        report_current_error(&Never);
                        "fine"
                    }),
                );
            }
        },
    );
    assert!(app.same(get("/")).ends_with("fine"));
    assert_eq!(app.held(0), []);
}
