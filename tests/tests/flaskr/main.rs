//! Flaskr as somebody runs it: a program of its own, judged by what it sends, shows and prints.

#![expect(clippy::expect_used, reason = "tests")]

mod arguments;
mod docs;
mod program;

// Interrupting a program, as Ctrl-C does, takes a signal.
#[cfg(unix)]
mod browser;
#[cfg(unix)]
mod demo;
#[cfg(unix)]
mod kept;
#[cfg(unix)]
mod running;
#[cfg(unix)]
mod story;
#[cfg(unix)]
mod tree;
