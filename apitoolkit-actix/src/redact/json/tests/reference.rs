//! A slow and simple JSONPath evaluator over a tree with byte ranges, to compare the engine with.

mod select;

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

pub(super) use select::select;
use serde_json::Value as Json;

/// A value of a document and where it stands.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) range: Range<usize>,
    pub(super) value: Value,
}

#[derive(Debug)]
pub(super) enum Value {
    Scalar(Json),
    Array(Vec<Tree>),
    Object(Vec<(String, Tree)>),
}

/// Reads a valid document.
pub(super) fn read(json: &str) -> Tree {
    let mut at = 0;
    let tree = value(json.as_bytes(), &mut at);
    blank(json.as_bytes(), &mut at);
    assert_eq!(at, json.len());
    tree
}

fn blank(json: &[u8], at: &mut usize) {
    while *at < json.len() && json[*at].is_ascii_whitespace() {
        *at += 1;
    }
}

fn value(json: &[u8], at: &mut usize) -> Tree {
    blank(json, at);
    let start = *at;
    let value = match json[*at] {
        b'[' => Value::Array(items(json, at, b']', value)),
        b'{' => Value::Object(items(json, at, b'}', |json, at| {
            blank(json, at);
            let key = string(json, at);
            blank(json, at);
            assert_eq!(json[*at], b':');
            *at += 1;
            (key, value(json, at))
        })),
        b'"' => Value::Scalar(string(json, at).into()),
        _ => {
            while *at < json.len() && !b",]} \n\r\t".contains(&json[*at]) {
                *at += 1;
            }
            Value::Scalar(serde_json::from_slice(&json[start..*at]).unwrap_or_default())
        }
    };
    Tree { range: start..*at, value }
}

fn items<T>(
    json: &[u8],
    at: &mut usize,
    close: u8,
    mut item: impl FnMut(&[u8], &mut usize) -> T,
) -> Vec<T> {
    let mut items = Vec::new();
    loop {
        *at += 1;
        blank(json, at);
        if json[*at] == close {
            break;
        }
        items.push(item(json, at));
        blank(json, at);
        if json[*at] == close {
            break;
        }
    }
    *at += 1;
    items
}

fn string(json: &[u8], at: &mut usize) -> String {
    let start = *at;
    *at += 1;
    while json[*at] != b'"' {
        *at += if json[*at] == b'\\' { 2 } else { 1 };
    }
    *at += 1;
    // Half a surrogate pair is no key that a rule can name.
    serde_json::from_slice(&json[start..*at]).unwrap_or_else(|_| "\u{10ffff}".to_owned())
}

impl Tree {
    fn children(&self) -> Vec<&Self> {
        match &self.value {
            Value::Scalar(_) => Vec::new(),
            Value::Array(items) => items.iter().collect(),
            Value::Object(members) => members.iter().map(|(_, tree)| tree).collect(),
        }
    }

    pub(super) fn has_repeated_keys(&self) -> bool {
        let repeats = match &self.value {
            Value::Object(members) => {
                let keys: BTreeSet<&String> = members.iter().map(|(key, _)| key).collect();
                keys.len() < members.len()
            }
            _ => false,
        };
        repeats || self.children().into_iter().any(Self::has_repeated_keys)
    }

    fn to_json(&self) -> Json {
        match &self.value {
            Value::Scalar(scalar) => scalar.clone(),
            Value::Array(items) => items.iter().map(Self::to_json).collect(),
            Value::Object(members) => {
                members.iter().map(|(key, member)| (key.clone(), member.to_json())).collect()
            }
        }
    }

    fn descendants<'t>(&'t self, all: &mut Vec<&'t Self>) {
        all.push(self);
        for child in self.children() {
            child.descendants(all);
        }
    }

    /// All nodes by their normalised path (RFC 9535, section 2.7).
    pub(super) fn by_path(&self) -> BTreeMap<String, Range<usize>> {
        fn add(tree: &Tree, path: &str, all: &mut BTreeMap<String, Range<usize>>) {
            all.insert(path.to_owned(), tree.range.clone());
            match &tree.value {
                Value::Scalar(_) => {}
                Value::Array(items) => {
                    for (at, item) in items.iter().enumerate() {
                        add(item, &format!("{path}[{at}]"), all);
                    }
                }
                Value::Object(members) => {
                    for (key, member) in members {
                        add(member, &format!("{path}['{}']", normalised(key)), all);
                    }
                }
            }
        }
        let mut all = BTreeMap::new();
        add(self, "$", &mut all);
        all
    }
}

fn normalised(key: &str) -> String {
    let mut out = String::new();
    for c in key.chars() {
        match c {
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            '\'' | '\\' => out.extend(['\\', c]),
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}
