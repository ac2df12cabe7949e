//! Which route an exchange ran on, and where in its path the parameters are.

mod known;

use std::{
    cell::{OnceCell, RefCell},
    ptr,
    sync::Arc,
};

use actix_web::{
    HttpRequest,
    dev::{ResourceMap, ServiceRequest},
    http::StatusCode,
};

use self::known::Known;
use crate::exchange::{Located, PathParams};

/// A worker's copy of the app's routes, for exchanges that did not run on one or whose request
/// never comes back, and what is known of those that ran.
#[derive(Debug, Default)]
pub(super) struct Routes {
    map: OnceCell<ResourceMap>,
    known: RefCell<Known>,
}

impl Routes {
    /// Copies the routes, once.
    pub(super) fn learn(&self, request: &ServiceRequest) {
        self.map.get_or_init(|| request.resource_map().clone());
    }

    /// The route that answered; the parameters of `path`, the path as sent, are put into `params`.
    ///
    /// A guard may have refused what has the path of a route. Then there is no route, and what is
    /// secret in its path is secret still.
    pub(super) fn of_response(
        &self,
        request: &HttpRequest,
        status: StatusCode,
        path: &str,
        params: &mut PathParams,
    ) -> Option<Arc<str>> {
        let route = if is_matched(request) {
            self.matched(request, status, Some(&mut params.params))
        } else if let Some(pattern) = self.pattern(path) {
            *params = PathParams::of_pattern(&pattern, path);
            return None;
        } else {
            locate(request, &mut params.params);
            None
        };
        let (matched, sent) = (request.match_info().as_str(), request.uri().path());
        // Nearly always it is the same text at the same place.
        let differs = !params.params.is_empty() && !ptr::eq(matched, sent) && matched != sent;
        params.path = differs.then(|| matched.into());
        params.secret.clear();
        route
    }

    /// The route that answered.
    pub(super) fn route_of(&self, request: &HttpRequest, status: StatusCode) -> Option<Arc<str>> {
        if is_matched(request) { self.matched(request, status, None) } else { None }
    }

    /// The route that answered, where the router matched one.
    fn matched(
        &self,
        request: &HttpRequest,
        status: StatusCode,
        params: Option<&mut Vec<Located>>,
    ) -> Option<Arc<str>> {
        let pattern = match self.known.try_borrow_mut() {
            Ok(mut known) => known.pattern(request, params),
            // Nobody else looks while this does.
            Err(_) => known::pattern(request, params),
        };
        // A resource that has no route for the method answers 405: no route matched.
        pattern.filter(|_| status != StatusCode::METHOD_NOT_ALLOWED)
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
}

/// The path's parameters by what the router says, as ranges of the path they were matched in.
fn locate(request: &HttpRequest, params: &mut Vec<Located>) {
    let path = request.match_info().as_str();
    params.clear();
    params.extend(request.match_info().iter().map(|(name, value)| {
        // A static segment's value lies elsewhere; its range then fits nothing, and whoever uses it
        // takes the safe side.
        let from = offset(path, value);
        (name.into(), from, from.wrapping_add(value.len()))
    }));
}

/// Where a part of a text begins in it; of what is no part of it, a place that fits nothing.
fn offset(text: &str, part: &str) -> usize {
    part.as_ptr().addr().wrapping_sub(text.as_ptr().addr())
}

/// Whether the router matched a whole resource: it then has consumed the whole path.
fn is_matched(request: &HttpRequest) -> bool {
    request.match_info().unprocessed().is_empty()
}
