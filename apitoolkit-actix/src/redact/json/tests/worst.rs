//! Documents and rules that are meant to hurt. Release builds take well under 50 ms for each 64 KiB;
//! here only that they end, and how.

use super::{JsonFault, JsonScratch, by_name, names, redact_with, rules};

const SIZE: usize = 64 << 10;

#[test]
fn depth_is_bounded() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    for depth in [127, 128, 129, 10_000] {
        assert_eq!(by_name(&nested(depth)), nested(depth));
    }
    let all = rules(&["$..*..a", "$[?@.a]"], Some(names()));
    for depth in [10_001, 1_000_000] {
        assert_eq!(redact_with(&all, &nested(depth)), Err(JsonFault::TooDeep));
        assert_eq!(redact_with(&all, &"[".repeat(depth)), Err(JsonFault::TooDeep));
        assert_eq!(redact_with(&all, &"{\"a\":".repeat(depth)), Err(JsonFault::TooDeep));
    }
}

#[test]
fn size_is_not_bounded() {
    let members: Vec<String> = (0..200_000).map(|n| format!("\"k{n}\":{n}")).collect();
    let json = format!("{{{}}}", members.join(","));
    assert_eq!(by_name(&json), json);
    for json in ["\\n".repeat(SIZE / 2), "\\u00e9".repeat(SIZE / 6), "x".repeat(1 << 20)] {
        let json = format!("\"{json}\"");
        assert_eq!(by_name(&json), json);
    }
    assert!(redact_with(&rules(&[], Some(names())), &"\"a\":".repeat(SIZE / 4)).is_err());
}

#[test]
fn strings_that_begin_like_json_cost_no_more_than_their_length() {
    let nearly = format!("[\"{{{}\"]", "\\\"a\\\":1:".repeat(SIZE / 8));
    assert_eq!(by_name(&nearly), nearly);
    let many = format!("[{}\"\"]", "\"[x]\",".repeat(SIZE / 6));
    assert_eq!(by_name(&many), many);
}

#[test]
fn memory_is_given_back() {
    let mut scratch = JsonScratch::default();
    let members: Vec<String> = (0..50_000).map(|n| format!("{{\"pin\":{n}}}")).collect();
    let json = format!("[{}]", members.join(","));
    rules(&["$[?@.x]"], Some(names())).redact(json.as_bytes(), &mut scratch).unwrap();
    let kept: usize = scratch
        .levels
        .iter()
        .map(|level| {
            level.edits.capacity() * size_of_val(&level.edits[..0]).max(24) + level.text.capacity()
        })
        .sum();
    assert!(kept < 1 << 20, "{kept}");
}
