use std::time::Duration;

/// How long things took: exact, by nearest rank.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::explorer) struct Latency {
    pub(in crate::explorer) p50: Duration,
    pub(in crate::explorer) p90: Duration,
    pub(in crate::explorer) p95: Duration,
    pub(in crate::explorer) p99: Duration,
    pub(in crate::explorer) mean: Duration,
    pub(in crate::explorer) max: Duration,
    /// All together: what costs most.
    pub(in crate::explorer) total: Duration,
}

impl Latency {
    /// All zero of nothing.
    pub(in crate::explorer) fn of(mut took: Vec<Duration>) -> Self {
        took.sort_unstable();
        let total: Duration = took.iter().sum();
        let count = u32::try_from(took.len()).unwrap_or(u32::MAX);
        let rank = |percent| nearest_rank(&took, percent);
        Self {
            p50: rank(50),
            p90: rank(90),
            p95: rank(95),
            p99: rank(99),
            mean: total.checked_div(count).unwrap_or_default(),
            max: took.last().copied().unwrap_or_default(),
            total,
        }
    }
}

/// The least of those that at least so many percent of all do not exceed.
fn nearest_rank(sorted: &[Duration], percent: usize) -> Duration {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_the_nearest() {
        let millis = Duration::from_millis;
        let latency = Latency::of([5, 1, 4, 2, 3].map(millis).to_vec());
        let expected = Latency {
            p50: millis(3),
            p90: millis(5),
            p95: millis(5),
            p99: millis(5),
            mean: millis(3),
            max: millis(5),
            total: millis(15),
        };
        assert_eq!(latency, expected);
        let hundred = Latency::of((1..=100).map(millis).collect());
        let ranks = [hundred.p50, hundred.p90, hundred.p95, hundred.p99];
        assert_eq!(ranks, [50, 90, 95, 99].map(millis));
        let one = Latency::of(vec![millis(7)]);
        assert_eq!((one.p50, one.p99, one.mean), (millis(7), millis(7), millis(7)));
        assert_eq!(Latency::of(Vec::new()), Latency::default());
    }
}
