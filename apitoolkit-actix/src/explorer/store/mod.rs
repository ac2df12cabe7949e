//! What is kept, in memory: a ring that is bounded in bytes and in age. With the feature
//! `explorer-file`, in a file too, so that a restart keeps it.

#[cfg(feature = "explorer-file")]
mod file;
#[cfg(not(feature = "explorer-file"))]
#[path = "file_off.rs"]
mod file;
mod held;
mod index;
mod pins;
mod ring;
#[cfg(test)]
mod tests;

pub(super) use file::File;
#[cfg(feature = "explorer-file")]
pub(super) use ring::Marks;
pub(super) use ring::{Bounds, Fill, Store};
