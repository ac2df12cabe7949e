//! One exchange: its two messages, and the trace around it.

mod actions;
mod body;
mod cookies;
mod failures;
mod form;
mod json;
mod lines;
mod logs;
mod marks;
mod message;
mod raw;
mod sheet;
mod span;
mod tree;
mod waterfall;

pub(super) use json::{Class, lay_out};
pub(in crate::explorer) use marks::Marks;
pub(super) use marks::{marked, marked_url};
pub(super) use message::message;
pub(super) use sheet::summary;
pub(in crate::explorer) use sheet::{Sheet, detail, exchange};
