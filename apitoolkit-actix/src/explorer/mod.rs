//! The explorer: every exchange of this process on a page of this process.
//!
//! Spans and log records reach it as they reach the exporter, so it shows what leaves, and nothing
//! else. They are kept in memory, bounded in bytes and age.

mod charts;
mod export;
mod feed;
mod guard;
mod live;
mod mount;
mod pages;
mod query;
mod record;
mod redaction;
mod replay;
mod serve;
mod store;

pub use mount::Explorer;
