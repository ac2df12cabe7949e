//! Half of the public compliance suite for RFC 9535.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{reference, rules};
use crate::redact::json::{
    JsonRules, JsonScratch,
    locate::{self, Budget, Located},
    path,
    splice::{self, Edit, splice},
};

fn suite() -> Vec<Value> {
    let text = include_str!("../../../../../tests/data/jsonpath-compliance-half.json");
    let suite: Value = serde_json::from_str(text).unwrap();
    let tests = suite["tests"].as_array().unwrap().clone();
    assert_eq!(tests.len(), 352);
    tests
}

/// The node sets that a test accepts, as lists of normalised paths.
fn accepted(test: &Value) -> Vec<BTreeSet<&str>> {
    let lists = match test.get("results_paths") {
        Some(lists) => lists.as_array().unwrap().iter().collect(),
        None => vec![&test["result_paths"]],
    };
    lists
        .into_iter()
        .map(|list| list.as_array().unwrap().iter().map(|path| path.as_str().unwrap()).collect())
        .collect()
}

#[test]
fn valid_selectors_redact_exactly_their_nodes() {
    let mut seen = 0;
    for test in suite().iter().filter(|test| test.get("invalid_selector").is_none()) {
        let selector = test["selector"].as_str().unwrap();
        let json = test["document"].to_string();
        let ranges = reference::read(&json).by_path();
        let sets: Vec<Vec<Edit>> = accepted(test)
            .into_iter()
            .map(|paths| {
                let edit = |path| {
                    let range: &std::ops::Range<usize> = &ranges[path];
                    Edit { start: range.start, end: range.end, nesting: 0 }
                };
                paths.into_iter().map(edit).collect()
            })
            .collect();

        // Every node, those inside others included.
        let path = path::parse(selector).unwrap();
        let mut found = Vec::new();
        let mut budget = Budget::new(json.len());
        let mut memory = Located::default();
        locate::locate(&[path], json.as_bytes(), 0, &mut budget, &mut memory, &mut found).unwrap();
        let in_order = |mut edits: Vec<Edit>| {
            edits.sort_by_key(|edit| (edit.start, edit.end));
            edits
        };
        let found = in_order(found);
        assert!(
            sets.iter().any(|set| in_order(set.clone()) == found),
            "{selector:?} on {json}: {found:?} instead of {sets:?}"
        );

        // The document, whichever mechanism the rule is given to.
        let redacted = rules(&[selector], None);
        let redacted = redacted.redact(json.as_bytes(), &mut JsonScratch::default()).unwrap();
        let expected = sets.into_iter().map(|mut edits| {
            splice::normalise(&mut edits);
            splice(json.as_bytes(), &edits)
        });
        assert!(
            expected.into_iter().any(|expected| expected == redacted),
            "{selector:?} on {json}"
        );
        serde_json::from_slice::<Value>(&redacted).unwrap();
        seen += 1;
    }
    assert_eq!(seen, 226);
}

#[test]
fn invalid_selectors_are_refused() {
    let mut seen = 0;
    for test in suite().iter().filter(|test| test.get("invalid_selector").is_some()) {
        let selector = test["selector"].as_str().unwrap();
        let paths = ["$.fine".to_owned(), selector.to_owned()];
        let error = JsonRules::compile("redact_request_body", &paths, None)
            .expect_err(&format!("{selector:?} is not valid"));
        assert_eq!((error.index(), error.value()), (1, selector));
        assert!(error.offset() <= selector.len(), "{error}");
        assert!(selector.is_char_boundary(error.offset()), "{error}");
        seen += 1;
    }
    assert_eq!(seen, 126);
}
