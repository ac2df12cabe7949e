//! How much work the rules may be for one document.

use crate::redact::json::fault::JsonFault;

/// Steps for any document, and more for each of its bytes. A step is a node looked at, or a few
/// bytes compared: a handful of nanoseconds.
const STEPS: usize = 2_000_000;
const STEPS_PER_BYTE: usize = 32;

/// See the [module](self).
#[derive(Debug)]
pub(in crate::redact::json) struct Budget {
    left: usize,
}

impl Budget {
    pub(in crate::redact::json) fn new(bytes: usize) -> Self {
        Self { left: STEPS.saturating_add(bytes.saturating_mul(STEPS_PER_BYTE)) }
    }

    /// # Errors
    /// If it is used up.
    pub(super) fn spend(&mut self, steps: usize) -> Result<(), JsonFault> {
        self.left = self.left.checked_sub(steps).ok_or(JsonFault::TooComplex)?;
        Ok(())
    }
}
