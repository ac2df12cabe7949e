//! The options of a toolkit as plain data, and what they compile to.

mod capture;
mod check;
mod checked;
mod clean_urls;
mod convention;
mod explorer;
mod options;
mod paths;

pub use capture::CapturePolicy;
pub(crate) use check::{DEFAULT_MAX_BODY_BYTES, check_max_body_bytes, check_text};
pub(crate) use checked::{Config, Keep};
pub(crate) use clean_urls::CleanUrls;
pub use convention::{Convention, TrustInbound};
pub(crate) use explorer::ExplorerOptions;
pub(crate) use options::Options;
pub(crate) use paths::PathPatterns;
