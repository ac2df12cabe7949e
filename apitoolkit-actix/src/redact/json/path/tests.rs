use super::parse;

/// The offset and the reason for which `text` is refused.
fn refused(text: &str) -> (usize, String) {
    let error = parse(text).expect_err(text);
    (error.offset, error.reason.into_owned())
}

#[test]
fn mistakes_are_found_where_they_are() {
    let cases = [
        ("", 0),
        ("a", 0),
        (" $", 0),
        ("$ ", 1),
        ("$.", 2),
        ("$..", 3),
        ("$.1a", 2),
        ("$. a", 2),
        ("$.a b", 3),
        ("$.a.", 4),
        ("$é", 1),
        ("$.é.", 5),
        ("$[", 2),
        ("$[]", 2),
        ("$[a]", 2),
        ("$[0", 3),
        ("$[0,]", 4),
        ("$[0 1]", 4),
        ("$[01]", 2),
        ("$[-0]", 2),
        ("$[-]", 3),
        ("$[1.5]", 3),
        ("$[9007199254740992]", 2),
        ("$['a]", 2),
        ("$['\\x']", 3),
        ("$['\\ud800']", 3),
        ("$['\\u12']", 3),
        ("$['a\tb']", 4),
        ("$[?]", 3),
        ("$[?1]", 3),
        ("$[?'a']", 3),
        ("$[?@.a==]", 8),
        ("$[?@.a=1]", 6),
        ("$[?@.a==b]", 8),
        ("$[?@.a==True]", 8),
        ("$[?@.*==1]", 3),
        ("$[?1==@..a]", 6),
        ("$[?@.a==1==2]", 9),
        ("$[?@.a&&]", 8),
        ("$[?@.a&@.b]", 6),
        ("$[?(@.a]", 7),
        ("$[?!1]", 4),
        ("$[?!@.a==1]", 7),
        ("$[?!!@.a]", 4),
        ("$[?foo(@.a)]", 3),
        ("$[?length(@.a)]", 3),
        ("$[?length()==1]", 10),
        ("$[?length(@.*)==1]", 10),
        ("$[?length(@.a,@.b)==1]", 13),
        ("$[?count(1)==1]", 9),
        ("$[?count (@.*)==1]", 3),
        ("$[?match(@.a)]", 12),
        ("$[?match(@.a,'a')==true]", 3),
        ("$[?match(@.*,'a')]", 9),
        ("$[?match(@.a,'[')]", 13),
        ("$[?search(@.a,'\\\\d')]", 14),
        ("$[?match(@.a,match(@.b,'c'))]", 13),
        ("$[?@.a==1e]", 10),
        ("$[?@.a==1.]", 10),
        ("$[?@.a==01]", 8),
        ("$[?@.a==-]", 9),
    ];
    for (text, offset) in cases {
        let (at, reason) = refused(text);
        assert_eq!(at, offset, "{text}: {reason}");
        assert!(!reason.is_empty());
    }
}

#[test]
fn reasons_help() {
    assert!(refused("$[?search(@.a,'\\\\d')]").1.contains("[0-9]"));
    assert!(refused("$[?foo(@.a)]").1.contains("`foo`"));
    assert!(refused("users.email").1.contains("`$`"));
}

#[test]
fn nesting_is_bounded() {
    for depth in [100, 100_000] {
        for opening in ["(", "@[?", "!(", "length("] {
            let text = format!("$[?{}", opening.repeat(depth));
            assert!(refused(&text).1.contains("nested too deeply"), "{opening}");
        }
    }
    let fine = format!("$[?{}@.a{}]", "(".repeat(50), ")".repeat(50));
    assert!(parse(&fine).is_ok());
}

#[test]
fn white_space_stands_where_it_may() {
    for text in [
        "$ .a",
        "$\n[ 'a' ]",
        "$.a ..b",
        "$.. a",
        "$[ 1 : 2 : 3 ]",
        "$[ : : ]",
        "$[? @.a ]",
        "$[?@ .a == 1 ]",
        "$[?! ( @.a ) && ! @.b || ( @.c )]",
        "$[?count( @ .* )>1]",
        "$[?match( @.a , 'a' )]",
    ] {
        let ok = parse(text).is_ok();
        assert_eq!(ok, text != "$.. a", "{text}");
    }
}

/// The parser of the `jsonpath-rust` crate as a second opinion on everything it gets right.
#[test]
fn another_parser_accepts_the_same() {
    for text in [
        "$",
        "$.a",
        "$['a']",
        "$[0]",
        "$[-1]",
        "$[1:2]",
        "$[::2]",
        "$.*",
        "$..a",
        "$..*",
        "$['a',1,*]",
        "$[?@.a]",
        "$[?@.a == 1 && @.b != 'c']",
        "$[?!(@.a > 1)]",
        "$[?count(@.*) > 1]",
        "$[?match(@.a, 'b.*')]",
    ] {
        assert!(parse(text).is_ok(), "{text}");
        assert!(jsonpath_rust::parser::parse_json_path(text).is_ok(), "{text}");
    }
    for text in ["", "$.", "$[", "$[]", "a", "$[?]", "$[a]", "$[1:2:3:4]"] {
        assert!(parse(text).is_err(), "{text}");
        assert!(jsonpath_rust::parser::parse_json_path(text).is_err(), "{text}");
    }
}
