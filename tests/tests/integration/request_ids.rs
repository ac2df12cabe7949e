//! The id of a request: taken or made, known to the handler, and sent back if asked for.

use actix_web::{
    App, HttpRequest, HttpResponse,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    error::ErrorForbidden,
    middleware::{Next, from_fn},
    web::{self, ServiceConfig},
};
use apitoolkit_actix::{Builder, TrustInbound, request_id};
use apitoolkit_tests::{Settings, TestApp};

use crate::requests::request;

fn routes(cfg: &mut ServiceConfig) {
    let tell = |request: HttpRequest| async move {
        HttpResponse::Ok().body(request_id(&request).unwrap_or_else(|| "none".to_owned()))
    };
    cfg.route("/", web::get().to(tell));
}

fn app(sample_ratio: f64, toolkit: impl FnOnce(Builder) -> Builder) -> TestApp {
    TestApp::with(Settings { sample_ratio, ..Settings::default() }, toolkit, |_| routes)
}

/// The handler's id, and that in the response.
fn ask(app: &TestApp, target: &str, sent: Option<&str>) -> (String, Option<String>) {
    let headers: Vec<_> = sent.iter().map(|id| ("X-Request-Id", *id)).collect();
    let reply = app.connect().send(request("GET", target, &headers, "")).reply();
    let header = |line: &str| line.strip_prefix("x-request-id: ").map(str::to_owned);
    let returned = reply.head.lines().find_map(header);
    (String::from_utf8(reply.body).unwrap(), returned)
}

#[test]
fn a_caller_s_id_is_taken_if_it_is_one() {
    let app = app(1.0, |b| b);
    assert_eq!(ask(&app, "/", Some("abc-1")), ("abc-1".to_owned(), None));
    let (made, _) = ask(&app, "/", Some("not an id"));
    let (other, _) = ask(&app, "/", None);
    let spans = app.held(3);
    assert_eq!(spans[0].str_attr("apitoolkit.request_id"), Some("abc-1"));
    for (span, id) in [(&spans[1], made), (&spans[2], other)] {
        assert_eq!(span.str_attr("apitoolkit.msg_id"), Some(id.as_str()));
        assert_eq!(span.str_attr("apitoolkit.request_id"), None, "it is the exchange's own");
    }
}

#[test]
fn a_stranger_s_id_is_not() {
    for trust in [TrustInbound::Link, TrustInbound::Ignore] {
        let app = app(1.0, |b| b.trust_inbound(trust));
        let (id, _) = ask(&app, "/", Some("abc-1"));
        assert_eq!(app.held_one().str_attr("apitoolkit.msg_id"), Some(id.as_str()));
    }
}

#[test]
fn it_is_sent_back_if_asked_for_recorded_or_not() {
    for sample_ratio in [0.0, 1.0] {
        let app = app(sample_ratio, |b| b.return_request_id(true));
        let given = ("abc-1".to_owned(), Some("abc-1".to_owned()));
        assert_eq!(ask(&app, "/", Some("abc-1")), given);
        let (id, returned) = ask(&app, "/", None);
        assert_eq!((returned, id.len()), (Some(id.clone()), 36));
        let (_, returned) = ask(&app, "/nowhere", Some("abc-2"));
        assert_eq!(returned.as_deref(), Some("abc-2"), "on errors too");
    }
}

async fn refuse(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    if request.path() == "/refused" {
        return Err(ErrorForbidden("not you"));
    }
    next.call(request).await
}

#[test]
fn on_errors_of_middleware_too() {
    let app = TestApp::wrapped(
        Settings::default(),
        |b| b.return_request_id(true),
        |_, toolkit| {
            (
                move || App::new().wrap(from_fn(refuse)).wrap(toolkit.clone()).configure(routes),
                || App::new().wrap(from_fn(refuse)).configure(routes),
            )
        },
    );
    let reply = app.connect().send(request("GET", "/refused", &[], "")).reply();
    assert!(reply.head.starts_with("HTTP/1.1 403") && reply.body == b"not you", "{}", reply.head);
    let span = app.held_one();
    let id = span.str_attr("apitoolkit.msg_id").unwrap();
    assert!(reply.head.contains(&format!("x-request-id: {id}")), "{}", reply.head);
    assert_eq!(span.int_attr("http.response.status_code"), Some(403));
}
