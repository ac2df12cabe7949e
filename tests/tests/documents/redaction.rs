//! `docs/redaction.md`: its examples go through the redactor, its lists are the code's.

use std::collections::BTreeSet;

use apitoolkit_actix::{Body, BodyText, Redactor, Scratch, Side};

use crate::page::{blocks, quoted, read, rows, section};

const PAGE: &str = "docs/redaction.md";
const MARKER: &str = "[CLIENT_REDACTED]";

fn redactor(paths: &[&str]) -> Redactor {
    let paths = paths.iter().copied();
    let builder = Redactor::builder();
    builder.redact_request_body(paths.clone()).redact_response_body(paths).build().unwrap()
}

fn body(redactor: &Redactor, content_type: &str, text: &str) -> String {
    let types = [content_type.as_bytes()];
    let body = Body::new(text.as_bytes()).content_type(&types).cap(text.len());
    match redactor.body(Side::Request, &body, &mut Scratch::default()) {
        BodyText::Content(content) => String::from_utf8(content.into_owned()).unwrap(),
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn the_examples_of_jsonpaths() {
    let page = read(PAGE);
    let section = section(&page, "## By JSONPath");
    let blocks = blocks(section, "json");
    let [given, leaves @ ..] = blocks.as_slice() else { panic!("no example") };
    let asked: Vec<Vec<&str>> = section
        .split("```")
        // Before the second, third … block is said of which paths it is.
        .step_by(2)
        .skip(1)
        .take(leaves.len())
        .map(|said| quoted(said).filter(|word| word.starts_with('$')).collect())
        .collect();
    assert_eq!(
        asked,
        [
            vec![],
            vec!["$.user.addresses[*].zip", "$.user.credit_card"],
            vec!["$.user.email", "$.user.addresses"]
        ]
    );
    for (paths, leaves) in asked.iter().zip(leaves) {
        assert_eq!(body(&redactor(paths), "application/json", given), **leaves, "{paths:?}");
    }
}

#[test]
fn the_examples_of_names() {
    let page = read(PAGE);
    let redactor = redactor(&[]);
    let rows = rows(section(&page, "## By name"));
    assert!(rows.len() >= 9);
    for row in rows {
        let [what, given, leaves] = row[..] else { panic!("{row:?}") };
        let (given, leaves) = (given.trim_matches('`'), leaves.trim_matches('`'));
        let left = match what {
            "header" => {
                let (name, value) = given.split_once(": ").unwrap();
                format!("{name}: {}", redactor.header(name, value.as_bytes(), false))
            }
            "URL" => redactor.url(given).into_owned(),
            "form" => body(&redactor, "application/x-www-form-urlencoded", given),
            "JSON" => body(&redactor, "application/json", given),
            "text" => redactor.text(given).into_owned(),
            "SQL" => redactor.sql(given).into_owned(),
            other => panic!("what is a {other}?"),
        };
        assert_eq!(left, leaves);
    }
}

/// The names of a list in the code.
fn listed(source: &str, list: &str) -> Vec<String> {
    let source = read(source);
    let (_, after) = source.split_once(&format!("const {list}: &[&str] =")).expect(list);
    let (names, _) = after.split_once("];").unwrap();
    names.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The names in the paragraphs below a heading that are nothing but names.
fn named(page: &str, heading: &str) -> Vec<String> {
    let section = section(page, heading);
    let lists = section.split("\n\n").filter(|part| part.trim().starts_with('`'));
    let is_list = |part: &&str| quoted(part).count() > 2 && !part.contains(" have ");
    lists.filter(is_list).flat_map(quoted).map(str::to_owned).collect()
}

const NAMES: &str = "apitoolkit-actix/src/redact/names/defaults.rs";

#[test]
fn the_lists_are_those_of_the_code() {
    let page = read(PAGE);
    for (heading, lists) in [
        ("### Headers", &["HEADERS"][..]),
        ("### Words in names of headers and cookies", &["WORDS", "COMPOUND_WORDS"]),
        ("### Headers that keep their values all the same", &["HARMLESS_HEADERS"]),
        ("### Parameters of queries and paths", &["QUERY"]),
        ("### Form fields and JSON members", &["BODY"]),
        ("### Parts of their names", &["BODY_CONTAINING"]),
    ] {
        let listed: Vec<_> = lists.iter().flat_map(|list| listed(NAMES, list)).collect();
        assert_eq!(named(&page, heading), listed, "{heading}");
    }
    let urls = listed("apitoolkit-actix/src/redact/header.rs", "URL_HEADERS");
    assert_eq!(named(&page, "### Headers that hold URLs"), urls);
    // None of the code's lists is left out.
    let source = read(NAMES);
    let lists: BTreeSet<_> = source.split("pub(super) const ").skip(1).collect();
    assert_eq!(lists.len(), 7);
}

#[test]
fn the_lists_are_in_force() {
    let page = read(PAGE);
    let redactor = redactor(&[]);
    let header =
        |name: &str, value: &str| redactor.header(name, value.as_bytes(), false).into_owned();
    for name in named(&page, "### Headers") {
        // Of these two, cookies are redacted one by one.
        let value = if name == "cookie" || name == "set-cookie" { "session=v" } else { "v" };
        assert!(header(&name, value).ends_with(MARKER), "{name}");
    }
    for name in named(&page, "### Headers that keep their values all the same") {
        assert_eq!(header(&name, "v"), "v", "{name}");
    }
    for word in named(&page, "### Words in names of headers and cookies") {
        assert_eq!(header(&format!("x-{word}-y"), "v"), MARKER, "{word}");
    }
    for url in named(&page, "### Headers that hold URLs") {
        assert_eq!(header(&url, "/?token=v&page=2"), "/?token=REDACTED&page=2", "{url}");
    }
    for name in named(&page, "### Parameters of queries and paths") {
        assert_eq!(redactor.query(&format!("{name}=v")), format!("{name}=REDACTED"));
    }
    for name in named(&page, "### Form fields and JSON members") {
        assert_eq!(
            body(&redactor, "application/json", &format!(r#"{{"{name}":1}}"#)),
            format!(r#"{{"{name}":"{MARKER}"}}"#)
        );
    }
    for part in named(&page, "### Parts of their names") {
        assert_eq!(
            body(&redactor, "application/json", &format!(r#"{{"a_{part}_2":1}}"#)),
            format!(r#"{{"a_{part}_2":"{MARKER}"}}"#)
        );
    }
}

#[test]
fn words_are_found_at_their_boundaries() {
    let page = read(PAGE);
    let words = section(&page, "### Words in names of headers and cookies");
    let said = words.split("\n\n").find(|part| part.contains(" have one; ")).unwrap();
    let (with, without) = said.split_once(" have one; ").unwrap();
    let redactor = redactor(&[]);
    for name in quoted(with) {
        assert_eq!(redactor.header(name, b"v", false), MARKER, "{name}");
    }
    for name in quoted(without) {
        assert_eq!(redactor.header(name, b"v", false), "v", "{name}");
    }
}
