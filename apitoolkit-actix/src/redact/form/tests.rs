use std::borrow::Cow;

use super::FieldPaths;
use crate::redact::{Body, BodyText, Redactor, RedactorBuilder, Scratch, Side};

const MARK: &str = "%5BCLIENT_REDACTED%5D";

fn form_with(builder: RedactorBuilder, form: &[u8]) -> BodyText<'_> {
    let redactor = builder.build().unwrap();
    let body = Body::new(form).content_type(&[b"application/x-www-form-urlencoded"]);
    match redactor.body(Side::Request, &body, &mut Scratch::default()) {
        BodyText::Content(Cow::Owned(content)) => BodyText::Content(Cow::Owned(content)),
        BodyText::Content(Cow::Borrowed(_)) => BodyText::Content(Cow::Borrowed(form)),
        other => other,
    }
}

#[track_caller]
fn check(form: &str, expected: &str) {
    let expected = expected.replace("M!", MARK);
    match form_with(Redactor::builder(), form.as_bytes()) {
        BodyText::Content(content) => {
            assert_eq!(String::from_utf8_lossy(&content), expected, "{form}");
        }
        other => panic!("{form}: {other:?}"),
    }
}

#[test]
fn sensitive_fields_lose_their_values() {
    check("password=C&a=1", "password=M!&a=1");
    check("%70assword=C", "%70assword=M!");
    check("%2570assword=C", "%2570assword=M!");
    check("user[password]=C&user%5Btoken%5D=C", "user[password]=M!&user%5Btoken%5D=M!");
    check("password==C", "password=M!");
    check("password=A;b=C", "password=M!");
    check("a=1;password=C;b=2", "a=1;password=M!;b=2");
    check("a=1\r\npassword=C\r\nb=2", "a=1\r\npassword=M!\r\nb=2");
    check("pin=C&pin=D&PIN=E", "pin=M!&pin=M!&PIN=M!");
    check("my+password=C& secret =C", "my+password=M!& secret =M!");
    check("password", "password");
    check("password=", "password=");
}

#[test]
fn other_bytes_stay() {
    for same in [
        "test-parameter=test value õäöü",
        "a=1&a=2&b=+%20%zz&&=&c",
        "q=100%&x={not json",
        "author=a&authored=b&key=c",
    ] {
        if !same.contains('{') {
            check(same, same);
        }
    }
    let latin = b"name=caf\xE9&x=1";
    assert_eq!(
        form_with(Redactor::builder(), latin),
        BodyText::Content(Cow::Borrowed(latin.as_slice()))
    );
}

#[test]
fn json_in_values_is_read() {
    check("data=%7B%22password%22%3A%22C%22%7D", "data=M!");
    check("data={\"token\":\"C\"}", "data=M!");
    check("data=%7B%22a%22%3A1%7D", "data=%7B%22a%22%3A1%7D");
    // Begins like JSON and is none: nobody knows.
    check("data=%7Bpassword: C", "data=M!");
}

#[test]
fn what_is_no_form_is_withheld_or_read_as_what_it_is() {
    for other in ["<password>C</password>", "a=\u{1}", "\u{0}p=C", "{\"password\":", "[C"] {
        let result = form_with(Redactor::builder(), other.as_bytes());
        assert!(matches!(result, BodyText::Withheld(_)), "{other}: {result:?}");
    }
    check("{\"a\":1}", "{\"a\":1}");
    let json = form_with(Redactor::builder(), b"{\"password\":\"C\"}");
    let BodyText::Content(json) = json else { panic!("{json:?}") };
    assert_eq!(json, br#"{"password":"[CLIENT_REDACTED]"}"#.as_slice());
}

#[test]
fn patterns_are_opt_in() {
    check("note=Bearer+abc", "note=Bearer+abc");
    let patterns = Redactor::builder().body_patterns(true);
    let BodyText::Content(form) = form_with(patterns, b"note=Bearer+abc&card=4111111111111111&x=1")
    else {
        panic!()
    };
    assert_eq!(String::from_utf8_lossy(&form), format!("note={MARK}&card={MARK}&x=1"));
}

#[test]
fn jsonpaths_name_fields() {
    let paths = |paths: &[&str]| {
        FieldPaths::new(&paths.iter().map(|path| (*path).to_owned()).collect::<Vec<_>>())
    };
    for path in ["$.email", "$['email']", "$[\"email\"]", "$..email", "$ .email", "$..['email']"] {
        assert!(paths(&[path]).matches("email"), "{path}");
        assert!(paths(&[path]).matches("email[]"), "{path}");
        assert!(!paths(&[path]).matches("Email"), "{path}");
        assert!(!paths(&[path]).matches("emails"), "{path}");
    }
    assert!(!paths(&["$.email"]).matches("user[email]"));
    assert!(paths(&["$..email"]).matches("user[email]"));
    assert!(paths(&["$.user.email"]).matches("user[email]"));
    assert!(paths(&["$.user.email"]).matches("user.email"));
    assert!(!paths(&["$.user.email"]).matches("email"));
    assert!(paths(&["$.user"]).matches("user[email]"));
    assert!(paths(&["$.users[*].email"]).matches("users[0][email]"));
    assert!(paths(&["$.users[?@.a == ']'].email"]).matches("users[1][email]"));
    assert!(!paths(&["$.users[*].email"]).matches("users[0][name]"));
    assert!(paths(&["$['a.b']"]).matches("a.b"));
    for all in ["$", "$.*", "$[*]", "$..*", "$['a','b']"] {
        assert!(paths(&[all]).matches("anything"), "{all}");
    }
    assert!(!paths(&[]).matches("anything"));
    for list in ["$.emails[*]", "$.emails[0]", "$.emails[1:]", "$..emails[*]"] {
        for field in ["emails", "emails[]", "emails[0]"] {
            assert!(paths(&[list]).matches(field), "{list} {field}");
        }
    }
    assert!(paths(&["$.users[0].email"]).matches("users[][email]"));
    assert!(!paths(&["$.user[:]"]).matches("user[name]"), "no place of a list");
    assert!(!paths(&["$[:]", "$[0]"]).matches("email"), "a form is no list");

    let builder = || Redactor::builder().default_body_rules(false).redact_request_body(["$.email"]);
    let BodyText::Content(form) = form_with(builder(), b"%65mail=C&password=p") else { panic!() };
    assert_eq!(String::from_utf8_lossy(&form), format!("%65mail={MARK}&password=p"));
}
