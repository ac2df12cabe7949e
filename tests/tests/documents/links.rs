//! Every link of every page leads somewhere.

use std::{collections::BTreeSet, fs, path::PathBuf};

use crate::page::root;

fn pages() -> Vec<PathBuf> {
    let mut pages: Vec<_> = [".", "docs", "docs/adr", "apitoolkit-macros"]
        .iter()
        .flat_map(|directory| fs::read_dir(root().join(directory)).expect("a directory"))
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    pages.sort();
    pages
}

/// The text without its blocks of code.
fn prose(page: &str) -> String {
    page.split("```").step_by(2).collect()
}

/// Where the links of a page lead.
fn targets(prose: &str) -> Vec<&str> {
    prose
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')'))
        .map(|(target, _)| target)
        .collect()
}

/// The anchors of a page's headings, as GitHub makes them.
fn anchors(page: &str) -> BTreeSet<String> {
    let headings = page.lines().filter(|line| line.starts_with('#'));
    headings
        .map(|line| {
            let heading = line.trim_start_matches('#').trim().to_lowercase();
            let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
            heading.chars().filter(kept).collect::<String>().replace(' ', "-")
        })
        .collect()
}

#[test]
fn every_link_leads_somewhere() {
    let (mut followed, mut broken) = (0, Vec::new());
    for page in pages() {
        let text = fs::read_to_string(&page).expect("a page");
        let prose = prose(&text);
        for target in targets(&prose) {
            if target.contains("://") {
                continue;
            }
            followed += 1;
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let file = match file {
                "" => page.clone(),
                file => page.parent().expect("a directory").join(file),
            };
            let is_there = match fs::read_to_string(&file) {
                Ok(there) => anchor.is_empty() || anchors(&there).contains(anchor),
                // A picture or a directory.
                Err(_) => anchor.is_empty() && file.exists(),
            };
            if !is_there {
                broken.push(format!("{}: {target}", page.display()));
            }
        }
    }
    assert!(followed > 80, "{followed} links");
    assert_eq!(broken, [""; 0]);
}

#[test]
fn every_guide_is_in_the_index() {
    let index = fs::read_to_string(root().join("docs/README.md")).expect("the index");
    let linked: BTreeSet<_> = targets(&index).into_iter().map(str::to_owned).collect();
    for page in fs::read_dir(root().join("docs")).expect("the guides") {
        let name = page.expect("a page").file_name().into_string().expect("a name");
        if name.ends_with(".md") && name != "README.md" {
            assert!(linked.contains(&name), "{name} is not in docs/README.md");
        }
    }
}

/// Rust on a page compiles only if the page is among the documentation of this package.
#[test]
fn every_page_with_rust_is_compiled() {
    let compiled = include_str!("../../src/lib.rs");
    let mut found = 0;
    for page in pages() {
        let text = fs::read_to_string(&page).expect("a page");
        if text.split("```rust").skip(1).any(|block| !block.starts_with(",ignore")) {
            found += 1;
            let path = page.strip_prefix(root()).expect("a page of ours").display().to_string();
            let path = path.trim_start_matches("./");
            assert!(compiled.contains(&format!("\"{path}\"")), "{path} is not compiled");
        }
    }
    assert!(found > 10, "{found} pages");
}
