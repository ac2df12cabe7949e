//! What was written before, of other exchanges, is what an exchange has to say.

use std::net::{IpAddr, SocketAddr};

use opentelemetry_proto::tonic::common::v1 as proto;

use super::*;
use crate::{
    config::{Config, Convention, Options},
    exchange::{Call, Direction, Exchange, Failure, Memory, Method, Origin, ResponseHead},
    redact::Policy,
    telemetry::{
        otlp::{attributes::ATTRIBUTE, wire::begin},
        span::{Bodies, Common, Standing, describe},
    },
};

const TOOK: Duration = Duration::from_millis(3);

fn configs() -> [Arc<Config>; 3] {
    let named = || Options {
        service_name: Some("shop".into()),
        service_version: Some("1.2".into()),
        tags: vec!["a".into(), "b".into()],
        virtual_host: Some("www".into()),
        ..Options::default()
    };
    let strict = Policy { names: vec!["sort".into()], ..Policy::default() };
    [
        Options::default(),
        Options { convention: Convention::OpenTelemetry, ..named() },
        Options { policy: strict, ..named() },
    ]
    .map(|options| Arc::new(options.compile().unwrap()))
}

/// One of a few kinds, as a rule.
fn exchange(random: &mut fastrand::Rng, routes: &[Arc<str>]) -> Exchange {
    let seldom = |random: &mut fastrand::Rng| random.u8(0..12) == 0;
    let mut exchange = Exchange::default();
    exchange.id = random.u128(..);
    exchange.route = random.choice(routes).filter(|_| random.u8(0..9) > 0).cloned();
    let request = &mut exchange.request;
    let method = if seldom(random) { "BREW" } else { random.choice(["GET", "PUT"]).unwrap() };
    request.method = Method::new(method);
    let query = random.choice(["", "?page=2", "?sort=name&token=C", "?page=2&page=3"]).unwrap();
    request.set_target(&format!("/users/{}{query}", random.u8(..)));
    request.version = if seldom(random) { None } else { Some("1.1") };
    request.origin = Origin { https: seldom(random), ..Origin::default() };
    let port = random.u16(1..);
    let peer = IpAddr::from([127, 0, 0, random.u8(1..4)]);
    request.peer = (!seldom(random)).then(|| SocketAddr::new(peer, port));
    for name in ["host", "accept", "user-agent", "authorization"] {
        let values = ["shop.example", "a/b", "", "Bearer abcdef123456"];
        let value = if name == "host" { values[0] } else { random.choice(values).unwrap() };
        request.fields.push(name, value.as_bytes(), seldom(random));
    }
    if seldom(random) {
        let client = random.choice(["192.0.2.1", "127.0.0.1"]).unwrap();
        request.fields.push("x-forwarded-for", client.as_bytes(), false);
    }
    if seldom(random) {
        exchange.direction = Direction::Outgoing(Call {
            parent: random.bool().then_some(7),
            resends: random.u32(0..2),
            sdk_type: random.choice(["RustAwcOutgoing", "RustReqwestOutgoing"]).unwrap(),
        });
    }
    if seldom(random) {
        exchange.failure =
            random.choice([Failure::Panic, Failure::Cancelled, Failure::Call("connect")]);
    }
    if !seldom(random) {
        let mut fields = exchange.take_response_fields();
        fields.push("content-type", b"application/json", false);
        let status = random.choice([200, 200, 404, 500]).unwrap();
        exchange.response = Some(ResponseHead { status, fields });
        exchange.response_body.count(random.u64(0..3) * 100);
    }
    if seldom(random) {
        let value = exchange::Value::Int(random.i64(..));
        exchange.attributes.set("order".into(), value).unwrap();
    }
    exchange
}

/// The attributes as the API has them, and as the generated code encodes them.
fn told(told: Vec<KeyValue>, method: &str, earlier: &[KeyValue], most: usize) -> (Vec<u8>, u32) {
    let mut all = vec![KeyValue::new(semconv::HTTP_REQUEST_METHOD, method.to_owned())];
    all.extend(earlier.iter().cloned());
    all.extend(told);
    let over = all.len().saturating_sub(most) as u32;
    all.truncate(most);
    let mut out = Vec::new();
    for KeyValue { key, value, .. } in all {
        let value = Some(value.into());
        let attribute = proto::KeyValue { key: key.to_string(), value, key_strindex: 0 };
        begin(&mut out, ATTRIBUTE, attribute.encoded_len());
        attribute.encode_raw(&mut out);
    }
    (out, over)
}

#[test]
fn what_was_written_before_is_what_is_told() {
    let random = &mut fastrand::Rng::with_seed(13);
    let configs = configs();
    let routes = ["/users/{id}", "/{tail:.*}", "/users/{id}/posts"].map(Arc::from);
    let (mut memory, mut standing) = (Memory::default(), Standing::default());
    let (mut again, mut short) = (0, 0);
    for round in 0..6_000 {
        // One after the other, and none only once.
        let config = &configs[round / 100 % configs.len()];
        let mut exchange = exchange(random, &routes);
        let earlier = match random.u8(0..12) {
            0 => vec![KeyValue::new("of the app", true)],
            _ => Vec::new(),
        };
        let most = random.choice([128, 128, 128, 5, 12, 18]).unwrap();
        let redacted = exchange.redact(&config.redactor, &mut memory, TOOK);
        let mut list = Vec::new();
        describe(&redacted, config, Bodies::Told, &mut Common::default(), &mut list);
        let expected = told(list, redacted.method.name(), &earlier, most as usize);
        let mut common = standing.of(&redacted, config);
        again += usize::from(common.is_known());
        let mut written = Vec::new();
        let mut writer = AttributeWriter::new(&mut written, &earlier, most);
        describe(&redacted, config, Bodies::Told, &mut common, &mut writer);
        let over = writer.over();
        short += usize::from(over > 0);
        assert_eq!((written, over), expected, "{round}: {redacted}");
    }
    assert!(again > 1_000 && short > 500, "{again} {short}");
}
