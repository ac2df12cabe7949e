//! Heads of requests and responses: every value, in order, bounded, as valid text.

use actix_web::{
    HttpResponse,
    http::header::{HeaderName, HeaderValue},
    web,
};
use apitoolkit_tests::TestApp;

use crate::requests::{get, request};

fn app() -> TestApp {
    TestApp::start(
        |b| b,
        |cfg| {
            cfg.route(
                "/{tail:.*}",
                web::get().to(|| async {
                    let mut sensitive = HeaderValue::from_static("CANARY-sensitive");
                    sensitive.set_sensitive(true);
                    HttpResponse::Ok()
                        .append_header(("X-Multi", "1"))
                        .append_header(("x-multi", "2"))
                        .append_header(("x-empty", ""))
                        .append_header((HeaderName::from_static("x-plain-name"), sensitive))
                        .append_header((
                            HeaderName::from_static("x-bytes"),
                            HeaderValue::from_bytes(b"caf\xe9").unwrap(),
                        ))
                        .body("ok")
                }),
            );
        },
    )
}

#[test]
fn every_value_of_a_header_in_order() {
    let app = app();
    let long = "v".repeat(8 * 1024);
    let over = "w".repeat(9 * 1024);
    let mut sent = request(
        "GET",
        "/",
        &[
            ("X-Multi", "one"),
            ("x-other", "between"),
            ("x-mULTI", "two, three"),
            ("X-MULTI", ""),
            ("X-Empty", ""),
            ("X-Long", &long),
            ("X-Over", &over),
        ],
        "",
    )
    .into_bytes();
    let at = sent.len() - 2;
    let every: Vec<u8> = (0x80..=0xFF).collect();
    sent.splice(at..at, [b"X-Bytes: ", &every[..], b" ok\r\n"].concat());
    let ask = |address| apitoolkit_tests::Raw::connect(address).send(&sent).reply();
    assert_eq!(ask(app.address), ask(app.baseline));
    let span = app.held_one();
    let request = |name: &str| span.strings_attr(&format!("http.request.header.{name}")).unwrap();
    assert_eq!(request("x-multi"), ["one", "two, three", ""]);
    assert_eq!(request("x-empty"), [""]);
    assert_eq!(request("x-long"), [long.as_str()]);
    assert_eq!(request("x-bytes"), [format!("{} ok", "\u{fffd}".repeat(128))]);
    let cut = request("x-over")[0];
    assert!(cut.len() < 8 * 1024 + 64 && cut.ends_with("B]"), "{}", &cut[8_000..]);
    let response = |name: &str| span.strings_attr(&format!("http.response.header.{name}")).unwrap();
    assert_eq!(response("x-multi"), ["1", "2"]);
    assert_eq!(response("x-empty"), [""]);
    assert_eq!(response("x-plain-name"), ["[CLIENT_REDACTED]"]);
    assert_eq!(response("x-bytes"), ["caf\u{fffd}"]);
}

#[test]
fn a_great_many_headers_leave_room_for_what_matters() {
    let app = app();
    let names: Vec<_> = (0..90).map(|n| format!("x-header-{n}")).collect();
    let headers: Vec<_> = names.iter().map(|name| (name.as_str(), "v")).collect();
    app.same(request("GET", "/a", &headers, ""));
    let span = app.held_one();
    assert_eq!(span.str_attr("http.route"), Some("/{tail:.*}"));
    assert_eq!(span.int_attr("http.response.status_code"), Some(200));
    assert!(span.attributes.len() <= 128);
}

#[test]
fn forwarding_headers_describe_the_client() {
    let app = app();
    app.same(request(
        "GET",
        "/",
        &[
            (
                "Forwarded",
                "for=\"[2001:db8::17]:4711\";proto=https;host=shop.example, for=10.0.0.1",
            ),
            ("X-Forwarded-For", "192.0.2.9"),
        ],
        "",
    ));
    let span = app.held_one();
    assert_eq!(span.str_attr("client.address"), Some("2001:db8::17"));
    assert_eq!(span.str_attr("url.scheme"), Some("https"));
    assert_eq!(span.str_attr("server.address"), Some("shop.example"));
    assert_eq!(span.int_attr("server.port"), Some(443));
    assert_eq!(span.str_attr("network.peer.address"), Some("127.0.0.1"));
}

#[test]
fn forged_forwarding_headers_are_bounded() {
    let app = app();
    let long = "a".repeat(64 * 1024);
    let cases = [
        ("X-Forwarded-For", long.as_str()),
        ("Forwarded", long.as_str()),
        ("X-Forwarded-For", "fe80::1%eth0"),
        ("X-Forwarded-Host", "u:p@h.example:1"),
        ("Forwarded", "for=;;;=\"\",host=\"u:p@"),
        ("X-Forwarded-Proto", "gopher"),
    ];
    for (n, (name, value)) in cases.into_iter().enumerate() {
        app.same(request("GET", "/", &[(name, value)], ""));
        let span = &app.held(n + 1)[n];
        for (key, value) in span.attributes.iter() {
            let length = value.to_json().to_string().len();
            let most = if key.starts_with("http.request.header.") { 8 * 1024 + 64 } else { 256 };
            assert!(length <= most, "{key}: {length}");
        }
    }
}

#[test]
fn userinfo_never_leaves() {
    let app = app();
    let absolute = "GET http://user:CANARY-pw@h.example:8080/p?x=1 HTTP/1.1\r\nHost: h.example\r\n\
                    Connection: close\r\n\r\n";
    app.same(absolute);
    let span = &app.held(1)[0];
    assert_eq!(span.str_attr("url.path"), Some("/p"));
    assert_eq!(span.str_attr("url.query"), Some("x=1"));
    assert_eq!(span.str_attr("server.address"), Some("h.example"));
    assert_eq!(span.int_attr("server.port"), Some(8080));
}

#[test]
fn targets_that_are_no_paths() {
    let app = app();
    app.same("OPTIONS * HTTP/1.1\r\nHost: api.test\r\nConnection: close\r\n\r\n");
    app.same("CONNECT h.example:443 HTTP/1.1\r\nHost: api.test\r\nConnection: close\r\n\r\n");
    let created = app.telemetry.stats().exchanges_created() as usize;
    for span in app.held(created) {
        assert_eq!(span.attr("http.route"), None);
    }
    app.same(get("/%zz?%zz&=&&a=%"));
    let span = &app.held(created + 1)[created];
    assert_eq!(span.str_attr("url.path"), Some("/%zz"));
    assert_eq!(span.str_attr("url.query"), Some("%zz&=&&a=%"));
}

#[test]
fn http_1_0() {
    let app = app();
    app.same("GET /old HTTP/1.0\r\n\r\n");
    let span = app.held_one();
    assert_eq!(span.str_attr("network.protocol.version"), Some("1.0"));
    // Nobody said whom they meant.
    assert_eq!((span.attr("server.address"), span.attr("server.port")), (None, None));
}

#[test]
fn userinfo_in_host_headers_never_leaves() {
    let app = app();
    app.same("GET /h HTTP/1.1\r\nHost: user:CANARY-pw@h.example\r\nConnection: close\r\n\r\n");
    assert_eq!(app.held(1)[0].str_attr("server.address"), Some("h.example"));
    for (n, (name, value)) in [
        ("X-Forwarded-Host", "u:CANARY-1@h.example:1"),
        ("Forwarded", "for=;;;=\"\",host=\"u:CANARY-2@"),
        ("Forwarded", "host=\"u:CANARY-3@h.example\""),
        ("X-Original-Host", "u:CANARY-4%40h.example"),
    ]
    .into_iter()
    .enumerate()
    {
        app.same(request("GET", "/", &[(name, value)], ""));
        app.held(n + 2);
    }
}
