//! Paths: named segments of a route, and what else hides in a path.

use std::borrow::Cow;

use super::{lists::Lists, marker::URL_MARKER, splice::Splicer, url};

/// A path parameter: its name in the route's pattern and the bytes of the path that it matched.
///
/// For `/reset/{token}` and `/reset/abc` that is `token`, 7, 10.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PathParam<'n> {
    /// The name between the braces of the pattern.
    pub name: &'n str,
    /// Where the matched text begins, in bytes from the start of the path.
    pub start: usize,
    /// Where it ends, in bytes, exclusive.
    pub end: usize,
    /// Whether it is secret whatever its name.
    pub secret: bool,
}

/// Redacts the segments of sensitive parameters. A range that does not fit the path means that
/// nobody knows where the secret is: then nothing of the path is left.
pub(crate) fn redact<'p>(lists: &Lists, path: &'p str, params: &[PathParam<'_>]) -> Cow<'p, str> {
    let is_secret = |param: &PathParam<'_>| param.secret || lists.is_path_param(param.name);
    without(lists, path, params.iter().copied().filter(is_secret))
}

/// As [`redact`], with only those parameters given that are secret.
pub(crate) fn without<'p, 'n>(
    lists: &Lists,
    path: &'p str,
    params: impl Iterator<Item = PathParam<'n>>,
) -> Cow<'p, str> {
    let mut secret: Vec<(usize, usize)> = Vec::new();
    for param in params {
        if path.get(param.start..param.end).is_none() {
            return Cow::Owned(format!("/{URL_MARKER}"));
        }
        if param.start < param.end {
            secret.push((param.start, param.end));
        }
    }
    if secret.is_empty() {
        return url::redact_path(lists, path);
    }
    secret.sort_unstable();
    let mut splicer = Splicer::new(path.as_bytes());
    let mut done = 0;
    for (start, end) in secret {
        // Overlapping parameters are one secret.
        if end <= done {
            continue;
        }
        splicer.replace(start, end, if start < done { "" } else { URL_MARKER });
        done = end;
    }
    let redacted = splicer.finish_str(path);
    Cow::Owned(url::redact_path(lists, &redacted).into_owned())
}

/// The value of one path parameter.
pub(crate) fn redact_param<'v>(lists: &Lists, name: &str, value: &'v str) -> Cow<'v, str> {
    if !value.is_empty() && lists.is_path_param(name) {
        return Cow::Borrowed(URL_MARKER);
    }
    url::redact_path(lists, value)
}
