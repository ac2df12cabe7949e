use actix_web::{HttpResponse, web};
use apitoolkit_tests::{SOON, TestApp};

#[actix_web::test]
async fn smoke() {
    let app = TestApp::start(
        |b| b.capture_response_body(true).capture_request_body(true).debug(true),
        |cfg| {
            cfg.route("/users/{id}", web::get().to(|| async { HttpResponse::Ok().json(serde_json::json!({"a": 1, "password": "CANARY-1"})) }));
        },
    );
    let client = awc::Client::default();
    let mut response = client
        .get(app.url("/users/42?x=1&token=CANARY-2"))
        .insert_header(("authorization", "Bearer CANARY-3"))
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    let _ = response.body().await.unwrap();
    let spans = app.collector.wait_for_spans_async(1, SOON).await.unwrap();
    println!("{}", serde_json::to_string_pretty(&spans[0].to_json()).unwrap());
    println!("{:?}", String::from_utf8(spans[0].response_body().unwrap()));
    for c in ["CANARY-1", "CANARY-2", "CANARY-3"] {
        app.collector.assert_absent(c);
    }
    println!("{:?}", app.telemetry.stats());
    println!("{:?}", app.telemetry.check());
    println!("{:?}", app.telemetry.shutdown());
    app.stop().await;
}
