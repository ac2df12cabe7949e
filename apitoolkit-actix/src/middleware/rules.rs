//! Which rules an exchange is redacted by: the toolkit's, and those of its handler.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use crate::{
    exchange::Exchange,
    extract::{self, HandlerRules},
    redact::{Overlay, Policy},
};

/// The rules of one toolkit, shared by its workers.
///
/// An exchange whose handler announced its rules gets those besides the toolkit's. Of any other
/// nobody can tell whose secrets it carries: it gets those of all handlers that are known to the
/// program. If it was answered well, its handler is most likely one without annotations, and fields
/// are found by their names alone; if not, also in objects that are sent as lists.
pub(super) struct Rules {
    policy: Policy,
    announced: RwLock<HashMap<usize, Arc<Added>>>,
    unannounced: Option<Unannounced>,
}

struct Unannounced {
    by_name: Arc<Added>,
    all: Arc<Added>,
}

/// Rules of handlers, and the toolkit's policy with them added.
#[derive(Debug)]
struct Added {
    handler: Arc<HandlerRules>,
    overlay: Arc<Overlay>,
}

impl Rules {
    pub(super) fn new(policy: Policy) -> Self {
        let all = extract::all_handlers();
        let unannounced = all.has_redactions().then(|| Unannounced {
            by_name: Arc::new(Added::new(&policy, extract::all_handlers_by_name().into())),
            all: Arc::new(Added::new(&policy, all.into())),
        });
        Self { policy, announced: RwLock::default(), unannounced }
    }

    /// Applies to an exchange what does not depend on its bytes; returns the policy for the rest,
    /// if it is not the toolkit's own.
    pub(super) fn apply(
        &self,
        announced: Option<&Arc<HandlerRules>>,
        exchange: &mut Exchange,
    ) -> Option<Arc<Overlay>> {
        let added = match announced {
            Some(rules) => self.added(rules)?,
            None => {
                let Unannounced { by_name, all } = self.unannounced.as_ref()?;
                let status = exchange.response.as_ref().map(|head| head.status);
                let answered = exchange.failure.is_none() && status.is_some_and(|s| s < 400);
                Arc::clone(if answered { by_name } else { all })
            }
        };
        exchange.secret_query = added.handler.query.all;
        let params = &mut exchange.path_params;
        params.secret = params
            .params
            .iter()
            .enumerate()
            .filter(|(at, (name, ..))| added.handler.is_path_param(*at, name))
            .map(|(at, _)| at)
            .collect();
        Some(Arc::clone(&added.overlay))
    }

    /// What these rules add, put together once for each handler.
    fn added(&self, handler: &Arc<HandlerRules>) -> Option<Arc<Added>> {
        if !handler.has_redactions() {
            return None;
        }
        // The rules are kept, so that no others can ever lie at their address.
        let key = Arc::as_ptr(handler) as usize;
        let known = self.announced.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(added) = known.get(&key) {
            return Some(Arc::clone(added));
        }
        drop(known);
        let added = Arc::new(Added::new(&self.policy, Arc::clone(handler)));
        let mut known = self.announced.write().unwrap_or_else(PoisonError::into_inner);
        Some(Arc::clone(known.entry(key).or_insert(added)))
    }
}

impl Added {
    fn new(policy: &Policy, handler: Arc<HandlerRules>) -> Self {
        let mut policy = policy.clone();
        handler.extend(&mut policy);
        Self { handler, overlay: Arc::new(Overlay::new(policy)) }
    }
}

/// Rules tell where secrets are: none is shown.
impl fmt::Debug for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rules").finish_non_exhaustive()
    }
}
