//! What is refused, and what is one document.

use super::{JsonFault, JsonScratch, expected, names, redact_with, rules};

#[test]
fn only_json_is_redacted() {
    let cases = [
        ("", 0),
        (" ", 1),
        ("{\"a\":1,}", 7),
        ("[1,]", 3),
        ("[1 2]", 3),
        ("{\"a\" 1}", 5),
        ("{a:1}", 1),
        ("{'a':1}", 1),
        ("// c\n1", 0),
        ("[1 /* c */]", 3),
        ("NaN", 0),
        ("[NaN]", 1),
        ("Infinity", 0),
        ("1 2", 2),
        ("{}{}", 2),
        ("01", 1),
        ("-", 1),
        ("+1", 0),
        (".5", 0),
        ("1.", 2),
        ("1e", 2),
        ("1e+", 3),
        ("0x10", 1),
        ("tru", 0),
        ("True", 0),
        ("nulll", 4),
        ("\"\n\"", 1),
        ("\"\u{0}\"", 1),
        ("\"\u{1f}12345678\"", 1),
        ("\"a", 2),
        ("\"12345678", 9),
        ("\"\\x\"", 1),
        ("\"\\u12g4\"", 1),
        ("\"\\u12", 1),
        ("\"\\", 1),
        ("[", 1),
        ("{", 1),
        ("[1", 2),
        ("{\"a\"", 4),
        ("{\"a\":", 5),
        ("{\"a\":1", 6),
        ("{\"a\":1,", 7),
        ("]", 0),
        ("[}", 1),
        ("[1}", 2),
        ("{\"a\":1]", 6),
        ("{]", 1),
        ("{\"a\":}", 5),
        (",1", 0),
        ("[,1]", 1),
        (")]}'\n{}", 0),
        ("cb({})", 0),
        ("\u{1e}{}\n", 0),
        ("\u{a0}1", 0),
        ("\u{feff}\u{feff}1", 3),
        ("1\u{c}", 1),
    ];
    for paths in [&["$.a"][..], &[], &["$[-1]", "$"]] {
        for names in [None, Some(names())] {
            let rules = rules(paths, names);
            for (json, offset) in cases {
                let fault = redact_with(&rules, json).unwrap_err();
                assert_eq!(fault, JsonFault::Unparseable { offset }, "{json:?} {paths:?}");
            }
        }
    }
}

#[test]
fn only_utf_8_is_redacted() {
    let rules = rules(&[], Some(names()));
    for (json, offset) in
        [(&b"{\"a\":\"\xff\"}"[..], 6), (b"\"\xed\xa0\x80\"", 1), (b"\xff\xfe1\0", 0)]
    {
        let fault = rules.redact(json, &mut JsonScratch::default()).unwrap_err();
        assert_eq!(fault, JsonFault::Unparseable { offset });
        let fault = rules.redact_lines(json, &mut JsonScratch::default()).unwrap_err();
        assert_eq!(fault, JsonFault::Unparseable { offset });
    }
}

#[test]
fn what_is_wrong_inside_a_selected_value_counts_too() {
    let rules = rules(&["$.a"], None);
    for json in [r#"{"a":[1,]}"#, r#"{"a":{"b"}}"#, r#"{"a":01}"#, r#"{"a":"x}"#, r#"{"a":[}"#] {
        assert!(matches!(redact_with(&rules, json), Err(JsonFault::Unparseable { .. })), "{json}");
    }
}

/// A body that the capture's limit cut anywhere is refused, so no part of a secret leaves.
#[test]
fn truncated_documents_are_refused() {
    let json = r#" {"a":"x\u00e9\n","password":"C\u0043","n":[1.5e+3,{"b":null}],"é":true}"#;
    let rules = rules(&["$.n[-1]", "$..b"], Some(names()));
    let mut scratch = JsonScratch::default();
    for end in 0..json.len() {
        let fault = rules.redact(&json.as_bytes()[..end], &mut scratch).unwrap_err();
        assert!(matches!(fault, JsonFault::Unparseable { .. }), "{end}");
    }
    assert!(rules.redact(json.as_bytes(), &mut scratch).is_ok());
}

#[test]
fn lines_are_documents() {
    let rules = rules(&["$.a", "$[-1]"], Some(names()));
    let mut scratch = JsonScratch::default();
    let mut lines = |text: &str| {
        rules
            .redact_lines(text.as_bytes(), &mut scratch)
            .map(|redacted| String::from_utf8(redacted.into_owned()).unwrap())
    };
    assert_eq!(
        lines("\u{feff}{\"a\":1}\r\n\n  \n[1,2]\n{\"b\":{\"pin\":3}}").unwrap(),
        expected("\u{feff}{\"a\":§}\r\n\n  \n[1,§]\n{\"b\":{\"pin\":§}}")
    );
    assert_eq!(lines("").unwrap(), "");
    assert_eq!(lines("\n\n").unwrap(), "\n\n");
    assert_eq!(lines("{\"b\":1}\n").unwrap(), "{\"b\":1}\n");
    assert_eq!(lines("{\"b\":1}\n{\"b\":\n1}"), Err(JsonFault::Unparseable { offset: 13 }));
    assert_eq!(lines("{\"b\":1} {}\n"), Err(JsonFault::Unparseable { offset: 8 }));
}
