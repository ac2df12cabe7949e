use std::time::{Duration, SystemTime};

use super::{Shown, sheet};
use crate::{
    explorer::{
        pages::{Marks, detail},
        record::{Line, Part, testing::Made},
        redaction::Place,
    },
    semconv,
};

#[test]
fn an_exchange_is_shown_whole() {
    let json = br#"{"b":1.50,"email":"[CLIENT_REDACTED]","a":[]}"#;
    let shown = Shown::with([
        Made::statement("SELECT users")
            .ids(7, 2)
            .child_of(1)
            .at(2, 4)
            .attribute(semconv::SERVICE_NAME, "billing"),
        Made::incoming("POST", "/users", 500)
            .ids(7, 1)
            .attribute(semconv::SERVICE_NAME, "shop")
            .attribute(semconv::URL_QUERY, "token=REDACTED&page=2")
            .attribute(semconv::HTTP_REQUEST_BODY_SIZE, 2_100_000)
            .attribute(semconv::HTTP_RESPONSE_BODY_SIZE, 17)
            .attribute("user role", "author")
            .attribute("about", "<b>".repeat(30))
            .header("http.request.header.authorization", &["Bearer [CLIENT_REDACTED]"])
            .header("http.request.header.content-type", &["application/json"])
            .body(semconv::HTTP_REQUEST_BODY, json)
            .body(semconv::HTTP_RESPONSE_BODY, b"[CLIENT_REDACTED] [unparseable text/html, 17 B]")
            .exception("db::Error", "lost <it>", "Caused by: io"),
    ]);
    shown.store.push_line(Line {
        when: SystemTime::UNIX_EPOCH + Made::START + Duration::from_millis(3),
        level: "WARN",
        text: "slow".to_owned(),
        attributes: vec![("n".to_owned(), "1".to_owned())],
        trace_id: 7.into(),
        span_id: 1.into(),
    });
    let marks = Marks {
        named: vec![(
            Place::Header(Part::Request),
            "authorization".to_owned(),
            "the list".to_owned(),
        )],
        body: vec![(Part::Request, 18..37, "redact_request_body[0]: $.email".to_owned())],
    };
    let record = shown.store.get(2).unwrap();
    let html = detail(&shown.view(), &sheet(&record, &marks)).into_string();
    for expected in [
        "Bearer <mark class=\"redacted\" title=\"redacted by the list\">[CLIENT_REDACTED]</mark>",
        "title=\"redacted by redact_request_body[0]: $.email\"",
        "<summary>2 values were redacted</summary>",
        "<th scope=\"row\">request header authorization</th><td>the list</td>",
        "<th scope=\"row\">request body, from byte 18</th>",
        "  <span class=\"k\">&quot;b&quot;</span>: <span class=\"l\">1.50</span>,\n",
        "<strong>Withheld: unparseable text/html, 17 B.</strong>",
        "<th scope=\"row\">token</th><td><mark class=\"redacted\" title=\"redacted before it left\">REDACTED</mark>",
        "<a href=\"/_apitoolkit/breakdown?by=user%20role\" title=\"Compare exchanges by it\">\
         user role</a></dt><dd><code>author</code></dd>",
        "&lt;b&gt;…</code></dd>",
        "<span class=\"label\" title=\"SELECT users\">",
        "title=\"The service that it is a part of\">billing</span>",
        "<span class=\"name d1\">",
        "<rect x=\"200\" y=\"1\" height=\"8\" rx=\"2\" width=\"400\">",
        "<strong>db::Error</strong>",
        "lost &lt;it&gt;",
        "Caused by: io",
        "<span class=\"text\">slow</span>",
        "action=\"/_apitoolkit/exchange/2/replay\"",
        "<input type=\"password\" name=\"authorization\"",
        "action=\"/_apitoolkit/exchange/2/pin\"",
        "href=\"/_apitoolkit/compare?a=2\"",
        "href=\"/_apitoolkit/exchange/2/har\"",
        "<code>curl &#39;http://localhost:8080/&#39;</code>",
    ] {
        assert!(
            html.contains(expected) || html.contains(&expected.replace("&#39;", "'")),
            "{expected}: {html}"
        );
    }
    assert_eq!(html.matches("The service that it is").count(), 1, "its own goes without saying");
}

/// The request's half of an exchange with this type and body.
fn request(content_type: &'static str, body: &[u8], size: i64) -> String {
    let made = Made::incoming("POST", "/", 200)
        .attribute(semconv::HTTP_REQUEST_BODY_SIZE, size)
        .header("http.request.header.content-type", &[content_type])
        .body(semconv::HTTP_REQUEST_BODY, body);
    let shown = Shown::with([made]);
    let record = shown.store.get(1).unwrap();
    let html = detail(&shown.view(), &sheet(&record, &Marks::default())).into_string();
    let (request, _) = html.split_once("<section id=\"response\">").unwrap();
    request.split_once("<section id=\"request\">").unwrap().1.to_owned()
}

#[test]
fn bodies_are_shown_as_what_they_are() {
    let form = request("application/x-www-form-urlencoded", b"a=1+2&p=%5BCLIENT_REDACTED%5D", 100);
    assert!(form.contains("<th scope=\"row\">a</th><td>1 2</td>"), "{form}");
    assert!(form.contains(">[CLIENT_REDACTED]</mark>"), "{form}");
    assert!(!form.contains("Captured "), "shorter, but whole: {form}");
    let told = br#"[{"name":"f","file":"[image/png, 5242880 B]"}]"#;
    let file = request("multipart/form-data; boundary=b", told, 5_243_000);
    assert!(file.contains("[image/png, 5242880 B]"), "{file}");
    assert!(!file.contains("Captured "), "shorter, but whole: {file}");
    let broken = request("application/json", b"{\"a\": <b>}", 10);
    assert!(
        broken.contains("Not valid JSON: </strong>expected value at line 1 column 7"),
        "{broken}"
    );
    assert!(broken.contains("{&quot;a&quot;: &lt;b&gt;}\n"), "{broken}");
    assert!(!broken.contains("Captured "), "{broken}");
    let lines = "x\n".repeat(70);
    let long = request("text/plain", lines.as_bytes(), 140);
    assert!(long.contains("<summary>10 more lines</summary>"), "{long}");
    assert_eq!(long.matches("x\n").count(), 70);
    let absent = request("text/plain", b"", 512).replace("<p class=\"hint\">", "");
    assert!(absent.contains("Captured 0 B of 512 B."), "{absent}");
}
