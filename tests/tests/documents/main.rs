//! The guides say what is so: their examples are run, their lists compared with the code's, and their
//! links followed. That their Rust compiles is checked as documentation (`tests/src/lib.rs`), and
//! `docs/configuration.md` by the library itself (`apitoolkit-actix/src/documented`).

#![expect(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "tests")]

mod collector;
mod forms;
mod links;
mod messages;
mod page;
mod redaction;
