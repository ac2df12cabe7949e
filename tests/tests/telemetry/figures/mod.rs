//! Figures that the library is held to, which these tests print (`-- --nocapture`).
//!
//! As part of the suite they are taken over less than what was promised, for time's sake. With
//! `FIGURES=whole` in the environment, in a release build, they are taken over all of it.

mod accounting;
mod fidelity;
mod names;
mod outages;
mod time;
