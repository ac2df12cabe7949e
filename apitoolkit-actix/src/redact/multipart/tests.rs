use crate::redact::{Body, BodyText, Redactor, Scratch, Side, WithheldReason};

const TYPE: &[u8] = b"multipart/form-data; boundary=XX";

fn redact(content_type: &[u8], body: &[u8]) -> Result<String, WithheldReason> {
    let redactor = Redactor::builder().redact_request_body(["$.email"]).build().unwrap();
    let types = [content_type];
    let body = Body::new(body).content_type(&types).cap(16 << 20);
    match redactor.body(Side::Request, &body, &mut Scratch::default()) {
        BodyText::Content(content) => Ok(String::from_utf8(content.into_owned()).unwrap()),
        BodyText::Withheld(withheld) => Err(withheld.reason()),
        BodyText::Empty => Ok(String::new()),
    }
}

fn part(head: &str, content: &str) -> String {
    format!("--XX\r\nContent-Disposition: form-data; {head}\r\n\r\n{content}\r\n")
}

fn form(parts: &[String]) -> String {
    format!("{}--XX--\r\n", parts.concat())
}

#[test]
fn fields_and_files() {
    let body = form(&[
        part("name=\"title\"", "a \"cat\"\nõ"),
        part("name=\"password\"", "CANARY"),
        part("name=email", "CANARY"),
        part("name=\"data\"\r\nContent-Type: application/json", "{\"token\":\"CANARY\"}"),
        part("name=\"broken\"", "{\"token\":CANARY"),
        part("name=\"json\"", "{\"a\":1}"),
        part("name=\"f\"; filename=\"CANARY.png\"\r\nContent-Type: Image/PNG", "CANARY"),
        part("name=\"g\"; filename*=UTF-8''CANARY.txt\r\nX-Secret: CANARY", "CANARY"),
        part("name=\"h\"\r\nContent-Transfer-Encoding: base64", "Q0FOQVJZ"),
        part("name=\"i\"\r\nContent-Type: text/html", "<b>CANARY</b>"),
        part("name=\"empty\"", ""),
    ]);
    assert_eq!(
        redact(TYPE, body.as_bytes()).unwrap(),
        concat!(
            r#"[{"name":"title","value":"a \"cat\"\nõ"},"#,
            r#"{"name":"password","value":"[CLIENT_REDACTED]"},"#,
            r#"{"name":"email","value":"[CLIENT_REDACTED]"},"#,
            r#"{"name":"data","value":"{\"token\":\"[CLIENT_REDACTED]\"}"},"#,
            r#"{"name":"broken","value":"[CLIENT_REDACTED]"},"#,
            r#"{"name":"json","value":"{\"a\":1}"},"#,
            r#"{"name":"f","file":"[image/png, 6 B]"},"#,
            r#"{"name":"g","file":"[application/octet-stream, 6 B]"},"#,
            r#"{"name":"h","file":"[application/octet-stream, 8 B]"},"#,
            r#"{"name":"i","file":"[text/html, 13 B]"},"#,
            r#"{"name":"empty","value":""}]"#,
        )
    );
}

#[test]
fn names_are_decoded_scrubbed_and_bounded() {
    let long = "n".repeat(1000);
    let body = form(&[
        part("name=\"%70assword\"", "CANARY"),
        part("name=\"pass\\word\"", "CANARY"),
        part("name=\"user[password]\"", "CANARY"),
        part("name=\"password=CANARY\"", "x"),
        part(&format!("name=\"{long}\""), "x"),
    ]);
    let redacted = redact(TYPE, body.as_bytes()).unwrap();
    assert!(!redacted.contains("CANARY"), "{redacted}");
    assert!(!redacted.contains(&long));
}

#[test]
fn a_large_file_is_its_size() {
    let content = "x".repeat(5 << 20);
    let body = form(&[part("name=\"f\"; filename=\"a\"\r\nContent-Type: image/png", &content)]);
    assert_eq!(
        redact(TYPE, body.as_bytes()).unwrap(),
        r#"[{"name":"f","file":"[image/png, 5242880 B]"}]"#
    );
}

#[test]
fn ten_thousand_parts() {
    let parts: Vec<String> =
        (0..10_000).map(|i| part(&format!("name=\"token{i}\""), "CANARY")).collect();
    let redacted = redact(TYPE, form(&parts).as_bytes()).unwrap();
    assert_eq!(redacted.matches("[CLIENT_REDACTED]").count(), 10_000);
    assert!(!redacted.contains("CANARY"));
}

#[test]
fn boundaries() {
    let body = form(&[part("name=a", "1")]);
    for content_type in
        ["multipart/form-data; boundary=\"XX\"", "Multipart/Form-Data; charset=utf-8; BOUNDARY=XX"]
    {
        assert_eq!(
            redact(content_type.as_bytes(), body.as_bytes()).as_deref(),
            Ok(r#"[{"name":"a","value":"1"}]"#)
        );
    }
    let preamble = format!("ignored\r\n{body}ignored");
    assert!(redact(TYPE, preamble.as_bytes()).is_ok());
    for content_type in [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=YY",
        "multipart/form-data; boundary=\"X\u{e9}\"",
    ] {
        assert_eq!(
            redact(content_type.as_bytes(), body.as_bytes()),
            Err(WithheldReason::Unparseable),
            "{content_type}"
        );
    }
    assert_eq!(
        redact(b"multipart/form-data; boundary=XX; boundary=YY", body.as_bytes()),
        Err(WithheldReason::ConflictingTypes)
    );
}

#[test]
fn malformed_bodies_are_withheld() {
    let good = form(&[part("name=a", "1"), part("name=b", "2")]);
    for bad in [
        good[..good.len() - 6].to_owned(),
        good[..good.len() / 2].to_owned(),
        good.replace("\r\n", "\n"),
        good.replace("form-data", "attachment"),
        good.replace("name=a", "filename=a"),
        good.replace("name=a", "name=a; name=b"),
        good.replace("name=a", "name*=UTF-8''a"),
        good.replace("Content-Disposition", "Content Disposition"),
        good.replace("name=a", "name=a\r\nContent-Disposition: form-data; name=password"),
        good.replace("name=a", "name=a\r\n folded: x"),
        good.replace("--XX\r\n", "--XXX\r\n"),
        format!("{good}\r\n--XX\r\nContent-Disposition: form-data; name=c\r\n\r\n1\r\n--XX--"),
        "not multipart".to_owned(),
        "--XX--".replace("--XX--", "--XX"),
    ] {
        assert_eq!(redact(TYPE, bad.as_bytes()), Err(WithheldReason::Unparseable), "{bad}");
    }
    assert_eq!(redact(TYPE, b"--XX--").as_deref(), Ok("[]"));
}
