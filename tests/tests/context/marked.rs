//! Exchanges that the app says have failed.

use actix_web::{HttpRequest, HttpResponse, ResponseError as _, web};
use apitoolkit_actix::{
    Exchange, mark_failed,
    testing::{Span, StatusCode},
};
use apitoolkit_tests::TestApp;

use crate::{
    requests::get,
    support::{Broken, Told, errors},
};

const REASON: &str = "the provider refused token=CANARY-1";
const SCRUBBED: &str = "the provider refused token=[CLIENT_REDACTED]";

fn told() -> Told {
    Told::new("marked_failed", SCRUBBED)
}

fn answered(path: &str) -> Span {
    let app = TestApp::start(
        |b| b,
        |cfg| {
            let by_handle = |request: HttpRequest| async move {
                Exchange::of(&request).mark_failed(REASON);
                "fine"
            };
            cfg.route("/by-handle", web::get().to(by_handle))
                .route(
                    "/200",
                    web::get().to(|| async {
                        mark_failed(REASON);
                        mark_failed(REASON);
                        "fine"
                    }),
                )
                .route(
                    "/404",
                    web::get().to(|| async {
                        mark_failed(REASON);
                        HttpResponse::NotFound().finish()
                    }),
                )
                .route(
                    "/500",
                    web::get().to(|| async {
                        mark_failed(REASON);
                        HttpResponse::InternalServerError().finish()
                    }),
                )
                .route(
                    "/err",
                    web::get().to(|| async {
                        mark_failed(REASON);
                        let error = Broken::new();
                        assert_eq!(error.status_code(), 500);
                        Err::<HttpResponse, _>(error)
                    }),
                )
                .route(
                    "/panic",
                    web::get().to(|| async {
                        mark_failed(REASON);
                        if true {
                            panic!("after that")
                        }
                        ""
                    }),
                );
        },
    );
    app.same(get(path));
    app.held_one()
}

fn seen(span: &Span) -> (StatusCode, &str, Option<&str>) {
    (span.status.code, &span.status.message, span.str_attr("error.type"))
}

#[test]
fn an_exchange_without_an_error_can_fail() {
    for (path, status) in [("/200", 200), ("/by-handle", 200), ("/404", 404)] {
        let span = answered(path);
        assert_eq!(seen(&span), (StatusCode::Error, SCRUBBED, Some("marked_failed")), "{path}");
        assert_eq!(span.int_attr("http.response.status_code"), Some(status));
        assert_eq!(errors(&span), [told()], "{path}");
    }
}

#[test]
fn what_says_more_of_the_failure_comes_first() {
    let span = answered("/500");
    assert_eq!(seen(&span), (StatusCode::Error, SCRUBBED, Some("500")));
    assert_eq!(errors(&span), [told()]);

    let span = answered("/err");
    assert_eq!(seen(&span), (StatusCode::Error, crate::support::BROKEN, Some("500")));
    let returned = Told::new("actix_web::Error", crate::support::BROKEN);
    assert_eq!(errors(&span), [told(), returned]);

    let span = answered("/panic");
    assert_eq!(seen(&span), (StatusCode::Error, "after that", Some("panic")));
    assert_eq!(errors(&span).len(), 2);
}
