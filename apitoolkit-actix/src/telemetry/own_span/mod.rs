//! The spans of our own telemetry: small while they run, and put together when they end.
//!
//! The SDK's span holds all that a span can have from its beginning, and takes attributes one by
//! one. Most of ours get none before they end, and then all at once, from the worker. Where spans go
//! to a provider that is not ours, they are that provider's.

mod added;
mod ask;
mod ended;
mod maker;
mod place;
mod span;

#[cfg(test)]
pub(super) use added::Added;
pub(super) use ask::exchange_of;
pub(super) use ended::Ended;
pub(super) use maker::{Beginning, Maker};
pub(super) use place::left_out;
pub(crate) use span::{OwnSpan, Recording};

#[cfg(test)]
mod tests;
