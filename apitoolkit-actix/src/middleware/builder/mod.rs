//! The options of a toolkit, by what they are about.

mod capture;
mod core;
mod filter;
mod hooks;
mod identity;
mod redaction;

pub use core::Builder;
