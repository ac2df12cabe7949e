//! Files that only their owner may read.

#[cfg(not(unix))]
#[path = "private_elsewhere.rs"]
mod system;
#[cfg(unix)]
#[path = "private_unix.rs"]
mod system;

pub(in crate::explorer) use system::create;
pub(super) use system::is_private;
