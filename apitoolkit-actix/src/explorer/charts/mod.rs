//! Pictures as SVG.
//!
//! Colours are names: each is a number that the stylesheet puts a colour in the place of, so that a
//! picture suits light and dark. Words from outside are escaped beside it, and not drawn.

mod bars;
mod paint;
mod spark;
mod timeline;

pub(super) use bars::{Bar, bars};
pub(super) use spark::spark;
pub(super) use timeline::timeline;
