use std::fmt;

use super::{Addresses, redacted_target::TargetMemory};
use crate::redact::Scratch;

/// What redaction remembers from one exchange to the next, and memory that it uses again.
#[derive(Default)]
pub(crate) struct Memory {
    pub(super) scratch: Scratch,
    pub(super) addresses: Addresses,
    pub(super) target: TargetMemory,
}

/// Says nothing of what it holds.
impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory").finish_non_exhaustive()
    }
}
