use super::{MARKER, redactor};
use crate::redact::Redactor;

fn header(name: &str, value: &str) -> String {
    redactor().header(name, value.as_bytes(), false).into_owned()
}

#[test]
fn credentials_go_whole() {
    for name in ["authorization", "proxy-authorization", "x-api-key", "my-auth", "x_api_key"] {
        assert_eq!(header(name, "Basic QzpD"), MARKER, "{name}");
    }
    for name in ["accept", "content-type", "idempotency-key", "sec-websocket-key", "x-author"] {
        assert_eq!(header(name, "a/b; c=d"), "a/b; c=d", "{name}");
    }
    assert_eq!(redactor().header("accept", b"C", true), MARKER);
}

#[test]
fn urls_inside_of_headers_get_the_url_rules() {
    for name in [
        "referer",
        "location",
        "content-location",
        "x-original-url",
        "x-rewrite-url",
        "x-forwarded-uri",
    ] {
        assert_eq!(
            header(name, "https://u:C@h/p?token=C&a=1#access_token=C"),
            "https://REDACTED:REDACTED@h/p?token=REDACTED&a=1#access_token=REDACTED",
            "{name}"
        );
        assert_eq!(header(name, "/p?a=1&sig=C"), "/p?a=1&sig=REDACTED", "{name}");
    }
    assert_eq!(
        header("link", "<https://h/?token=C>; rel=\"next\", </b?sig=C&p=2>; rel=last"),
        "<https://h/?token=REDACTED>; rel=\"next\", </b?sig=REDACTED&p=2>; rel=last"
    );
    assert_eq!(header("link", "<https://h/?token=C"), "<https://h/?token=REDACTED");
    assert_eq!(header("refresh", "5; url=https://h/?token=C"), "5; url=https://h/?token=REDACTED");
    assert_eq!(header("refresh", "0;URL='/a?otp=C'"), "0;URL='/a?otp=REDACTED");
    assert_eq!(header("refresh", "5"), "5");
}

#[test]
fn credentials_in_other_headers_go() {
    assert_eq!(header("x-note", "use Bearer abc.def"), format!("use Bearer {MARKER}"));
    assert_eq!(header("origin", "https://u:C@h"), "https://REDACTED:REDACTED@h");
    assert_eq!(header("www-authenticate", "Bearer realm=\"x\""), "Bearer realm=\"x\"");
    let agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)";
    assert_eq!(header("user-agent", agent), agent);
    assert_eq!(header("accept", "text/html;q=0.9, */*;q=0.8"), "text/html;q=0.9, */*;q=0.8");
    assert_eq!(header("cache-control", "max-age=0, private"), "max-age=0, private");
    let forwarded = "for=192.0.2.60;proto=http;by=203.0.113.43";
    assert_eq!(header("forwarded", forwarded), forwarded);
}

#[test]
fn values_are_bounded_and_valid() {
    let long = "õ".repeat(6000);
    let cut = header("x-long", &long);
    assert!(cut.len() < 8 * 1024 + 32, "{}", cut.len());
    assert!(cut.ends_with("… [cut, 12000 B]"), "{}", &cut[cut.len() - 40..]);
    assert_eq!(redactor().header("x-odd", b"a\xFFb\x80", false), "a\u{FFFD}b\u{FFFD}");
    assert_eq!(header("x-empty", ""), "");
    // The cut comes after redaction: no part of a secret that crosses it is left.
    let crossing = format!("{} password={}", "a".repeat(8 * 1024 - 20), "CANARY".repeat(10));
    assert!(!header("x-long", &crossing).contains("CANARY"));
}

#[test]
fn options_add_and_keep() {
    let redactor = Redactor::builder()
        .redact_headers(["X-Internal"])
        .danger_keep("X-Api-Key")
        .build()
        .unwrap();
    assert_eq!(redactor.header("x-internal", b"C", false), MARKER);
    assert_eq!(redactor.header("x_internal", b"C", false), MARKER);
    assert_eq!(redactor.header("x-api-key", b"plain", false), "plain");
}
