//! The routes that requests ran on before.

use std::{collections::HashMap, sync::Arc};

use actix_web::{
    HttpRequest,
    dev::{Path, Url},
};
use foldhash::fast::RandomState;

use super::{locate, offset};
use crate::exchange::Located;

/// So many routes are remembered; of an app with more, the others are looked up for each request.
const MOST: usize = 4_096;
/// Of so many kinds of matches it is remembered which route came last.
const KINDS: usize = 64;

/// The routes that requests ran on before.
///
/// Actix puts a route's pattern together anew whenever it is asked.
#[derive(Debug)]
pub(super) struct Known {
    routes: Vec<Route>,
    /// Where they are, by [`mark`].
    places: HashMap<u64, Vec<usize>, RandomState>,
    /// Where that is which came last, by [`kind`].
    latest: [usize; KINDS],
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

impl Known {
    /// The pattern of the route that a request ran on. Its parameters are put into `params`, if they
    /// are asked for, in the place of what is there.
    pub(super) fn pattern(
        &mut self,
        request: &HttpRequest,
        mut params: Option<&mut Vec<Located>>,
    ) -> Option<Arc<str>> {
        let matched = request.match_info();
        let kind = kind(matched);
        let Self { routes, places, latest } = self;
        if let Some(route) = latest.get(kind).and_then(|at| routes.get(*at))
            && route.ran(matched, params.as_deref_mut())
        {
            return route.pattern.clone();
        }
        let Some(mark) = mark(matched) else {
            return pattern(request, params);
        };
        let mut alike = places.get(&mark).into_iter().flatten();
        let known = alike.find(|at| {
            routes.get(**at).is_some_and(|route| route.ran(matched, params.as_deref_mut()))
        });
        let at = match known {
            Some(at) => *at,
            None if routes.len() < MOST => {
                let route = Route::of(request);
                route.ran(matched, params);
                places.entry(mark).or_default().push(routes.len());
                routes.push(route);
                routes.len() - 1
            }
            None => return pattern(request, params),
        };
        if let Some(latest) = latest.get_mut(kind) {
            *latest = at;
        }
        routes.get(at)?.pattern.clone()
    }
}

impl Default for Known {
    fn default() -> Self {
        let (routes, places) = Default::default();
        Self { routes, places, latest: [0; KINDS] }
    }
}

/// As [`Known::pattern`], of a route that is not known.
pub(super) fn pattern(
    request: &HttpRequest,
    params: Option<&mut Vec<Located>>,
) -> Option<Arc<str>> {
    if let Some(params) = params {
        locate(request, params);
    }
    request.match_pattern().map(Arc::from)
}

impl Route {
    /// That which a request ran on, all of whose values are in its path.
    fn of(request: &HttpRequest) -> Self {
        let matched = request.match_info();
        let path = matched.as_str();
        let mut rest = 0;
        let params = matched.iter().map(|(name, value)| {
            let from = offset(path, value);
            let literal = path.get(rest..from).unwrap_or_default().into();
            rest = from.wrapping_add(value.len());
            RouteParam { literal, name: name.into(), place: name.as_ptr().addr() }
        });
        let params = params.collect();
        let rest = path.get(rest..).unwrap_or_default().into();
        Self { pattern: request.match_pattern().map(Arc::from), params, rest }
    }

    /// Whether a request ran on it. If so, its parameters are put into `params`.
    #[inline]
    fn ran(&self, matched: &Path<Url>, mut params: Option<&mut Vec<Located>>) -> bool {
        if matched.segment_count() != self.params.len() {
            return false;
        }
        if let Some(params) = &mut params {
            params.clear();
        }
        let path = matched.as_str();
        let mut rest = 0;
        for (own, (name, value)) in self.params.iter().zip(matched.iter()) {
            let from = offset(path, value);
            // Where the value is not in the path, there is no such range.
            let literal = path.as_bytes().get(rest..from);
            if own.place != name.as_ptr().addr() || literal != Some(own.literal.as_bytes()) {
                return false;
            }
            rest = from + value.len();
            if let Some(params) = &mut params {
                params.push((Arc::clone(&own.name), from, rest));
            }
        }
        path.as_bytes().get(rest..) == Some(self.rest.as_bytes())
    }
}

/// What tells routes apart: what their paths have in common, and where the parameters' names are in
/// memory. The router made a copy of them for each resource, and keeps it for ever.
///
/// Absent where a value is not in the path: then the names may be anybody's.
fn mark(matched: &Path<Url>) -> Option<u64> {
    let path = matched.as_str();
    let (mut rest, mut mark) = (0, 0_u64);
    for (name, value) in matched.iter() {
        let from = offset(path, value);
        let to = from.checked_add(value.len())?;
        if from < rest || to > path.len() {
            return None;
        }
        mark = mix(mix(mark, name.as_ptr().addr()), from - rest);
        rest = to;
    }
    Some(mix(mark, path.len() - rest))
}

/// What is quickly seen of a match: the place of its first name, or the length of its path.
#[inline]
fn kind(matched: &Path<Url>) -> usize {
    let first = matched.iter().next();
    let place = first.map_or_else(|| matched.as_str().len(), |(name, _)| name.as_ptr().addr());
    mix(matched.segment_count() as u64, place) as usize % KINDS
}

#[inline]
fn mix(mark: u64, more: usize) -> u64 {
    (mark ^ more as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29)
}
