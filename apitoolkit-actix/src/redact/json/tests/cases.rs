//! What selects what, and what stays as it is.

use std::borrow::Cow;

use super::{JsonScratch, by_name, by_path, expected, names, redact_with, rules};

#[test]
fn each_kind_of_path() {
    let json = r#"{"a":{"b":[10,20,30,{"c":1}]},"d":"x","e":[[1,2],[3]]}"#;
    let cases = [
        ("$", "§"),
        ("$.d", r#"{"a":{"b":[10,20,30,{"c":1}]},"d":§,"e":[[1,2],[3]]}"#),
        ("$['a']", r#"{"a":§,"d":"x","e":[[1,2],[3]]}"#),
        ("$.a.b[1]", r#"{"a":{"b":[10,§,30,{"c":1}]},"d":"x","e":[[1,2],[3]]}"#),
        ("$.a.b[-1]", r#"{"a":{"b":[10,20,30,§]},"d":"x","e":[[1,2],[3]]}"#),
        ("$.a.b[1:3]", r#"{"a":{"b":[10,§,§,{"c":1}]},"d":"x","e":[[1,2],[3]]}"#),
        ("$.a.b[::2]", r#"{"a":{"b":[§,20,§,{"c":1}]},"d":"x","e":[[1,2],[3]]}"#),
        ("$.a.b[0:3:2]", r#"{"a":{"b":[§,20,§,{"c":1}]},"d":"x","e":[[1,2],[3]]}"#),
        ("$.a.b[::-3]", r#"{"a":{"b":[§,20,30,§]},"d":"x","e":[[1,2],[3]]}"#),
        ("$.a.b[1:2:0]", json),
        ("$.e[*][0]", r#"{"a":{"b":[10,20,30,{"c":1}]},"d":"x","e":[[§,2],[§]]}"#),
        ("$..c", r#"{"a":{"b":[10,20,30,{"c":§}]},"d":"x","e":[[1,2],[3]]}"#),
        ("$.*", r#"{"a":§,"d":§,"e":§}"#),
        ("$..[0]", r#"{"a":{"b":[§,20,30,{"c":1}]},"d":"x","e":[§,[§]]}"#),
        ("$['d','a']", r#"{"a":§,"d":§,"e":[[1,2],[3]]}"#),
        ("$.a.b[0,2:]", r#"{"a":{"b":[§,20,§,§]},"d":"x","e":[[1,2],[3]]}"#),
        ("$.a.b[?@>15]", r#"{"a":{"b":[10,§,§,{"c":1}]},"d":"x","e":[[1,2],[3]]}"#),
        ("$.d.x", json),
        ("$.a[0]", json),
        ("$.e.b", json),
        ("$.A", json),
    ];
    for (path, redacted) in cases {
        assert_eq!(by_path(&[path], json), expected(redacted), "{path}");
    }
}

#[test]
fn scalar_documents() {
    for json in ["1", "\"x\"", "null", " true\n", "[]", "{}"] {
        assert_eq!(by_path(&["$.a", "$[0]", "$..b", "$[-1]", "$[?@]"], json), json);
        let trimmed = json.trim();
        assert_eq!(by_path(&["$"], json), json.replace(trimmed, super::M));
    }
}

#[test]
fn rules_add_up() {
    let json = r#"{"a":{"b":1,"c":2},"token":"t","e":[{"b":3}]}"#;
    let all = rules(&["$.a.b", "$..b", "$.a[?@==2]", "$.e[-1]"], Some(names()));
    let redacted = redact_with(&all, json).unwrap();
    assert_eq!(redacted, expected(r#"{"a":{"b":§,"c":§},"token":§,"e":[§]}"#));
    // The outer of two wins.
    assert_eq!(by_path(&["$.a.b", "$.a"], json), expected(&json.replace(r#"{"b":1,"c":2}"#, "§")));
}

#[test]
fn keys_are_decoded_before_they_are_compared() {
    let json = r#"{"pass\u0077ord":1,"\u0070\u0061ssword":2,"a\/b":3,"\ud83d\ude00":4,"😀":5}"#;
    assert_eq!(
        by_name(json),
        expected(r#"{"pass\u0077ord":§,"\u0070\u0061ssword":§,"a\/b":3,"\ud83d\ude00":4,"😀":5}"#)
    );
    assert_eq!(
        by_path(&["$['a/b']", "$.😀"], json),
        expected(r#"{"pass\u0077ord":1,"\u0070\u0061ssword":2,"a\/b":§,"\ud83d\ude00":§,"😀":§}"#)
    );
    let odd = r#"{"\"":1,"'":2,".":3,"[a]":4," ":5,"":6,"$":7,"@":8,"\\":9,"\u0000":10,"a.b":11}"#;
    let paths = [
        r#"$['"']"#,
        r#"$['\'']"#,
        "$['.']",
        "$['[a]']",
        "$[' ']",
        "$['']",
        "$['$']",
        "$['@']",
        r"$['\\']",
        r"$['\u0000']",
        "$['a.b']",
    ];
    for (at, path) in (1..).zip(paths) {
        let [before, after] = [format!(":{at},"), ":§,".to_owned()];
        let redacted = expected(&odd.replace(":11}", ":11,}").replace(&before, &after));
        assert_eq!(by_path(&[path], odd), redacted.replace(",}", "}"), "{path}");
        // The same by the other mechanism.
        let path = format!("{path}[?@]");
        let nested = odd.replace(':', ":[").replace(',', "],").replace('}', "]}");
        assert_eq!(by_path(&[&path], &nested).matches(super::M).count(), 1, "{path}");
    }
}

#[test]
fn half_surrogates_hide_nothing() {
    let json = r#"{"\ud800":1,"password\udc00":2,"\ud800\ud800x":"\udfff","\ufffd":3}"#;
    assert_eq!(by_name(json), expected(&json.replace(":2", ":§")));
    let replaced = by_path(&["$['\u{fffd}']"], json);
    assert_eq!(replaced, expected(&json.replace(":3", ":§")));
    assert_eq!(by_path(&["$['\u{fffd}',-1]"], json), replaced);
    assert_eq!(by_path(&["$.*"], json).matches(super::M).count(), 4);
}

#[test]
fn every_duplicate_goes() {
    assert_eq!(
        by_path(&["$.a.b"], r#"{"a":{"b":1,"b":2},"a":{"c":3,"b":[4]}}"#),
        expected(r#"{"a":{"b":§,"b":§},"a":{"c":3,"b":§}}"#)
    );
    let json = format!("{{{}}}", vec![r#""pin":"C","a":{"pin":"C"}"#; 1_000].join(","));
    let redacted = by_name(&json);
    assert_eq!(redacted.matches(super::M).count(), 2_000);
    assert!(!redacted.contains("\"C\""));
}

#[test]
fn names_fold_and_paths_do_not() {
    for name in ["Password", "PASSWORD", "api-key", "api_key", "apiKey", "API.KEY", "Api Key"] {
        let json = format!(r#"{{"x":[{{"{name}":"C"}}]}}"#);
        assert_eq!(by_name(&json), expected(&json.replace("\"C\"", "§")));
    }
    let json = r#"{"Email":1,"email":2}"#;
    assert_eq!(by_path(&["$.email"], json), expected(r#"{"Email":1,"email":§}"#));
}

#[test]
fn a_value_of_any_type_goes_whole() {
    let long = format!("\"{}\"", "C".repeat(100 << 10));
    for value in [
        "1",
        "-0.0e+5",
        "true",
        "false",
        "null",
        "[]",
        "{}",
        "[1,[2]]",
        r#"{"a":{"b":[1]}}"#,
        &long,
    ] {
        for json in [r#"{"token":§}"#, "{\n  \"token\" : §\n}", r#"[{"a":1,"token":§,"b":2},3]"#]
        {
            assert_eq!(by_name(&json.replace('§', value)), expected(json));
        }
    }
}

#[test]
fn what_is_not_selected_stays_as_it_is() {
    let json = "\u{feff} {\r\n\t\"z\" : 1e400 ,\"a\":-0, \"n\":123456789012345678901234567890,\
        \"f\":1.0,\"e\":1E+2,\"u\":\"\u{2028}\\u2028\\/\",\"z\":[ ],\"o\":{ }, \"l\":[1 , 2]}\n\n";
    let all = rules(&["$.none", "$.l[7]", "$.z[-1]"], Some(names()));
    let mut scratch = JsonScratch::default();
    let redacted = all.redact(json.as_bytes(), &mut scratch).unwrap();
    assert!(matches!(redacted, Cow::Borrowed(_)));
    assert_eq!(redacted, json.as_bytes());
    // One selected value changes nothing else.
    assert_eq!(by_path(&["$.l[0]"], json), expected(&json.replace("[1 ,", "[§ ,")));
    assert_eq!(by_path(&["$.l[-2]"], json), expected(&json.replace("[1 ,", "[§ ,")));
}

#[test]
fn emptiness() {
    assert!(rules(&[], None).is_empty());
    assert!(!rules(&["$.a"], None).is_empty());
    assert!(!rules(&["$[-1]"], None).is_empty());
    assert!(!rules(&[], Some(names())).is_empty());
}

#[test]
fn rules_may_share_a_scratch() {
    let mut scratch = JsonScratch::default();
    let json = r#"{"a":1,"b":2,"pin":3}"#;
    let all = [rules(&["$.a"], None), rules(&["$.b"], None), rules(&[], Some(names()))];
    for _ in 0..3 {
        for (rules, digit) in all.iter().zip(["1", "2", "3"]) {
            let redacted = rules.redact(json.as_bytes(), &mut scratch).unwrap();
            assert_eq!(redacted, expected(&json.replace(digit, "§")).as_bytes());
        }
    }
}

/// More keys than are remembered, of all lengths, met again and again.
#[test]
fn keys_are_not_mixed_up() {
    let key = |n: usize| format!("{}{n}", "k".repeat(n % 40));
    let members: Vec<String> = (0..3_000).map(|n| format!(r#""{}":{n}"#, key(n))).collect();
    let json = format!("[{{{0}}},{{{0}}},{{\"\":0}}]", members.join(","));
    let paths: Vec<String> = (0..3_000).step_by(7).map(|n| format!("$[*].{}", key(n))).collect();
    let paths: Vec<&str> = paths
        .iter()
        .map(String::as_str)
        .filter(|path| path.as_bytes()[5].is_ascii_alphabetic())
        .collect();
    let redacted = by_path(&paths, &json);
    let mut expected_members = members;
    for n in (0..3_000).step_by(7).filter(|n| n % 40 != 0) {
        expected_members[n] = format!(r#""{}":{}"#, key(n), super::M);
    }
    assert_eq!(redacted, format!("[{{{0}}},{{{0}}},{{\"\":0}}]", expected_members.join(",")));
}

/// Rules whose sets of positions are too many for a table.
#[test]
fn rules_may_multiply() {
    let path = format!("$..a{}.b", ".*".repeat(18));
    let paths = [path.as_str(), "$..pin", "$..a[*]..c"];
    let mut json = r#"{"b":"C","pin":"C","c":"C","d":1}"#.to_owned();
    for _ in 0..18 {
        json = format!("[{json}]");
    }
    json = format!(r#"{{"a":{json}}}"#);
    assert_eq!(by_path(&paths, &json), expected(&json.replace("\"C\"", "§")));
}
