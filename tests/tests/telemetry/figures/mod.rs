//! Figures that the library is held to, which these tests print (`-- --nocapture`).
//!
//! As part of the suite they are taken over less than what was promised, for time's sake. With
//! `FIGURES=whole` in the environment, in a release build, they are taken over all of it.

mod accounting;
mod fidelity;
mod names;
mod outages;

/// `whole` if the whole figure was asked for, else `part` of it.
fn of(part: usize, whole: usize) -> usize {
    if std::env::var("FIGURES").is_ok_and(|figures| figures == "whole") { whole } else { part }
}
