mod cases;
mod compliance;
mod embedded;
mod located;
mod properties;
mod random;
mod reference;
mod validity;
mod worst;

use super::{JsonFault, JsonRules, JsonScratch};
use crate::redact::names::{NameKind, NameSet};

/// The marker as it stands in a document.
const M: &str = "\"[CLIENT_REDACTED]\"";

fn names() -> NameSet {
    NameSet::new(NameKind::Body, true, &[], &[])
}

fn rules(paths: &[&str], names: Option<NameSet>) -> JsonRules {
    let paths: Vec<String> = paths.iter().map(ToString::to_string).collect();
    JsonRules::compile("paths", &paths, names).unwrap()
}

fn redact_with(rules: &JsonRules, json: &str) -> Result<String, JsonFault> {
    let redacted = rules.redact(json.as_bytes(), &mut JsonScratch::default())?;
    Ok(String::from_utf8(redacted.into_owned()).unwrap())
}

/// By paths alone.
fn by_path(paths: &[&str], json: &str) -> String {
    redact_with(&rules(paths, None), json).unwrap()
}

/// By the default names alone.
fn by_name(json: &str) -> String {
    redact_with(&rules(&[], Some(names())), json).unwrap()
}

/// `§` stands for the marker.
fn expected(json: &str) -> String {
    json.replace('§', M)
}
