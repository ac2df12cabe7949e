//! The walk through the example is of the example as it is.

use std::{fs, path::Path};

#[test]
fn what_the_page_quotes_is_in_the_example() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let page = fs::read_to_string(root.join("docs/flaskr.md")).expect("the page");
    let linked = page.split("](../").skip(1).filter_map(|rest| rest.split(')').next());
    let linked: Vec<_> = linked.filter(|path| path.ends_with(".rs")).collect();
    assert!(linked.len() > 4, "{linked:?}");
    for path in linked {
        assert!(root.join(path).is_file(), "{path}");
    }
    let mut sources = String::new();
    for entry in fs::read_dir(root.join("examples/flaskr")).expect("the example") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            sources.push_str(&squeezed(&fs::read_to_string(path).expect("a source")));
        }
    }
    let quoted = page.split("```rust,ignore\n").skip(1);
    let quoted: Vec<_> = quoted.filter_map(|rest| rest.split("```").next()).collect();
    assert!(quoted.len() > 6, "{quoted:?}");
    for quoted in quoted {
        assert!(sources.contains(&squeezed(quoted)), "not in the example: {quoted}");
    }
}

/// Without blanks, so that it does not matter where lines end.
fn squeezed(text: &str) -> String {
    text.split_whitespace().collect()
}
