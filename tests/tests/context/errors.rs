//! Errors that an app has handled and reports.

use std::{
    error::Error,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
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
    support::{Broken, Told, errors, exchange},
};

fn app(report: impl Fn(&HttpRequest) + Clone + Send + 'static) -> TestApp {
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

fn reported(report: impl Fn(&HttpRequest) + Clone + Send + 'static) -> Span {
    let app = app(report);
    assert!(app.same(get("/")).ends_with("fine"));
    exchange(&app)
}

/// A handled error says nothing of the exchange's status.
fn assert_fine(span: &Span) {
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
    let span = exchange(&app);
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
fn an_error_whose_text_misbehaves_is_told_of_all_the_same() {
    struct Odd;
    impl std::fmt::Debug for Odd {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("CANARY-debug")
        }
    }
    impl std::fmt::Display for Odd {
        fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            // Whoever wrote this may be in the middle of adding to the exchange.
            apitoolkit_actix::set_attribute("odd", true);
            panic!("in a Display")
        }
    }
    impl Error for Odd {}
    let span = reported(|request| report_error(request, &Odd));
    assert_fine(&span);
    assert_eq!(span.bool_attr("odd"), Some(true));
    let [told] = &errors(&span)[..] else { panic!() };
    assert_eq!(told.message, "… (its Display panicked)");
}

#[test]
fn ten_thousand_errors_are_thirty_two_and_a_number() {
    static ASKED: AtomicU32 = AtomicU32::new(0);
    #[derive(Debug)]
    struct Counted(u32);
    impl std::fmt::Display for Counted {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            ASKED.fetch_add(1, Ordering::SeqCst);
            write!(f, "{} token=CANARY-{}", self.0, self.0)
        }
    }
    impl Error for Counted {}
    let span = reported(|request| {
        for n in 0..10_000 {
            report_error(request, &Counted(n));
        }
    });
    assert_fine(&span);
    assert_eq!(ASKED.load(Ordering::SeqCst), 32, "no text is made of what is not kept");
    let counted = errors(&span)[0].error_type.clone();
    assert!(counted.ends_with("::Counted"), "{counted}");
    let mut expected: Vec<_> =
        (0..32).map(|n| Told::new(&counted, &format!("{n} token=[CLIENT_REDACTED]"))).collect();
    expected.push(Told::new("more_errors", "9968 more errors"));
    assert_eq!(errors(&span), expected);
}

#[test]
fn errors_of_a_megabyte_fit_into_one_span() {
    let app = app(|request| {
        let odd = "\u{1}".repeat(1 << 20);
        for n in 0..100 {
            report_error(request, &std::io::Error::other(format!("{n} {odd}")));
        }
    });
    app.same(get("/"));
    let span = exchange(&app);
    let errors = errors(&span);
    assert!(errors.iter().all(|told| told.message.len() <= 8 * 1024), "messages are cut");
    let kept = errors.len() - 1;
    assert!((2..32).contains(&kept), "{kept}");
    let rest = format!("{} more errors", 100 - kept);
    assert_eq!(errors.last(), Some(&Told::new("more_errors", &rest)));
    let bytes = span.str_attr("apitoolkit.errors").unwrap().len();
    assert!(bytes < 512 * 1024, "no part of the span was left out for its size: {bytes} B");
}

/// Where a text is cut, half a secret would be no secret any more.
#[test]
fn a_secret_at_the_end_of_a_long_message_does_not_leave() {
    let span = reported(|request| {
        let url = "postgres://app:CANARY-1@db";
        // What is redacted before makes room for what comes late.
        let secrets = format!("password={} ", "y".repeat(5_000)).repeat(2);
        for (secrets, before) in [(secrets.as_str(), 12), ("", 12), ("", 8)] {
            // The end cuts it in its scheme, and between the password and the `@`.
            for n in [2, 11] {
                let text = "x ".repeat((before * 1024 - secrets.len()) / 2 - n);
                report_error(request, &std::io::Error::other(format!("{secrets}{text}{url}")));
            }
        }
    });
    let errors = errors(&span);
    assert!(errors.len() >= 5, "{}", errors.len());
    assert!(errors.iter().all(|told| told.message.len() <= 8 * 1024), "{errors:#?}");
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
