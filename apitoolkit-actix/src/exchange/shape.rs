//! What the targets of exchanges have in common.
//!
//! The parameters of a route have the same names whenever it runs, and so have most of its queries.
//! Which of them are secret, and how JSON has them, is worked out once.

use std::sync::Arc;

use super::{PathParams, Recent, is_same_text};
use crate::redact::{Redactor, plain_value_len};

/// As many names are remembered of a query, which are so long at most.
const MAX_NAMES: usize = 16;
const MAX_LENGTH: usize = 64;
/// After so many queries of a route that were not like the one remembered, one after the other,
/// another is, if it can be.
const PATIENCE: u32 = 4;

/// What is known of the targets of each route: about 400 KiB at most.
#[derive(Debug, Default)]
pub(super) struct Shapes(Recent<Shape>);

/// What is known of the targets of one route.
#[derive(Debug, Default)]
pub(super) struct Shape {
    /// By which redactor.
    redactor: u64,
    route: Option<Arc<str>>,
    pub(super) path: PathNames,
    pub(super) query: QueryNames,
}

/// The names of a path's parameters.
#[derive(Debug, Default)]
pub(super) struct PathNames {
    names: Vec<PathName>,
    /// Whether none is there twice, so that each stands for itself in a JSON object.
    are_distinct: bool,
}

#[derive(Debug)]
pub(super) struct PathName {
    name: Arc<str>,
    /// For what it is called.
    pub(super) is_secret: bool,
    /// What stands before its value in a JSON object, behind that of the one before.
    pub(super) json: Box<str>,
}

/// The names of a query, of which none is secret.
#[derive(Debug, Default)]
pub(super) struct QueryNames {
    names: Vec<QueryName>,
    misses: u32,
}

#[derive(Debug)]
struct QueryName {
    /// What stands before its value in the query, and in a JSON object.
    lead: Box<str>,
    json: Box<str>,
}

impl Shapes {
    /// What is known of a route, by a redactor.
    pub(super) fn of(&mut self, route: Option<&Arc<str>>, redactor: &Redactor) -> &mut Shape {
        let id = redactor.id();
        let is = |shape: &Shape| shape.redactor == id && is_same_text(shape.route.as_ref(), route);
        let new = || Shape { redactor: id, route: route.cloned(), ..Shape::default() };
        self.0.find(route, id as usize, is, new)
    }
}

impl PathNames {
    /// Those of a path.
    pub(super) fn of(&mut self, path: &PathParams, redactor: &Redactor) -> &Self {
        let new = || path.params.iter().map(|(name, ..)| name);
        // The names of a route are shared by its exchanges.
        let is_same =
            |(new, old): (&Arc<str>, &PathName)| Arc::ptr_eq(new, &old.name) || *new == old.name;
        let is_known = self.names.len() == path.params.len() && new().zip(&self.names).all(is_same);
        if !is_known {
            let named = new().enumerate().map(|(at, name)| PathName {
                name: Arc::clone(name),
                is_secret: redactor.is_path_param(name),
                json: json_lead(at, name),
            });
            self.names = named.collect();
            let mut before: Vec<_> = new().collect();
            before.sort_unstable();
            before.dedup();
            self.are_distinct = before.len() == self.names.len();
        }
        self
    }

    pub(super) fn all(&self) -> &[PathName] {
        &self.names
    }

    pub(super) fn are_distinct(&self) -> bool {
        self.are_distinct
    }
}

impl QueryNames {
    /// Writes a query as a JSON object, in the place of what was in `object`, if it has these names,
    /// and values with nothing in them that is secret or encoded: then it is exported as it is.
    pub(super) fn write(
        &self,
        query: &str,
        redactor: &Redactor,
        object: &mut String,
    ) -> Option<()> {
        object.clear();
        let mut rest = query;
        for name in &self.names {
            rest = rest.strip_prefix(&*name.lead)?;
            let (value, more) = rest.split_at_checked(plain_value_len(rest))?;
            if !(more.is_empty() || more.starts_with('&')) || redactor.holds_secret(value) {
                return None;
            }
            object.push_str(&name.json);
            object.push_str(value);
            rest = more;
        }
        if !rest.is_empty() {
            return None;
        }
        object.push_str(json_end(self.names.len()));
        Some(())
    }

    /// Notes that a query had these names.
    pub(super) fn hit(&mut self) {
        self.misses = 0;
    }

    /// Notes that a query did not, and remembers its names if it is time for that. Where none can be
    /// remembered, it is tried less and less often.
    pub(super) fn miss(&mut self, query: &str, redactor: &Redactor) {
        self.misses = self.misses.saturating_add(1);
        let is_time = self.names.is_empty() || self.misses >= PATIENCE;
        if is_time
            && self.misses.is_power_of_two()
            && let Some(names) = Self::read(query, redactor)
        {
            *self = Self { names, misses: 0 };
        }
    }

    fn read(query: &str, redactor: &Redactor) -> Option<Vec<QueryName>> {
        let mut seen: Vec<&str> = Vec::new();
        let mut names = Vec::new();
        for (at, pair) in query.split('&').enumerate() {
            let (name, _) = pair.split_once('=')?;
            let is_usual = plain_value_len(name) == name.len() && !redactor.is_query_param(name);
            if !is_usual || name.len() > MAX_LENGTH || at >= MAX_NAMES || seen.contains(&name) {
                return None;
            }
            seen.push(name);
            let before = if at > 0 { "&" } else { "" };
            let lead = [before, name, "="].concat().into();
            names.push(QueryName { lead, json: json_lead(at, name) });
        }
        Some(names)
    }
}

/// What stands before the value of a name in a JSON object of texts, behind the value before it.
fn json_lead(at: usize, name: &str) -> Box<str> {
    let before = if at > 0 { "\"," } else { "{" };
    let name = serde_json::to_string(name).unwrap_or_default();
    [before, &name, ":\""].concat().into()
}

/// What stands behind the last of so many values.
pub(super) fn json_end(values: usize) -> &'static str {
    if values > 0 { "\"}" } else { "{}" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_usual_queries_are_remembered() {
        let redactor = Redactor::builder().build().unwrap();
        let mut names = QueryNames::default();
        let mut see = |query: &str| {
            let is_known = names.write(query, &redactor, &mut String::new()).is_some();
            if is_known {
                names.hit();
            } else {
                names.miss(query, &redactor);
            }
            is_known
        };
        assert!(!see("page=1") && see("page=2") && !see("sort=name") && see("page=3"));
        // Each stays when they take turns, and goes when it does not come back.
        for _ in 0..9 {
            assert!(!see("sort=name") && !see("page=1&sort=name") && see("page="));
        }
        for _ in 0..PATIENCE {
            assert!(!see("sort=name&page=1"));
        }
        assert!(see("sort=size&page=2") && !see("page=1"));
        for query in ["token=C", "page=1&page=2", "flag", "a%20b=1", "sort=a+b&page=1", "&"] {
            for _ in 0..9 {
                assert!(!see(query), "{query}");
            }
        }
        assert!(see("sort=size&page=2"), "what cannot be remembered takes no place");
        let many = (0..=MAX_NAMES).map(|n| format!("n{n}=1")).collect::<Vec<_>>().join("&");
        let long = format!("{}=1", "n".repeat(MAX_LENGTH + 1));
        for _ in 0..9 {
            assert!(!see(&many) && !see(&long));
        }
    }

    #[test]
    fn a_route_has_its_own() {
        let redactors =
            [Redactor::builder().build().unwrap(), Redactor::builder().build().unwrap()];
        let routes = 0..3 * Recent::<Shape>::SIZE;
        let routes: Vec<Arc<str>> = routes.map(|n| format!("/{n}").into()).collect();
        let mut shapes = Shapes::default();
        for (n, route) in routes.iter().cycle().take(2 * routes.len()).enumerate() {
            let [redactor, other] = [&redactors[n % 2], &redactors[(n + 1) % 2]];
            let shape = shapes.of(Some(route), redactor);
            assert!(shape.redactor == redactor.id() && shape.route.as_ref() == Some(route));
            shape.query.miss("page=1", redactor);
            assert_eq!(shapes.of(Some(route), redactor).query.names.len(), 1);
            assert!(shapes.of(Some(route), other).query.names.is_empty());
        }
        assert!(shapes.of(None, &redactors[0]).query.names.is_empty());
    }
}
