//! What was redacted, and by which rule.

mod active;
mod explain;
mod preview;

pub(super) use active::{Active, active};
pub(super) use explain::{Place, explain};
pub(super) use preview::{Mistake, preview};
