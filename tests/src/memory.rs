use std::fs;

/// Does the work twice, the first time to warm up, and returns by how many bytes memory had grown
/// at its peak in the second. Of the whole process: only for a test in one of its own.
///
/// # Panics
/// Where the system does not tell.
pub fn peak_growth(mut work: impl FnMut(Round)) -> usize {
    work(Round::WarmUp);
    let before = resident();
    forget_peak();
    work(Round::Measured);
    figure("VmHWM").saturating_sub(before)
}

/// Which of the two times it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Round {
    /// Whatever is allocated once is allocated now.
    WarmUp,
    /// What counts.
    Measured,
}

/// How much memory this process has, in bytes.
///
/// # Panics
/// Where the system does not tell.
#[must_use]
pub fn resident() -> usize {
    figure("VmRSS")
}

#[expect(clippy::expect_used, reason = "a fixture")]
fn forget_peak() {
    fs::write("/proc/self/clear_refs", "5").expect("a Linux system");
}

#[expect(clippy::expect_used, reason = "a fixture")]
fn figure(name: &str) -> usize {
    let status = fs::read_to_string("/proc/self/status").expect("a Linux system");
    let line = status.lines().find(|line| line.starts_with(name)).expect("the figure");
    let kib = line.split_whitespace().nth(1).and_then(|figure| figure.parse::<usize>().ok());
    kib.expect("a number") * 1024
}
