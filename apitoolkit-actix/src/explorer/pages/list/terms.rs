//! Filters in the words that their inputs take.

use std::time::Duration;

use crate::explorer::{query::Filter, record::Kind};

/// One condition of a filter: how it reads, and the filter without it.
#[derive(Debug)]
pub(super) struct Term {
    pub(super) text: String,
    pub(super) rest: Filter,
}

/// What a filter asks for, one by one.
pub(super) fn terms(filter: &Filter) -> Vec<Term> {
    let mut terms = Vec::new();
    let mut term = |text: Option<String>, forget: &dyn Fn(&mut Filter)| {
        let Some(text) = text else { return };
        let mut rest = filter.clone();
        forget(&mut rest);
        terms.push(Term { text, rest });
    };
    let said = |name: &str, value: &Option<String>| value.as_ref().map(|v| format!("{name}{v}"));
    term(said("text: ", &filter.text), &|rest| rest.text = None);
    term(said("method: ", &filter.method), &|rest| rest.method = None);
    term(said("route: ", &filter.route), &|rest| rest.route = None);
    term(filter.status.map(|s| format!("status: {}", status(s))), &|rest| rest.status = None);
    term(filter.min.map(|min| format!("≥ {} ms", millis(min))), &|rest| rest.min = None);
    term(filter.max.map(|max| format!("≤ {} ms", millis(max))), &|rest| rest.max = None);
    for (at, (key, value)) in filter.attributes.iter().enumerate() {
        let text = attribute(key, value.as_deref());
        term(Some(text), &|rest| drop(rest.attributes.remove(at)));
    }
    term(filter.errors.then(|| "errors only".to_owned()), &|rest| rest.errors = false);
    term(filter.direction.map(|d| format!("{} only", direction(d).1)), &|rest| {
        rest.direction = None;
    });
    terms
}

/// As the parameter `status` has it.
pub(super) fn status((low, high): (u16, u16)) -> String {
    match (low % 100, high.checked_sub(low)) {
        (_, Some(0)) => low.to_string(),
        (0, Some(99)) => format!("{}xx", low / 100),
        _ => format!("{low}-{high}"),
    }
}

/// As the parameters `min` and `max` have it.
pub(super) fn millis(duration: Duration) -> String {
    (duration.as_secs_f64() * 1e3).to_string()
}

/// As the parameter `attr` has it.
pub(super) fn attribute(key: &str, value: Option<&str>) -> String {
    value.map_or_else(|| key.to_owned(), |value| format!("{key}={value}"))
}

/// As the parameter `direction` has it, and as a word.
pub(super) fn direction(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Outgoing => ("out", "outgoing"),
        _ => ("in", "incoming"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_term_leads_to_the_filter_without_it() {
        let filter = Filter {
            text: Some("jo".to_owned()),
            status: Some((500, 599)),
            min: Some(Duration::from_micros(1_500)),
            attributes: vec![("a".to_owned(), None), ("b".to_owned(), Some("1".to_owned()))],
            direction: Some(Kind::Outgoing),
            ..Filter::default()
        };
        let terms = terms(&filter);
        let texts: Vec<_> = terms.iter().map(|term| term.text.as_str()).collect();
        assert_eq!(texts, ["text: jo", "status: 5xx", "≥ 1.5 ms", "a", "b=1", "outgoing only"]);
        let without_a = terms.get(3).map(|term| &term.rest);
        let b = vec![("b".to_owned(), Some("1".to_owned()))];
        assert_eq!(without_a, Some(&Filter { attributes: b, ..filter }));
        assert_eq!([(404, 404), (200, 299), (200, 404)].map(status), ["404", "2xx", "200-404"]);
    }
}
