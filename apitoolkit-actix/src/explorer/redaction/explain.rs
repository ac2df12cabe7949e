use std::ops::Range;

use crate::{
    explorer::record::{Part, Record, plain},
    redact::{Explainer, Redactor, Rule, Side},
    semconv,
};

/// The rules behind what was redacted in a record.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in crate::explorer) struct Explained {
    /// Values that have a name: where, the name, and the rule. Cookies are told one by one, under
    /// their header's name and, with it, their own.
    pub(in crate::explorer) named: Vec<(Place, String, Rule)>,
    /// Ranges of bytes in a body as [`Record::body`] has it.
    pub(in crate::explorer) bodies: Vec<(Part, Range<usize>, Rule)>,
}

/// Where a value with a name stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::explorer) enum Place {
    Header(Part),
    Cookie(Part),
    Query,
    Path,
    Form(Part),
    Attribute,
}

/// As many redacted values of one body are explained.
const MAX_MARKERS: usize = 1_000;

/// Finds the rules, by looking at what is left.
pub(in crate::explorer) fn explain(explainer: &Explainer, record: &Record) -> Explained {
    let mut found = Explained::default();
    found.headers(explainer, record, Part::Request);
    found.headers(explainer, record, Part::Response);
    found.params(record, semconv::HTTP_REQUEST_QUERY_PARAMS, Place::Query, |name| {
        explainer.query(name)
    });
    found.params(record, semconv::HTTP_REQUEST_PATH_PARAMS, Place::Path, |name| {
        explainer.path_param(name)
    });
    found.query(explainer, record);
    found.body(explainer, record, Part::Request);
    found.body(explainer, record, Part::Response);
    found.attributes(explainer, record);
    found
}

impl Explained {
    fn headers(&mut self, explainer: &Explainer, record: &Record, part: Part) {
        for (name, values) in record.headers(part) {
            for value in values.into_iter().filter(|value| is_redacted(value)) {
                match name {
                    "cookie" | "set-cookie" => self.cookies(explainer, part, value),
                    _ if value == Redactor::MARKER => {
                        self.add(Place::Header(part), name, explainer.header(name));
                    }
                    _ => self.add(Place::Header(part), name, Rule::Elsewhere),
                }
            }
        }
    }

    fn cookies(&mut self, explainer: &Explainer, part: Part, header: &str) {
        let pieces = header.split(';').map(str::trim).filter(|piece| is_redacted(piece));
        for piece in pieces {
            let name = piece.split_once('=').map_or("", |(name, _)| name.trim());
            let rule = match name {
                // What has no name is redacted since it could be a token.
                "" => Rule::LongCookie,
                name => explainer.cookie(name),
            };
            self.add(Place::Cookie(part), name, rule);
        }
    }

    /// An object of names and values.
    fn params(&mut self, record: &Record, key: &str, place: Place, rule: impl Fn(&str) -> Rule) {
        let text = record.text(key).unwrap_or_default();
        let Ok(params) = serde_json::from_str::<serde_json::Map<_, _>>(text) else { return };
        for (name, value) in &params {
            let mut values = match value {
                serde_json::Value::Array(values) => values.as_slice(),
                value => std::slice::from_ref(value),
            }
            .iter();
            let is_redacted = |value: &serde_json::Value| value.as_str().is_some_and(is_redacted);
            if values.any(is_redacted) {
                self.add(place, name, rule(name));
            }
        }
    }

    /// What the address says, where the parameters are not told apart.
    fn query(&mut self, explainer: &Explainer, record: &Record) {
        let of_url = || record.text(semconv::URL_FULL)?.split_once('?').map(|(_, query)| query);
        let query = record.text(semconv::URL_QUERY).or_else(of_url).unwrap_or_default();
        for pair in query.split('&') {
            if let Some((name, value)) = pair.split_once('=')
                && is_redacted(value)
            {
                self.add(Place::Query, name, explainer.query(name));
            }
        }
    }

    fn body(&mut self, explainer: &Explainer, record: &Record, part: Part) {
        let (Some(body), None) = (record.body(part), record.withheld(part)) else { return };
        let side = match part {
            Part::Request => Side::Request,
            Part::Response => Side::Response,
        };
        let mut types = record.headers(part).filter(|(name, _)| *name == "content-type");
        let media_type = types.next().and_then(|(_, values)| values.first().copied());
        let media_type = media_type.and_then(|whole| whole.split(';').next()).unwrap_or_default();
        let found = explainer.body(side, media_type.trim(), &body);
        for (range, rule) in found.into_iter().take(MAX_MARKERS) {
            // A field of a form has a name as well.
            let field = body.get(..range.start).and_then(|before| before.strip_suffix(b"="));
            if let Some(field) = field {
                let name = field.rsplit(|byte| matches!(byte, b'&' | b';' | b'\n')).next();
                let name = String::from_utf8_lossy(name.unwrap_or_default());
                self.add(Place::Form(part), &name, rule.clone());
            }
            self.bodies.push((part, range, rule));
        }
    }

    fn attributes(&mut self, explainer: &Explainer, record: &Record) {
        for attribute in &record.span.attributes {
            let key = attribute.key.as_str();
            let is_own = semconv::is_own(key) || key.starts_with("db.");
            if !is_own && plain(&attribute.value) == Redactor::MARKER {
                self.add(Place::Attribute, key, explainer.attribute(key));
            }
        }
    }

    fn add(&mut self, place: Place, name: &str, rule: Rule) {
        let known = self.named.iter().any(|(at, other, _)| *at == place && other == name);
        if !known {
            self.named.push((place, name.to_owned(), rule));
        }
    }
}

fn is_redacted(value: &str) -> bool {
    value.contains(Redactor::MARKER) || value == Redactor::URL_MARKER
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{explorer::record::testing::Made, redact::Policy};

    #[test]
    fn every_redacted_value_has_its_rule() {
        let policy = Policy {
            headers: vec!["x-internal".into()],
            response_body: vec!["$.email".into()],
            names: vec!["nickname".into()],
            path_params: vec!["slug".into()],
            ..Policy::default()
        };
        let body = br#"{"email":"[CLIENT_REDACTED]"}"#;
        let record = Made::incoming("POST", "/a/{slug}", 200)
            .header("http.request.header.authorization", &["[CLIENT_REDACTED]"])
            .header("http.request.header.x-internal", &["[CLIENT_REDACTED]"])
            .header("http.request.header.accept", &["*/*"])
            .header("http.request.header.cookie", &["id=[CLIENT_REDACTED]; a=1"])
            .header("http.request.header.referer", &["/?token=[CLIENT_REDACTED]"])
            .header("http.request.header.content-type", &["application/x-www-form-urlencoded"])
            .attribute(semconv::HTTP_REQUEST_PATH_PARAMS, r#"{"slug":"REDACTED","id":"1"}"#)
            .attribute(semconv::URL_QUERY, "token=REDACTED&page=2")
            .attribute("user.password", "[CLIENT_REDACTED]")
            .body(semconv::HTTP_REQUEST_BODY, b"nickname=%5BCLIENT_REDACTED%5D&x=1")
            .body(semconv::HTTP_RESPONSE_BODY, body)
            .record(1);
        let explained = explain(&Explainer::new(&policy).unwrap(), &record);
        let named: Vec<_> = explained
            .named
            .iter()
            .map(|(place, name, rule)| (*place, name.as_str(), rule.to_string()))
            .collect();
        let elsewhere = Rule::Elsewhere.to_string();
        let expected = [
            (Place::Header(Part::Request), "authorization", "the default names of headers"),
            (Place::Header(Part::Request), "x-internal", "redact_headers[0]: x-internal"),
            (Place::Cookie(Part::Request), "id", &Rule::LongCookie.to_string()),
            (Place::Header(Part::Request), "referer", &elsewhere),
            (Place::Path, "slug", "redact_path_params[0]: slug"),
            (Place::Query, "token", "the default names of parameters"),
            (Place::Form(Part::Request), "nickname", "redact_names[0]: nickname"),
            (Place::Attribute, "user.password", "the default names of fields"),
        ]
        .map(|(place, name, rule)| (place, name, rule.to_owned()));
        assert_eq!(named, expected);
        let bodies: Vec<_> = explained
            .bodies
            .iter()
            .map(|(part, range, rule)| (*part, range.clone(), rule.to_string()))
            .collect();
        let expected = [
            (Part::Request, 9..30, "redact_names[0]: nickname".to_owned()),
            (Part::Response, 10..27, "redact_response_body[0]: $.email".to_owned()),
        ];
        assert_eq!(bodies, expected);
    }

    #[test]
    fn notices_are_no_values() {
        let record = Made::incoming("GET", "/", 200)
            .attribute(
                semconv::HTTP_REQUEST_BODY_CONTENT,
                "[CLIENT_REDACTED] [truncated text/x, 1 B]",
            )
            .record(1);
        let explainer = Explainer::new(&Policy::default()).unwrap();
        assert_eq!(explain(&explainer, &record), Explained::default());
    }
}
