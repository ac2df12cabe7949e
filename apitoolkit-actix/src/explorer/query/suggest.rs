use std::{collections::BTreeSet, sync::Arc};

use crate::{explorer::record::Record, semconv};

/// As many records are looked at, and as many values of each kind are suggested.
const RECORDS: usize = 1_000;
const VALUES: usize = 200;

/// Values that occur, in order, for the fields of a filter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::explorer) struct Suggestions {
    pub(in crate::explorer) methods: BTreeSet<String>,
    pub(in crate::explorer) routes: BTreeSet<String>,
    pub(in crate::explorer) statuses: BTreeSet<u16>,
    /// The keys of attributes, without bodies.
    pub(in crate::explorer) attributes: BTreeSet<String>,
}

/// What the newest exchanges have.
pub(in crate::explorer) fn suggest(newest_first: &[Arc<Record>]) -> Suggestions {
    let mut found = Suggestions::default();
    let exchanges = newest_first.iter().filter(|record| record.kind.is_exchange());
    for record in exchanges.take(RECORDS) {
        found.statuses.extend(record.status);
        add(&mut found.methods, record.method());
        add(&mut found.routes, record.route().unwrap_or_default());
        for attribute in &record.span.attributes {
            let key = attribute.key.as_str();
            if !semconv::is_body(key) {
                add(&mut found.attributes, key);
            }
        }
    }
    found
}

fn add(values: &mut BTreeSet<String>, value: &str) {
    if !value.is_empty() && values.len() < VALUES && !values.contains(value) {
        values.insert(value.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explorer::record::testing::Made;

    #[test]
    fn values_that_occur_are_suggested() {
        let body = semconv::HTTP_RESPONSE_BODY;
        let records = [
            Made::incoming("POST", "/b", 201).attribute("user role", "x").body(body, b"{}"),
            Made::incoming("GET", "/a", 200),
            Made::incoming("GET", "/a", 404),
            Made::statement("SELECT a").attribute("not of an exchange", 1),
        ];
        let records = records.map(|made| Arc::new(made.record(1)));
        let found = suggest(&records);
        assert_eq!(found.methods, ["GET".to_owned(), "POST".to_owned()].into());
        assert_eq!(found.routes, ["/a".to_owned(), "/b".to_owned()].into());
        assert_eq!(found.statuses, [200, 201, 404].into());
        let keys: Vec<_> = found.attributes.iter().map(String::as_str).collect();
        let expected = [
            "http.request.method",
            "http.response.status_code",
            "http.route",
            "server.address",
            "server.port",
            "url.path",
            "url.scheme",
            "user role",
        ];
        assert_eq!(keys, expected);
    }
}
