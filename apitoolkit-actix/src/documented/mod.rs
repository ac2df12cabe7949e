//! Whether `docs/configuration.md` says what the code does: a new option, variable or feature that is
//! missing there fails a test, and so does a default that differs.

mod environment;
mod features;
mod options;

use std::{collections::BTreeSet, fs, path::Path, sync::LazyLock};

static PAGE: LazyLock<String> = LazyLock::new(|| {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/configuration.md");
    fs::read_to_string(page).expect("the page")
});

/// What stands below a heading of the page, up to the next one that is not below it.
fn section(heading: &str) -> &'static str {
    let begin = PAGE.find(&format!("\n{heading}\n")).expect(heading) + 1;
    let after = &PAGE[begin + heading.len()..];
    let level = heading.bytes().take_while(|b| *b == b'#').count();
    // Code has lines with a `#` in front as well: those that are not shown.
    let (mut at, mut is_code) = (0, false);
    for line in after.split_inclusive('\n') {
        is_code ^= line.starts_with("```");
        let marks = line.bytes().take_while(|b| *b == b'#').count();
        if !is_code && (1..=level).contains(&marks) {
            return &after[..at];
        }
        at += line.len();
    }
    after
}

/// The part of a section that is above its own headings.
fn above_headings(section: &'static str) -> &'static str {
    section.split("\n#").next().expect("a part")
}

/// The rows of all tables, as their cells; without the heads.
fn rows(section: &'static str) -> Vec<Vec<&'static str>> {
    let (mut rows, mut line_of_table) = (Vec::new(), 0);
    for line in section.lines() {
        let Some(cells) = line.strip_prefix("| ").and_then(|rest| rest.strip_suffix('|')) else {
            line_of_table = if line.starts_with("|---") { 2 } else { 0 };
            continue;
        };
        if line_of_table >= 2 {
            rows.push(cells.split('|').map(str::trim).collect());
        }
        line_of_table += 1;
    }
    assert!(!rows.is_empty(), "no table");
    rows
}

/// What stands between backticks.
fn names(cell: &'static str) -> impl Iterator<Item = &'static str> {
    cell.split('`').skip(1).step_by(2)
}

/// The names in the first cells of all rows; each has to be there once.
fn first_names(rows: &[Vec<&'static str>]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for name in rows.iter().flat_map(|row| names(row[0])) {
        assert!(found.insert(name.to_owned()), "{name} is there twice");
    }
    found
}

/// Every source file below a directory of the library, less its tests.
fn sources(below: &str) -> Vec<String> {
    fn collect(directory: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(directory).expect("a directory of sources") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().and_then(|name| name.to_str()).expect("a name");
            if path.is_dir() && !matches!(name, "tests" | "documented") {
                collect(&path, found);
            } else if name.ends_with(".rs") && name != "tests.rs" {
                let text = fs::read_to_string(&path).expect("a source");
                let code = text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or(&text);
                found.push(code.to_owned());
            }
        }
    }
    let mut found = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(below), &mut found);
    found
}
