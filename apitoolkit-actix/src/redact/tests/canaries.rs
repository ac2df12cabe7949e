//! Secrets between random scraps of syntax: whatever surrounds them, they do not come out.

use fastrand::Rng;

use super::redactor;
use crate::redact::{Body, BodyText, Redactor, Scratch, Side};

const ROUNDS: usize = 1_500;

const SCRAPS: &[&str] = &[
    "%",
    "%25",
    "%3D",
    "=",
    ":",
    "&",
    ";",
    ",",
    "\"",
    "'",
    "`",
    "\\",
    "\\\"",
    "[",
    "]",
    "{",
    "}",
    "(",
    ")",
    "<",
    ">",
    "--",
    "-u ",
    "--x ",
    "#",
    "@",
    "://",
    "//",
    "/",
    ".",
    "?",
    "|",
    "+",
    "$",
    "\r\n",
    "\n",
    " ",
    " ",
    "a",
    "b1",
    "õ",
    "null",
    "token",
    "token=",
    "password",
    "Bearer ",
    "Basic",
    "x=",
    "x: ",
    "=>",
    "data:",
    "E'",
    "eyJ",
    "Some(",
    "auth::",
    "http://u:p@h/",
    "[CLIENT_REDACTED]",
    "REDACTED",
];

fn scraps(rng: &mut Rng) -> String {
    (0..rng.usize(0..5)).map(|_| SCRAPS[rng.usize(..SCRAPS.len())]).collect()
}

/// Runs `redact` on what `build` makes of two random texts.
#[track_caller]
fn hunt(build: impl Fn(&str, &str) -> String, redact: impl Fn(&Redactor, &str) -> String) {
    let redactor = redactor();
    let mut rng = Rng::with_seed(53);
    for _ in 0..ROUNDS {
        let input = build(&scraps(&mut rng), &scraps(&mut rng));
        let output = redact(&redactor, &input);
        assert!(!output.contains("CANARY"), "{input:?} -> {output:?}");
    }
}

fn body(content_type: &'static str) -> impl Fn(&Redactor, &str) -> String {
    move |redactor, input| {
        let types = [content_type.as_bytes()];
        let body = Body::new(input.as_bytes()).content_type(&types);
        match redactor.body(Side::Request, &body, &mut Scratch::default()) {
            BodyText::Content(content) => String::from_utf8_lossy(&content).into_owned(),
            BodyText::Withheld(withheld) => withheld.to_string(),
            BodyText::Empty => String::new(),
        }
    }
}

fn header(name: &'static str) -> impl Fn(&Redactor, &str) -> String {
    move |redactor, input| redactor.header(name, input.as_bytes(), false).into_owned()
}

#[test]
fn in_urls() {
    let url = |redactor: &Redactor, input: &str| redactor.url(input).into_owned();
    hunt(|a, b| format!("{a}&token=CANARY&{b}"), |r, input| r.query(input).into_owned());
    hunt(|a, b| format!("{a}&token=CANARY&{b}"), |r, input| format!("{:?}", r.query_pairs(input)));
    hunt(|a, b| format!("/p?{a}&token=CANARY&{b}"), url);
    hunt(|a, b| format!("{a}?&token=CANARY&{b}"), url);
    hunt(|a, b| format!("http://u:CANARY@h/{a}?{b}"), url);
    hunt(|a, b| format!("http://h/{}#token=CANARY&{b}", a.replace('@', "")), url);
    hunt(|a, b| format!("<{a}?token=CANARY&{b}>"), header("link"));
    hunt(|a, b| format!("{a}; url=/x?token=CANARY&{b}"), header("refresh"));
}

#[test]
fn in_cookies() {
    hunt(|a, b| format!("{a}; session=CANARY; {b}"), header("cookie"));
    hunt(|a, b| format!("session=CANARY; {a}; {b}"), header("set-cookie"));
    hunt(|a, b| format!("session=CANARY{a}{b}"), header("set-cookie"));
}

#[test]
fn in_forms() {
    let form = "application/x-www-form-urlencoded";
    hunt(|a, b| format!("a={a}&password=CANARY&{b}"), body(form));
    hunt(|a, b| format!("a={a}&user[password]=CANARY{b}"), body(form));
    hunt(|a, b| format!("a={a}&password=CANARY&{b}"), body("text/plain"));
    hunt(|a, b| format!("a={a}&password=CANARY&{b}"), body(""));
}

#[test]
fn in_text() {
    let text = |redactor: &Redactor, input: &str| redactor.text(input).into_owned();
    hunt(|a, b| format!("{a} password=CANARY {b}"), text);
    hunt(|a, b| format!("{a} password: CANARY {b}"), text);
    hunt(|a, b| format!("{a}\npassword: CANARY\n{b}"), text);
    hunt(|a, b| format!("{a} password=\"CANARY\" {b}"), text);
    hunt(|a, b| format!("{a},\"password\":\"CANARY\",{b}"), text);
    hunt(|a, b| format!("{a}\\\"password\\\":\\\"CANARY\\\"{b}"), text);
    hunt(|a, b| format!("{a} S {{ password: Some(\"CANARY\") }} {b}"), text);
    hunt(|a, b| format!("{a} Bearer CANARY {b}"), text);
    hunt(|a, b| format!("{a} postgres://u:CANARY@h/{b}"), text);
    hunt(|a, b| format!("{a} eyJhbGciOiJIUzI1NiJ9.CANARY.x {b}"), text);
    hunt(|a, b| format!("{a} x=1&token=CANARY&{b}"), text);
}

#[test]
fn in_events() {
    let events = "text/event-stream";
    hunt(|a, b| format!("data: {a}\n\ndata: {{\"token\":\"CANARY\"}}\n\ndata: {b}"), body(events));
    hunt(|a, b| format!("{a}\n\ndata: {{\"token\":\ndata: \"CANARY\"}}\n\n{b}"), body(events));
}
