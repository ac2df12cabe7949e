//! The list of exchanges.

mod bar;
mod chips;
mod filters;
mod page;
mod row;
mod terms;

pub(super) use bar::bar;
pub(in crate::explorer) use page::{Listing, exchanges};
pub(in crate::explorer) use row::row;
