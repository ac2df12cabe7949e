//! The macros: against serde's real output, on real functions, and what the compiler says to
//! mistakes.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod debug;
mod enums;
mod pedantic;
mod read;
mod shapes;
mod support;
mod ui;
