use super::*;
use crate::redact::{Body, BodyText, Redactor, Scratch, Side};

fn policy() -> Policy {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    Policy {
        headers: texts(&["x-a", "x-internal"]),
        request_body: texts(&["$.email"]),
        response_body: texts(&["$.none", "$.user.addresses", "$.list[-1]"]),
        names: texts(&["nickname"]),
        path_params: texts(&["slug"]),
        ..Policy::default()
    }
}

fn explainer() -> Explainer {
    Explainer::new(&policy()).unwrap()
}

#[test]
fn names_lead_to_rules() {
    let rules = explainer();
    let words = |rule: Rule| rule.to_string();
    assert_eq!(words(rules.header("x-internal")), "redact_headers[1]: x-internal");
    assert_eq!(words(rules.header("authorization")), "the default names of headers");
    assert!(words(rules.header("referer")).starts_with("a rule of the handler or call"));
    assert_eq!(words(rules.cookie("Nickname")), "redact_names[0]: nickname");
    assert_eq!(words(rules.cookie("session")), "the default names of cookies");
    assert_eq!(rules.cookie("id"), Rule::LongCookie);
    assert_eq!(words(rules.query("api%5Fkey")), "the default names of parameters");
    assert_eq!(words(rules.query("user_secret_x")), "the default names of fields");
    assert_eq!(words(rules.path_param("slug")), "redact_path_params[0]: slug");
    assert_eq!(rules.path_param("id"), Rule::Elsewhere);
    assert_eq!(words(rules.attribute("user.password")), "the default names of fields");
}

/// What the redactor made of a body, and what each marker in it is explained by.
fn explained(side: Side, media_type: &str, body: &str) -> Vec<(String, String)> {
    let redactor = Redactor::compile(&policy()).unwrap();
    let types = [media_type.as_bytes()];
    let body = Body::new(body.as_bytes()).content_type(&types);
    let BodyText::Content(text) = redactor.body(side, &body, &mut Scratch::default()) else {
        panic!("content");
    };
    let text = text.into_owned();
    let found = explainer().body(side, media_type.split(';').next().unwrap_or_default(), &text);
    let found = found.into_iter().map(|(range, rule)| {
        // With what stands in front of it.
        let from = range.start.saturating_sub(8);
        (String::from_utf8_lossy(&text[from..range.start]).into_owned(), rule.to_string())
    });
    found.collect()
}

#[test]
fn markers_of_json_lead_to_rules() {
    let json = r#"{"user":{"addresses":["a"],"nickname":1},"pw":{"x":1},"list":[1,2],
        "text":"{\"token\":\"t\"}","email":"e"}"#;
    let found = explained(Side::Response, "application/json", json);
    let expected = [
        ("resses\":\"", "redact_response_body[1]: $.user.addresses"),
        ("kname\":\"", "redact_names[0]: nickname"),
        (",\"pw\":\"", "the default names of fields"),
        ("t\":[1,\"", "redact_response_body[2]: $.list[-1]"),
        ("ken\\\":\\\"", "the default names of fields"),
    ];
    let found: Vec<_> = found.iter().map(|(at, rule)| (&at[at.len().min(1)..], &**rule)).collect();
    let rules: Vec<_> = found.iter().map(|(_, rule)| *rule).collect();
    assert_eq!(rules, expected.map(|(_, rule)| rule));
    for ((before, _), (end, _)) in found.iter().zip(expected) {
        assert!(before.ends_with(&end[2..]), "{before} {end}");
    }
    let lines = explained(Side::Request, "application/x-ndjson", "{\"email\":1}\n\n{\"pin\":2}\n");
    let rules: Vec<_> = lines.iter().map(|(_, rule)| rule.as_str()).collect();
    assert_eq!(rules, ["redact_request_body[0]: $.email", "the default names of fields"]);
}

#[test]
fn fields_of_forms_lead_to_rules() {
    let form = "email=a&x=1&pass%77ord=b&nickname=c";
    let found = explained(Side::Request, "application/x-www-form-urlencoded", form);
    let expected = [
        ("email=", "redact_request_body[0]: $.email"),
        ("ss%77ord=", "the default names of fields"),
        ("nickname=", "redact_names[0]: nickname"),
    ];
    let rules: Vec<_> = found.iter().map(|(_, rule)| rule.as_str()).collect();
    assert_eq!(rules, expected.map(|(_, rule)| rule));
    for ((before, _), (name, _)) in found.iter().zip(expected) {
        assert!(name.ends_with(before.as_str()) || before.ends_with(name), "{before}");
    }
}

#[test]
fn parts_of_forms_lead_to_rules() {
    let part = |name: &str| {
        format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{{\"name\":1}}\r\n")
    };
    let form = [part("email"), part("x"), part("nickname"), "--b--\r\n".to_owned()].concat();
    let found = explained(Side::Request, "multipart/form-data; boundary=b", &form);
    let rules: Vec<_> = found.iter().map(|(_, rule)| rule.as_str()).collect();
    assert_eq!(rules, ["redact_request_body[0]: $.email", "redact_names[0]: nickname"]);
}

#[test]
fn what_no_rule_explains_is_said_to_be_elsewhere() {
    let text = br#"{"note":"Bearer [CLIENT_REDACTED]","dto":"[CLIENT_REDACTED]"}"#;
    let rules = |policy: &Policy| {
        let found = Explainer::new(policy).unwrap().body(Side::Request, "application/json", text);
        found.into_iter().map(|(_, rule)| rule).collect::<Vec<_>>()
    };
    assert_eq!(rules(&Policy::default()), [Rule::Elsewhere, Rule::Elsewhere]);
    let patterns = Policy { body_patterns: true, ..Policy::default() };
    assert_eq!(rules(&patterns), [Rule::Patterns, Rule::Patterns]);
    assert!(explainer().body(Side::Request, "", b"no marker").is_empty());
    assert_eq!(explainer().body(Side::Request, "", b"{[CLIENT_REDACTED]").len(), 1);
}

#[test]
fn all_rules_are_listed_once() {
    let rules: Vec<_> = explainer().rules().iter().map(ToString::to_string).collect();
    let expected = [
        "redact_request_body[0]: $.email",
        "redact_response_body[0]: $.none",
        "redact_response_body[1]: $.user.addresses",
        "redact_response_body[2]: $.list[-1]",
        "redact_headers[0]: x-a",
        "redact_headers[1]: x-internal",
        "redact_names[0]: nickname",
        "redact_path_params[0]: slug",
        "the default names of headers",
        "the default names of cookies",
        "the default names of parameters",
        "the default names of fields",
        "the default for cookies as long as a session id",
    ];
    assert_eq!(rules, expected);
}
