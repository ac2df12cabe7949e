use std::time::Duration;

use super::text::Needle;
use crate::{
    explorer::record::{Kind, Record, each},
    semconv,
};

/// Which exchanges are shown; everything of it stands in the URL.
///
/// | Parameter | Holds |
/// |---|---|
/// | `q` | text, in any attribute, header, body, name or id; case does not matter |
/// | `method` | exact |
/// | `route` | exact, or a part of the path |
/// | `status` | a status, or a class such as `5xx` |
/// | `min`, `max` | duration in milliseconds |
/// | `attr` | `key=value`, or `key` for any value; may be repeated, and all must match |
/// | `errors` | `1`: only what failed |
/// | `direction` | `in`, `out`; both if absent |
#[derive(Debug, Clone, Default, PartialEq)]
pub(in crate::explorer) struct Filter {
    pub(in crate::explorer) text: Option<String>,
    pub(in crate::explorer) method: Option<String>,
    pub(in crate::explorer) route: Option<String>,
    /// Lowest and highest.
    pub(in crate::explorer) status: Option<(u16, u16)>,
    pub(in crate::explorer) min: Option<Duration>,
    pub(in crate::explorer) max: Option<Duration>,
    pub(in crate::explorer) attributes: Vec<(String, Option<String>)>,
    pub(in crate::explorer) errors: bool,
    pub(in crate::explorer) direction: Option<Kind>,
}

/// What is wrong with a filter.
#[derive(Debug, thiserror::Error, PartialEq)]
#[error("{parameter}={value}: {reason}")]
pub(in crate::explorer) struct FilterError {
    pub(in crate::explorer) parameter: String,
    pub(in crate::explorer) value: String,
    pub(in crate::explorer) reason: &'static str,
}

impl Filter {
    /// Reads the query of a URL. Empty parameters count as absent, unknown ones (`sel`, `before` …)
    /// are left alone; what cannot be read is told, and the rest holds.
    pub(in crate::explorer) fn read(query: &str) -> (Self, Vec<FilterError>) {
        let (mut filter, mut errors) = (Self::default(), Vec::new());
        let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap_or_default();
        for (parameter, value) in pairs {
            if let Err(reason) = filter.set(&parameter, value.trim()) {
                errors.push(FilterError { parameter, value, reason });
            }
        }
        if let (Some(min), Some(max)) = (filter.min, filter.max)
            && min > max
        {
            let (parameter, value) = ("min".to_owned(), millis(min));
            errors.push(FilterError { parameter, value, reason: "is more than `max`" });
            filter.min = None;
        }
        (filter, errors)
    }

    fn set(&mut self, parameter: &str, value: &str) -> Result<(), &'static str> {
        if value.is_empty() {
            return Ok(());
        }
        match parameter {
            "q" => self.text = Some(value.to_owned()),
            "method" => self.method = Some(value.to_owned()),
            "route" => self.route = Some(value.to_owned()),
            "status" => self.status = Some(statuses(value)?),
            "min" => self.min = Some(duration(value)?),
            "max" => self.max = Some(duration(value)?),
            "attr" => self.attributes.push(attribute(value)?),
            "errors" => {
                self.errors = match value {
                    "1" | "on" | "true" => true,
                    "0" | "off" | "false" => false,
                    _ => return Err("expected 1 or 0"),
                }
            }
            "direction" => {
                self.direction = match value {
                    "in" => Some(Kind::Incoming),
                    "out" => Some(Kind::Outgoing),
                    "both" => None,
                    _ => return Err("expected in, out or both"),
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// The query of a URL that reads as this filter, percent-encoded; empty for one without.
    pub(in crate::explorer) fn to_query(&self) -> String {
        let mut pairs: Vec<(&str, String)> = Vec::new();
        let texts = [("q", &self.text), ("method", &self.method), ("route", &self.route)];
        pairs.extend(texts.into_iter().filter_map(|(name, text)| Some((name, text.clone()?))));
        match self.status {
            Some((low, high)) if low == high => pairs.push(("status", low.to_string())),
            Some((low, _)) => pairs.push(("status", format!("{}xx", low / 100))),
            None => {}
        }
        let bounds = [("min", self.min), ("max", self.max)];
        pairs.extend(bounds.into_iter().filter_map(|(name, bound)| Some((name, millis(bound?)))));
        pairs.extend(self.attributes.iter().map(|(key, value)| match value {
            Some(value) => ("attr", format!("{key}={value}")),
            None => ("attr", key.clone()),
        }));
        if self.errors {
            pairs.push(("errors", "1".to_owned()));
        }
        match self.direction {
            Some(Kind::Incoming) => pairs.push(("direction", "in".to_owned())),
            Some(Kind::Outgoing) => pairs.push(("direction", "out".to_owned())),
            _ => {}
        }
        serde_urlencoded::to_string(pairs).unwrap_or_default()
    }

    /// Whether nothing is asked for: every exchange matches.
    pub(in crate::explorer) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether it is an exchange, and one of those that are asked for.
    pub(in crate::explorer) fn matches(&self, record: &Record) -> bool {
        self.matches_but_text(record)
            && self.text.as_ref().is_none_or(|text| Needle::new(text).is_in(record))
    }

    /// Those that are asked for, in the order given.
    pub(in crate::explorer) fn of<'r, R: AsRef<Record>>(
        &self,
        records: &'r [R],
    ) -> impl Iterator<Item = &'r R> {
        let needle = self.text.as_ref().map(|text| Needle::new(text));
        records.iter().filter(move |record| {
            let record = record.as_ref();
            self.matches_but_text(record)
                && needle.as_ref().is_none_or(|needle| needle.is_in(record))
        })
    }

    /// The cheap questions first.
    fn matches_but_text(&self, record: &Record) -> bool {
        let within = |(low, high)| record.status.is_some_and(|s| (low..=high).contains(&s));
        record.kind.is_exchange()
            && self.direction.is_none_or(|kind| kind == record.kind)
            && (!self.errors || record.failed)
            && self.status.is_none_or(within)
            && self.min.is_none_or(|min| record.took >= min)
            && self.max.is_none_or(|max| record.took <= max)
            && self.method.as_ref().is_none_or(|method| record.method() == method)
            && self.route.as_ref().is_none_or(|route| has_route(record, route))
            && self.attributes.iter().all(|(key, value)| has(record, key, value.as_deref()))
    }
}

fn has_route(record: &Record, route: &str) -> bool {
    record.route() == Some(route)
        || record.path().contains(route)
        || record.text(semconv::URL_FULL).is_some_and(|url| url.contains(route))
}

fn has(record: &Record, key: &str, wanted: Option<&str>) -> bool {
    let Some(value) = record.attribute(key) else { return false };
    let mut found = wanted.is_none();
    each(value, |text| found = found || Some(text) == wanted);
    found
}

/// `404`, `5xx`.
fn statuses(value: &str) -> Result<(u16, u16), &'static str> {
    let reason = "expected a status such as 404, or a class such as 5xx";
    if let Some(class) = value.strip_suffix("xx").or_else(|| value.strip_suffix("XX")) {
        return match class.parse() {
            Ok(class @ 1..=9) => Ok((class * 100, class * 100 + 99)),
            _ => Err(reason),
        };
    }
    match value.parse() {
        Ok(status @ 100..=999) => Ok((status, status)),
        _ => Err(reason),
    }
}

/// Milliseconds, with a fraction if need be.
fn duration(value: &str) -> Result<Duration, &'static str> {
    let reason = "expected a number of milliseconds, 0 or more";
    let millis: f64 = value.parse().map_err(|_| reason)?;
    let nanos = (millis * 1e6).round();
    if !(0.0..1e18).contains(&nanos) {
        return Err(reason);
    }
    Ok(Duration::from_nanos(nanos as u64))
}

fn millis(duration: Duration) -> String {
    let nanos = duration.as_nanos();
    let text = format!("{}.{:06}", nanos / 1_000_000, nanos % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// `key=value`, `key`.
fn attribute(value: &str) -> Result<(String, Option<String>), &'static str> {
    let (key, value) = match value.split_once('=') {
        Some((key, value)) => (key.trim(), Some(value.trim().to_owned())),
        None => (value, None),
    };
    if key.is_empty() {
        return Err("expected key=value, or a key");
    }
    Ok((key.to_owned(), value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explorer::record::testing::Made;

    fn read(query: &str) -> Filter {
        let (filter, errors) = Filter::read(query);
        assert_eq!(errors, []);
        filter
    }

    #[test]
    fn everything_of_it_stands_in_the_url() {
        let query = "q=a+b%26c&method=GET&route=%2Fusers%2F%7Bid%7D&status=5xx&min=0.5&max=1000\
                     &attr=user+role%3Dauthor%3Dx&attr=tenant.id&errors=1&direction=out";
        let filter = read(query);
        let expected = Filter {
            text: Some("a b&c".into()),
            method: Some("GET".into()),
            route: Some("/users/{id}".into()),
            status: Some((500, 599)),
            min: Some(Duration::from_micros(500)),
            max: Some(Duration::from_secs(1)),
            attributes: vec![
                ("user role".into(), Some("author=x".into())),
                ("tenant.id".into(), None),
            ],
            errors: true,
            direction: Some(Kind::Outgoing),
        };
        assert_eq!(filter, expected);
        assert_eq!(filter.to_query(), query);
        assert_eq!(read("status=404&min=0.000001").to_query(), "status=404&min=0.000001");
        let nothing = read("q=&sel=3&before=7&errors=0&direction=both&x");
        assert_eq!((nothing.to_query(), nothing.is_empty()), (String::new(), true));
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        let (filter, errors) = Filter::read(
            "status=abc&status=7000&status=0xx&min=-1&max=NaN&attr=%3D1&errors=x&direction=up&method=PUT",
        );
        let told: Vec<_> = errors.iter().map(|e| format!("{}={}", e.parameter, e.value)).collect();
        let expected = [
            "status=abc",
            "status=7000",
            "status=0xx",
            "min=-1",
            "max=NaN",
            "attr==1",
            "errors=x",
            "direction=up",
        ];
        assert_eq!(told, expected);
        assert_eq!(filter, Filter { method: Some("PUT".into()), ..Filter::default() });
        let (filter, errors) = Filter::read("min=5&max=1");
        assert_eq!(errors[0].to_string(), "min=5: is more than `max`");
        assert_eq!((filter.min, filter.max), (None, Some(Duration::from_millis(1))));
    }

    #[test]
    fn each_condition_counts() {
        let record = Made::incoming("GET", "/users/{id}", 503)
            .attribute("user role", "author")
            .attribute("count", 3)
            .header("apitoolkit.tags", &["env: test", "eu"])
            .record(1);
        for query in [
            "",
            "q=AUTHOR",
            "method=GET",
            "route=/users/{id}",
            "route=/users",
            "status=503",
            "status=5xx",
            "min=10",
            "max=10",
            "attr=count%3D3",
            "attr=count",
            "errors=1",
            "attr=apitoolkit.tags%3Deu&attr=user+role",
            "direction=in",
        ] {
            assert!(read(query).matches(&record), "{query}");
            assert_eq!(
                read(query)
                    .of(&[std::sync::Arc::new(Made::incoming("GET", "/", 200).record(1))])
                    .count(),
                usize::from(
                    query.is_empty()
                        || ["method=GET", "min=10", "max=10", "direction=in"].contains(&query)
                ),
                "{query}"
            );
        }
        for query in [
            "q=editor",
            "method=POST",
            "method=get",
            "route=/orders",
            "status=404",
            "status=4xx",
            "min=10.1",
            "max=9.9",
            "attr=count%3D4",
            "attr=none",
            "direction=out",
            "attr=apitoolkit.tags%3Denv",
            "q=author&method=PUT",
        ] {
            assert!(!read(query).matches(&record), "{query}");
        }
        let fine = Made::incoming("GET", "/", 404).record(1);
        assert!(!read("errors=1").matches(&fine));
        assert!(!read("").matches(&Made::statement("SELECT a").record(1)));
    }
}
