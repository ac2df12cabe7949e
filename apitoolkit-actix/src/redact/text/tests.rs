use std::borrow::Cow;

use super::{scrub, scrub_cards};
use crate::redact::{Policy, lists::Lists, marker::MARKER};

fn text(text: &str) -> String {
    let lists = Lists::new(&Policy::default());
    scrub(&lists, text).into_owned()
}

/// `M` in `expected` stands for the marker.
#[track_caller]
fn check(input: &str, expected: &str) {
    assert_eq!(text(input), expected.replace('M', MARKER), "{input}");
}

#[track_caller]
fn stays(input: &str) {
    let lists = Lists::new(&Policy::default());
    assert!(matches!(scrub(&lists, input), Cow::Borrowed(_)), "{input} -> {}", text(input));
}

#[test]
fn schemes_and_token_formats() {
    check("sent Bearer abc.def-1 to x", "sent Bearer M to x");
    check("BEARER\tabc", "BEARER\tM");
    check("bearer%20abc&x", "bearer%20M");
    check("Basic QzpD==, then", "Basic M, then");
    check("jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.sig-_x end", "jwt M end");
    check("key AKIAIOSFODNN7EXAMPLE.", "key M.");
    check("pushed with ghp_0123456789abcdef and ghs_abcd1234", "pushed with M and M");
    check("(xoxb-1234-abcd-5678)", "(M)");
    check("a -----BEGIN PRIVATE KEY-----\nMIIE\nabc\n-----END PRIVATE KEY----- b", "a M b");
    check("a -----BEGIN RSA PRIVATE KEY-----\\nCANARY", "a M");
    stays("Basic authentication required; no bearer token given");
    stays("eyJ is short, AKIA too, ghp_ as well");
}

#[test]
fn userinfo_in_urls() {
    check(
        "connect postgres://u:CANARY@h:5432/db?x=1 failed",
        "connect postgres://REDACTED:REDACTED@h:5432/db?x=1 failed",
    );
    check("redis://:CANARY@h, amqp://CAN@h", "redis://REDACTED:REDACTED@h, amqp://REDACTED@h");
    check("mysql://u:CAN/ARY@h/db", "mysql://REDACTED:REDACTED@h/db");
    check("https://h/cb?token=CANARY&a=1", "https://h/cb?token=M&a=1");
    check("https://h/cb?a=1&code=CANARY", "https://h/cb?a=1&code=M");
    check("to=%2Fcb%3Ftoken%3DCANARY x", "to=%2Fcb%3Ftoken%3DM x");
    stays("see https://docs.example/a@b?page=2 and mail joe@example.com");
    stays("http://[::1]:8080/path");
}

#[test]
fn values_after_names() {
    check("password=CANARY", "password=M");
    check("Password = CANARY rest", "Password = M rest");
    check("pwd: CANARY, user: joe", "pwd: M, user: joe");
    check("host=h password=CAN,ARY;x user=u", "host=h password=M user=u");
    check("Password=CANARY;Server=h", "Password=M;Server=h");
    check("password==CANARY", "password==M");
    check("api_key => CANARY", "api_key => M");
    check("API key: CANARY", "API key: M");
    check("DB_PASSWORD=CANARY", "DB_PASSWORD=M");
    check("--password=CANARY -v", "--password=M -v");
    check("$TOKEN=CANARY", "$TOKEN=M");
    check("secret:\n  CANARY", "secret:\n  M");
    check("(token=CANARY)", "(token=M)");
    check("token:\n  - CANARY\npin: >-\n  CANARY\n", "token:\n  M\npin: M\n");
    check("passphrase: CAN ARY CANARY\nx", "passphrase: M\nx");
    check("%70assword=CANARY", "%70assword=M");
    check("user[password]=CANARY", "user[password]=M");
    check("token=", "token=");
    check("token=[CLIENT_REDACTED] token=REDACTED", "token=[CLIENT_REDACTED] token=REDACTED");
}

#[test]
fn quoted_and_structured_values() {
    check(r#"{"password":"CAN ARY","a":1}"#, r#"{"password":"M","a":1}"#);
    check(r#"{"password" : "CAN\"ARY\\" , "a":1}"#, r#"{"password" : "M" , "a":1}"#);
    check(r#"{\"password\":\"CAN\\\"ARY\",\"a\":1}"#, r#"{\"password\":\"M\",\"a\":1}"#);
    check("q=%7B%22password%22%3A%22CANARY%22%7D x", "q=%7B%22password%22%3AM x");
    check("{&quot;password&quot;:&quot;CANARY&quot;} x", "{&quot;password&quot;:M;} x");
    check(r#"{"pass\u0077ord":"CANARY"}"#, r#"{"pass\u0077ord":"M"}"#);
    check("password='it''s CANARY' x", "password='M' x");
    check("password=\"CANARY without end, a=1", "password=\"M");
    check("User { name: \"n\", password: \"CANARY\" }", "User { name: \"n\", password: \"M\" }");
    check("password: Some(\"CAN) ARY\"), id: 1", "password: M, id: 1");
    check("secret: Secret { inner: \"CANARY\" }, id: 1", "secret: M, id: 1");
    check("token: [67, 65, 78], id: 1", "token: M, id: 1");
    check("token: b\"CAN ARY\", id: 1", "token: M, id: 1");
    check("credentials: {user: CANARY, pin: 1", "credentials: M");
    check("{token: {a: (CANARY}} rest", "{token: M rest");
}

#[test]
fn headers_in_text() {
    check("authorization: Negotiate CAN ARY\nhost: h", "authorization: M\nhost: h");
    check("Cookie: a=CAN; b=ARY\r\nhost: h", "Cookie: M\r\nhost: h");
    check("\"authorization\": \"Basic CANARY\", \"x\": 1", "\"authorization\": \"M\", \"x\": 1");
    check("x-functions-key: CANARY", "x-functions-key: M");
    check("Token CANARY in token: Bearer CANARY end", "Token CANARY in token: M end");
}

#[test]
fn values_without_separator() {
    check("CREATE USER u PASSWORD 'CANARY' x", "CREATE USER u PASSWORD 'M' x");
    check("u IDENTIFIED BY 'CANARY';", "u IDENTIFIED BY 'M';");
    check("invalid password \"CANARY\" given", "invalid password \"M\" given");
    check("Some(Token(\"CANARY\"))", "Some(Token(\"M\"))");
    check("Password('CANARY')", "Password('M')");
    check(
        "[(\"a\", \"b\"), (\"password\", \"CANARY\")]",
        "[(\"a\", \"b\"), (\"password\", \"M\")]",
    );
    check("<x><password>CANARY</password>", "<x><password>M</password>");
    check("<ns:Password>CANARY", "<ns:Password>M");
    check("run --password CANARY --user u:CANARY -v", "run --password M --user M -v");
    check("curl -u 'joe:CANARY' h", "curl -u 'M' h");
    stays("run --token -v --user joe -u x");
    stays("group BY 'x', f(\"y\"), <b>bold</b>, a > b");
}

#[test]
fn a_value_that_swallows_the_next_name_takes_its_value_too() {
    check("Basic password: CANARY x", "Basic M M x");
    check("token= password=\"CANARY\" x", "token= M\"M\" x");
    check("Basic Bearer CANARY x", "Basic M M x");
    check("token=http://u:CAN,b=ARY@h x", "token=Mh x");
    check("token=\",\"password\":\"CANARY\",", "token=\"M\":\"M\",");
}

#[test]
fn prose_and_code_stay() {
    stays("error code: 404, state: closed, key: value");
    stays("auth::token::Error at src/session.rs:12:5, token.rs:7");
    stays("Duplicate entry 'x' for key 'users.email'");
    stays("sort key: name, primary key: id");
    check("unexpected token ',' at position 5", "unexpected token 'M' at position 5");
    stays("expected `,` or `}` at line 1 column 17");
    stays("the author: someone; authored: yes");
    stays("a = b, c: d, 12:30:45 http://h");
    stays("");
    stays("õäöü = ☃: 漢字");
}

#[test]
fn work_is_linear() {
    let len = 64 * 1024;
    for unit in [
        "=",
        ":",
        "a=",
        "a:",
        "://",
        "x://y:z",
        "a://b@",
        "password=",
        "password=\"",
        "token=(",
        "token=[",
        ",",
        "token=a,b",
        "eyJ",
        "-----BEGIN ",
        "Bearer ",
        "\\",
        "token=\\\"",
        "%3D",
        "a b: ",
        "\"\":",
        "é=",
        "token=x{",
        "AKIA",
        " ",
    ] {
        let input = unit.repeat(len / unit.len());
        let start = std::time::Instant::now();
        let _ = text(&input);
        let _ = scrub_cards(&input);
        // Two orders of magnitude above what it takes, two below what a square would.
        assert!(start.elapsed().as_millis() < 2000, "{unit}: {:?}", start.elapsed());
    }
}

#[test]
fn cards() {
    let cards = |text: &str| scrub_cards(text).into_owned();
    assert_eq!(cards("pay 4111 1111 1111 1111 now"), format!("pay {MARKER} now"));
    assert_eq!(cards("4111-1111-1111-1111"), MARKER);
    assert_eq!(cards("x378282246310005y"), format!("x{MARKER}y"));
    for same in ["4111111111111112", "1234", "0000000000000000", "41111111111111111111111"] {
        assert!(matches!(scrub_cards(same), Cow::Borrowed(_)), "{same}");
    }
}
