//! Which route an exchange ran on, and where in its path the parameters are.

use std::{
    cell::{OnceCell, RefCell},
    collections::HashSet,
    sync::Arc,
};

use actix_web::{
    HttpRequest,
    dev::{ResourceMap, ServiceRequest},
    http::StatusCode,
};
use foldhash::fast::RandomState;

use crate::exchange::PathParams;

/// A worker's copy of the app's routes, for exchanges that did not run on one or whose request
/// never comes back.
#[derive(Debug, Default)]
pub(super) struct Routes {
    map: OnceCell<ResourceMap>,
    /// Patterns and names that requests had before: an app has as many as it has routes.
    known: RefCell<HashSet<Arc<str>, RandomState>>,
}

/// As many patterns and names are kept; an app that makes more of them up while it runs has those
/// copied for each request.
const MOST_KNOWN: usize = 4_096;

impl Routes {
    /// Copies the routes, once.
    pub(super) fn learn(&self, request: &ServiceRequest) {
        self.map.get_or_init(|| request.resource_map().clone());
    }

    /// The route that answered, and the parameters of `path`, the path as sent, in `memory`.
    ///
    /// A guard may have refused what has the path of a route. Then there is no route, and what is
    /// secret in its path is secret still.
    pub(super) fn of_response(
        &self,
        request: &HttpRequest,
        status: StatusCode,
        path: &str,
        memory: PathParams,
    ) -> (Option<Arc<str>>, PathParams) {
        if !is_matched(request) {
            let params = match self.pattern(path) {
                Some(pattern) => PathParams::of_pattern(&pattern, path),
                None => self.path_params(request, memory),
            };
            return (None, params);
        }
        (self.route_of(request, status), self.path_params(request, memory))
    }

    /// The route that answered.
    pub(super) fn route_of(&self, request: &HttpRequest, status: StatusCode) -> Option<Arc<str>> {
        // A resource that has no route for the method answers 405: no route matched.
        let ran = status != StatusCode::METHOD_NOT_ALLOWED && is_matched(request);
        ran.then(|| request.match_pattern()).flatten().map(|pattern| self.shared(&pattern))
    }

    /// The route and parameters of a request that did not come back, as its path says.
    pub(super) fn of_path(&self, path: &str) -> (Option<Arc<str>>, PathParams) {
        match self.pattern(path) {
            Some(pattern) => {
                let params = PathParams::of_pattern(&pattern, path);
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
        let routes = self.map.get()?;
        routes.match_pattern(path).or_else(|| {
            let mut normal = String::with_capacity(path.len());
            for segment in path.split('/').filter(|segment| !segment.is_empty()) {
                normal.push('/');
                normal.push_str(segment);
            }
            if normal == path { None } else { routes.match_pattern(&normal) }
        })
    }

    /// The path's parameters, as ranges of the path they were matched in.
    fn path_params(&self, request: &HttpRequest, memory: PathParams) -> PathParams {
        let matched = request.match_info();
        let path = matched.as_str();
        let start = path.as_ptr() as usize;
        let mut params = memory.params;
        params.clear();
        params.extend(matched.iter().map(|(name, value)| {
            // A static segment's value lies elsewhere; its range then fits nothing, and whoever
            // uses it takes the safe side.
            let from = (value.as_ptr() as usize).wrapping_sub(start);
            (self.shared(name), from, from.wrapping_add(value.len()))
        }));
        let differs = !params.is_empty() && path != request.uri().path();
        PathParams { path: differs.then(|| path.into()), params, secret: Vec::new() }
    }

    /// One copy of a text for all requests of this worker.
    fn shared(&self, text: &str) -> Arc<str> {
        // Nobody else looks while this does.
        let Ok(mut known) = self.known.try_borrow_mut() else { return text.into() };
        if let Some(known) = known.get(text) {
            return Arc::clone(known);
        }
        let text: Arc<str> = text.into();
        if known.len() < MOST_KNOWN {
            known.insert(Arc::clone(&text));
        }
        text
    }
}

/// Whether the router matched a whole resource: it then has consumed the whole path.
fn is_matched(request: &HttpRequest) -> bool {
    request.match_info().unprocessed().is_empty()
}
