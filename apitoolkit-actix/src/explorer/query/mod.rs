//! Questions about what is kept: pure functions of a snapshot.

mod breakdown;
mod errors;
mod filter;
mod flow;
mod groups;
mod latency;
mod layout;
mod page;
mod suggest;
mod text;

pub(super) use breakdown::{Breakdown, Share, breakdown};
pub(super) use errors::{ErrorGroup, errors};
pub(super) use filter::{Filter, FilterError};
pub(super) use flow::{Edge, Flow, Node, NodeKind, flow};
pub(super) use groups::{Bucket, By, Group, Groups, Order, groups};
pub(super) use latency::Latency;
pub(super) use page::{Page, page};
pub(super) use suggest::{Suggestions, suggest};
