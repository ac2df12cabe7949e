//! The routes that requests ran on before.

use std::{collections::HashMap, mem, sync::Arc};

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
    /// Where they are, by [`Match::mark`].
    places: HashMap<u64, Vec<usize>, RandomState>,
    /// Where that is which came last, by [`kind`].
    latest: [usize; KINDS],
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
        let Self { routes, places, latest, params: memory } = self;
        if let Some(route) = latest.get(kind).and_then(|at| routes.get(*at))
            && route.ran(matched, params.as_deref_mut())
        {
            return route.pattern.clone();
        }
        let Some(all) = Match::of(matched, memory) else {
            return pattern(request, params);
        };
        let ran = |at: &&usize| {
            routes.get(**at).is_some_and(|route| route.ran(matched, params.as_deref_mut()))
        };
        let at = match places.get(&all.mark).into_iter().flatten().find(ran) {
            Some(at) => *at,
            None if routes.len() < MOST => {
                places.entry(all.mark).or_default().push(routes.len());
                routes.push(Route::of(request, &all));
                routes.len() - 1
            }
            None => return pattern(request, params),
        };
        if let Some(latest) = latest.get_mut(kind) {
            *latest = at;
        }
        let route = routes.get(at)?;
        // Whether or not it is new.
        route.ran(matched, params);
        route.pattern.clone()
    }
}

impl Default for Known {
    fn default() -> Self {
        let (routes, places, params) = Default::default();
        Self { routes, places, latest: [0; KINDS], params }
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
    /// That which a request ran on.
    fn of(request: &HttpRequest, matched: &Match<'_>) -> Self {
        let mut rest = 0;
        let mut literal = |to: usize, next: usize| {
            let from = mem::replace(&mut rest, next);
            matched.path.get(from..to).unwrap_or_default().into()
        };
        let params = request.match_info().iter().zip(matched.params);
        let params = params.map(|((name, _), param)| RouteParam {
            literal: literal(param.from, param.to),
            name: name.into(),
            place: param.place,
        });
        let params = params.collect();
        let pattern = request.match_pattern().map(Arc::from);
        Self { pattern, params, rest: literal(matched.path.len(), 0) }
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

impl<'r> Match<'r> {
    /// Routes are told apart by what their paths have in common, and by where the parameters' names
    /// are in memory: the router made a copy of them for each resource, and keeps it for ever.
    ///
    /// Absent where a value is not in the path: then the names may be anybody's.
    fn of(matched: &'r Path<Url>, params: &'r mut Vec<Param>) -> Option<Self> {
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
