use std::{any::type_name, collections::HashSet};

use super::{
    Redact, TopLevel,
    place::{Selector, Step, json_path},
};

/// How many rules one type may have, the rules of all that is nested in it included.
const MAX_RULES: usize = 1_000;
/// How many types are looked into for one.
const MAX_VISITS: usize = 10_000;

/// Collects the rules of types.
///
/// It stands at a place in the document, the root at first; the methods that take a function go one
/// step further for as long as it runs.
///
/// # Recursive types
/// What is secret in a type that holds itself is secret at any depth beneath it, in whatever stands
/// there: the rules then have a descendant segment (`$..['secret']`). A type with more than 1 000
/// rules is redacted whole.
#[derive(Debug, Default)]
pub struct RedactRules {
    place: Vec<Step>,
    /// The types that are being looked into, the outermost first.
    open: Vec<Open>,
    found: Vec<Found>,
    visits: usize,
    has_too_many: bool,
}

/// A type that is being looked into.
#[derive(Debug)]
struct Open {
    id: (&'static str, usize),
    /// The length of its place.
    depth: usize,
    /// What was found before it.
    first: usize,
    is_recursive: bool,
}

#[derive(Clone, Debug)]
struct Found {
    steps: Vec<Step>,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Secret,
    /// A secret only in what is read: see [`RedactRules::sequence`].
    SecretRead,
    /// Where the open type of this number occurs again.
    Again(usize),
}

impl RedactRules {
    /// The rules of a type.
    #[must_use]
    pub fn of<T: Redact + ?Sized>() -> Self {
        let mut rules = Self::default();
        rules.nested::<T>();
        rules
    }

    /// The whole value here is secret.
    pub fn whole(&mut self) {
        self.add(Kind::Secret);
    }

    /// Goes to the member `name` of the object here.
    pub fn field(&mut self, name: &str, add: fn(&mut Self)) {
        self.step(Selector::Name(name.to_owned()), add);
    }

    /// Goes to all elements of the array, or all members of the object, here.
    pub fn elements(&mut self, add: fn(&mut Self)) {
        self.step(Selector::Any, add);
    }

    /// Goes to the element at `index` of the array here, counted from 0.
    pub fn element(&mut self, index: usize, add: fn(&mut Self)) {
        self.step(Selector::Index(index), add);
    }

    /// If there is an array here, all of its elements are secret.
    ///
    /// For types that serde writes as objects: it reads them from arrays too, where no name tells
    /// the fields apart. Counts in [`request_paths`](Self::request_paths) only.
    pub fn sequence(&mut self) {
        self.place.push(Step::new(Selector::Elements));
        self.add(Kind::SecretRead);
        self.place.pop();
    }

    /// Adds the rules of `T` here.
    pub fn nested<T: Redact + ?Sized>(&mut self) {
        let add: fn(&mut Self) = T::redact;
        // Neither alone tells types apart: names may be equal, and functions of equal code one.
        self.look_into((type_name::<T>(), add as usize), add);
    }

    /// The rules as JSONPaths (RFC 9535), for what the application writes.
    #[must_use]
    pub fn json_paths(&self) -> Vec<String> {
        self.paths(|kind| kind == Kind::Secret)
    }

    /// The rules as JSONPaths (RFC 9535), for what the application reads: as
    /// [`json_paths`](Self::json_paths), and objects that come as arrays besides.
    #[must_use]
    pub fn request_paths(&self) -> Vec<String> {
        self.paths(|_| true)
    }

    /// The names at the top of the type that are secret or hold secrets, for forms, queries and
    /// paths. All are if one of the rules is for the whole value.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.top_level().names
    }

    pub(crate) fn top_level(&self) -> TopLevel {
        if self.has_too_many {
            return TopLevel::all();
        }
        TopLevel::of(self.secrets().filter(|f| f.kind == Kind::Secret).map(|f| f.steps.as_slice()))
    }

    fn paths(&self, takes: impl Fn(Kind) -> bool) -> Vec<String> {
        if self.has_too_many {
            return vec!["$".to_owned()];
        }
        let mut seen = HashSet::new();
        self.secrets()
            .filter(|found| takes(found.kind) && seen.insert(found.steps.as_slice()))
            .map(|found| json_path(&found.steps))
            .collect()
    }

    fn secrets(&self) -> impl Iterator<Item = &Found> {
        self.found.iter().filter(|found| !matches!(found.kind, Kind::Again(_)))
    }

    fn step(&mut self, selector: Selector, add: fn(&mut Self)) {
        self.place.push(Step::new(selector));
        add(self);
        self.place.pop();
    }

    fn add(&mut self, kind: Kind) {
        if self.found.len() >= MAX_RULES {
            self.has_too_many = true;
        }
        if !self.has_too_many {
            self.found.push(Found { steps: self.place.clone(), kind });
        }
    }

    fn look_into(&mut self, id: (&'static str, usize), add: fn(&mut Self)) {
        self.visits += 1;
        self.has_too_many |= self.visits > MAX_VISITS;
        if self.has_too_many {
            return;
        }
        if let Some(number) = self.open.iter().position(|open| open.id == id) {
            if let Some(open) = self.open.get_mut(number) {
                open.is_recursive = true;
            }
            self.add(Kind::Again(number));
            return;
        }
        let (depth, first) = (self.place.len(), self.found.len());
        self.open.push(Open { id, depth, first, is_recursive: false });
        add(self);
        if let Some(open) = self.open.pop()
            && open.is_recursive
        {
            self.repeat(&open, self.open.len());
        }
    }

    /// Makes what was found in a recursive type count for it at any depth.
    ///
    /// With the type at `P`, again at `P X`, and a secret at `P R`, there are secrets at `P X R`,
    /// `P X X R` and so on. `P..R` covers them all if `R` begins with a name. Otherwise that would
    /// be nearly everything, and `P R` with `P..X R` says it too.
    fn repeat(&mut self, open: &Open, number: usize) {
        let mut found = self.found.split_off(open.first);
        let again = |found: &Found| found.kind == Kind::Again(number);
        let ways: Vec<Vec<Step>> = found
            .iter()
            .filter(|found| again(found))
            .filter_map(|found| found.steps.get(open.depth..).map(<[_]>::to_vec))
            .filter(|way| !way.is_empty())
            .collect();
        found.retain(|found| !again(found));
        let mut repeated = Vec::new();
        for Found { steps, kind } in &mut found {
            let Some((at, rest)) = steps.split_at_mut_checked(open.depth) else { continue };
            match rest.first_mut() {
                None => {}
                Some(first) if first.is_named() => first.descendant = true,
                Some(_) => repeated.extend(ways.iter().map(|way| {
                    let mut steps = [&*at, way, &*rest].concat();
                    if let Some(first) = steps.get_mut(open.depth) {
                        first.descendant = true;
                    }
                    Found { steps, kind: *kind }
                })),
            }
        }
        self.has_too_many |= self.found.len() + found.len() + repeated.len() > MAX_RULES;
        if !self.has_too_many {
            self.found.append(&mut found);
            self.found.append(&mut repeated);
        }
    }
}
