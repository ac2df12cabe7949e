//! It fits wherever middleware fits, in any order, and changes no answer there.

use std::{
    fmt,
    future::ready,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use actix_service::{IntoService as _, Service as _, Transform as _};
use actix_web::{
    App, HttpResponse, Scope,
    body::{MessageBody, to_bytes},
    dev::{ServiceFactory, ServiceRequest, ServiceResponse},
    http::StatusCode,
    middleware::{
        Compat, Compress, Condition, DefaultHeaders, ErrorHandlerResponse, ErrorHandlers, Logger,
        Next, NormalizePath, from_fn,
    },
    test::{TestRequest, call_service, init_service},
    web,
};
use apitoolkit_actix::{
    ApiToolkit, ApiToolkitFuture, ApiToolkitMiddleware, Builder, Exporter, ObservedBody, Telemetry,
    testing::Collector,
};
use apitoolkit_tests::{SOON, Settings, TestApp, telemetry};

use crate::requests::{get, request};

#[test]
fn the_types_promise_what_users_rely_on() {
    fn handle<T: Clone + Send + Sync + Unpin + fmt::Debug + 'static>() {}
    fn debug<T: fmt::Debug>() {}
    fn body<T: MessageBody>() {}
    handle::<ApiToolkit>();
    fn builder<T: Clone + fmt::Debug + 'static>() {}
    builder::<Builder>();
    fn handle_of<T: Send + Sync + fmt::Debug + 'static>() {}
    handle_of::<Telemetry>();
    debug::<ApiToolkitMiddleware<()>>();
    debug::<ApiToolkitFuture<(), ()>>();
    debug::<ObservedBody<()>>();
    body::<ObservedBody<web::Bytes>>();
}

async fn pass(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    next.call(request).await
}

fn error_page<B>(response: ServiceResponse<B>) -> actix_web::Result<ErrorHandlerResponse<B>> {
    let page = response.into_response(HttpResponse::NotFound().body("our own page"));
    Ok(ErrorHandlerResponse::Response(page.map_into_right_body()))
}

fn handlers<B: 'static>() -> ErrorHandlers<B> {
    ErrorHandlers::new().handler(StatusCode::NOT_FOUND, error_page)
}

fn routes(cfg: &mut web::ServiceConfig) {
    cfg.route("/a/{id}", web::get().to(|| async { "a body to compress ".repeat(200) }))
        .route("/none", web::get().to(|| async { HttpResponse::NotFound().body("theirs") }));
}

/// Built-in middleware inside of us and outside of us; that it compiles is half of the test.
macro_rules! around {
    ($($name:ident: $inner:expr, $outer:expr;)*) => {$(
        #[test]
        fn $name() {
            let app = TestApp::wrapped(
                Settings::default(),
                |b| b.capture_response_body(true),
                |_, toolkit| (
                    move || App::new().wrap($inner).wrap(toolkit.clone()).wrap($outer).configure(routes),
                    move || App::new().wrap($inner).wrap($outer).configure(routes),
                ),
            );
            for (n, path) in ["/a/1", "/none", "/a/1/", "/nowhere"].into_iter().enumerate() {
                app.same(request("GET", path, &[("Accept-Encoding", "gzip")], ""));
                let span = &app.held(n + 1)[n];
                assert_eq!(span.attr("error.type"), None, "{path}");
            }
        }
    )*};
}

around! {
    compress_and_logger: Compress::default(), Logger::default();
    logger_and_compress: Logger::default(), Compress::default();
    normalize_path_and_default_headers:
        NormalizePath::trim(), DefaultHeaders::new().add(("x-default", "1"));
    default_headers_and_normalize_path:
        DefaultHeaders::new().add(("x-default", "1")), NormalizePath::trim();
    error_handlers_and_from_fn: handlers(), from_fn(pass);
    from_fn_and_error_handlers: from_fn(pass), handlers();
    compat_and_condition: Compat::new(Compress::default()), Condition::new(true, Logger::default());
    condition_and_compat: Condition::new(false, handlers()), Compat::new(NormalizePath::trim());
    compress_twice: Compress::default(), Compress::default();
}

#[test]
fn under_compat_and_condition() {
    for on in [true, false] {
        let app = TestApp::wrapped(
            Settings::default(),
            |b| b,
            |_, toolkit| {
                (
                    move || {
                        App::new()
                            .wrap(Condition::new(on, Compat::new(toolkit.clone())))
                            .configure(routes)
                    },
                    move || App::new().configure(routes),
                )
            },
        );
        app.same(get("/a/1"));
        app.held(usize::from(on));
    }
}

#[test]
fn on_a_scope_and_a_resource() {
    let app = TestApp::wrapped(
        Settings::default(),
        |b| b,
        |_, toolkit| {
            let scope =
                || web::scope("/scope/{s}").route("/in/{t}", web::get().to(|| async { "in" }));
            let resource = || web::resource("/resource/{r}").to(|| async { "on" });
            (
                move || {
                    App::new()
                        .service(scope().wrap(toolkit.clone()))
                        .service(resource().wrap(toolkit.clone()))
                        .route("/bare", web::get().to(|| async { "bare" }))
                },
                move || {
                    App::new()
                        .service(scope())
                        .service(resource())
                        .route("/bare", web::get().to(|| async { "bare" }))
                },
            )
        },
    );
    for path in ["/scope/1/in/2", "/resource/3", "/scope/1/out", "/bare", "/nowhere"] {
        app.same(get(path));
    }
    let seen: Vec<_> = app
        .held(3)
        .iter()
        .map(|span| {
            (
                span.str_attr("http.route").map(str::to_owned),
                span.str_attr("http.request.path_params").unwrap().to_owned(),
            )
        })
        .collect();
    let some = |route: &str, params: &str| (Some(route.to_owned()), params.to_owned());
    assert_eq!(
        seen,
        [
            some("/scope/{s}/in/{t}", r#"{"s":"1","t":"2"}"#),
            some("/resource/{r}", r#"{"r":"3"}"#),
            (None, "{}".to_owned()),
        ]
    );
}

#[test]
fn wrapped_more_than_once_it_records_once() {
    fn inner(
        toolkit: Option<ApiToolkit>,
    ) -> Scope<
        impl ServiceFactory<
            ServiceRequest,
            Config = (),
            Response = ServiceResponse<impl MessageBody>,
            Error = actix_web::Error,
            InitError = (),
        >,
    > {
        let on = toolkit.is_some();
        let toolkit = toolkit.unwrap_or_else(|| ApiToolkit::builder().build().unwrap());
        let resource = web::resource("/r").wrap(Condition::new(on, toolkit.clone()));
        web::scope("/s")
            .service(resource.to(|body: web::Bytes| async { body }))
            .wrap(Condition::new(on, toolkit))
    }
    let app = TestApp::wrapped(
        Settings::default(),
        |b| b.capture_request_body(true).capture_response_body(true),
        |_, toolkit| {
            (
                move || {
                    App::new()
                        .service(inner(Some(toolkit.clone())))
                        .wrap(toolkit.clone())
                        .wrap(toolkit.clone())
                },
                move || App::new().service(inner(None)),
            )
        },
    );
    app.same(crate::requests::post_json("/s/r", "[1]"));
    let span = app.held_one();
    assert_eq!(span.request_body().unwrap(), b"[1]");
    assert_eq!(span.response_body().unwrap(), b"[1]");
    assert_eq!(span.str_attr("http.route"), Some("/s/r"));
}

/// Calls nothing of the app before it is polled, and was abandoned if it never is.
#[test]
fn a_future_that_is_never_polled() {
    let (collector, telemetry) = started(1.0);
    let toolkit = ApiToolkit::builder().telemetry(&telemetry).build().unwrap();
    let called = Arc::new(AtomicBool::new(false));
    let handler = Arc::clone(&called);
    actix_rt::System::new().block_on(async {
        let service = move |request: ServiceRequest| {
            handler.store(true, Ordering::SeqCst);
            ready(Ok(request.into_response(HttpResponse::Ok().finish())))
        };
        let middleware = toolkit.new_transform(service.into_service()).await.unwrap();
        drop(middleware.call(TestRequest::get().to_srv_request()));
    });
    assert!(!called.load(Ordering::SeqCst));
    let [span] = &collector.wait_for_spans(1, SOON).unwrap()[..] else { panic!("one span") };
    assert_eq!(span.str_attr("error.type"), Some("client_disconnected"));
}

/// Whoever asks for all of a body at once has it, unless it is to be recorded when it is sent.
#[test]
fn a_whole_body_can_be_had_at_once() {
    for ratio in [0.0, 1.0] {
        let (_collector, telemetry) = started(ratio);
        let toolkit = ApiToolkit::builder().telemetry(&telemetry).build().unwrap();
        actix_rt::System::new().block_on(async {
            let empty = web::get().to(HttpResponse::NoContent);
            let app = App::new().wrap(toolkit).configure(routes).route("/empty", empty);
            let app = init_service(app).await;
            for (path, length) in [("/a/1", 3_800), ("/empty", 0)] {
                let request = TestRequest::get().uri(path).to_request();
                let body = call_service(&app, request).await.into_body();
                let size = body.size();
                match body.try_into_bytes() {
                    Ok(bytes) => assert_eq!((bytes.len(), ratio), (length, 0.0)),
                    Err(body) => {
                        assert_eq!((body.size(), ratio), (size, 1.0));
                        assert_eq!(to_bytes(body).await.unwrap().len(), length);
                    }
                }
            }
        });
    }
}

fn started(ratio: f64) -> (Collector, Telemetry) {
    let collector = Collector::start().unwrap();
    let builder = telemetry(&collector).sample_ratio(ratio).metrics_exporter(Exporter::None);
    let telemetry = builder.build().unwrap();
    (collector, telemetry)
}
