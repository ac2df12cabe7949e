//! The options of a toolkit, by what they are about.

mod capture;
mod core;
#[cfg(feature = "explorer")]
mod explorer;
#[cfg(feature = "explorer-file")]
mod explorer_file;
mod filter;
mod hooks;
mod identity;
mod redaction;

pub use core::Builder;
