//! Filters, and what the compliance suite does not say of them.

use super::{JsonFault, by_path, expected, redact_with, rules};

#[test]
fn nested_filters_find_their_nodes() {
    let json = "[[1],[2],[[5]],{\"a\":7},8]";
    assert_eq!(by_path(&["$[?@[?@>1]]"], json), expected("[[1],§,[[5]],§,8]"));
}

#[test]
fn filters_choose_members_and_elements() {
    let json = r#"{"users":[{"role":"admin","email":"a"},{"role":"user","email":"b"}]}"#;
    let cases = [
        (
            "$.users[?@.role=='admin'].email",
            r#"{"users":[{"role":"admin","email":§},{"role":"user","email":"b"}]}"#,
        ),
        (
            "$.users[?@.role!='admin'].email",
            r#"{"users":[{"role":"admin","email":"a"},{"role":"user","email":§}]}"#,
        ),
        (
            "$.users[-1].email",
            r#"{"users":[{"role":"admin","email":"a"},{"role":"user","email":§}]}"#,
        ),
        (
            "$.users[?search(@.role,'^ad')]['email']",
            r#"{"users":[{"role":"admin","email":§},{"role":"user","email":"b"}]}"#,
        ),
        ("$..[?@=='b']", r#"{"users":[{"role":"admin","email":"a"},{"role":"user","email":§}]}"#),
        ("$.users[?length(@.role)==5]", r#"{"users":[§,{"role":"user","email":"b"}]}"#),
        ("$[?count(@.*)==2]", r#"{"users":§}"#),
        (
            "$.users[?@.email==value($.users[1].email)].role",
            r#"{"users":[{"role":"admin","email":"a"},{"role":§,"email":"b"}]}"#,
        ),
    ];
    for (path, redacted) in cases {
        assert_eq!(by_path(&[path], json), expected(redacted), "{path}");
    }
}

#[test]
fn values_are_compared_as_values() {
    let json = r#"[1,1.0,10e-1,"1","\u0031",true,null,[1],{"a":1,"b":[]},{"b":[ ],"\u0061":1.0},1e400,-0]"#;
    let select = |condition: &str| by_path(&[&format!("$[?{condition}]")], json);
    assert_eq!(select("@==1"), expected(&json.replace("[1,1.0,10e-1,", "[§,§,§,")));
    assert_eq!(select("@=='1'"), expected(&json.replace(r#""1","\u0031""#, "§,§")));
    assert_eq!(select("@==$[7]"), expected(&json.replace(",[1],", ",§,")));
    assert_eq!(
        select("@==$[8]"),
        expected(&json.replace(r#"{"a":1,"b":[]},{"b":[ ],"\u0061":1.0}"#, "§,§"))
    );
    assert_eq!(select("@==0"), expected(&json.replace("-0]", "§]")));
    assert_eq!(select("@>1e300"), expected(&json.replace("1e400", "§")));
    assert_eq!(select("@==@.x"), json);
    // Beyond what doubles tell apart.
    let ints = "[9007199254740993,9007199254740992,100000000000000000000000000001]";
    assert_eq!(
        by_path(&["$[?@==$[0]]"], ints),
        expected("[§,9007199254740992,100000000000000000000000000001]")
    );
}

#[test]
fn a_repeated_key_compares_with_any_of_its_values() {
    let json = r#"[{"role":"user","role":"admin","email":"C"},{"role":"user","email":"b"}]"#;
    assert_eq!(
        by_path(&["$[?@.role=='admin'].email"], json),
        expected(&json.replace("\"C\"", "§"))
    );
    assert_eq!(
        by_path(&["$[?length(@.role)==5].email"], json),
        expected(&json.replace("\"C\"", "§"))
    );
    assert_eq!(
        by_path(&["$[?match(@.role,'admin')].email"], json),
        expected(&json.replace("\"C\"", "§"))
    );
}

#[test]
fn patterns_follow_rfc_9485() {
    let matching = [
        ("a.c", "abc"),
        ("[0-9]{3}", "123"),
        ("[0-9]{1,}", "12345"),
        ("[^0-9]+", "abc"),
        ("(ab|cd)*", "abcdab"),
        ("a\\\\.b", "a.b"),
        ("[a\\\\-z]+", "a-z"),
        ("[-a]+", "a-a"),
        ("[a-]+", "a-a"),
        ("[a&&b]+", "a&b"),
        ("[a~~b\\\\[]+", "a~["),
        ("\\\\p{L}\\\\P{L}", "é1"),
        ("[\\\\p{Lu}x]+", "ÉxÀ"),
        ("<a>#", "<a>#"),
        ("a:b^c", "a:b^c"),
        ("x$y", "x$y"),
        ("^a$|^b$", "b"),
        ("", ""),
        ("a||b", ""),
    ];
    for (pattern, text) in matching {
        let json = format!("[\"{text}\",0]");
        assert_eq!(
            by_path(&[&format!("$[?match(@,'{pattern}')]")], &json),
            expected("[§,0]"),
            "{pattern}"
        );
    }
    for (pattern, text) in [
        ("a.c", "a\\nc"),
        ("a.c", "a\\rc"),
        (".", "ab"),
        ("a", "A"),
        ("b", "abc"),
        ("a|b", "ab"),
        ("[a-c]", "d"),
    ] {
        let json = format!("[\"{text}\"]");
        assert_eq!(by_path(&[&format!("$[?match(@,'{pattern}')]")], &json), json, "{pattern}");
    }
}

#[test]
fn a_pattern_from_the_document_may_be_wrong() {
    let json = r#"{"p":"[","q":"b+","r":7,"x":["abbc"]}"#;
    assert_eq!(
        by_path(&["$.x[?search(@,$.p)]", "$.x[?search(@,$.r)]", "$.x[?search(@,$.none)]"], json),
        json
    );
    assert_eq!(by_path(&["$.x[?search(@,$.q)]"], json), expected(&json.replace("\"abbc\"", "§")));
    assert_eq!(by_path(&["$.x[?!search(@,$.p)]"], json), expected(&json.replace("\"abbc\"", "§")));
}

#[test]
fn text_with_half_surrogates_is_still_text() {
    let json = r#"["\ud800","\ud800x","a"]"#;
    assert_eq!(by_path(&["$[?length(@)==1]"], json), expected(r#"[§,"\ud800x",§]"#));
    assert_eq!(by_path(&["$[?@=='\u{fffd}']"], json), json);
}

#[test]
fn more_names_than_a_table_has_columns_for_are_located() {
    let names: Vec<String> = (0..33_000).map(|n| format!("'n{n}'")).collect();
    let json = r#"{"n0":1,"n32767":2,"n32768":3,"n32999":4,"n33000":5}"#;
    assert_eq!(
        by_path(&[&format!("$[{}]", names.join(","))], json),
        expected(r#"{"n0":§,"n32767":§,"n32768":§,"n32999":§,"n33000":5}"#)
    );
    let paths: Vec<String> = (0..33_000).map(|n| format!("$.n{n}")).collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    assert_eq!(
        by_path(&paths, json),
        expected(r#"{"n0":§,"n32767":§,"n32768":§,"n32999":§,"n33000":5}"#)
    );
}

#[test]
fn too_much_work_is_refused() {
    let json = format!("{}1{}", "{\"a\":".repeat(4_000), "}".repeat(4_000));
    for path in ["$..[?@..x]", "$..[?@==$..a]", "$..[?count(@..*)==0]"] {
        let Ok(rules) = super::JsonRules::compile("paths", &[path.to_owned()], None) else {
            continue;
        };
        assert_eq!(redact_with(&rules, &json), Err(JsonFault::TooComplex), "{path}");
    }
    assert_eq!(redact_with(&rules(&["$..*..*..*..b"], None), &json).unwrap(), json);
}

#[test]
fn patterns_may_be_large_but_not_endless() {
    let compile = |pattern: &str| {
        let path = format!("$[?search(@,'{pattern}')]");
        super::JsonRules::compile("paths", &[path], None).map_err(|error| error.offset())
    };
    for pattern in ["\\\\p{L}{1,64}@", "[a-z0-9._%+-]{1,64}@[a-z0-9.-]{1,255}", "(a{50}){10}"] {
        assert!(compile(pattern).is_ok(), "{pattern}");
    }
    for pattern in ["((a{1000}){1000}){1000}", "a{999999999999}", "(\\\\p{L}{500}){500}"] {
        assert_eq!(compile(pattern).err(), Some(12), "{pattern}");
    }
    for pattern in [
        "[",
        "(",
        ")",
        "a)",
        "*",
        "a**",
        "a+?",
        "a{",
        "a{,2}",
        "a{x}",
        "a{1,2,3}",
        "]",
        "}",
        "[]",
        "[^]",
        "[[a]",
        "[a--b]",
        "\\\\d",
        "\\\\w",
        "\\\\b",
        "\\\\p",
        "\\\\pL",
        "\\\\p{Greek}",
        "\\\\p{Lx}",
        "(?i)a",
        "(?:a)",
        "[b-a]",
        "a{3,2}",
        "^*",
        "\\\\",
    ] {
        assert_eq!(compile(pattern).err(), Some(12), "{pattern}");
    }
}
