//! Which route an exchange ran on, and where in its path the parameters are.

use std::{
    cell::{OnceCell, RefCell},
    collections::HashMap,
    mem, ptr,
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
/// never comes back, and what is known of those that ran.
#[derive(Debug, Default)]
pub(super) struct Routes {
    map: OnceCell<ResourceMap>,
    known: RefCell<Known>,
}

/// The routes that requests ran on before.
///
/// Actix puts a route's pattern together anew whenever it is asked.
#[derive(Debug, Default)]
struct Known {
    /// By [`Match::mark`].
    routes: HashMap<u64, Vec<Route>, RandomState>,
    count: usize,
    /// Memory for those of a match.
    params: Vec<Param>,
}

/// A route that ran, and what tells it from all others.
#[derive(Debug)]
struct Route {
    pattern: Option<Arc<str>>,
    params: Vec<RouteParam>,
    /// What stands after the last of them.
    rest: Box<str>,
}

#[derive(Debug)]
struct RouteParam {
    /// What stands before it.
    literal: Box<str>,
    name: Arc<str>,
    /// Where the router has its name in memory.
    place: usize,
}

/// How the router matched a path: where its parameters are.
struct Match<'r> {
    path: &'r str,
    params: &'r [Param],
    mark: u64,
}

#[derive(Debug)]
struct Param {
    /// Where the router has its name in memory.
    place: usize,
    from: usize,
    to: usize,
}

/// So many routes are remembered; of an app with more, the others are looked up for each request.
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
        if is_matched(request) {
            return self.with_route(request, |route, matched| {
                let params = match matched {
                    Some(matched) => path_params(request, memory, route.params_of(matched)),
                    None => path_params(request, memory, located(request)),
                };
                (route.pattern_answering(status), params)
            });
        }
        let params = match self.pattern(path) {
            Some(pattern) => PathParams::of_pattern(&pattern, path),
            None => path_params(request, memory, located(request)),
        };
        (None, params)
    }

    /// The route that answered.
    pub(super) fn route_of(&self, request: &HttpRequest, status: StatusCode) -> Option<Arc<str>> {
        if !is_matched(request) {
            return None;
        }
        self.with_route(request, |route, _| route.pattern_answering(status))
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

    /// Lets `look` see the route that a request ran on, and how it matched if that is plain.
    fn with_route<T>(
        &self,
        request: &HttpRequest,
        look: impl FnOnce(&Route, Option<&Match<'_>>) -> T,
    ) -> T {
        // Nobody else looks while this does.
        let Ok(mut known) = self.known.try_borrow_mut() else {
            return look(&Route::of(request, None), None);
        };
        let Known { routes, count, params } = &mut *known;
        let Some(matched) = Match::of(request, params) else {
            return look(&Route::of(request, None), None);
        };
        let alike = routes.get(&matched.mark);
        if let Some(route) = alike.into_iter().flatten().find(|route| route.is(&matched)) {
            return look(route, Some(&matched));
        }
        let route = Route::of(request, Some(&matched));
        let said = look(&route, Some(&matched));
        if *count < MOST_KNOWN {
            *count += 1;
            routes.entry(matched.mark).or_default().push(route);
        }
        said
    }
}

impl Route {
    /// That which a request ran on.
    fn of(request: &HttpRequest, matched: Option<&Match<'_>>) -> Self {
        let mut rest = 0;
        let mut literal = |to: usize, next: usize| {
            let from = mem::replace(&mut rest, next);
            matched.and_then(|matched| matched.path.get(from..to)).unwrap_or_default().into()
        };
        let located = matched.map_or(&[][..], |matched| matched.params);
        let params = request.match_info().iter().zip(located);
        let params = params.map(|((name, _), param)| RouteParam {
            literal: literal(param.from, param.to),
            name: name.into(),
            place: param.place,
        });
        let params = params.collect();
        let pattern = request.match_pattern().map(Arc::from);
        Self { pattern, params, rest: literal(usize::MAX, 0) }
    }

    fn is(&self, matched: &Match<'_>) -> bool {
        let path = matched.path.as_bytes();
        let mut rest = 0;
        self.params.len() == matched.params.len()
            && self.params.iter().zip(matched.params).all(|(own, param)| {
                let from = mem::replace(&mut rest, param.to);
                own.place == param.place
                    && path.get(from..param.from) == Some(own.literal.as_bytes())
            })
            && path.get(rest..) == Some(self.rest.as_bytes())
    }

    /// A resource that has no route for the method answers 405: no route matched.
    fn pattern_answering(&self, status: StatusCode) -> Option<Arc<str>> {
        if status == StatusCode::METHOD_NOT_ALLOWED { None } else { self.pattern.clone() }
    }

    fn params_of(&self, matched: &Match<'_>) -> impl Iterator<Item = (Arc<str>, usize, usize)> {
        let params = self.params.iter().zip(matched.params);
        params.map(|(own, param)| (Arc::clone(&own.name), param.from, param.to))
    }
}

impl<'r> Match<'r> {
    /// Of a request. Routes are told apart by what their paths have in common, and by where the
    /// parameters' names are in memory: the router made a copy of them for each resource, and keeps
    /// it for ever.
    ///
    /// Absent where a value is not in the path: then the names may be anybody's.
    fn of(request: &'r HttpRequest, params: &'r mut Vec<Param>) -> Option<Self> {
        let matched = request.match_info();
        let path = matched.as_str();
        params.clear();
        let (mut rest, mut mark) = (0, 0_u64);
        for (name, value) in matched.iter() {
            let (place, from) = (name.as_ptr().addr(), offset(path, value));
            let to = from.checked_add(value.len())?;
            if from < rest || to > path.len() {
                return None;
            }
            params.push(Param { place, from, to });
            mark = mix(mix(mark, place), from - rest);
            rest = to;
        }
        mark = mix(mark, path.len() - rest);
        Some(Self { path, params, mark })
    }
}

fn mix(mark: u64, more: usize) -> u64 {
    (mark ^ more as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29)
}

/// The path's parameters by what the router says, as ranges of the path they were matched in.
fn located(request: &HttpRequest) -> impl Iterator<Item = (Arc<str>, usize, usize)> {
    let path = request.match_info().as_str();
    request.match_info().iter().map(move |(name, value)| {
        // A static segment's value lies elsewhere; its range then fits nothing, and whoever uses it
        // takes the safe side.
        let from = offset(path, value);
        (name.into(), from, from.wrapping_add(value.len()))
    })
}

fn path_params(
    request: &HttpRequest,
    memory: PathParams,
    located: impl Iterator<Item = (Arc<str>, usize, usize)>,
) -> PathParams {
    let path = request.match_info().as_str();
    let mut params = memory.params;
    params.clear();
    params.extend(located);
    let sent = request.uri().path();
    // Nearly always it is the same text at the same place.
    let differs = !params.is_empty() && !ptr::eq(path, sent) && path != sent;
    PathParams { path: differs.then(|| path.into()), params, secret: Vec::new() }
}

/// Where a part of a text begins in it; of what is no part of it, a place that fits nothing.
fn offset(text: &str, part: &str) -> usize {
    part.as_ptr().addr().wrapping_sub(text.as_ptr().addr())
}

/// Whether the router matched a whole resource: it then has consumed the whole path.
fn is_matched(request: &HttpRequest) -> bool {
    request.match_info().unprocessed().is_empty()
}
