//! The explorer: who may look, and what they see, as requests and in a browser.

#![expect(clippy::expect_used, clippy::panic, clippy::print_stdout, reason = "tests")]

mod access;
mod actions;
mod api;
/// Ending a browser with all of its processes takes a signal.
#[cfg(unix)]
mod browser;
mod live;
mod load;
mod support;
