use std::sync::Arc;

/// A name, and where its value is in the path that the router matched.
pub(crate) type Located = (Arc<str>, usize, usize);

/// The path's parameters: names, and where their values are in the path the router matched.
#[derive(Debug, Default)]
pub(crate) struct PathParams {
    /// The path as the router saw it, when that differs from the path as sent.
    pub(crate) path: Option<Box<str>>,
    pub(crate) params: Vec<Located>,
    /// Which of them, by position, are secret whatever their names.
    pub(crate) secret: Vec<usize>,
}

impl PathParams {
    /// The path's parameters as a route's pattern says, for a path that it fits but that was not routed.
    ///
    /// Only what is plain to see is located. Any other parameter has a range that fits nothing, and
    /// whoever uses it takes the safe side.
    pub(crate) fn of_pattern(pattern: &str, path: &str) -> Self {
        let mut params = Vec::new();
        let mut pattern = pattern;
        // Where the rest of the pattern begins in the path, while that is known.
        let mut at = Some(0);
        while let Some(open) = pattern.find('{') {
            let (literal, rest) = pattern.split_at(open);
            let Some(close) = closing_brace(rest) else { break };
            let (name, regex) = match rest.get(1..close).unwrap_or_default().split_once(':') {
                Some((name, regex)) => (name, Some(regex)),
                None => (rest.get(1..close).unwrap_or_default(), None),
            };
            pattern = rest.get(close + 1..).unwrap_or_default();
            let start =
                at.filter(|at| path.get(*at..).is_some_and(|path| path.starts_with(literal)));
            let range = start.map(|start| start + literal.len()).and_then(|start| {
                let value = path.get(start..)?;
                let length = if pattern.is_empty() {
                    Some(value.len())
                } else if pattern.starts_with('/') && regex.is_none() {
                    Some(value.find('/').unwrap_or(value.len()))
                } else {
                    None
                };
                length.map(|length| (start, start + length))
            });
            at = range.map(|(_, end)| end);
            let (start, end) = range.unwrap_or((usize::MAX, usize::MAX));
            params.push((name.trim().into(), start, end));
        }
        Self { path: None, params, secret: Vec::new() }
    }
}

/// Where the brace that `text` begins with is closed; a regular expression may hold braces too.
fn closing_brace(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    text.bytes().position(|byte| {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(pattern: &str, path: &str) -> Vec<(String, Option<String>)> {
        PathParams::of_pattern(pattern, path)
            .params
            .into_iter()
            .map(|(name, start, end)| (name.to_string(), path.get(start..end).map(str::to_owned)))
            .collect()
    }

    fn found(name: &str, value: &str) -> (String, Option<String>) {
        (name.to_owned(), Some(value.to_owned()))
    }

    #[test]
    fn parameters_are_located_where_that_is_certain() {
        assert_eq!(params("/a/b", "/a/b"), []);
        assert_eq!(params("/reset/{token}", "/reset/abc"), [found("token", "abc")]);
        assert_eq!(
            params("/u/{id}/{tail:.*}", "/u/7/x/y"),
            [found("id", "7"), found("tail", "x/y")]
        );
        assert_eq!(params(r"/u/{id:\d{2,3}}", "/u/42"), [found("id", "42")]);
    }

    #[test]
    fn what_is_not_certain_fits_nothing() {
        let lost = |name: &str| (name.to_owned(), None);
        assert_eq!(params(r"/u/{id:\d+}/x", "/u/42/x"), [lost("id")]);
        assert_eq!(params("/f/{name}.{ext}", "/f/a.b"), [lost("name"), lost("ext")]);
        // The other pattern of a resource that has two.
        assert_eq!(params("/a/{x}/{y}", "/b/1/2"), [lost("x"), lost("y")]);
    }
}
