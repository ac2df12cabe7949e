use crate::redact::{Body, BodyText, Redactor, Scratch, Side};

fn events(stream: &str) -> String {
    let redactor = Redactor::builder().build().unwrap();
    let body = Body::new(stream.as_bytes()).content_type(&[b"text/event-stream"]);
    match redactor.body(Side::Response, &body, &mut Scratch::default()) {
        BodyText::Content(content) => String::from_utf8(content.into_owned()).unwrap(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn json_data_gets_the_json_rules() {
    assert_eq!(
        events("event: a\ndata: {\"token\":\"C\"}\n\ndata:{\"b\":1}\n\n"),
        "event: a\ndata: {\"token\":\"[CLIENT_REDACTED]\"}\n\ndata:{\"b\":1}\n\n"
    );
    // CR LF, CR, a byte order mark, no last line end.
    assert_eq!(
        events("\u{FEFF}data: {\"pin\":1}\r\n\r\nid: 1\rdata: {\"pin\":2}\r\rdata: {\"pin\":3}"),
        "\u{FEFF}data: {\"pin\":\"[CLIENT_REDACTED]\"}\r\n\r\nid: 1\r\
         data: {\"pin\":\"[CLIENT_REDACTED]\"}\r\rdata: {\"pin\":\"[CLIENT_REDACTED]\"}"
    );
}

#[test]
fn data_over_several_lines_is_one_text() {
    let redacted = events("data: {\"token\":\ndata: \"CANARY\"}\nid: 7\n\n");
    assert!(!redacted.contains("CANARY"), "{redacted}");
    assert!(redacted.contains("[CLIENT_REDACTED]") && redacted.contains("id: 7"), "{redacted}");
    let same = "data: {\"a\":\ndata: 1}\n\n";
    assert_eq!(events(same), same);
}

#[test]
fn what_does_not_parse_goes() {
    assert_eq!(
        events("data: {\"a\": CANARY\n\ndata: ok\n\n"),
        "data: [CLIENT_REDACTED]\n\ndata: ok\n\n"
    );
    assert_eq!(events("data: [DONE]\n\n"), "data: [DONE]\n\n");
}

#[test]
fn text_gets_the_patterns() {
    assert_eq!(
        events(": token=C\nevent: Bearer C\ndata: password=C\ndata: plain\n\n"),
        ": token=[CLIENT_REDACTED]\nevent: Bearer [CLIENT_REDACTED]\n\
         data: password=[CLIENT_REDACTED]\ndata: plain\n\n"
    );
}
