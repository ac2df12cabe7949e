//! Who may look: every request to the explorer passes here, those for its assets and its stream of
//! events too.
//!
//! 1. The peer is on this machine, and no proxy speaks for somebody who is not.
//! 2. `Host` names this machine, or what the app allows: a page of somebody else's that leads a
//!    browser here under a name of its own (DNS rebinding) is refused.
//! 3. What a browser says of where a request came from (`Origin`, `Sec-Fetch-Site`) is this page,
//!    or nobody's.
//! 4. The token, as a cookie, as `Authorization: Bearer`, or once in the URL.

mod host;
mod middleware;
mod private;
mod refusal;
mod site;
mod token;

pub(super) use middleware::{Access, guard};
#[cfg(feature = "explorer-file")]
pub(super) use private::create as create_private;
pub(super) use refusal::Refusal;
pub(super) use token::Token;
