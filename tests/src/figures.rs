/// `whole` if the whole figure was asked for (`FIGURES=whole` in the environment), else `part` of it:
/// as part of the suite, figures are taken over less than was promised, for time's sake.
#[must_use]
pub fn of(part: usize, whole: usize) -> usize {
    if std::env::var("FIGURES").is_ok_and(|figures| figures == "whole") { whole } else { part }
}

/// What 99 of 100 stay below.
///
/// # Panics
/// When there are too few to say.
#[must_use]
pub fn p99<T: Ord + Copy>(mut all: Vec<T>) -> T {
    all.sort_unstable();
    assert!(all.len() >= 100, "{} are too few", all.len());
    all[all.len() * 99 / 100]
}

/// The one in the middle.
///
/// # Panics
/// When there is none.
#[must_use]
pub fn median<T: Ord + Copy>(mut all: Vec<T>) -> T {
    all.sort_unstable();
    all[all.len() / 2]
}
