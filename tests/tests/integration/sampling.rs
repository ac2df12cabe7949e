//! What is sampled out costs nothing: no copy of a body, no record, the payload as it came.

use actix_web::{
    App, HttpResponse,
    body::MessageBody,
    dev::{Payload, ServiceRequest},
    middleware::{Next, from_fn},
    web,
};
use apitoolkit_tests::{Settings, TestApp};
use opentelemetry::{Context, trace::TraceContextExt as _};

use crate::requests::{get, post_json};

async fn tell_payload(
    mut request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<actix_web::dev::ServiceResponse<impl MessageBody>, actix_web::Error> {
    let kind = match request.parts_mut().1 {
        Payload::None => "none",
        Payload::H1 { .. } => "h1",
        Payload::H2 { .. } => "h2",
        Payload::Stream { .. } => "stream",
    };
    let mut response = next.call(request).await?;
    response.headers_mut().insert(
        actix_web::http::header::HeaderName::from_static("x-payload"),
        actix_web::http::header::HeaderValue::from_static(kind),
    );
    Ok(response)
}

fn app(sample_ratio: f64) -> TestApp {
    let settings = Settings { sample_ratio, ..Settings::default() };
    TestApp::wrapped(
        settings,
        |b| b.capture_request_body(true).capture_response_body(true),
        |_, toolkit| {
            let route = || {
                web::resource("/").to(|body: web::Bytes| async move {
                    let context = Context::current();
                    let span = context.span();
                    let valid = span.span_context().is_valid();
                    HttpResponse::Ok().insert_header(("x-context", valid.to_string())).body(body)
                })
            };
            (
                move || {
                    App::new().wrap(from_fn(tell_payload)).wrap(toolkit.clone()).service(route())
                },
                move || App::new().wrap(from_fn(tell_payload)).service(route()),
            )
        },
    )
}

fn ask(app: &TestApp, sent: &str) -> (String, String) {
    let reply = app.connect().send(sent).reply();
    let header = |name: &str| {
        let line = reply.head.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.trim_start_matches(": ").to_owned()
    };
    (header("x-payload"), header("x-context"))
}

#[test]
fn sampled_out() {
    let app = app(0.0);
    let text = |(payload, context): (&str, &str)| (payload.to_owned(), context.to_owned());
    assert_eq!(ask(&app, &post_json("/", "[1]")), text(("h1", "true")));
    assert_eq!(ask(&app, &get("/")), text(("none", "true")));
    assert_eq!(app.telemetry.stats().exchanges_created(), 0);
    app.held(0);
}

#[test]
fn sampled() {
    let app = app(1.0);
    let text = |(payload, context): (&str, &str)| (payload.to_owned(), context.to_owned());
    assert_eq!(ask(&app, &post_json("/", "[1]")), text(("stream", "true")));
    // There is nothing to tee.
    assert_eq!(ask(&app, &get("/")), text(("none", "true")));
    app.held(2);
}
