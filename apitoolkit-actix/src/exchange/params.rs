//! Parameters as the JSON text that they are exported as.

use std::{
    borrow::Cow,
    collections::{HashMap, hash_map::Entry},
};

use foldhash::quality::RandomState;

/// Up to so many parameters are compared with each other: most requests have a few.
const FEW: usize = 16;

struct Param<'p> {
    name: Cow<'p, str>,
    value: Cow<'p, str>,
    /// Where its name appears first.
    place: usize,
}

/// Writes a JSON object in the order of first appearance, in the place of what was in `object`; a
/// repeated name holds an array.
pub(super) fn write_object<'p>(
    object: &mut String,
    params: impl Iterator<Item = (Cow<'p, str>, Cow<'p, str>)> + Clone,
) {
    if write_distinct(object, params.clone()).is_none() {
        let params = params.enumerate();
        let mut list: Vec<_> =
            params.map(|(place, (name, value))| Param { name, value, place }).collect();
        write_grouped(&mut list, object);
    }
}

/// Writes a few parameters as they come. Absent if a name is repeated, or if there are many.
fn write_distinct<'p>(
    object: &mut String,
    params: impl Iterator<Item = (Cow<'p, str>, Cow<'p, str>)>,
) -> Option<()> {
    object.clear();
    object.push('{');
    let mut names = [(0, 0); FEW];
    for (at, (name, value)) in params.enumerate() {
        if at > 0 {
            object.push(',');
        }
        let start = object.len();
        push(object, &name);
        let (before, name) = object.split_at_checked(start)?;
        let is_same = |(from, to): &(usize, usize)| before.get(*from..*to) == Some(name);
        if names.get(..at)?.iter().any(is_same) {
            return None;
        }
        *names.get_mut(at)? = (start, object.len());
        object.push(':');
        push(object, &value);
    }
    object.push('}');
    Some(())
}

fn write_grouped(params: &mut [Param<'_>], object: &mut String) {
    object.clear();
    place(params);
    // Stable, and nothing to do where no name is repeated.
    params.sort_by_key(|param| param.place);
    object.push('{');
    for (at, group) in params.chunk_by(|a, b| a.place == b.place).enumerate() {
        let [first, more @ ..] = group else { continue };
        if at > 0 {
            object.push(',');
        }
        push(object, &first.name);
        object.push_str(if more.is_empty() { ":" } else { ":[" });
        push(object, &first.value);
        for param in more {
            object.push(',');
            push(object, &param.value);
        }
        if !more.is_empty() {
            object.push(']');
        }
    }
    object.push('}');
}

/// Notes of each parameter where its name appears first.
fn place(params: &mut [Param<'_>]) {
    if params.len() <= FEW {
        for at in 1..params.len() {
            let (before, rest) = params.split_at_mut(at);
            if let Some(param) = rest.first_mut()
                && let Some(first) = before.iter().find(|first| first.name == param.name)
            {
                param.place = first.place;
            }
        }
        return;
    }
    let mut places = HashMap::with_capacity_and_hasher(params.len(), RandomState::default());
    for Param { name, place, .. } in params {
        match places.entry(&**name) {
            Entry::Occupied(first) => *place = *first.get(),
            Entry::Vacant(first) => {
                first.insert(*place);
            }
        }
    }
}

/// Texts always have a JSON form; most are their own.
#[inline]
fn push(object: &mut String, text: &str) {
    if text.bytes().any(|byte| byte < b' ' || byte == b'"' || byte == b'\\') {
        object.push_str(&serde_json::to_string(text).unwrap_or_default());
    } else {
        object.reserve(text.len() + 2);
        object.push('"');
        object.push_str(text);
        object.push('"');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(pairs: &[(&str, &str)]) -> String {
        let mut object = "of one before".to_owned();
        let params = pairs.iter().map(|(name, value)| ((*name).into(), (*value).into()));
        write_object(&mut object, params);
        object
    }

    #[test]
    fn parameters_keep_their_order_and_repeats_become_arrays() {
        assert_eq!(
            params(&[("b", "1"), ("a", "\"x\""), ("b", "2")]),
            r#"{"b":["1","2"],"a":"\"x\""}"#
        );
        assert_eq!(params(&[("a", "1"), ("", ""), ("é\n", "2")]), r#"{"a":"1","":"","é\n":"2"}"#);
        let every: String = (0..=0x7F_u8).map(char::from).collect();
        let expected = serde_json::json!({ &every: every }).to_string();
        assert_eq!(params(&[(&every, &every)]), expected);
        assert_eq!(params(&[]), "{}");
    }

    /// The two ways to find repeated names agree.
    #[test]
    fn few_and_many_parameters_are_written_alike() {
        for count in [1, FEW - 1, FEW, FEW + 1, 3_000] {
            let names: Vec<_> = (0..count).map(|n| format!("n{}", n * 7 % 5)).collect();
            let values: Vec<_> = (0..count).map(|n| n.to_string()).collect();
            let pairs: Vec<_> =
                names.iter().zip(&values).map(|(n, v)| (n.as_str(), v.as_str())).collect();
            let mut expected: Vec<(&str, Vec<&str>)> = Vec::new();
            for (name, value) in &pairs {
                match expected.iter_mut().find(|(seen, _)| seen == name) {
                    Some((_, values)) => values.push(value),
                    None => expected.push((name, vec![value])),
                }
            }
            let expected: Vec<_> = expected
                .into_iter()
                .map(|(name, values)| match &values[..] {
                    [value] => format!("\"{name}\":\"{value}\""),
                    _ => format!("\"{name}\":{}", serde_json::to_string(&values).unwrap()),
                })
                .collect();
            assert_eq!(params(&pairs), format!("{{{}}}", expected.join(",")), "{count}");
        }
    }
}
