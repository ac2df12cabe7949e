//! What is said when something cannot be added to an exchange: each kind at most once a minute.

use crate::{
    exchange::Refused,
    telemetry::{Throttle, warn},
};

/// `call` has no exchange to add to.
pub(super) fn outside(call: &str) {
    static ONCE: Throttle = Throttle::minute();
    if ONCE.ready() {
        warn(&format!(
            "`{call}` was called outside of an observed request, so nothing was recorded: work in a \
             task or thread of its own takes its request's context along with `spawn`, \
             `in_context` or `in_context_fn`"
        ));
    }
}

/// The exchange that `call` would add to has ended.
pub(super) fn ended(call: &str) {
    static ONCE: Throttle = Throttle::minute();
    if ONCE.ready() {
        warn(&format!("`{call}` was called after the end of its request: nothing was recorded"));
    }
}

/// An attribute was not taken.
pub(super) fn refused(call: &str, key: &str, refused: Refused) {
    static NO_KEY: Throttle = Throttle::minute();
    static OWN: Throttle = Throttle::minute();
    static FULL: Throttle = Throttle::minute();
    match refused {
        Refused::NoKey if NO_KEY.ready() => {
            warn(&format!("`{call}` was given an attribute without a key, which was ignored"));
        }
        Refused::Own if OWN.ready() => warn(&format!(
            "`{call}` was given `{key}`, which was ignored: the library sets this attribute itself"
        )),
        Refused::Full if FULL.ready() => warn(&format!(
            "`{call}` was given more attributes than an exchange may have (64, and 128 KiB): the \
             rest was ignored"
        )),
        Refused::NoKey | Refused::Own | Refused::Full => {}
    }
}
