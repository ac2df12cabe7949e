mod handlers;

use std::sync::Arc;

use actix_web::{
    App, Either, FromRequest, HttpMessage as _, HttpResponse, dev::Payload, test, web,
};
use opentelemetry::Context;

use super::*;
use crate::redact::types::{Redact, RedactRules, TopLevel};
use crate::{
    exchange::RequestId,
    telemetry::{Current, Notebook, RequestContext},
};

struct User;

impl Redact for User {
    fn redact(rules: &mut RedactRules) {
        rules.sequence();
        rules.field("email", RedactRules::whole);
    }
}

impl<'de> serde::Deserialize<'de> for User {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        serde::de::IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

fn top(names: &[&str], positions: &[usize], all: bool) -> TopLevel {
    let names = names.iter().map(|&name| name.to_owned()).collect();
    TopLevel { names, positions: positions.to_vec(), all }
}

/// What the middleware keeps with a request whose exchange is recorded.
fn context(exchange: &Current) -> RequestContext {
    RequestContext { context: exchange.given_to(&Context::new()), id: RequestId::Made(1) }
}

fn exchange() -> Current {
    Current::without_own_span(Notebook::new(1, &RequestId::Made(1)))
}

fn rules_of<X: RedactExtractor>() -> HandlerRules {
    let mut rules = ExtractorRules::default();
    rules.extractor::<X>();
    rules.finish()
}

#[actix_web::test]
async fn extractors_know_where_their_type_is_read() {
    let body = || vec!["$[:]".to_owned(), "$['email']".to_owned()];
    let expected = HandlerRules { request_body: body(), ..HandlerRules::default() };
    assert_eq!(rules_of::<web::Json<User>>(), expected);
    let form = HandlerRules { request_body: body().split_off(1), ..HandlerRules::default() };
    assert_eq!(rules_of::<web::Form<User>>(), form);
    assert_eq!(rules_of::<Option<Either<web::Json<User>, web::Form<User>>>>(), expected);
    assert_eq!(rules_of::<Result<web::Json<User>, ()>>(), expected);
    let query = HandlerRules { query: top(&["email"], &[], false), ..HandlerRules::default() };
    assert_eq!(rules_of::<web::Query<User>>(), query);
    let path = HandlerRules { path: top(&[], &[1], false), ..HandlerRules::default() };
    assert_eq!(rules_of::<web::Path<(u32, User)>>(), path);
    assert!(path.is_path_param(1, "any") && !path.is_path_param(0, "email"));
}

#[actix_web::test]
async fn rules_extend_a_policy() {
    type Handler = (
        Argument<web::Json<User>, true>,
        (
            Argument<web::Query<User>, true>,
            (Argument<web::Path<User>, true>, (ResponseBody<Vec<User>, true>, ())),
        ),
    );
    let mut rules = ExtractorRules::default();
    <Handler as announce::Announcement>::add(&mut rules);
    let mut policy = crate::redact::Policy::default();
    policy.request_body.push("$.own".to_owned());
    rules.finish().extend(&mut policy);
    assert_eq!(policy.request_body, ["$.own", "$[:]", "$['email']"]);
    assert_eq!(policy.response_body, ["$[*]['email']"]);
    assert_eq!(policy.names, ["email"]);
    assert_eq!(policy.path_params, ["email"]);
    crate::Redactor::compile(&policy).expect("rules that compile");
}

#[actix_web::test]
async fn whether_a_type_is_an_extractor_is_a_constant() {
    use Otherwise as _;
    const KNOWN: bool = Is::<web::Json<User>>::EXTRACTOR;
    const UNKNOWN: bool = Is::<web::Json<std::rc::Rc<std::fs::File>>>::EXTRACTOR;
    const PLAIN: bool = Is::<str>::EXTRACTOR;
    assert_eq!([KNOWN, UNKNOWN, PLAIN], [true, false, false]);
}

#[actix_web::test]
async fn a_handler_announces_before_its_arguments_fail() {
    type Json =
        Announced<web::Json<User>, (Argument<web::Json<User>, true>, (CaptureRequest<true>, ()))>;
    async fn handler(_: Json) -> HttpResponse {
        HttpResponse::Ok().finish()
    }
    let app = test::init_service(App::new().route("/", web::post().to(handler))).await;
    let mut seen = Vec::new();
    for body in ["not json", "{}"] {
        let exchange = exchange();
        let request = test::TestRequest::post()
            .uri("/")
            .insert_header(("content-type", "application/json"))
            .set_payload(body)
            .to_request();
        request.extensions_mut().insert(context(&exchange));
        let response = test::call_service(&app, request).await;
        seen.push((response.status().as_u16(), exchange));
    }
    let expected = HandlerRules {
        request_body: vec!["$[:]".to_owned(), "$['email']".to_owned()],
        capture_request_body: Some(true),
        ..HandlerRules::default()
    };
    for ((status, exchange), expected_status) in seen.iter().zip([400, 200]) {
        assert_eq!(*status, expected_status);
        assert_eq!(announced(exchange).map(|rules| &**rules), Some(&expected));
    }
    let [(_, first), (_, second)] = &seen[..] else { unreachable!() };
    assert!(
        Arc::ptr_eq(announced(first).expect("rules"), announced(second).expect("rules")),
        "compiled once"
    );
}

#[actix_web::test]
async fn without_an_exchange_nothing_is_announced_and_all_works() {
    let request = test::TestRequest::default().to_http_request();
    let extracted = Announced::<(), ()>::from_request(&request, &mut Payload::None).await;
    assert!(extracted.is_ok());
    assert!(announced(&exchange()).is_none());
}
