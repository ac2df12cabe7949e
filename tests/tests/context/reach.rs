//! From where attributes can be set, and what they are set on.

use actix_web::{
    Error, FromRequest, HttpRequest, HttpResponse,
    body::MessageBody,
    dev::{Payload, ServiceRequest, ServiceResponse},
    get,
    middleware::{Next, from_fn},
    web,
};
use apitoolkit_actix::{
    Exchange, in_context, in_context_fn, set_attribute, testing::Value, trace_service,
    traced_service,
};
use apitoolkit_tests::{Settings, TestApp};

use opentelemetry::{
    Context,
    trace::{FutureExt as _, TraceContextExt as _, Tracer as _, TracerProvider as _},
};
use opentelemetry_sdk::trace::SdkTracerProvider;

use crate::{
    attributes::{pairs, text, texts},
    requests::get,
    support::inner,
};

struct Extractor;

impl FromRequest for Extractor {
    type Error = Error;
    type Future = std::future::Ready<Result<Self, Error>>;

    fn from_request(_: &HttpRequest, _: &mut Payload) -> Self::Future {
        set_attribute("extractor", true);
        std::future::ready(Ok(Self))
    }
}

async fn inside(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    Exchange::of(&request).set_attribute("way in", true);
    let response = next.call(request).await?;
    set_attribute("way out", true);
    Ok(response)
}

async fn deep() {
    actix_rt::task::yield_now().await;
    set_attribute("deep", true);
}

#[test]
fn attributes_are_set_from_anywhere_in_the_request() {
    let app = TestApp::start(
        |b| b,
        |cfg| {
            let handler = |_: Extractor| async {
                trace_service("Deep", "inside", deep()).await;
                let body = futures_util::stream::once(async {
                    set_attribute("body", true);
                    Ok::<_, Error>(web::Bytes::from_static(b"fine"))
                });
                HttpResponse::Ok().streaming(Box::pin(body))
            };
            cfg.service(web::resource("/").wrap(from_fn(inside)).route(web::get().to(handler)));
        },
    );
    app.same(get("/"));
    let span = app.held_one();
    let keys = ["way in", "extractor", "deep", "way out", "body"];
    assert!(keys.iter().all(|key| span.bool_attr(key) == Some(true)), "{:?}", span.attributes);
    // They are the exchange's, not the service's.
    let service = &inner(&app, 1)[0];
    assert!(keys.iter().all(|key| service.attr(key).is_none()), "{:?}", service.attributes);
}

#[get("/")]
#[traced_service(attributes(
    user.id = 42,
    api_token = "CANARY-7",
    note = "password=CANARY-8",
    long = "x".repeat(1 << 20),
    list = ["a", "b"],
))]
async fn annotated() -> &'static str {
    "fine"
}

#[test]
fn attributes_of_services_obey_the_same_rules() {
    let app = TestApp::start(
        |b| b,
        |cfg| {
            cfg.service(annotated);
        },
    );
    app.same(get("/"));
    app.held_one();
    let service = &inner(&app, 1)[0];
    let own: Vec<_> = service
        .attributes
        .iter()
        .filter(|(key, _)| !key.starts_with("code.") && !key.starts_with("apitoolkit."))
        .map(|(key, value)| (key.to_owned(), value.clone()))
        .collect();
    let expected = pairs([
        ("user.id", Value::Int(42)),
        ("api_token", text("[CLIENT_REDACTED]")),
        ("note", text("password=[CLIENT_REDACTED]")),
        ("long", text(&"x".repeat(8 * 1024))),
        ("list", texts(&["a", "b"])),
    ]);
    assert_eq!(own, expected);
}

#[test]
fn a_request_that_is_not_sampled_has_none() {
    let app = TestApp::with(
        Settings { sample_ratio: 0.0, ..Settings::default() },
        |b| b,
        |_| {
            |cfg: &mut web::ServiceConfig| {
                cfg.route(
                    "/",
                    web::get().to(|request: HttpRequest| async move {
                        set_attribute("a", 1);
                        Exchange::of(&request).set_attribute("b", 1);
                        format!("{:?} {:?}", Exchange::of(&request), Exchange::current())
                    }),
                );
            }
        },
    );
    let answer = apitoolkit_tests::Raw::connect(app.address).send(get("/")).reply();
    assert_eq!(answer.text(), "Exchange(not recorded) Exchange(not recorded)");
    assert_eq!(app.held(0), []);
}

/// What other instrumentation makes the current span, of a provider that is the app's own or of ours.
fn context_of(tracers: &SdkTracerProvider) -> Context {
    Context::current_with_span(tracers.tracer("app").start("app"))
}

#[test]
fn attributes_are_set_from_inside_of_spans_that_are_not_ours() {
    let app = TestApp::with(
        Settings::default(),
        |b| b,
        |telemetry| {
            let ours = telemetry.tracer_provider();
            let theirs = SdkTracerProvider::builder().build();
            move |cfg| {
                let providers = [("ours", ours.clone()), ("theirs", theirs.clone())];
                cfg.route(
                    "/",
                    web::get().to(move || {
                        let providers = providers.clone();
                        async move {
                            for (whose, tracers) in providers {
                                let inside = async move {
                                    set_attribute(format!("{whose}, here"), true);
                                    actix_rt::task::yield_now().await;
                                    set_attribute(format!("{whose}, later"), true);
                                    let task = async move {
                                        set_attribute(format!("{whose}, in a task"), true);
                                    };
                                    tokio::spawn(in_context(task)).await.unwrap();
                                    let block = in_context_fn(move || {
                                        set_attribute(format!("{whose}, on a thread"), true);
                                    });
                                    web::block(block).await.unwrap();
                                };
                                inside.with_context(context_of(&tracers)).await;
                            }
                            "fine"
                        }
                    }),
                );
            }
        },
    );
    // Two at once, so that each has to find its own.
    for _ in 0..2 {
        app.same(get("/"));
    }
    for span in app.held(2) {
        for whose in ["ours", "theirs"] {
            for place in ["here", "later", "in a task", "on a thread"] {
                let key = format!("{whose}, {place}");
                assert_eq!(span.bool_attr(&key), Some(true), "{key}: {:?}", span.attributes);
            }
        }
    }
}
