//! The middleware among others of the app's own.

use std::{future::ready, rc::Rc};

use actix_service::Service;
use apitoolkit_actix::{Observer, testing::Span};
use apitoolkit_tests::{Answer, Upstream};
use awc::{
    Client, ConnectRequest, ConnectResponse, error::SendRequestError, middleware::Transform,
};
use futures_util::future::LocalBoxFuture;

use crate::support::{Caller, Here, app, ask, run, text};

/// Middleware that first makes a call of its own, with the same client or with another.
#[derive(Clone)]
struct AskFirst {
    client: Client,
    url: String,
}

struct AskFirstService<S> {
    service: Rc<S>,
    ask: AskFirst,
}

impl<S> Transform<S, ConnectRequest> for AskFirst
where
    S: Service<ConnectRequest, Response = ConnectResponse, Error = SendRequestError> + 'static,
{
    type Transform = AskFirstService<S>;

    fn new_transform(self, service: S) -> Self::Transform {
        AskFirstService { service: Rc::new(service), ask: self }
    }
}

impl<S> Service<ConnectRequest> for AskFirstService<S>
where
    S: Service<ConnectRequest, Response = ConnectResponse, Error = SendRequestError> + 'static,
{
    type Response = ConnectResponse;
    type Error = SendRequestError;
    type Future = LocalBoxFuture<'static, Result<ConnectResponse, SendRequestError>>;

    actix_service::always_ready!();

    fn call(&self, request: ConnectRequest) -> Self::Future {
        let (service, ask) = (Rc::clone(&self.service), self.ask.clone());
        Box::pin(async move {
            let call = ask.client.post(&ask.url).content_type("application/json");
            text(call.send_body(r#"{"note":"CANARY"}"#).await?).await;
            service.call(request).await
        })
    }
}

/// Middleware that sends a request again, once, as long as it has no body.
struct TryAgain;

struct TryAgainService<S>(Rc<S>);

impl<S> Transform<S, ConnectRequest> for TryAgain
where
    S: Service<ConnectRequest, Response = ConnectResponse, Error = SendRequestError> + 'static,
{
    type Transform = TryAgainService<S>;

    fn new_transform(self, service: S) -> Self::Transform {
        TryAgainService(Rc::new(service))
    }
}

impl<S> Service<ConnectRequest> for TryAgainService<S>
where
    S: Service<ConnectRequest, Response = ConnectResponse, Error = SendRequestError> + 'static,
{
    type Response = ConnectResponse;
    type Error = SendRequestError;
    type Future = LocalBoxFuture<'static, Result<ConnectResponse, SendRequestError>>;

    actix_service::always_ready!();

    fn call(&self, request: ConnectRequest) -> Self::Future {
        let ConnectRequest::Client(head, body, address) = request else {
            return Box::pin(ready(Err(SendRequestError::Timeout)));
        };
        let mut again = actix_http::RequestHead::default();
        again.uri = head.as_ref().uri.clone();
        again.headers = head.as_ref().headers.clone();
        let service = Rc::clone(&self.0);
        Box::pin(async move {
            let first = service.call(ConnectRequest::Client(head, body, address)).await?;
            let ConnectResponse::Client(answer) = first else { return Ok(first) };
            if answer.status().as_u16() != 503 {
                return Ok(ConnectResponse::Client(answer));
            }
            drop(answer);
            let (client, kept) = keeping();
            drop(client.get("http://kept.test/").send());
            let Some(ConnectRequest::Client(_, body, _)) = kept.take() else { unreachable!() };
            service.call(ConnectRequest::Client(again.into(), body, address)).await
        })
    }
}

/// A client that keeps its request: only awc can make a body for another.
fn keeping() -> (Client, Rc<std::cell::Cell<Option<ConnectRequest>>>) {
    struct Keep(Rc<std::cell::Cell<Option<ConnectRequest>>>);
    impl<S> Transform<S, ConnectRequest> for Keep {
        type Transform = Self;
        fn new_transform(self, _: S) -> Self {
            self
        }
    }
    impl Service<ConnectRequest> for Keep {
        type Response = ConnectResponse;
        type Error = SendRequestError;
        type Future = std::future::Ready<Result<ConnectResponse, SendRequestError>>;
        actix_service::always_ready!();
        fn call(&self, request: ConnectRequest) -> Self::Future {
            self.0.set(Some(request));
            ready(Err(SendRequestError::Timeout))
        }
    }
    let kept = Rc::default();
    (Client::builder().disable_redirects().wrap(Keep(Rc::clone(&kept))).finish(), kept)
}

fn with_rules(observer: Observer) -> Observer {
    observer
        .redact_headers(["x-internal"])
        .redact_request_body(["$.note"])
        .redact_response_body(["$.note"])
}

fn said(call: &Span) -> (&str, Option<i64>, Option<Vec<u8>>) {
    let resends = call.int_attr("http.request.resend_count");
    (call.str_attr("url.path").unwrap(), resends, call.response_body())
}

const REDACTED: &[u8] = br#"{"note":"[CLIENT_REDACTED]"}"#;

/// What middleware calls on account of a call is redacted by its rules too, and so is the call.
#[test]
fn middleware_that_asks_first() {
    let upstream = Upstream::start(|_| {
        let headers = [("x-internal", "CANARY"), ("content-type", "application/json")];
        Answer::new(200, &headers, r#"{"note":"CANARY"}"#)
    });
    for outermost in [true, false] {
        let caller = Caller::new();
        run(async {
            let observed =
                || caller.observed().capture_request_body(true).capture_response_body(true);
            let client = Client::builder().wrap(observed()).finish();
            let first = AskFirst { client, url: upstream.url("/first") };
            // Last is outermost.
            let client = match outermost {
                true => Client::builder().wrap(first).wrap(observed()).finish(),
                false => Client::builder().wrap(observed()).wrap(first).finish(),
            };
            let observer = with_rules(apitoolkit_actix::observe()).client(&client);
            let call = observer.put(upstream.url("/then")).insert_header(("x-internal", "CANARY"));
            let call = call.content_type("application/json");
            text(call.send_body(r#"{"note":"CANARY"}"#).await.unwrap()).await;
        });
        let mut calls = caller.held(2);
        calls.sort_by_key(|call| call.str_attr("url.path").unwrap().to_owned());
        let all: Vec<_> = calls.iter().map(said).collect();
        let redacted = Some(REDACTED.to_vec());
        assert_eq!(all, [("/first", None, redacted.clone()), ("/then", None, redacted)]);
        for call in &calls {
            assert_eq!(call.request_body().as_deref(), Some(REDACTED));
        }
    }
}

/// Each attempt is recorded as the first was, and says which it is.
#[test]
fn middleware_that_tries_again() {
    let upstream = Upstream::start(|request| match request.connection {
        1 => Answer::new(503, &[("connection", "close")], "").close(),
        _ => Answer::json(r#"{"note":"CANARY"}"#),
    });
    let app = app(
        &upstream,
        |b| b,
        async |here: Here| {
            let observed = apitoolkit_actix::ObservedClient::new();
            let client = Client::builder().wrap(observed).wrap(TryAgain).finish();
            let observer = with_rules(here.observe()).client(&client).capture_response_body(true);
            text(observer.get(here.url("/")).send().await.unwrap()).await;
            String::new()
        },
    );
    ask(&app);
    let calls = app.held_calls(1, 2).clients;
    let all: Vec<_> = calls.iter().map(said).collect();
    assert_eq!(all, [("/", None, None), ("/", Some(1), Some(REDACTED.to_vec()))]);
    assert_eq!(calls[0].str_attr("error.type"), Some("503"));
}

/// The body of a call makes calls itself, which are not the call's hops.
#[test]
fn a_body_that_calls() {
    let upstream = Upstream::start(|request| Answer::ok(&request.content));
    let app = app(
        &upstream,
        |b| b,
        async |here: Here| {
            let url = here.url("/inner");
            let body = futures_util::stream::once(async move {
                let inner = apitoolkit_actix::observed_client().get(url).send().await.unwrap();
                text(inner).await;
                Ok::<_, std::io::Error>(bytes::Bytes::from("body"))
            });
            let observer = here.observe().url_wildcard("/{x}").capture_request_body(true);
            let call = observer.post(here.url("/outer")).content_type("text/plain");
            text(call.send_stream(body).await.unwrap()).await
        },
    );
    assert_eq!(ask(&app), "body");
    let held = app.held_calls(1, 2);
    let [inner, outer] = held.clients.as_slice() else { panic!("two") };
    assert_eq!((inner.str_attr("url.path"), inner.attr("http.route")), (Some("/inner"), None));
    assert_eq!(outer.str_attr("http.route"), Some("/{x}"));
    assert_eq!(outer.request_body(), Some(b"body".to_vec()));
    for call in [inner, outer] {
        assert_eq!(call.attr("http.request.resend_count"), None);
        assert_eq!(call.parent_span_id.as_ref(), Some(&held.servers[0].span_id));
    }
}
