//! Two exchanges side by side.

mod differences;
mod page;

pub(in crate::explorer) use page::compare;
