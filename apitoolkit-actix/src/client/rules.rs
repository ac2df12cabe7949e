//! Which rules a call is redacted by: the toolkit's, those that handlers announce, and its own.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, PoisonError, RwLock},
};

use super::options::Added;
use crate::{
    config::Config,
    error::RuleError,
    extract::{self, HandlerRules},
    redact::{Overlay, Policy, Redactor},
};

/// An app has a handful of different options; one that makes them up for each call gets no place.
const MOST_KNOWN: usize = 256;

#[derive(PartialEq, Eq, Hash)]
struct Key {
    /// Where the configuration lies. It is kept, so that no other can ever lie there.
    config: usize,
    added: Added,
}

type Known = RwLock<HashMap<Key, (Arc<Config>, Arc<Overlay>)>>;

static KNOWN: LazyLock<Known> = LazyLock::new(Known::default);

/// The rules of all handlers that are known to the program. What they mark in a body that came in
/// is as secret in one that goes on to another server.
static HANDLERS: LazyLock<HandlerRules> = LazyLock::new(extract::all_handlers_by_name);

/// The policy of a call, if it is not that of `config`.
///
/// # Errors
/// The first of the added rules that does not compile.
pub(super) fn overlay(
    config: &Arc<Config>,
    added: &Added,
) -> Result<Option<Arc<Overlay>>, RuleError> {
    if added.is_empty() && !HANDLERS.has_redactions() {
        return Ok(None);
    }
    let key = Key { config: Arc::as_ptr(config) as usize, added: added.clone() };
    let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, overlay)) = known.get(&key) {
        return Ok(Some(Arc::clone(overlay)));
    }
    drop(known);
    check(added)?;
    let mut policy = config.policy.clone();
    HANDLERS.extend(&mut policy);
    policy.headers.extend_from_slice(&added.headers);
    policy.request_body.extend_from_slice(&added.request_body);
    policy.response_body.extend_from_slice(&added.response_body);
    let overlay = Arc::new(Overlay::new(policy));
    let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
    if known.len() < MOST_KNOWN {
        known.insert(key, (Arc::clone(config), Arc::clone(&overlay)));
    }
    Ok(Some(overlay))
}

/// Compiles what was added alone, so that a mistake is named by its place among it.
fn check(added: &Added) -> Result<(), RuleError> {
    let Added { headers, request_body, response_body } = added.clone();
    let policy = Policy { headers, request_body, response_body, ..Policy::default() };
    Redactor::compile(&policy).map(drop)
}
