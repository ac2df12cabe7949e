//! The page of guarantees names the tests that hold them: each of them is there.

use std::{fs, path::Path};

#[test]
fn every_guarantee_has_tests_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let page = fs::read_to_string(root.join("docs/guarantees.md")).expect("the page");
    let mut sources = String::new();
    for directory in ["tests/tests", "apitoolkit-actix/src"] {
        read(&root.join(directory), &mut sources);
    }
    let promises =
        page.lines().filter(|line| line.starts_with("| ") && !line.contains("| Tests |"));
    let mut named = 0;
    for promise in promises {
        let tests = promise.trim_end_matches(['|', ' ']).rsplit('|').next().expect("a column");
        let names: Vec<_> = tests.split('`').skip(1).step_by(2).collect();
        assert!(!names.is_empty(), "no test holds: {promise}");
        for name in &names {
            assert!(sources.contains(&format!("fn {name}(")), "there is no test {name}");
        }
        named += names.len();
    }
    assert!(named > 40, "{named} tests");
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
