//! Pages in Markdown, and the sources that they speak of.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Where the repository is.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a root").to_owned()
}

/// The text of a file of the repository.
pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// All sources of the library, one after the other.
pub(crate) fn sources() -> String {
    fn collect(directory: &Path, all: &mut String) {
        for entry in fs::read_dir(directory).expect("a directory") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                collect(&path, all);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                all.push_str(&fs::read_to_string(&path).expect("a source"));
            }
        }
    }
    let mut all = String::new();
    collect(&root().join("apitoolkit-actix/src"), &mut all);
    all
}

/// What stands below a heading, up to the next one that is not below it.
pub(crate) fn section<'p>(page: &'p str, heading: &str) -> &'p str {
    let begin = page.find(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("no {heading}"));
    let after = &page[begin + heading.len() + 1..];
    let level = heading.bytes().take_while(|b| *b == b'#').count();
    let end =
        (1..=level).filter_map(|level| after.find(&format!("\n{} ", "#".repeat(level)))).min();
    &after[..end.unwrap_or(after.len())]
}

/// The cells of the rows of all tables, without the heads.
pub(crate) fn rows(section: &str) -> Vec<Vec<&str>> {
    let (mut rows, mut line_of_table) = (Vec::new(), 0);
    for line in section.lines().map(str::trim) {
        let Some(cells) = line.strip_prefix("| ").and_then(|rest| rest.strip_suffix('|')) else {
            line_of_table = if line.starts_with("|---") { 2 } else { 0 };
            continue;
        };
        if line_of_table >= 2 {
            rows.push(cells.split(" |").map(str::trim).collect());
        }
        line_of_table += 1;
    }
    assert!(!rows.is_empty(), "no table");
    rows
}

/// What stands between backticks.
pub(crate) fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// The blocks of code in one language.
pub(crate) fn blocks<'p>(page: &'p str, language: &str) -> Vec<&'p str> {
    let fence = format!("```{language}\n");
    let parts = page.split(fence.as_str()).skip(1);
    parts.map(|part| part.split_once("```").expect("an end").0).collect()
}
