//! Our middleware among other middleware.

use apitoolkit_tests::{Answer, Upstream};
use async_trait::async_trait;
use http::Extensions;
use reqwest::{Request, Response};
use reqwest_middleware::{ClientBuilder, Error, Middleware, Next, Result};

use crate::support::{Caller, plain, run};

fn client() -> ClientBuilder {
    ClientBuilder::new(plain().build().unwrap())
}

/// Tries again until it is answered well.
struct Retry;

#[async_trait]
impl Middleware for Retry {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        for _ in 0..4 {
            let again = request.try_clone().unwrap();
            let answer = next.clone().run(again, extensions).await?;
            if answer.status().is_success() {
                return Ok(answer);
            }
        }
        panic!("it was never answered well")
    }
}

/// Goes on, or gives an error of its own kind.
struct Wrong(fn(Result<Response>) -> Result<Response>);

#[async_trait]
impl Middleware for Wrong {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        (self.0)(next.run(request, extensions).await)
    }
}

#[test]
fn twice_in_one_client_records_once() {
    let upstream = Upstream::saying("hello");
    let caller = Caller::new();
    run(async {
        let client = client().with(caller.middleware()).with(caller.middleware()).build();
        for _ in 0..2 {
            let answer = client.get(upstream.url("/")).send().await.unwrap();
            assert_eq!(answer.text().await.unwrap(), "hello");
        }
    });
    caller.held(2);
}

#[test]
fn each_attempt_is_a_call_of_its_own() {
    let upstream = Upstream::start({
        let asked = std::sync::atomic::AtomicU16::new(0);
        move |_| match asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst) {
            n @ 0..2 => Answer::new(500 + n, &[], "no"),
            _ => Answer::ok("yes"),
        }
    });
    let caller = Caller::new();
    run(async {
        let client =
            client().with(Retry).with(caller.middleware()).with(caller.middleware()).build();
        let answer = client.get(upstream.url("/")).send().await.unwrap();
        assert_eq!(answer.text().await.unwrap(), "yes");
    });
    let mut spans = caller.held(3);
    spans.sort_by_key(|span| span.start);
    let codes: Vec<_> =
        spans.iter().map(|span| span.int_attr("http.response.status_code").unwrap()).collect();
    assert_eq!(codes, [500, 501, 200]);
    for (span, received) in spans.iter().zip(upstream.received()) {
        assert!(received.the("traceparent").contains(&span.span_id));
    }
}

#[test]
fn errors_of_others() {
    let upstream = Upstream::start(|_| Answer::default().close());
    let cases: [(Wrong, &str, &str); 2] = [
        (
            Wrong(|_| Err(Error::middleware(std::io::Error::other("no luck, password=CANARY")))),
            "_OTHER",
            "reqwest_middleware::Error",
        ),
        (
            // As middleware does that tries again: the client's error inside its own.
            Wrong(|answer| Err(Error::middleware(answer.unwrap_err()))),
            "closed",
            "reqwest::Error",
        ),
    ];
    for (wrong, word, error_type) in cases {
        let caller = Caller::new();
        run(async {
            let client = client().with(caller.middleware()).with(wrong).build();
            let error = client.get(upstream.url("/?sig=CANARY")).send().await.unwrap_err();
            assert!(error.is_middleware());
        });
        let span = caller.held_one();
        assert_eq!(span.str_attr("error.type"), Some(word));
        let [event] = span.events.as_slice() else { panic!("{span:#?}") };
        assert_eq!(event.attributes.str("exception.type"), Some(error_type));
    }
}
