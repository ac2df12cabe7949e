use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
    time::SystemTime,
};

use crate::{explorer::record::Record, semconv};

/// As many examples are named.
const EXAMPLES: usize = 5;
/// The longest shape of a message, in characters.
const MAX_SHAPE: usize = 200;

/// Errors of one type that happened in one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::explorer) struct ErrorGroup {
    /// The exception's type, else `error.type`, else the status.
    pub(in crate::explorer) kind: String,
    /// Where: a route, a function, a statement, a host.
    pub(in crate::explorer) place: String,
    /// The message, with `#` for what differs from one to the next.
    pub(in crate::explorer) shape: String,
    /// The message of the newest.
    pub(in crate::explorer) message: String,
    pub(in crate::explorer) count: usize,
    pub(in crate::explorer) first: SystemTime,
    pub(in crate::explorer) last: SystemTime,
    /// Ids of the newest, at most five.
    pub(in crate::explorer) examples: Vec<u64>,
}

/// The errors of what is kept: exception events, and failures without any. The most frequent come
/// first, of equals the newest.
///
/// A record counts once in each group, however often it tells of the same.
pub(in crate::explorer) fn errors(records: &[Arc<Record>]) -> Vec<ErrorGroup> {
    let mut groups: HashMap<(String, String, String), (ErrorGroup, u64)> = HashMap::new();
    for record in records {
        let mut seen = BTreeSet::new();
        for (kind, message) in errors_of(record) {
            let key = (kind, record.place(), shape(&message));
            if seen.insert(key.clone()) {
                add(&mut groups, key, message, record);
            }
        }
    }
    let mut groups: Vec<_> = groups.into_values().map(|(group, _)| group).collect();
    groups
        .sort_by(|a, b| b.count.cmp(&a.count).then(b.last.cmp(&a.last)).then(a.kind.cmp(&b.kind)));
    groups
}

fn add(
    groups: &mut HashMap<(String, String, String), (ErrorGroup, u64)>,
    key: (String, String, String),
    message: String,
    record: &Record,
) {
    let when = record.span.end_time;
    let (kind, place, shape) = key.clone();
    let (group, newest) = groups.entry(key).or_insert_with(|| {
        let (message, examples) = (String::new(), Vec::new());
        let empty =
            ErrorGroup { kind, place, shape, message, count: 0, first: when, last: when, examples };
        (empty, 0)
    });
    group.count += 1;
    group.first = group.first.min(when);
    group.last = group.last.max(when);
    if record.id >= *newest {
        (*newest, group.message) = (record.id, message);
    }
    let at = group.examples.partition_point(|id| *id > record.id);
    group.examples.insert(at, record.id);
    group.examples.truncate(EXAMPLES);
}

/// Types and messages.
fn errors_of(record: &Record) -> Vec<(String, String)> {
    let fallback = || {
        let kind = record.text(semconv::ERROR_TYPE).map(str::to_owned);
        kind.or_else(|| record.status.map(|status| status.to_string()))
            .unwrap_or_else(|| "error".to_owned())
    };
    let exceptions = record.exceptions().map(|exception| {
        let kind = exception.kind;
        let kind = if kind.is_empty() { fallback() } else { kind.to_owned() };
        (kind, exception.message.to_owned())
    });
    let exceptions: Vec<_> = exceptions.collect();
    if !exceptions.is_empty() || !record.failed {
        return exceptions;
    }
    let description = match &record.span.status {
        opentelemetry::trace::Status::Error { description } => description.to_string(),
        _ => String::new(),
    };
    vec![(fallback(), description)]
}

/// A message without what is of one case only: numbers, hexadecimal ids, what is quoted.
fn shape(message: &str) -> String {
    let mut shape = String::new();
    let mut rest = message.lines().next().unwrap_or_default();
    while let Some(first) = rest.chars().next() {
        let (len, replaced) = match first {
            '"' | '`' if quoted(rest, first) > 1 => (quoted(rest, first), Some("#")),
            first if first.is_alphanumeric() => {
                let len = rest.find(|c: char| !(c.is_alphanumeric() || c == '-' || c == '_'));
                let len = len.unwrap_or(rest.len());
                let word = rest.get(..len).unwrap_or_default();
                (len, word.contains(|c: char| c.is_ascii_digit()).then_some("#"))
            }
            first => (first.len_utf8(), None),
        };
        let (word, after) = rest.split_at_checked(len).unwrap_or((rest, ""));
        shape.push_str(replaced.unwrap_or(word));
        rest = after;
    }
    shape.chars().take(MAX_SHAPE).collect()
}

/// The length of what is between quotes, with them; of the quote alone if none closes it.
fn quoted(text: &str, quote: char) -> usize {
    text.char_indices().skip(1).find(|(_, c)| *c == quote).map_or(1, |(at, _)| at + 1)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::explorer::record::testing::Made;

    #[test]
    fn messages_have_shapes() {
        for (message, expected) in [
            ("user 42 not found", "user # not found"),
            ("order 0192f0c1-2d3e-7abc is gone", "order # is gone"),
            ("no column \"na me\" in `users`", "no column # in #"),
            ("can't read: \"open", "can't read: \"open"),
            ("first line\nsecond", "first line"),
            ("", ""),
        ] {
            assert_eq!(shape(message), expected);
        }
        assert_eq!(shape(&"é".repeat(500)).chars().count(), 200);
    }

    #[test]
    fn errors_by_type_and_place() {
        let records: Vec<_> = [
            Made::incoming("GET", "/a", 500).exception("E", "user 1 gone", "").at(0, 0),
            Made::incoming("GET", "/a", 500)
                .exception("E", "user 2 gone", "")
                .exception("E", "user 3 gone", "")
                .at(5, 0),
            Made::incoming("GET", "/b", 200).exception("E", "user 4 gone", "").at(1, 0),
            Made::incoming("GET", "/a", 503).at(2, 0),
            Made::outgoing("api.test", 404).attribute(semconv::ERROR_TYPE, "timeout").at(3, 0),
            Made::incoming("GET", "/fine", 404),
        ]
        .into_iter()
        .zip(1..)
        .map(|(made, id)| Arc::new(made.record(id)))
        .collect();
        let at = |millis| SystemTime::UNIX_EPOCH + Made::START + Duration::from_millis(millis);
        let group = |kind: &str, place: &str, shape: &str, message: &str, times, ids: &[u64]| {
            let (first, last): (u64, u64) = times;
            ErrorGroup {
                kind: kind.into(),
                place: place.into(),
                shape: shape.into(),
                message: message.into(),
                count: ids.len(),
                first: at(first),
                last: at(last),
                examples: ids.to_vec(),
            }
        };
        let expected = [
            group("E", "GET /a", "user # gone", "user 3 gone", (0, 5), &[2, 1]),
            group("timeout", "GET api.test", "", "", (3, 3), &[5]),
            group("503", "GET /a", "", "", (2, 2), &[4]),
            group("E", "GET /b", "user # gone", "user 4 gone", (1, 1), &[3]),
        ];
        let mut found = errors(&records);
        // Which of a record's messages is shown does not matter.
        found[0].message = "user 3 gone".into();
        assert_eq!(found, expected);
    }

    #[test]
    fn the_newest_five_are_the_examples() {
        let failed = |id| Arc::new(Made::incoming("GET", "/a", 500).record(id));
        let found = errors(&(1..=9).map(failed).collect::<Vec<_>>());
        assert_eq!((found[0].count, &found[0].examples[..]), (9, &[9, 8, 7, 6, 5][..]));
    }
}
