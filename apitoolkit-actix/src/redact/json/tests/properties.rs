//! Random documents and random rules, beside an evaluator that is slow and simple.

use fastrand::Rng;

use super::{
    JsonFault, JsonRules, JsonScratch, names,
    random::{condition, document, path},
    reference,
};
use crate::redact::json::splice::{self, Edit, splice};

/// The generators of `n` random cases, or of `PROPERTY_FACTOR` times as many; a failure names its
/// seed.
fn rngs(n: u64) -> impl Iterator<Item = (u64, Rng)> {
    let factor = std::env::var("PROPERTY_FACTOR").map_or(1, |factor| factor.parse().unwrap());
    (0..n * factor).map(|seed| (seed, Rng::with_seed(seed)))
}

fn compile(paths: &[String], by_name: bool) -> JsonRules {
    JsonRules::compile("paths", paths, by_name.then(names)).unwrap()
}

/// The same rules, without a table.
fn compile_without_table(paths: &[String], by_name: bool) -> JsonRules {
    JsonRules::compile_within(0, "paths", paths, by_name.then(names)).unwrap()
}

#[test]
fn the_engine_agrees_with_the_reference() {
    let mut scratch = JsonScratch::default();
    let mut selected = 0;
    for (seed, mut rng) in rngs(10_000) {
        let json = document(&mut rng);
        let paths: Vec<String> = (0..rng.usize(..5)).map(|_| path(&mut rng)).collect();
        let tree = reference::read(&json);
        let mut edits: Vec<Edit> = paths
            .iter()
            .flat_map(|path| reference::select(&tree, path))
            .map(|range| Edit { start: range.start, end: range.end, nesting: 0 })
            .collect();
        let by_name = rng.bool();
        if by_name {
            let denied = ["$..pin", "$..token"].into_iter();
            edits.extend(
                denied.flat_map(|path| reference::select(&tree, path)).map(|range| Edit {
                    start: range.start,
                    end: range.end,
                    nesting: 0,
                }),
            );
        }
        splice::normalise(&mut edits);
        selected += usize::from(!edits.is_empty());

        let redacted = compile(&paths, by_name).redact(json.as_bytes(), &mut scratch).unwrap();
        let redacted = str::from_utf8(&redacted).unwrap();
        let expected = splice(json.as_bytes(), &edits);
        assert_eq!(redacted, str::from_utf8(&expected).unwrap(), "{seed}: {paths:?} on {json}");
        reference::read(redacted);
        let rules = compile_without_table(&paths, by_name);
        let again = rules.redact(json.as_bytes(), &mut scratch).unwrap();
        assert_eq!(str::from_utf8(&again).unwrap(), redacted, "{seed}: {paths:?} on {json}");
    }
    assert!(selected > 4_000, "{selected}");
}

/// Sets of positions of several words.
#[test]
fn many_rules_agree_with_and_without_a_table() {
    let mut scratch = JsonScratch::default();
    for (seed, mut rng) in rngs(100) {
        let json = document(&mut rng);
        let paths: Vec<String> =
            (0..100).map(|_| path(&mut rng)).filter(|path| path.len() > 12).collect();
        let table = compile(&paths, false);
        let table = table.redact(json.as_bytes(), &mut scratch).unwrap().into_owned();
        let bits = compile_without_table(&paths, false);
        let bits = bits.redact(json.as_bytes(), &mut scratch).unwrap();
        assert_eq!(table, *bits, "{seed}: {paths:?} on {json}");
    }
}

/// Filters, on documents in which no key is repeated.
#[test]
fn filters_agree_with_the_reference() {
    let mut scratch = JsonScratch::default();
    let mut selected = 0;
    for (seed, mut rng) in rngs(10_000) {
        // What the reference has no values for.
        let json = document(&mut rng).replace("1e400", "1e300").replace("\\ud800", "");
        if reference::read(&json).has_repeated_keys() {
            continue;
        }
        let from = if rng.bool() { "$..".to_owned() } else { path(&mut rng) };
        let condition = condition(&mut rng, 2);
        let path = format!("{from}[?{condition}]{}", rng.choice(["", "", "..a", ".*"]).unwrap());
        let tree = reference::read(&json);
        let mut edits: Vec<Edit> = reference::select(&tree, &path)
            .into_iter()
            .map(|range| Edit { start: range.start, end: range.end, nesting: 0 })
            .collect();
        splice::normalise(&mut edits);
        selected += usize::from(!edits.is_empty());
        let redacted = compile(std::slice::from_ref(&path), false)
            .redact(json.as_bytes(), &mut scratch)
            .unwrap();
        let expected = splice(json.as_bytes(), &edits);
        assert_eq!(
            str::from_utf8(&redacted).unwrap(),
            str::from_utf8(&expected).unwrap(),
            "{seed}: {path} on {json}"
        );
    }
    assert!(selected > 200, "{selected}");
}

/// The same rule through the one pass and through the index.
#[test]
fn both_mechanisms_agree() {
    let mut scratch = JsonScratch::default();
    for (seed, mut rng) in rngs(3_000) {
        let json = document(&mut rng);
        let path = path(&mut rng);
        // An impossible filter selects nothing, and sends the rule to the index.
        let located = if path == "$" {
            path.clone()
        } else {
            format!("{}, ?@ != @]", &path[..path.len() - 1])
        };
        let one =
            compile(&[path], false).redact(json.as_bytes(), &mut scratch).unwrap().into_owned();
        let other = compile(&[located], false).redact(json.as_bytes(), &mut scratch).unwrap();
        assert_eq!(one, *other, "{seed}: {json}");
    }
}

/// Broken documents: refused exactly when serde_json refuses them, and never a panic.
#[test]
fn mutated_documents_are_valid_or_refused() {
    let mut scratch = JsonScratch::default();
    let rules =
        compile(&["$.a".to_owned(), "$..b[-1]".to_owned(), "$[?@.a == 1]".to_owned()], true);
    let mut valid = 0;
    for (seed, mut rng) in rngs(20_000) {
        let mut json = document(&mut rng).into_bytes();
        for _ in 0..rng.usize(1..3) {
            let at = rng.usize(..json.len());
            let noise = *rng.choice(b"\"\\{}[],:01-+.eEtfn \n\x00\x1f\x7f\x80\xc3\xff/u").unwrap();
            match rng.u8(..3) {
                0 => json[at] = noise,
                1 => json.insert(at, noise),
                _ if json.len() > 1 => drop(json.remove(at)),
                _ => {}
            }
        }
        let is_valid = str::from_utf8(&json).is_ok()
            && serde_json::from_slice::<serde::de::IgnoredAny>(&json).is_ok();
        let redacted = rules.redact(&json, &mut scratch);
        let text = String::from_utf8_lossy(&json);
        match redacted {
            Ok(redacted) => {
                assert!(is_valid, "{seed}: accepted {text}");
                serde_json::from_slice::<serde::de::IgnoredAny>(&redacted).unwrap();
                valid += 1;
            }
            Err(fault) => {
                assert!(matches!(fault, JsonFault::Unparseable { .. }));
                assert!(!is_valid, "{seed}: refused {text} with {fault:?}");
            }
        }
    }
    assert!(valid > 700, "{valid}");
}

/// Secrets under sensitive names, in strings in strings, however the names are written.
#[test]
fn planted_secrets_never_leave() {
    const SECRET: &str = "S3CRET";
    let rules = compile(&["$..card.holder".to_owned()], true);
    let mut scratch = JsonScratch::default();
    for (seed, mut rng) in rngs(3_000) {
        let name: String = rng
            .choice(["password", "client_secret", "iban", "ssn", "accessToken"])
            .unwrap()
            .chars()
            .flat_map(|c| {
                let spelt = match rng.u8(..6) {
                    0 => format!("\\u{:04x}", u32::from(c)),
                    1 => c.to_ascii_uppercase().to_string(),
                    2 => format!("-{c}"),
                    _ => c.to_string(),
                };
                spelt.chars().collect::<Vec<_>>()
            })
            .collect();
        let mut inner = document(&mut rng);
        let secret = format!(r#"{{"x":{inner},"{name}":["{SECRET}",{{"y":"{SECRET}"}}],"z":1}}"#);
        inner = secret;
        for _ in 0..rng.usize(..6) {
            inner = match rng.u8(..3) {
                0 => format!("[1,{inner}]"),
                1 => format!(r#"{{"k":{inner}}}"#),
                _ => serde_json::Value::from(inner).to_string(),
            };
        }
        let redacted = rules.redact(inner.as_bytes(), &mut scratch).unwrap();
        let redacted = str::from_utf8(&redacted).unwrap();
        assert!(!redacted.contains(SECRET), "{seed}: {inner}");
        serde_json::from_str::<serde::de::IgnoredAny>(redacted).unwrap();

        // Cut anywhere, it is refused; as text in a string, cut or not, nothing leaves either.
        let cut =
            (0..=rng.usize(..inner.len())).rev().find(|&at| inner.is_char_boundary(at)).unwrap();
        let cut = serde_json::Value::from(&inner[..cut]).to_string();
        if let Ok(redacted) = rules.redact(cut.as_bytes(), &mut scratch) {
            let redacted = str::from_utf8(&redacted).unwrap();
            assert!(!redacted.contains(SECRET), "{seed}: {cut}");
        }
    }
}
