//! What the caller sees is what the client gives.

use std::{error::Error, io, iter, sync::Arc};

use actix_web::{HttpResponse, web};
use apitoolkit_tests::{Answer, Settings, TestApp, Upstream};
use futures_util::stream;
use hyper::body::Body as _;
use reqwest::{Body, Response};
use reqwest_middleware::ClientWithMiddleware;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::support::{Caller, bare, observed, plain, run};

/// All that a response says before its body is read.
pub(crate) fn look(response: &Response) -> String {
    // The addresses are those of the upstream; only the client's own port differs.
    format!(
        "{} {:?} {:?} {:?} {:?} {:?} {}",
        response.url(),
        response.version(),
        response.status(),
        response.headers(),
        response.content_length(),
        response.remote_addr(),
        response.extensions().len(),
    )
}

/// An error and all its sources, as texts.
pub(crate) fn causes(error: &dyn Error) -> Vec<String> {
    let sources = iter::successors(error.source(), |error| (*error).source());
    iter::once(error.to_string()).chain(sources.map(ToString::to_string)).collect()
}

/// The same with and without us: `ask` is run with a client of each kind, of the same builder.
fn same<T: PartialEq + std::fmt::Debug>(
    builder: impl Fn() -> reqwest::ClientBuilder,
    ask: impl AsyncFn(ClientWithMiddleware) -> T,
) -> T {
    let caller = Caller::new();
    let by = caller.middleware().capture_request_body(true).capture_response_body(true);
    let (with, without) =
        run(async { (ask(observed(builder(), by)).await, ask(bare(builder())).await) });
    assert_eq!(with, without);
    caller.held(1);
    with
}

#[test]
fn a_response_with_its_length() {
    let upstream = Upstream::start(|_| {
        let headers = [("content-type", "text/plain; charset=utf-8"), ("x-a", "1"), ("x-a", "2")];
        Answer::new(203, &headers, "hello")
    });
    let (seen, text) = same(plain, async |client| {
        let answer = client.get(upstream.url("/a?b")).send().await.unwrap();
        (look(&answer), answer.text().await.unwrap())
    });
    assert!(seen.starts_with(&upstream.url("/a?b HTTP/1.1 203")), "{seen}");
    assert!(seen.contains("Some(5)"), "{seen}");
    assert_eq!(text, "hello");
}

#[test]
fn chunks_one_by_one() {
    let upstream = Upstream::start(|_| {
        Answer::head(200, &[("transfer-encoding", "chunked")])
            .then("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
    });
    let (seen, text, left) = same(plain, async |client| {
        let mut answer = client.get(upstream.url("/")).send().await.unwrap();
        let seen = look(&answer);
        let mut text = Vec::new();
        while let Some(chunk) = answer.chunk().await.unwrap() {
            text.extend(chunk);
        }
        (seen, text, answer.chunk().await.unwrap())
    });
    assert!(seen.contains("None"), "{seen}");
    assert_eq!((text.as_slice(), left), (&b"abcde"[..], None));
}

#[test]
fn trailers() {
    let upstream = Upstream::start(|_| {
        let headers = [("transfer-encoding", "chunked"), ("trailer", "x-sum")];
        Answer::head(200, &headers).then("3\r\nabc\r\n0\r\nx-sum: 7\r\n\r\n")
    });
    let frames = same(plain, async |client| {
        let answer = client.get(upstream.url("/")).header("te", "trailers").send().await.unwrap();
        let mut body = Box::pin(http::Response::<Body>::from(answer).into_body());
        let mut frames = Vec::new();
        while let Some(frame) =
            std::future::poll_fn(|cx| body.as_mut().poll_frame(cx)).await.transpose().unwrap()
        {
            frames.push(format!("{:?} {:?}", frame.data_ref(), frame.trailers_ref()));
        }
        frames
    });
    assert_eq!(frames.len(), 2, "{frames:?}");
    assert!(frames[1].contains("x-sum"), "{frames:?}");
}

#[test]
fn over_http2() {
    let upstream = TestApp::with(
        Settings { h2c: true, ..Settings::default() },
        |b| b,
        |_| {
            |cfg: &mut web::ServiceConfig| {
                cfg.route("/", web::post().to(async |body: web::Bytes| body));
                cfg.route("/", web::head().to(async || HttpResponse::Ok().body("not sent")));
            }
        },
    );
    let url = format!("http://{}/", upstream.baseline);
    let caller = Caller::new();
    let ask = async |client: ClientWithMiddleware| {
        let body = Body::wrap_stream(stream::iter([Ok::<_, io::Error>("hel"), Ok("lo")]));
        let answer = client.post(&url).body(body).send().await.unwrap();
        let head = client.head(&url).send().await.unwrap();
        let seen = [look(&answer), look(&head)].map(|text| without_date(&text));
        (seen, answer.text().await.unwrap(), head.text().await.unwrap())
    };
    let builder = || plain().http2_prior_knowledge();
    let (with, without) = run(async {
        (ask(observed(builder(), caller.middleware())).await, ask(bare(builder())).await)
    });
    assert_eq!(with, without);
    assert_eq!((with.1.as_str(), with.2.as_str()), ("hello", ""));
    for span in caller.held(2) {
        assert_eq!(span.str_attr("network.protocol.version"), Some("2"));
        assert_eq!(span.int_attr("http.response.status_code"), Some(200));
        let is_post = span.str_attr("http.request.method") == Some("POST");
        let size = if is_post { 5 } else { 0 };
        assert_eq!(span.int_attr("http.response.body.size"), Some(size));
        assert_eq!(span.int_attr("http.request.body.size"), is_post.then_some(5));
    }
}

/// The clock goes on between two answers.
fn without_date(text: &str) -> String {
    let Some((before, rest)) = text.split_once("\"date\": ") else { return text.to_owned() };
    let (_, after) = rest.split_once("GMT").unwrap();
    format!("{before}{after}")
}

#[test]
fn answers_without_a_body() {
    let upstream = Upstream::start(|request| match request.method() {
        "HEAD" => Answer::head(200, &[("content-length", "100")]),
        "DELETE" => Answer::head(204, &[]),
        "PUT" => Answer::head(304, &[("content-length", "100")]),
        _ => Answer::new(200, &[], ""),
    });
    for method in ["HEAD", "DELETE", "PUT", "GET"] {
        let method: reqwest::Method = method.parse().unwrap();
        let (_, text) = same(plain, async |client| {
            let answer = client.request(method.clone(), upstream.url("/")).send().await.unwrap();
            (look(&answer), answer.text().await.unwrap())
        });
        assert_eq!(text, "");
    }
}

#[test]
fn another_protocol() {
    let upstream = Upstream::start(|_| {
        let headers = [("connection", "upgrade"), ("upgrade", "echo")];
        Answer::head(101, &headers).then("hello").hang()
    });
    let (_, said) = same(plain, async |client| {
        let request = client.get(upstream.url("/"));
        let request = request.header("connection", "upgrade").header("upgrade", "echo");
        let answer = request.send().await.unwrap();
        let seen = look(&answer);
        let mut stream = answer.upgrade().await.unwrap();
        stream.write_all(b"more").await.unwrap();
        let mut said = [0; 5];
        stream.read_exact(&mut said).await.unwrap();
        (seen, said)
    });
    assert_eq!(&said, b"hello");
}

#[test]
fn an_error_in_the_middle_of_a_body() {
    let upstream = Upstream::start(|_| {
        Answer::head(200, &[("content-length", "100")]).then("0123456789").close()
    });
    let (told, causes) = same(plain, async |client| {
        let answer = client.get(upstream.url("/a?b")).send().await.unwrap();
        let error = answer.bytes().await.unwrap_err();
        let told = format!(
            "{} {} {} {} {:?} {:?}",
            error,
            error.is_decode(),
            error.is_body(),
            error.is_timeout(),
            error.status(),
            error.url().map(ToString::to_string),
        );
        // The conversions on the way say twice more that it was an error of a body.
        let mut causes = causes(&error);
        causes.retain(|text| text != "request or response body error");
        (told, causes)
    });
    assert!(told.contains("error decoding response body") && told.contains("/a?b"), "{told}");
    assert!(causes.len() > 1, "{causes:?}");
}

#[test]
fn a_timeout_in_the_middle_of_a_body() {
    let upstream = Upstream::start(|_| {
        Answer::head(200, &[("content-length", "100")]).then("0123456789").hang()
    });
    let builder = || plain().read_timeout(std::time::Duration::from_millis(100));
    let is_timeout = same(builder, async |client| {
        let answer = client.get(upstream.url("/")).send().await.unwrap();
        answer.bytes().await.unwrap_err().is_timeout()
    });
    assert!(is_timeout);
}

#[test]
fn what_is_compressed_is_decompressed_and_recorded_so() {
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write as _;
    let json = r#"{"token":"CANARY","kept":"yes"}"#;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(json.as_bytes()).unwrap();
    let packed = Arc::new(encoder.finish().unwrap());
    let upstream = Upstream::start(move |request| {
        assert_eq!(request.the("accept-encoding"), "gzip");
        let headers = [("content-type", "application/json"), ("content-encoding", "gzip")];
        Answer::new(200, &headers, &*packed)
    });
    let caller = Caller::new();
    let ask = async |client: ClientWithMiddleware| {
        let answer = client.get(upstream.url("/")).send().await.unwrap();
        (look(&answer), answer.text().await.unwrap())
    };
    let (with, without) = run(async {
        let by = caller.middleware().capture_response_body(true);
        (ask(observed(plain(), by)).await, ask(bare(plain())).await)
    });
    assert_eq!(with, without);
    assert_eq!(with.1, json);
    let span = caller.held_one();
    let body = String::from_utf8(span.response_body().unwrap()).unwrap();
    assert_eq!(body, r#"{"token":"[CLIENT_REDACTED]","kept":"yes"}"#);
    assert_eq!(span.attr("http.response.header.content-encoding"), None);
    assert_eq!(span.int_attr("http.response.body.size"), Some(json.len() as i64));
}
