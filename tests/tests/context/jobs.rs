//! Jobs: work that belongs to no request.

use actix_web::{HttpResponse, web};
use apitoolkit_actix::{
    ApiToolkit, report_current_error, set_attribute, spawn,
    testing::{Collector, Kind, Span, StatusCode},
    trace_job, trace_service,
};
use apitoolkit_tests::{SOON, TestApp, telemetry};
use serde_json::json;

use crate::{
    children,
    requests::request,
    support::{Broken, Told, errors, exceptions, inner},
};

async fn digest() -> Result<u32, Broken> {
    set_attribute("job", "CANARY-1");
    report_current_error(&std::fmt::Error);
    trace_service("Mail", "render", async { actix_rt::task::yield_now().await }).await;
    Err(Broken::new())
}

fn app() -> TestApp {
    TestApp::start(
        |b| b,
        |cfg| {
            cfg.route(
                "/",
                web::get().to(|| async {
                    let job = trace_job("Mail", "digest", digest()).report_errors();
                    let failed = spawn(job).await.unwrap().is_err();
                    set_attribute("request", true);
                    HttpResponse::Ok().body(failed.to_string())
                }),
            );
        },
    )
}

/// A job's span and its child's, whatever links it has.
fn assert_job(digest: &Span, render: &Span) {
    let attributes = json!({
        "apitoolkit.service": "Mail",
        "apitoolkit.service.method": "digest",
        "code.function.name": "context::jobs::digest",
        "error.type": "context::support::Broken",
    });
    let seen = digest.to_stable_json(&[]);
    assert_eq!(seen["attributes"], attributes);
    assert_eq!((digest.name.as_str(), digest.kind), ("Mail.digest", Kind::Internal));
    assert_eq!(digest.parent_span_id, None);
    assert_eq!(
        (digest.status.code, digest.status.message.as_str()),
        (StatusCode::Error, crate::support::BROKEN)
    );
    let Told { error_type, message, .. } = Told::broken();
    assert_eq!(exceptions(digest), [[error_type, message]]);
    assert_eq!((render.name.as_str(), &render.trace_id), ("Mail.render", &digest.trace_id));
    assert_eq!(render.parent_span_id.as_ref(), Some(&digest.span_id));
}

#[test]
fn a_job_that_a_request_starts_is_a_trace_of_its_own() {
    let app = app();
    assert!(app.same(request("GET", "/", &[], "")).ends_with("true"));
    let request = app.held_one();
    let [digest, render] = &inner(&app, 2)[..] else { panic!() };
    assert_job(digest, render);
    assert_ne!(digest.trace_id, request.trace_id);
    let links: Vec<_> = digest.links.iter().map(|l| (&l.trace_id, &l.span_id)).collect();
    assert_eq!(links, [(&request.trace_id, &request.span_id)]);
    // Nothing of it is the request's.
    assert_eq!((request.attr("job"), request.bool_attr("request")), (None, Some(true)));
    assert_eq!((errors(&request), request.status.code), (vec![], StatusCode::Unset));
}

#[test]
fn whether_it_is_sampled_is_decided_anew() {
    let app = app();
    let (trace, caller) = ("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331");
    let header = format!("00-{trace}-{caller}-00");
    assert!(app.same(request("GET", "/", &[("traceparent", &header)], "")).ends_with("true"));
    assert_eq!(app.held(0), []);
    let [digest, render] = &inner(&app, 2)[..] else { panic!() };
    assert_job(digest, render);
    assert_ne!(digest.trace_id, trace);
    let links: Vec<_> = digest.links.iter().map(|link| link.trace_id.as_str()).collect();
    assert_eq!(links, [trace]);
}

/// The process's telemetry is in force where there is no request.
#[test]
fn outside_of_any_request_a_job_has_no_links() {
    let name = "jobs::outside_of_any_request_a_job_has_no_links";
    children::run(name, &[], || {
        let collector = Collector::start().unwrap();
        let telemetry = telemetry(&collector).install(true).build().unwrap();
        let _toolkit = ApiToolkit::builder().redact_names(["stock"]).build().unwrap();
        actix_rt::System::new().block_on(async {
            assert!(trace_job("Mail", "digest", digest()).report_errors().await.is_err());
            assert!(trace_job("Mail", "quiet", digest()).await.is_err());
        });
        collector.wait_for_spans(4, SOON).unwrap();
        telemetry.flush().unwrap();
        let spans = collector.spans();
        assert_eq!(spans.len(), 4);
        let named = |name: &str| spans.iter().find(|span| span.name == name).unwrap();
        let digest = named("Mail.digest");
        let render =
            spans.iter().find(|span| span.parent_span_id.as_ref() == Some(&digest.span_id));
        assert_job(digest, render.unwrap());
        let quiet = named("Mail.quiet");
        assert_eq!((quiet.status.code, quiet.events.len()), (StatusCode::Unset, 0));
        assert!(digest.links.is_empty() && quiet.parent_span_id.is_none());
        collector.assert_absent("CANARY");
    });
}
