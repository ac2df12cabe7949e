use std::future::ready;

use bytes::Bytes;

use super::{Receipt, Sending, Signal, Transport};

/// Takes every request.
#[derive(Debug)]
pub(super) struct Nowhere;

impl Transport for Nowhere {
    fn send(&self, _signal: Signal, _request: Bytes) -> Sending<'_> {
        Box::pin(ready(Ok(Receipt::default())))
    }
}
