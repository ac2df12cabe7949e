//! Pages that name the tests which hold what they say: each of the tests is there.

use std::{fs, path::Path};

#[test]
fn every_guarantee_has_tests_that_exist() {
    let named = named_tests("docs/guarantees.md");
    assert!(named > 40, "{named} tests");
}

#[test]
fn every_case_has_tests_that_exist() {
    let named = named_tests("docs/cases.md");
    assert!(named > 200, "{named} tests");
}

/// How many tests the tables of a page name in their last column.
fn named_tests(page: &str) -> usize {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let page = fs::read_to_string(root.join(page)).expect("the page");
    let mut sources = String::new();
    for directory in ["tests/tests", "tests/macros", "fuzz/src", "apitoolkit-actix/src"] {
        read(&root.join(directory), &mut sources);
    }
    let rows = page.lines().filter(|line| line.starts_with("| ") && !line.contains("| Tests |"));
    let mut named = 0;
    for row in rows {
        let tests = row.trim_end_matches(['|', ' ']).rsplit('|').next().expect("a column");
        let names: Vec<_> = tests.split('`').skip(1).step_by(2).collect();
        assert!(!names.is_empty(), "no test holds: {row}");
        for name in &names {
            assert!(sources.contains(&format!("fn {name}(")), "there is no test {name}");
        }
        named += names.len();
    }
    named
}

fn read(directory: &Path, sources: &mut String) {
    for entry in fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            read(&path, sources);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            sources.push_str(&fs::read_to_string(&path).expect("a source"));
        }
    }
}
