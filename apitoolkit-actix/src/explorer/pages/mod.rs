//! Pages: what is kept, as HTML.
//!
//! Each page is a function of a [`View`] and of what it is to show. Everything shown is hostile:
//! maud escapes it, also inside pictures, and no page has a style or a script of its own, so that
//! the content security policy can forbid both.

mod breakdown;
mod common;
mod compare;
mod detail;
mod errors;
mod flow;
mod groups;
mod health;
mod list;
mod plain;
mod redaction;
#[cfg(test)]
mod tests;
mod view;

pub(super) use breakdown::{Shares, breakdown};
pub(super) use compare::compare;
pub(super) use detail::{Marks, Sheet, detail, exchange};
pub(super) use errors::errors;
pub(super) use flow::flow;
pub(super) use groups::{Table, groups, order};
pub(super) use health::health;
pub(super) use list::{Listing, exchanges, row};
pub(super) use plain::{login_needed, missing, refused};
pub(super) use redaction::{Mistake, Outcome, Rule, Trial, redaction};
pub(super) use view::{Health, Standing, View};
