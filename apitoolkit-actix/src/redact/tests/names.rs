//! Every default name in every spelling and every sink: no byte of the secret comes out.
//!
//! The lists are written out once more here, so that a name lost from the code is noticed.

use super::redactor;
use crate::redact::{Body, BodyText, PathParam, Redactor, Scratch, Side};

const SECRET: &str = "CANARY";

const HEADERS: &str = "authorization proxy-authorization authentication-info cookie set-cookie \
    set-cookie2 x-api-key api-key apikey x-auth-token x-access-token x-refresh-token x-session-id \
    x-session-token x-csrf-token x-xsrf-token csrf-token x-amz-security-token x-amzn-oidc-data \
    x-amzn-oidc-accesstoken x-goog-api-key x-goog-iap-jwt-assertion cf-access-jwt-assertion \
    cf-access-client-secret ocp-apim-subscription-key x-functions-key x-ms-token-aad-access-token \
    x-vault-token private-token x-gitlab-token x-hub-signature x-hub-signature-256 \
    stripe-signature x-slack-signature x-shopify-access-token x-shopify-hmac-sha256 dd-api-key \
    x-honeycomb-team x-sentry-auth x-forwarded-client-cert x-client-cert dpop";

const WORDS: &str = "auth token secret password passwd pwd key jwt bearer sso saml csrf xsrf \
    credentials session sid identity credit card";

const QUERY: &str = "X-Amz-Signature X-Amz-Credential X-Amz-Security-Token AWSAccessKeyId \
    Signature sig X-Goog-Signature X-Goog-Credential Policy Key-Pair-Id code state access_token \
    refresh_token id_token id_token_hint client_secret client_assertion assertion code_verifier \
    SAMLRequest SAMLResponse RelayState ticket otp pin reset_token invite magic token password \
    passwd pwd passphrase secret api_key private_key secret_key auth";

const BODY_CONTAINING: &str = "passw pwd passphrase secret token credential privatekey apikey \
    accesskey authorization bearer jwt csrf xsrf session cookie signature";

const BODY: &str = "pass pw auth key_material mysql_pwd salt crypt certificate otp totp mfa_code \
    two_factor pin cvv cvc ccv cc card_number credit_card pan iban account_number routing_number \
    ssn social_security";

/// Case, separators, camel case.
fn plain_spellings(name: &str) -> Vec<String> {
    let words: Vec<String> = name.split(['-', '_']).map(str::to_lowercase).collect();
    let capital = |word: &String| {
        let mut chars = word.chars();
        chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
    };
    let pascal: Vec<String> = words.iter().map(capital).collect();
    let camel = [vec![words[0].clone()], pascal[1..].to_vec()].concat();
    vec![
        name.to_owned(),
        name.to_lowercase(),
        name.to_uppercase(),
        words.join("-"),
        words.join("_"),
        pascal.join("-"),
        pascal.join(""),
        camel.join(""),
        words.join("_").to_uppercase(),
    ]
}

/// Also percent-encoded in part, whole and twice.
fn encoded_spellings(name: &str) -> Vec<String> {
    let encode = |text: &str| text.bytes().map(|b| format!("%{b:02x}")).collect::<String>();
    let (first, rest) = name.split_at(1);
    let mut spellings = plain_spellings(name);
    spellings.extend([
        format!("{}{rest}", encode(first)),
        encode(name),
        encode(name).to_uppercase(),
        encode(name).replace('%', "%25"),
        format!("{name}[]"),
        format!("user[{name}]"),
    ]);
    spellings
}

/// Also with JSON's escapes.
fn escaped_spellings(name: &str) -> Vec<String> {
    let escape = |text: &str| text.bytes().map(|b| format!("\\u{b:04x}")).collect::<String>();
    let (first, rest) = name.split_at(1);
    let mut spellings = plain_spellings(name);
    spellings.extend([
        format!("{}{rest}", escape(first)),
        escape(name),
        escape(name).to_uppercase().replace("\\U", "\\u"),
    ]);
    spellings
}

#[track_caller]
fn clean(sink: &str, name: &str, output: &str) {
    assert!(!output.contains(SECRET), "{sink}: {name}: {output}");
}

fn body(redactor: &Redactor, content_type: &str, body: &str) -> String {
    let types = [content_type.as_bytes()];
    let body = Body::new(body.as_bytes()).content_type(&types);
    match redactor.body(Side::Request, &body, &mut Scratch::default()) {
        BodyText::Content(content) => String::from_utf8(content.into_owned()).unwrap(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn headers_and_cookies() {
    let redactor = redactor();
    let worded: Vec<String> = WORDS
        .split_whitespace()
        .flat_map(|word| [word.to_owned(), format!("x-{word}"), format!("my-{word}-id")])
        .collect();
    let names = HEADERS.split_whitespace().map(str::to_owned).chain(worded);
    for name in names.flat_map(|name| plain_spellings(&name)) {
        let value = SECRET.as_bytes();
        clean("header", &name, &redactor.header(&name, value, false));
        let cookies = format!("a=1; {name}={SECRET}; b=\"2\"");
        clean("cookie", &name, &redactor.header("cookie", cookies.as_bytes(), false));
        let cookie = format!("{name}={SECRET}; Path=/; HttpOnly");
        clean("set-cookie", &name, &redactor.header("set-cookie", cookie.as_bytes(), false));
        let tight = format!("GET failed {name}={SECRET} x");
        clean("text", &name, &redactor.text(&tight));
        if !name.eq_ignore_ascii_case("key") {
            clean("text", &name, &redactor.text(&format!("{name}: {SECRET}\nhost: h")));
        }
    }
}

#[test]
fn urls() {
    let redactor = redactor();
    let names = [QUERY, BODY, BODY_CONTAINING].join(" ");
    for name in names.split_whitespace().flat_map(encoded_spellings) {
        let query = format!("a=1&{name}={SECRET}&b=2");
        clean("query", &name, &redactor.query(&query));
        clean("query_pairs", &name, &format!("{:?}", redactor.query_pairs(&query)));
        let url = format!("https://h/p?{query}#{name}={SECRET}");
        clean("url", &name, &redactor.url(&url));
        clean("matrix", &name, &redactor.url(&format!("/a;{name}={SECRET}/b")));
        for header in ["referer", "location", "content-location", "x-forwarded-uri"] {
            clean(header, &name, &redactor.header(header, url.as_bytes(), false));
        }
        clean("link", &name, &redactor.header("link", format!("<{url}>").as_bytes(), false));
        clean(
            "refresh",
            &name,
            &redactor.header("refresh", format!("0;url={url}").as_bytes(), false),
        );
        let nested = format!("/login?next=/x?{name}={SECRET}");
        clean("nested", &name, &redactor.url(&nested));
        clean("text", &name, &redactor.text(&format!("GET {url} failed")));
    }
    for name in names.split_whitespace().flat_map(plain_spellings) {
        let path = format!("/reset/{SECRET}");
        let param = PathParam { name: &name, start: 7, end: path.len(), secret: false };
        clean("path", &name, &redactor.path(&path, &[param]));
        clean("path_param", &name, &redactor.path_param(&name, SECRET));
    }
}

#[test]
fn forms() {
    let redactor = redactor();
    let containing = BODY_CONTAINING
        .split_whitespace()
        .flat_map(|stem| [stem.to_owned(), format!("my_{stem}_x")]);
    let names = BODY.split_whitespace().map(str::to_owned).chain(containing);
    for name in names.flat_map(|name| encoded_spellings(&name)) {
        let form = format!("a=1&{name}={SECRET}&b=2;{name}={SECRET}");
        clean("form", &name, &body(&redactor, "application/x-www-form-urlencoded", &form));
        let part = format!(
            "--X\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{SECRET}\r\n--X--"
        );
        clean("multipart", &name, &body(&redactor, "multipart/form-data; boundary=X", &part));
    }
}

#[test]
fn json() {
    let redactor = redactor();
    let containing = BODY_CONTAINING
        .split_whitespace()
        .flat_map(|stem| [stem.to_owned(), format!("my_{stem}_x")]);
    let names = BODY.split_whitespace().map(str::to_owned).chain(containing);
    for name in names.flat_map(|name| escaped_spellings(&name)) {
        for value in [format!("\"{SECRET}\""), format!("[{{\"a\":\"{SECRET}\"}}]")] {
            let json = format!("{{\"a\":1,\"{name}\":{value},\"b\":[{{\"{name}\":{value}}}]}}");
            clean("json", &name, &body(&redactor, "application/json", &json));
            clean("json", &name, &body(&redactor, "text/plain", &json));
            clean(
                "lines",
                &name,
                &body(&redactor, "application/x-ndjson", &format!("{json}\n{json}")),
            );
            clean(
                "events",
                &name,
                &body(&redactor, "text/event-stream", &format!("data: {json}\n\n")),
            );
            let inner = json.replace('\\', "\\\\").replace('"', "\\\"");
            let embedded = format!("{{\"x\":\"{inner}\"}}");
            clean("embedded", &name, &body(&redactor, "application/json", &embedded));
            clean("text", &name, &redactor.text(&format!("rejected: {json}")));
            clean("text", &name, &redactor.text(&format!("rejected: {embedded}")));
        }
    }
}
