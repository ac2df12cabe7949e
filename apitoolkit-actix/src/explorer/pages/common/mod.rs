//! What several pages have in common.

mod badge;
mod format;
mod icon;
mod layout;
mod link;
mod state;

pub(super) use badge::{is_replay, method_class, status_badge};
pub(super) use format::{Amount, Bytes, Took, counted, exact, percent, time};
pub(super) use icon::{icon, sprite};
pub(super) use layout::{Tab, document};
pub(super) use link::{FORMATS, encoded, host, joined};
pub(super) use state::{command, empty, notices};
