//! The record of one exchange in the making.

mod full;
mod light;
mod record;
mod watch;

pub(super) use full::{Blank, Full, Held};
pub(super) use light::Light;
pub(super) use record::Recorder;
pub(super) use watch::Watch;
