use std::{collections::HashMap, sync::Arc};

use super::explain;
use crate::{
    explorer::record::Record,
    redact::{Explainer, Rule},
};

/// As many records are looked at, the newest.
const RECORDS: usize = 500;

/// A rule that is in force, or that took something all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::explorer) struct Active {
    pub(in crate::explorer) rule: Rule,
    /// How many values it took among the newest 500 exchanges.
    pub(in crate::explorer) matches: usize,
}

/// All rules, each with how much it took: the app's own, then the default lists, and last what no
/// rule of the toolkit explains.
pub(in crate::explorer) fn active(
    explainer: &Explainer,
    newest_first: &[Arc<Record>],
) -> Vec<Active> {
    let mut matches: HashMap<Rule, usize> = HashMap::new();
    let exchanges = newest_first.iter().filter(|record| record.kind.is_exchange());
    for record in exchanges.take(RECORDS) {
        let explained = explain(explainer, record);
        // Fields of forms are among the bodies' values.
        let named = explained.named.into_iter();
        let named = named.filter(|(place, ..)| !matches!(place, super::Place::Form(_)));
        let bodies = explained.bodies.into_iter().map(|(.., rule)| rule);
        for rule in named.map(|(.., rule)| rule).chain(bodies) {
            *matches.entry(rule).or_default() += 1;
        }
    }
    let rules = explainer.rules().into_iter().chain([Rule::Elsewhere]);
    let active = rules.map(|rule| Active { matches: matches.remove(&rule).unwrap_or(0), rule });
    active.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{explorer::record::testing::Made, redact::Policy, semconv};

    #[test]
    fn matches_are_counted() {
        let policy =
            Policy { response_body: vec!["$.a".into(), "$.b".into()], ..Policy::default() };
        let explainer = Explainer::new(&policy).unwrap();
        let body =
            br#"{"a":"[CLIENT_REDACTED]","pin":"[CLIENT_REDACTED]","x":"[CLIENT_REDACTED]"}"#;
        let records = (1..=600).map(|id| {
            let made = Made::incoming("GET", "/", 200)
                .header("http.request.header.authorization", &["[CLIENT_REDACTED]"])
                // A field of a form counts once, though it has a name and a place.
                .body(semconv::HTTP_REQUEST_BODY, b"otp=%5BCLIENT_REDACTED%5D")
                .body(semconv::HTTP_RESPONSE_BODY, body);
            Arc::new(made.record(id))
        });
        let found = active(&explainer, &records.collect::<Vec<_>>());
        let found: Vec<_> = found.iter().map(|a| (a.rule.to_string(), a.matches)).collect();
        let expected = [
            ("redact_response_body[0]: $.a", 500),
            ("redact_response_body[1]: $.b", 0),
            ("the default names of headers", 500),
            ("the default names of cookies", 0),
            ("the default names of parameters", 0),
            ("the default names of fields", 1000),
            ("the default for cookies as long as a session id", 0),
            (&Rule::Elsewhere.to_string(), 500),
        ];
        assert_eq!(found, expected.map(|(rule, matches)| (rule.to_owned(), matches)));
    }
}
