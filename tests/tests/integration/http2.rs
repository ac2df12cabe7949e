//! HTTP/2: the same answers, the same spans.

use std::net::SocketAddr;

use actix_web::{HttpResponse, web};
use apitoolkit_actix::{Convention, testing::StatusCode};
use apitoolkit_tests::{Settings, TestApp};
use http::Request;

fn app() -> TestApp {
    TestApp::with(
        Settings { h2c: true, ..Settings::default() },
        |b| {
            b.convention(Convention::OpenTelemetry)
                .capture_request_body(true)
                .capture_response_body(true)
        },
        |_| {
            |cfg: &mut web::ServiceConfig| {
                cfg.service(
                    web::resource("/echo/{id}")
                        .route(web::get().to(|| async { "got" }))
                        .route(web::head().to(|| async { HttpResponse::Ok().body("eleven byte") }))
                        .route(web::post().to(|body: web::Bytes| async {
                            HttpResponse::Ok().content_type("application/json").body(body)
                        })),
                )
                .route("/204", web::get().to(|| async { HttpResponse::NoContent().finish() }))
                .route(
                    "/panic",
                    web::get().to(|body: web::Bytes| async move {
                        assert!(!body.is_empty(), "over HTTP/2");
                        "never"
                    }),
                );
            }
        },
    )
}

/// Status, headers and body of an answer, or the reason of a reset.
type Answer = Result<(u16, Vec<String>, Vec<u8>), Option<h2::Reason>>;

async fn ask(address: SocketAddr, requests: &[(&str, &str, &'static str)]) -> Vec<Answer> {
    let stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let (client, connection) = h2::client::handshake(stream).await.unwrap();
    actix_rt::spawn(connection);
    let mut client = client.ready().await.unwrap();
    let mut answers = Vec::new();
    for (method, path, body) in requests {
        let uri = format!("http://api.test{path}");
        let request = Request::builder()
            .method(*method)
            .uri(uri)
            .header("content-type", "application/json")
            .body(())
            .unwrap();
        client = client.ready().await.unwrap();
        let (response, mut sending) = client.send_request(request, body.is_empty()).unwrap();
        if !body.is_empty() {
            sending.send_data(web::Bytes::from_static(body.as_bytes()), true).unwrap();
        }
        answers.push(match response.await {
            Ok(response) => {
                let (head, mut stream) = response.into_parts();
                let mut headers: Vec<_> = head
                    .headers
                    .iter()
                    .filter(|(name, _)| *name != "date")
                    .map(|(name, value)| format!("{name}: {value:?}"))
                    .collect();
                headers.sort();
                let mut body = Vec::new();
                while let Some(data) = stream.data().await {
                    body.extend(data.unwrap());
                }
                Ok((head.status.as_u16(), headers, body))
            }
            Err(error) => Err(error.reason()),
        });
    }
    answers
}

#[test]
fn the_same_answers_and_a_span_each() {
    let app = app();
    let secret = r#"{"password":"CANARY"}"#;
    let requests = [
        ("GET", "/echo/1?x=1", ""),
        ("HEAD", "/echo/1", ""),
        ("POST", "/echo/2", secret),
        ("GET", "/204", ""),
        ("GET", "/none", ""),
        ("GET", "/panic", ""),
        ("GET", "/echo/3", ""),
    ];
    let (with, without) = actix_rt::System::new().block_on(async {
        (ask(app.address, &requests).await, ask(app.baseline, &requests).await)
    });
    assert_eq!(with, without);
    let seen: Vec<_> = app
        .held(requests.len())
        .into_iter()
        .map(|span| {
            assert_eq!(span.str_attr("network.protocol.version"), Some("2"));
            assert_eq!(span.str_attr("server.address"), Some("api.test"));
            (
                span.name.clone(),
                span.int_attr("http.response.status_code"),
                span.int_attr("http.response.body.size"),
                span.str_attr("error.type").map(str::to_owned),
                span.status.code,
            )
        })
        .collect();
    let unset = |name: &str, status, size| {
        (name.to_owned(), Some(status), Some(size), None, StatusCode::Unset)
    };
    let expected = [
        unset("GET /echo/{id}", 200, 3),
        unset("HEAD /echo/{id}", 200, 0),
        unset("POST /echo/{id}", 200, secret.len() as i64),
        unset("GET /204", 204, 0),
        unset("GET", 404, 0),
        ("GET /panic".to_owned(), None, None, Some("panic".to_owned()), StatusCode::Error),
        unset("GET /echo/{id}", 200, 3),
    ];
    assert_eq!(seen, expected);
}
