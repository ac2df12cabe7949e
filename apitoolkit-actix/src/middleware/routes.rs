//! Which route an exchange ran on, and where in its path the parameters are.

use std::{cell::OnceCell, rc::Rc, sync::Arc};

use actix_web::{
    HttpRequest,
    dev::{ResourceMap, ServiceRequest},
    http::StatusCode,
};

use crate::exchange::PathParams;

/// A worker's copy of the app's routes, for exchanges that did not run on one or whose request
/// never comes back.
#[derive(Debug, Clone, Default)]
pub(super) struct Routes(Rc<OnceCell<ResourceMap>>);

impl Routes {
    /// Copies the routes, once.
    pub(super) fn learn(&self, request: &ServiceRequest) {
        self.0.get_or_init(|| request.resource_map().clone());
    }

    /// The route that answered, and the parameters of `path`, the path as sent.
    ///
    /// A guard may have refused what has the path of a route. Then there is no route, and what is
    /// secret in its path is secret still.
    pub(super) fn of_response(
        &self,
        request: &HttpRequest,
        status: StatusCode,
        path: &str,
    ) -> (Option<Arc<str>>, PathParams) {
        if !is_matched(request) {
            let params = match self.pattern(path) {
                Some(pattern) => params_by_pattern(&pattern, path),
                None => path_params(request),
            };
            return (None, params);
        }
        // A resource that has no route for the method answers 405: no route matched.
        let ran = status != StatusCode::METHOD_NOT_ALLOWED;
        let route = ran.then(|| request.match_pattern()).flatten().map(Arc::from);
        (route, path_params(request))
    }

    /// The route and parameters of a request that did not come back, as its path says.
    pub(super) fn of_path(&self, path: &str) -> (Option<Arc<str>>, PathParams) {
        match self.pattern(path) {
            Some(pattern) => {
                let params = params_by_pattern(&pattern, path);
                (Some(pattern.into()), params)
            }
            None => (None, PathParams::default()),
        }
    }

    /// The pattern of the route with this path, whatever its guards say.
    ///
    /// A path with a slash too many counts too: middleware may normalise it, and if none does, the
    /// client still meant that route and sent its secrets.
    fn pattern(&self, path: &str) -> Option<String> {
        let routes = self.0.get()?;
        routes.match_pattern(path).or_else(|| {
            let mut normal = String::with_capacity(path.len());
            for segment in path.split('/').filter(|segment| !segment.is_empty()) {
                normal.push('/');
                normal.push_str(segment);
            }
            if normal == path { None } else { routes.match_pattern(&normal) }
        })
    }
}

/// Whether the router matched a whole resource: it then has consumed the whole path.
fn is_matched(request: &HttpRequest) -> bool {
    request.match_info().unprocessed().is_empty()
}

/// The path's parameters, as ranges of the path they were matched in.
fn path_params(request: &HttpRequest) -> PathParams {
    let matched = request.match_info();
    let path = matched.as_str();
    let start = path.as_ptr() as usize;
    let params: Vec<_> = matched
        .iter()
        .map(|(name, value)| {
            // A static segment's value lies elsewhere; its range then fits nothing, and whoever
            // uses it takes the safe side.
            let from = (value.as_ptr() as usize).wrapping_sub(start);
            (name.into(), from, from.wrapping_add(value.len()))
        })
        .collect();
    let differs = !params.is_empty() && path != request.uri().path();
    PathParams { path: differs.then(|| path.into()), params, secret: Vec::new() }
}

/// The path's parameters as a route's pattern says, for a path that it fits but that was not routed.
///
/// Only what is plain to see is located. Any other parameter has a range that fits nothing, and
/// whoever uses it takes the safe side.
fn params_by_pattern(pattern: &str, path: &str) -> PathParams {
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
        let start = at.filter(|at| path.get(*at..).is_some_and(|path| path.starts_with(literal)));
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
    PathParams { path: None, params, secret: Vec::new() }
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
        params_by_pattern(pattern, path)
            .params
            .into_iter()
            .map(|(name, start, end)| (name.into(), path.get(start..end).map(str::to_owned)))
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
