//! Searching everything received for something that must not be there.
//!
//! [`needle`] looks into one stretch of bytes, through the [`decoders`]; [`places`] knows the
//! stretches of a message by name and [`rest`] has what they leave over; [`search`] goes through all requests.

mod decoders;
mod needle;
mod places;
mod rest;
mod search;
#[cfg(test)]
mod tests;

pub use needle::Encoding;
pub use search::Leak;

pub(super) use search::{MIN_SECRET_BYTES, find, preview};
