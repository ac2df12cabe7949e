//! Brotli (RFC 7932), with memory bounded by the cap.

use std::{cell::Cell, rc::Rc};

use brotli_decompressor::{
    Allocator, BrotliDecoderParameter, BrotliDecompressStream, BrotliResult, BrotliState,
    StandardAlloc,
};

use super::Reason;

/// Decodes one stream. What follows it is ignored.
pub(super) fn decode(bytes: &[u8], cap: usize) -> Result<Vec<u8>, Reason> {
    /// How much room for output is made at a time.
    const STEP: usize = 16 * 1024;
    let is_refused = Rc::new(Cell::new(false));
    let memory = Bounded::new(cap, Rc::clone(&is_refused));
    let mut state = BrotliState::new(memory, StandardAlloc::default(), StandardAlloc::default());
    // Windows over 16 MiB are an extension that HTTP does not have.
    state.set_parameter(BrotliDecoderParameter::BROTLI_DECODER_PARAM_LARGE_WINDOW, 0);
    let (mut available, mut read) = (bytes.len(), 0);
    let (mut out, mut written, mut total) = (Vec::new(), 0, 0);
    loop {
        out.resize(out.len() + STEP.min(cap.saturating_add(1) - out.len()), 0);
        let mut room = out.len() - written;
        let result = BrotliDecompressStream(
            &mut available,
            &mut read,
            bytes,
            &mut room,
            &mut written,
            &mut out,
            &mut total,
            &mut state,
        );
        if written > cap {
            return Err(Reason::OverCap);
        }
        match result {
            BrotliResult::ResultSuccess => {
                out.truncate(written);
                return Ok(out);
            }
            BrotliResult::NeedsMoreOutput => {}
            BrotliResult::ResultFailure if is_refused.get() => return Err(Reason::OverCap),
            // All input was there from the beginning.
            BrotliResult::NeedsMoreInput | BrotliResult::ResultFailure => {
                return Err(Reason::CorruptCoding);
            }
        }
    }
}

/// An allocator that refuses what only output over the cap needs.
///
/// The decoder keeps all output in one buffer, until that is as large as the window (up to
/// 16 MiB): the next power of two above what the stream says will come.
struct Bounded {
    limit: usize,
    is_refused: Rc<Cell<bool>>,
}

impl Bounded {
    fn new(cap: usize, is_refused: Rc<Cell<bool>>) -> Self {
        /// The decoder's tables and the slack behind its buffer.
        const TABLES: usize = 64 * 1024;
        let buffer = cap.checked_next_power_of_two().unwrap_or(usize::MAX);
        Self { limit: buffer.saturating_add(TABLES), is_refused }
    }
}

impl Allocator<u8> for Bounded {
    type AllocatedMemory = <StandardAlloc as Allocator<u8>>::AllocatedMemory;

    fn alloc_cell(&mut self, len: usize) -> Self::AllocatedMemory {
        if len > self.limit {
            self.is_refused.set(true);
            return Self::AllocatedMemory::default();
        }
        StandardAlloc::default().alloc_cell(len)
    }

    fn free_cell(&mut self, _memory: Self::AllocatedMemory) {}
}
