//! What there is of each kind: routes, calls, statements, services.

mod input;
mod page;
mod table;

pub(in crate::explorer) use input::{Table, order};
pub(in crate::explorer) use page::groups;
