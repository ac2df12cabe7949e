//! Encoded trace requests on disk, for as long as the receiver is away.
//!
//! The file is a ring of `queue-file`, with two headers that are written in turn and a checksum of
//! every element. It is made with the size it may have, which the crate never changes then, and it
//! is not forced to the device: a database that only keeps what it has synced would make every
//! append wait for it, and grows as it likes. Nothing is on disk while the receiver takes what it is
//! sent.
//!
//! When it is full, what comes is dropped, not what waits longest: the request that is being sent
//! is never pulled away, so that the numbers stay exact, and a full disk is not written to.

mod directory;
mod disk;
mod flow;
#[cfg(feature = "fuzzing")]
mod fuzzed;
#[cfg(unix)]
mod private;
#[cfg(not(unix))]
#[path = "private_off.rs"]
mod private;
mod record;
mod store;

#[cfg(feature = "fuzzing")]
pub(crate) use fuzzed::drain;
pub(crate) use store::Spool;
