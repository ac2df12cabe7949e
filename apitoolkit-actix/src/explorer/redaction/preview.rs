use crate::redact::{Body, BodyText, Policy, Redactor, Scratch, Side};

/// What is wrong with what somebody wants to try.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(in crate::explorer) enum Mistake {
    /// A path that is none: which of them, counted from 0, and the byte where it goes wrong.
    #[error("{path}, at byte {offset}: {reason}")]
    Path { index: usize, path: String, offset: usize, reason: String },
    /// Text that is no JSON, and the byte where it goes wrong.
    #[error("the JSON, at byte {offset}: {reason}")]
    Json { offset: usize, reason: String },
    /// The body would be withheld.
    #[error("the body would be withheld: {0}")]
    Withheld(String),
}

/// What would leave of a JSON body under `policy` if its response rules had these paths besides.
///
/// # Errors
/// All paths that are wrong, or that the text is no JSON.
pub(in crate::explorer) fn preview(
    policy: &Policy,
    json: &str,
    paths: &[&str],
) -> Result<String, Vec<Mistake>> {
    let mistakes: Vec<_> = paths.iter().enumerate().filter_map(mistake).collect();
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(json) {
        let text = error.to_string();
        let reason = text.rsplit_once(" at line ").map_or(text.as_str(), |(reason, _)| reason);
        let offset = offset(json, error.line(), error.column());
        return Err(vec![Mistake::Json { offset, reason: reason.to_owned() }]);
    }
    let mut policy = policy.clone();
    policy.response_body.extend(paths.iter().map(|path| (*path).to_owned()));
    let redactor =
        Redactor::compile(&policy).map_err(|error| vec![Mistake::Withheld(error.to_string())])?;
    let body = Body::new(json.as_bytes()).content_type(&[b"application/json"]);
    match redactor.body(Side::Response, &body, &mut Scratch::default()) {
        BodyText::Content(text) => Ok(String::from_utf8_lossy(&text).into_owned()),
        BodyText::Withheld(why) => Err(vec![Mistake::Withheld(why.description())]),
        BodyText::Empty => Ok(String::new()),
    }
}

fn mistake((index, path): (usize, &&str)) -> Option<Mistake> {
    let alone = Redactor::builder().redact_response_body([*path]).build();
    alone.err().map(|error| Mistake::Path {
        index,
        path: (*path).to_owned(),
        offset: error.offset(),
        reason: error.reason().to_owned(),
    })
}

/// The byte of a line and column, both from 1.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let before = text.split_inclusive('\n').take(line.saturating_sub(1));
    let start: usize = before.map(str::len).sum();
    (start + column.saturating_sub(1)).min(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_leave() {
        let json = "{ \"user\": {\"email\": \"a\", \"pin\": 1}, \"n\": 1.50 }";
        let shown = preview(&Policy::default(), json, &["$.user.email"]).unwrap();
        let expected = "{ \"user\": {\"email\": \"[CLIENT_REDACTED]\", \"pin\": \
                        \"[CLIENT_REDACTED]\"}, \"n\": 1.50 }";
        assert_eq!(shown, expected);
    }

    #[test]
    fn mistakes_have_places() {
        let wrong = |json, paths: &[&str]| preview(&Policy::default(), json, paths).unwrap_err();
        let mistakes = wrong("{}", &["$.a", "$[", "$.b["]);
        let places: Vec<_> = mistakes
            .iter()
            .map(|mistake| match mistake {
                Mistake::Path { index, path, offset, .. } => (*index, path.as_str(), *offset),
                other => panic!("{other}"),
            })
            .collect();
        assert_eq!(places, [(1, "$[", 2), (2, "$.b[", 4)]);
        let [Mistake::Json { offset, .. }] = &wrong("{\n \"a\": x}", &[])[..] else { panic!() };
        assert_eq!(*offset, 8);
    }
}
