use std::borrow::Cow;

use super::{Body, BodyText, Scratch, Side, WithheldReason as Reason};
use crate::redact::{Redactor, RedactorBuilder};

const SECRET: &[u8] = br#"{"password":"C","n":1}"#;
const REDACTED: &[u8] = br#"{"password":"[CLIENT_REDACTED]","n":1}"#;

/// What leaves: the content, or `!` and the reason's text.
fn leaves(builder: RedactorBuilder, types: &[&str], bytes: &[u8]) -> String {
    let types: Vec<&[u8]> = types.iter().map(|t| t.as_bytes()).collect();
    shown(builder, &Body::new(bytes).content_type(&types))
}

fn shown(builder: RedactorBuilder, body: &Body<'_>) -> String {
    let redactor = builder.build().unwrap();
    match redactor.body(Side::Request, body, &mut Scratch::default()) {
        BodyText::Empty => String::new(),
        BodyText::Content(content) => String::from_utf8_lossy(&content).into_owned(),
        BodyText::Withheld(withheld) => format!("!{}", withheld.description()),
    }
}

fn default(types: &[&str], bytes: &[u8]) -> String {
    leaves(Redactor::builder(), types, bytes)
}

fn without_rules() -> RedactorBuilder {
    Redactor::builder().default_body_rules(false)
}

#[test]
fn json_by_many_names() {
    for types in [
        &["application/json"][..],
        &["Application/JSON; charset=UTF-8"],
        &["text/json"],
        &["application/vnd.api+json; charset=utf-8; profile=\"a;b\""],
        &["application/problem+json"],
        &["application/json", "application/json"],
        &["text/plain"],
        &["application/octet-stream"],
        &[""],
        &[],
        &["application/x-www-form-urlencoded"],
    ] {
        assert_eq!(default(types, SECRET).as_bytes(), REDACTED, "{types:?}");
    }
    let spaced = [b"\xEF\xBB\xBF \r\n".as_slice(), SECRET].concat();
    assert!(default(&[], &spaced).contains("[CLIENT_REDACTED]"));
}

#[test]
fn what_does_not_parse_is_withheld() {
    for bad in
        ["{\"password\":\"C\",}", "{password:C}", "[NaN]", "{} {}", ")]}'\n{}", "cb({})", "{", "[1"]
    {
        assert_eq!(
            default(&["application/json"], bad.as_bytes()),
            format!("!unparseable application/json, {} B", bad.len()),
        );
    }
    assert_eq!(
        default(&["application/json"], b"password=C"),
        "!unparseable application/json, 10 B"
    );
    assert_eq!(default(&["text/plain"], b"{\"password\":C"), "!unparseable text/plain, 13 B");
    assert_eq!(default(&[], b"[not json"), "!unparseable body without content type, 9 B");
}

#[test]
fn display_has_marker_reason_type_and_size() {
    let redactor = Redactor::builder().build().unwrap();
    let types = [b"application/json".as_slice()];
    let body = Body::new(b"{\"password\":\"abc\"").content_type(&types);
    let BodyText::Withheld(withheld) =
        redactor.body(Side::Response, &body, &mut Scratch::default())
    else {
        panic!()
    };
    assert_eq!(withheld.to_string(), "[CLIENT_REDACTED] [unparseable application/json, 17 B]");
    assert_eq!((withheld.reason(), withheld.size()), (Reason::Unparseable, 17));
}

#[test]
fn records() {
    assert_eq!(
        default(&["application/x-ndjson"], b"{\"pin\":1}\n{\"a\":2}\n"),
        "{\"pin\":\"[CLIENT_REDACTED]\"}\n{\"a\":2}\n"
    );
    assert!(default(&["application/jsonl"], b"{\"a\":1}\n{\"pin\":").starts_with("!unparseable"));
    assert_eq!(
        default(&["application/json-seq"], b"\x1E{\"pin\":1}\n\x1E[1]\n"),
        "\u{1E}{\"pin\":\"[CLIENT_REDACTED]\"}\n\u{1E}[1]\n"
    );
    assert!(default(&["application/json-seq"], b"\x1E{\"pin\":1}\n\x1E[1").starts_with("!"));
    assert_eq!(
        default(&["text/plain"], b"{\"pin\":1}\n{\"a\":2}"),
        "{\"pin\":\"[CLIENT_REDACTED]\"}\n{\"a\":2}"
    );
}

#[test]
fn truncated_bodies_are_withheld_where_rules_apply() {
    let types = [b"application/json".as_slice()];
    let body = Body::new(&[b' '; 65_536]).content_type(&types).truncated(2_100_000);
    assert_eq!(
        shown(Redactor::builder(), &body),
        "!truncated application/json, 65536 of 2100000 B"
    );
    let body = Body::new(b"").content_type(&types).truncated(10);
    assert_eq!(shown(Redactor::builder(), &body), "!truncated application/json, 0 of 10 B");
    // Without rules it is only text that is cut.
    let body = Body::new(b"{\"a").content_type(&types).truncated(10);
    assert_eq!(shown(without_rules(), &body), "{\"a");
    let in_character = Body::new(b"caf\xC3").content_type(&[b"text/plain"]).truncated(10);
    assert_eq!(shown(without_rules(), &in_character), "caf");
    let body = body.content_encoding(&[b"gzip"]);
    assert_eq!(shown(without_rules(), &body), "!truncated application/json, 3 of 10 B");
}

#[test]
fn empty_is_empty() {
    for types in [&["application/json"][..], &["image/png"], &["x"], &[]] {
        assert_eq!(default(types, b""), "", "{types:?}");
    }
    let redactor = Redactor::builder().build().unwrap();
    let body = Body::new(b"");
    assert_eq!(redactor.body(Side::Request, &body, &mut Scratch::default()), BodyText::Empty);
}

#[test]
fn types_without_parser() {
    for essence in [
        "text/html",
        "application/xml",
        "text/csv",
        "application/yaml",
        "image2/x+xml",
        "application/soap+xml",
        "text/css",
        "application/json-patch+json",
        "application/graphql",
    ] {
        assert_eq!(default(&[essence], b"password: C"), format!("!no parser for {essence}, 11 B"));
        assert_eq!(leaves(without_rules(), &[essence], b"password: C"), "password: C");
    }
    for essence in [
        "image/png",
        "image/svg+xml",
        "audio/ogg",
        "video/mp4",
        "font/woff2",
        "application/zip",
        "application/pdf",
        "application/x-protobuf",
        "application/grpc+proto",
        "application/gzip",
    ] {
        let expected = format!("!binary {essence}, 3 B");
        assert_eq!(default(&[essence], b"abc"), expected);
        assert_eq!(leaves(without_rules(), &[essence], b"abc"), expected);
    }
    assert_eq!(
        default(&["application/x-foo"], b"{\"a\":1} pwd=x"),
        "!unknown content type application/x-foo, 13 B"
    );
    assert_eq!(default(&["nonsense"], b"abc"), "!unknown content type nonsense, 3 B");
    assert_eq!(default(&[], b"abc"), "!no content type, 3 B");
    assert_eq!(
        default(&["application/octet-stream"], b"\x00\x01"),
        "!unknown content type application/octet-stream, 2 B"
    );
    assert_eq!(
        default(&["text/html", "application/json"], SECRET),
        "!conflicting content types text/html, 22 B"
    );
    assert_eq!(
        default(&["text/plain, application/json"], SECRET),
        "!conflicting content types text/plain, 22 B"
    );
    assert_eq!(
        default(&["application/json; charset=utf-8; charset=utf-16"], SECRET),
        "!conflicting content types application/json, 22 B"
    );
}

#[test]
fn the_type_shown_is_bounded_and_clean() {
    let odd = format!("application/\u{1b}[31m<{}", "x".repeat(500));
    let shown = default(&[&odd], b"abc");
    assert!(shown.len() < 150 && !shown.contains(['\u{1b}', '<']), "{shown}");
}

#[test]
fn plain_text_is_sniffed_then_scrubbed() {
    assert_eq!(default(&["text/plain"], b"all fine"), "all fine");
    assert_eq!(
        default(&["text/plain"], b"login with password: C now"),
        "login with password: [CLIENT_REDACTED] now"
    );
    assert_eq!(
        default(&["text/plain"], b"user=1&password=C"),
        "user=1&password=%5BCLIENT_REDACTED%5D"
    );
    assert_eq!(default(&[], b"user=1&password=C"), "user=1&password=%5BCLIENT_REDACTED%5D");
    assert_eq!(
        default(&["text/plain"], b" <password>C</password>"),
        "!no parser for text/plain, 23 B"
    );
    assert_eq!(
        default(&["text/plain"], b"p\0a\0s\0s\0w\0d\0"),
        "!unknown charset text/plain, 12 B"
    );
    assert_eq!(leaves(without_rules(), &["text/plain"], b"password: C"), "password: C");
}

#[test]
fn charsets() {
    let utf16 = |big: bool, mark: bool| -> Vec<u8> {
        let text = str::from_utf8(SECRET).unwrap();
        let marked = if mark { format!("\u{FEFF}{text}") } else { text.to_owned() };
        marked
            .encode_utf16()
            .flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() })
            .collect()
    };
    for (types, bytes) in [
        ("application/json", utf16(false, true)),
        ("application/json", utf16(true, true)),
        ("application/json; charset=utf-16", utf16(true, true)),
        ("application/json; charset=\"UTF-16LE\"", utf16(false, false)),
        ("application/json; charset=utf-16be", utf16(true, false)),
        ("application/json; charset=iso-8859-1", SECRET.to_vec()),
        ("application/json; charset=us-ascii", SECRET.to_vec()),
    ] {
        assert_eq!(default(&[types], &bytes).as_bytes(), REDACTED, "{types}");
    }
    assert_eq!(default(&["text/plain; charset=latin1"], b"caf\xE9 \x80"), "café €");
    for (types, bytes) in [
        ("application/json; charset=utf-7", SECRET.to_vec()),
        ("application/json; charset=shift_jis", SECRET.to_vec()),
        ("application/json; charset=utf-16", utf16(true, false)),
        ("application/json; charset=utf-8", utf16(true, true)),
        ("application/json; charset=utf-16le", utf16(true, true)),
        ("application/json", [&[0xFF, 0xFE, 0, 0][..], SECRET].concat()),
    ] {
        assert_eq!(
            default(&[types], &bytes),
            format!("!unknown charset application/json, {} B", bytes.len()),
            "{types}"
        );
    }
    for (types, bytes) in [
        ("application/json", utf16(true, false)),
        ("application/json", b"{\"a\":\"\xFF\"}".to_vec()),
        ("application/json; charset=utf-16le", b"{\0\"".to_vec()),
    ] {
        assert!(default(&[types], &bytes).starts_with("!unparseable"), "{types}");
    }
}

#[test]
fn rules_of_one_side_do_not_apply_to_the_other() {
    let redactor = without_rules().redact_response_body(["$.a"]).build().unwrap();
    let types = [b"application/json".as_slice()];
    let body = Body::new(br#"{"a":1}"#).content_type(&types);
    let mut scratch = Scratch::default();
    assert!(!redactor.has_body_rules(Side::Request) && redactor.has_body_rules(Side::Response));
    let request = redactor.body(Side::Request, &body, &mut scratch);
    assert_eq!(request, BodyText::Content(Cow::Borrowed(br#"{"a":1}"#)));
    let response = redactor.body(Side::Response, &body, &mut scratch);
    assert_eq!(response, BodyText::Content(Cow::Borrowed(br#"{"a":"[CLIENT_REDACTED]"}"#)));
}

#[test]
fn patterns_in_json_are_opt_in() {
    let json = br#"{"a":"Bearer abc","b":"x\n4111 1111 1111 1111","c":4111111111111111,"d":41.5,"ghp_0123456789":"ok","e":"\ud800"}"#;
    assert_eq!(default(&["application/json"], json).as_bytes(), json);
    let redacted = leaves(Redactor::builder().body_patterns(true), &["application/json"], json);
    assert_eq!(
        redacted,
        r#"{"a":"Bearer [CLIENT_REDACTED]","b":"x\n[CLIENT_REDACTED]","c":"[CLIENT_REDACTED]","d":41.5,"ghp_0123456789":"ok","e":"[CLIENT_REDACTED]"}"#
    );
    let markup = leaves(without_rules().body_patterns(true), &["text/html"], b"<p>Bearer abc</p>");
    assert_eq!(markup, "<p>Bearer [CLIENT_REDACTED]</p>");
}

#[test]
fn content_codings_come_before_redaction() {
    let gzipped = {
        use std::io::Write;
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(SECRET).unwrap();
        encoder.finish().unwrap()
    };
    let types = [b"application/json".as_slice()];
    let body = Body::new(&gzipped).content_type(&types).content_encoding(&[b"gzip"]);
    assert_eq!(shown(Redactor::builder(), &body).as_bytes(), REDACTED);
    let size = gzipped.len();
    for (codings, cap, reason) in [
        (&[b"gzip".as_slice()][..], 21, "over the cap"),
        (&[b"br"], 1000, "corrupt content coding"),
        (&[b"zip"], 1000, "unknown content coding"),
    ] {
        let body = body.content_encoding(codings).cap(cap);
        assert_eq!(
            shown(Redactor::builder(), &body),
            format!("!{reason} application/json, {size} B")
        );
    }
    let body = Body::new(SECRET).content_type(&types).cap(10);
    assert_eq!(shown(Redactor::builder(), &body), "!over the cap application/json, 22 B");
}
