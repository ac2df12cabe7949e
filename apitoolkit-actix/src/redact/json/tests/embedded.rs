//! JSON inside JSON strings.

use super::{by_name, by_path, expected, names, redact_with, rules};

/// `json` as a JSON string.
fn quoted(json: &str) -> String {
    serde_json::Value::from(json).to_string()
}

#[test]
fn strings_are_followed_three_levels_deep() {
    let mut json = r#"{"id":1.50,"password":"S3CRET","é\u0041\n":[ "x" ]}"#.to_owned();
    let mut redacted = expected(&json.replace("\"S3CRET\"", "§"));
    assert_eq!(by_name(&json), redacted);
    for depth in 1..=3 {
        json = format!("{{\"payload\" : {}}}", quoted(&json));
        redacted = format!("{{\"payload\" : {}}}", quoted(&redacted));
        assert_eq!(by_name(&json), redacted, "{depth}");
    }
    let deeper = format!("{{\"payload\" : {}}}", quoted(&json));
    let without = by_name(&deeper);
    assert!(!without.contains("S3CRET"), "{without}");
    serde_json::from_str::<serde_json::Value>(&without).unwrap();
}

#[test]
fn beyond_three_levels_what_looks_like_json_goes() {
    let mut json = quoted("[1]");
    for _ in 0..2 {
        json = quoted(&format!("[{json}]"));
    }
    assert_eq!(by_name(&format!("[{json}]")), format!("[{json}]"));
    let deeper = quoted(&format!("[{json}]"));
    let redacted = by_name(&deeper);
    assert_ne!(redacted, deeper);
    assert!(redacted.contains("CLIENT_REDACTED"));
    // But not what does not look like it.
    let mut plain = quoted("plain");
    for _ in 0..4 {
        plain = quoted(&format!("[{plain}]"));
    }
    let redacted = by_name(&format!("[{plain}]"));
    assert_eq!(redacted.matches("CLIENT_REDACTED").count(), 1);
}

#[test]
fn the_rest_of_the_string_stays_as_it_is() {
    let cases = [
        (
            r#"["\u007b\u0022pin\u0022:1,\u0022\u00e9\u0022:\u0022\ud83d\ude00\/\u0022\u007d"]"#,
            r#"["\u007b\u0022pin\u0022:\"[CLIENT_REDACTED]\",\u0022\u00e9\u0022:\u0022\ud83d\ude00\/\u0022\u007d"]"#,
        ),
        (
            r#"[" \n\t[{\"a\":\"\\ud800\",\"é\":\"\ud800\",\"pin\":[1,2]}]\r\n "]"#,
            r#"[" \n\t[{\"a\":\"\\ud800\",\"é\":\"\ud800\",\"pin\":\"[CLIENT_REDACTED]\"}]\r\n "]"#,
        ),
        // A byte order mark, a no-break space.
        (
            "[\"\u{feff}\u{a0}{\\\"pin\\\":1}\u{a0}\"]",
            "[\"\u{feff}\u{a0}{\\\"pin\\\":\\\"[CLIENT_REDACTED]\\\"}\u{a0}\"]",
        ),
        // A string that is a JSON string that is a document.
        (r#"["\"{\\\"pin\\\":1}\""]"#, r#"["\"{\\\"pin\\\":\\\"[CLIENT_REDACTED]\\\"}\""]"#),
    ];
    for (json, redacted) in cases {
        assert_eq!(by_name(json), redacted);
    }
}

#[test]
fn a_string_may_be_the_whole_document() {
    assert_eq!(by_name(r#""{\"pin\":1}""#), r#""{\"pin\":\"[CLIENT_REDACTED]\"}""#);
}

#[test]
fn what_only_looks_like_json_is_left_alone() {
    for json in [
        r#"["[draft] hello"]"#,
        r#"["{name} said: hi"]"#,
        r#"["[\"a\", "]"#,
        r#"["{\"a\":1"]"#,
        r#"["{\"a\":1,}"]"#,
        r#"["[info] session: started"]"#,
        r#"["[token]"]"#,
        r#"["{password}"]"#,
        r#"["{"]"#,
        r#"["\\[x\\]"]"#,
        r#"["12"," ","\n"]"#,
    ] {
        assert_eq!(by_name(json), json);
    }
}

#[test]
fn what_is_nearly_json_and_names_a_secret_goes_whole() {
    for json in [
        r#"["{\"a\":1,\"password\":\"C"]"#,
        r#"["{\"password\" \n:\"C\"}}"]"#,
        r#"["{\"a\":{\"pass\\u0077ord\":\"C\",}}"]"#,
        r#"["{'password': 'C'}"]"#,
        r#"["[{'a': 1, 'token': None}]"]"#,
        r#"["{password: 1}"]"#,
        r#"["{a: 1, password : 1}"]"#,
        r#"["{\"password\":1} trailing"]"#,
        r#"["{\"a\":1}{\"password\":1}"]"#,
        r#"["{\\\"password\\\":1}"]"#,
    ] {
        assert_eq!(by_name(json), expected("[§]"), "{json}");
    }
}

#[test]
fn depth_inside_a_string_is_bounded() {
    let json = format!("[\"{}\"]", "[".repeat(20_000));
    assert_eq!(by_name(&json), expected("[§]"));
}

#[test]
fn paths_do_not_reach_into_strings() {
    let json = r#"{"a":"{\"a\":1,\"b\":2}","b":"{\"pin\":1}"}"#;
    assert_eq!(by_path(&["$..a.a", "$..b.pin"], json), json);
    // But a path may select the string itself.
    let both = rules(&["$.a"], Some(names()));
    assert_eq!(
        redact_with(&both, json).unwrap(),
        expected(r#"{"a":§,"b":"{\"pin\":\"[CLIENT_REDACTED]\"}"}"#)
    );
    let located = rules(&["$[?@=='{\"pin\":1}']"], Some(names()));
    assert_eq!(
        redact_with(&located, json).unwrap(),
        expected(r#"{"a":"{\"a\":1,\"b\":2}","b":§}"#)
    );
}
