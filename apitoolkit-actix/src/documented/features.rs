use std::collections::BTreeSet;

use super::{first_names, rows, section};

/// For nobody but us, or for everybody.
const NOT_LISTED: [&str; 2] = ["default", "fuzzing"];

fn features() -> BTreeSet<String> {
    let manifest = include_str!("../../Cargo.toml");
    let (_, after) = manifest.split_once("\n[features]\n").unwrap();
    let (features, _) = after.split_once("\n[dependencies]\n").unwrap();
    features
        .lines()
        .filter_map(|line| line.split_once(" = ["))
        .map(|(name, _)| name.to_owned())
        .filter(|name| !NOT_LISTED.contains(&name.as_str()))
        .collect()
}

#[test]
fn every_feature_is_there() {
    assert!(features().len() >= 10);
    assert_eq!(first_names(&rows(section("## Cargo features"))), features());
}

/// The crate's documentation has the same table, for who reads it without this page.
#[test]
fn the_crates_documentation_has_the_same_ones() {
    let root = include_str!("../lib.rs");
    let listed: BTreeSet<_> = root
        .lines()
        .filter_map(|line| line.strip_prefix("//! | `")?.split_once('`'))
        .map(|(name, _)| name.to_owned())
        .collect();
    assert_eq!(listed, features());
}
