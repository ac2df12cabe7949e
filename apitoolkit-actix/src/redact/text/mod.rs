//! Running text: error messages, log lines, status messages, bodies without structure.
//!
//! There is nothing to parse here, so this looks for what credentials look like: known token
//! formats, `Bearer …`, PEM blocks, userinfo in URLs, and values after sensitive names
//! (`password=…`, `"token": "…"`, `api_key => …`). One pass, linear, no look-behind further than a
//! name is long.

mod cards;
mod loose;
mod named;
mod scan;
mod tokens;
mod value;

#[cfg(test)]
mod tests;

pub(crate) use self::{
    cards::{is_card_number, scrub_cards},
    scan::scrub,
};
