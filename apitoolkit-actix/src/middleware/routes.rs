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
                Some(pattern) => PathParams::of_pattern(&pattern, path),
                None => path_params(request),
            };
            return (None, params);
        }
        (self.route_of(request, status), path_params(request))
    }

    /// The route that answered.
    pub(super) fn route_of(&self, request: &HttpRequest, status: StatusCode) -> Option<Arc<str>> {
        // A resource that has no route for the method answers 405: no route matched.
        let ran = status != StatusCode::METHOD_NOT_ALLOWED && is_matched(request);
        ran.then(|| request.match_pattern()).flatten().map(Arc::from)
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
