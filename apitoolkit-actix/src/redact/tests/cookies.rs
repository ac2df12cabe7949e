use super::{MARKER, redactor};
use crate::redact::Redactor;

fn cookie(value: &str) -> String {
    redactor().header("cookie", value.as_bytes(), false).into_owned()
}

fn set_cookie(value: &str) -> String {
    redactor().header("set-cookie", value.as_bytes(), false).into_owned()
}

#[test]
fn values_of_sensitive_names_go() {
    assert_eq!(
        cookie("session=C; theme=dark; csrf_token=C; lang=en-US"),
        format!("session={MARKER}; theme=dark; csrf_token={MARKER}; lang=en-US")
    );
    assert_eq!(
        cookie("auth=\"C\";b=1;sid=C=C==; jwt="),
        format!("auth={MARKER};b=1;sid={MARKER}; jwt=")
    );
    assert_eq!(
        cookie("%73ession=C; JSESSIONID=C"),
        format!("%73ession={MARKER}; JSESSIONID={MARKER}")
    );
    assert_eq!(cookie("a=b,session=C"), format!("a={MARKER}"));
    assert_eq!(cookie(""), "");
}

#[test]
fn what_may_be_a_session_id_goes_whatever_its_name() {
    assert_eq!(
        cookie("id=0123456789abcdef; n=0123456789abcde"),
        format!("id={MARKER}; n=0123456789abcde")
    );
    assert_eq!(set_cookie("id=0123456789abcdef; Path=/"), format!("id={MARKER}; Path=/"));
}

#[test]
fn two_hundred_pairs() {
    let pairs: Vec<String> = (0..200).map(|i| format!("token{i}=CANARY{i}; a{i}={i}")).collect();
    let redacted = cookie(&pairs.join("; "));
    assert!(!redacted.contains("CANARY"), "{redacted}");
    assert!(redacted.starts_with(&format!("token0={MARKER}; a0=0; token1={MARKER}; a1=1")));
    assert_eq!(redacted.matches(MARKER).count(), 200);
}

#[test]
fn a_bare_token_is_no_name() {
    assert_eq!(cookie("CANARY"), MARKER);
    assert_eq!(cookie("a=1; CANARY"), format!("a=1; {MARKER}"));
    assert_eq!(cookie("=CANARY"), MARKER);
    assert_eq!(cookie("CAN ARY=x"), MARKER);
    assert_eq!(cookie("CAN,ARY=x; b=y"), format!("{MARKER}; b=y"));
    assert_eq!(set_cookie("CANARY"), MARKER);
    assert_eq!(set_cookie("CANARY; Path=/"), format!("{MARKER}; Path=/"));
}

#[test]
fn open_quotes_redact_the_whole() {
    assert_eq!(cookie("a=\"x; CANARY=1"), MARKER);
    assert_eq!(cookie("a=\"x; CANARY=1\""), MARKER);
    assert_eq!(set_cookie("a=\"x; Path=CANARY"), MARKER);
}

#[test]
fn attributes_of_set_cookie_stay() {
    let attributes = "; Path=/; Domain=a.example; Max-Age=3600; Secure; HttpOnly; SameSite=Lax; \
                      Expires=Wed, 21 Oct 2026 07:28:00 GMT; Partitioned";
    assert_eq!(set_cookie(&format!("sid=C{attributes}")), format!("sid={MARKER}{attributes}"));
    // What is no attribute may be a second cookie, or the rest of the value.
    assert_eq!(set_cookie("sid=C; CANARY"), format!("sid={MARKER}; {MARKER}"));
    assert_eq!(set_cookie("sid=C; token=CANARY"), format!("sid={MARKER}; token={MARKER}"));
    assert_eq!(set_cookie("sid=C; Max-Age=CANARY"), format!("sid={MARKER}; Max-Age={MARKER}"));
}

#[test]
fn kept_names_keep_their_values() {
    let long = "0123456789abcdef";
    let redactor = Redactor::builder().danger_keep("theme").danger_keep("sid").build().unwrap();
    let value = format!("theme={long}; sid={long}; lang={long}");
    assert_eq!(
        redactor.header("cookie", value.as_bytes(), false),
        format!("theme={long}; sid={long}; lang={MARKER}")
    );
    // Keeping the header limits redaction to sensitive names.
    let redactor =
        Redactor::builder().danger_keep("cookie").redact_names(["lang"]).build().unwrap();
    let value = format!("theme={long}; lang=en; auth_token=C; %73ession=C; C");
    assert_eq!(
        redactor.header("cookie", value.as_bytes(), false),
        format!("theme={long}; lang={MARKER}; auth_token={MARKER}; %73ession={MARKER}; {MARKER}")
    );
}
