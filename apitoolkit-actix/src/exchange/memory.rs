use std::{fmt, sync::Arc};

use super::{Addresses, PathParams};
use crate::redact::{Redactor, Scratch};

/// What redaction remembers from one exchange to the next, and memory that it uses again.
#[derive(Default)]
pub(crate) struct Memory {
    pub(super) scratch: Scratch,
    pub(super) addresses: Addresses,
    pub(super) named: Named,
    pub(super) path_params: String,
    pub(super) query_params: String,
}

/// Which of a path's parameters are secret for what they are called: most paths have those of the one
/// before.
#[derive(Debug, Default)]
pub(super) struct Named {
    redactor: u64,
    names: Vec<Arc<str>>,
    secret: Vec<bool>,
}

impl Named {
    pub(super) fn of(&mut self, path: &PathParams, redactor: &Redactor) -> &[bool] {
        let Self { redactor: before, names, secret } = self;
        let new = || path.params.iter().map(|(name, ..)| name);
        // The names of a route are shared by its exchanges.
        let is_same = |(new, old): (&Arc<str>, &Arc<str>)| Arc::ptr_eq(new, old) || new == old;
        let is_known = *before == redactor.id()
            && names.len() == path.params.len()
            && new().zip(names.iter()).all(is_same);
        if !is_known {
            *before = redactor.id();
            names.clear();
            names.extend(new().cloned());
            secret.clear();
            secret.extend(new().map(|name| redactor.is_path_param(name)));
        }
        secret
    }
}

/// Says nothing of what it holds.
impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_of_names_is_of_their_redactor() {
        let plain = Redactor::builder().build().unwrap();
        let strict = Redactor::builder().redact_names(["user"]).build().unwrap();
        let paths = ["/{user}", "/{token}", "/{user}/{token}", "/", "/{user}"];
        let paths = paths.map(|pattern| PathParams::of_pattern(pattern, "/"));
        let mut named = Named::default();
        for path in paths.iter().chain(&paths) {
            for redactor in [&plain, &strict, &strict, &plain] {
                let names = path.params.iter().map(|(name, ..)| redactor.is_path_param(name));
                assert_eq!(named.of(path, redactor), names.collect::<Vec<_>>());
            }
        }
        assert!(named.of(&paths[0], &strict)[0] && !named.of(&paths[0], &plain)[0]);
    }
}
