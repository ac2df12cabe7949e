use std::{collections::HashMap, sync::Arc, time::Duration};

use super::Latency;
use crate::explorer::record::{Record, each};

/// As many values are told apart.
const MOST: usize = 50;
/// What the others are counted as.
const OTHER: &str = "(other)";

/// Exchanges by the values of an attribute.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in crate::explorer) struct Breakdown {
    /// The most frequent first; those beyond 50 together as the last.
    pub(in crate::explorer) shares: Vec<Share>,
    /// How many have the attribute.
    pub(in crate::explorer) with: usize,
    /// How many have not.
    pub(in crate::explorer) without: usize,
    /// How many are among the slowest tenth of those that have it.
    pub(in crate::explorer) slowest: usize,
}

/// The exchanges with one value. With several values, an exchange counts for each.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::explorer) struct Share {
    pub(in crate::explorer) value: String,
    /// Whether it stands for all values that have no share of their own.
    pub(in crate::explorer) is_rest: bool,
    pub(in crate::explorer) count: usize,
    pub(in crate::explorer) failures: usize,
    pub(in crate::explorer) latency: Latency,
    /// How many of them are among the slowest tenth of all.
    pub(in crate::explorer) slow: usize,
    /// The mean of those; zero if there is none.
    pub(in crate::explorer) slow_mean: Duration,
    /// Which part of the slowest tenth that is, from 0 to 1.
    pub(in crate::explorer) slow_share: f64,
}

impl Share {
    /// From 0 to 1.
    pub(in crate::explorer) fn failure_rate(&self) -> f64 {
        self.failures as f64 / self.count.max(1) as f64
    }
}

/// Counts records by the values of the attribute `key`.
pub(in crate::explorer) fn breakdown(records: &[Arc<Record>], key: &str) -> Breakdown {
    let mut values: HashMap<String, Vec<&Record>> = HashMap::new();
    let mut having: Vec<&Record> = Vec::new();
    for record in records {
        let Some(value) = record.attribute(key) else { continue };
        having.push(record);
        let mut seen = Vec::new();
        each(value, |text| {
            if !seen.iter().any(|other| other == text) {
                seen.push(text.to_owned());
            }
        });
        seen.into_iter().for_each(|text| values.entry(text).or_default().push(record));
    }
    let slow = Slowest::of(&having);
    let mut values: Vec<_> = values.into_iter().collect();
    values.sort_by(|(a, of_a), (b, of_b)| of_b.len().cmp(&of_a.len()).then_with(|| a.cmp(b)));
    let rest = values.split_off(values.len().min(MOST));
    let mut shares: Vec<_> =
        values.into_iter().map(|(value, of)| share(value, false, &of, &slow)).collect();
    if !rest.is_empty() {
        let mut of: Vec<_> = rest.into_iter().flat_map(|(_, of)| of).collect();
        of.sort_unstable_by_key(|record| record.id);
        of.dedup_by_key(|record| record.id);
        shares.push(share(OTHER.to_owned(), true, &of, &slow));
    }
    Breakdown {
        shares,
        with: having.len(),
        without: records.len() - having.len(),
        slowest: slow.count,
    }
}

/// The slowest tenth: as many as that is, rounded up, and those that took just as long.
struct Slowest {
    least: Duration,
    count: usize,
}

impl Slowest {
    fn of(records: &[&Record]) -> Self {
        let mut took: Vec<_> = records.iter().map(|record| record.took).collect();
        took.sort_unstable_by(|a, b| b.cmp(a));
        let tenth = took.len().div_ceil(10);
        let least = tenth.checked_sub(1).and_then(|last| took.get(last)).copied();
        let least = least.unwrap_or(Duration::MAX);
        Self { least, count: took.iter().filter(|took| **took >= least).count() }
    }
}

fn share(value: String, is_rest: bool, records: &[&Record], slowest: &Slowest) -> Share {
    let slow: Vec<_> =
        records.iter().map(|record| record.took).filter(|took| *took >= slowest.least).collect();
    let (count, mean) = (slow.len(), Latency::of(slow).mean);
    Share {
        value,
        is_rest,
        count: records.len(),
        failures: records.iter().filter(|record| record.failed).count(),
        latency: Latency::of(records.iter().map(|record| record.took).collect()),
        slow: count,
        slow_mean: mean,
        slow_share: count as f64 / slowest.count.max(1) as f64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explorer::record::testing::Made;

    fn record(id: u64, status: i64, took: u64) -> Made {
        Made::incoming("GET", "/", status).at(id, took)
    }

    fn records(made: impl IntoIterator<Item = Made>) -> Vec<Arc<Record>> {
        (1..).zip(made).map(|(id, made)| Arc::new(made.record(id))).collect()
    }

    #[test]
    fn shares_by_hand() {
        // Twenty with the attribute, so the slowest two: those of 190 and 200 ms.
        let made = (1..=20).map(|n| {
            let role = if n % 2 == 0 { "author" } else { "editor" };
            record(n, if n == 20 { 500 } else { 200 }, n * 10).attribute("user role", role)
        });
        let found = breakdown(&records(made.chain([record(21, 200, 900)])), "user role");
        assert_eq!((found.with, found.without, found.slowest), (20, 1, 2));
        let [author, editor] = &found.shares[..] else { panic!("{found:?}") };
        assert_eq!((author.value.as_str(), author.count, author.failures), ("author", 10, 1));
        assert!((author.failure_rate() - 0.1).abs() < 1e-9);
        let ranks = [author.latency.p50, author.latency.p90, author.latency.p99];
        assert_eq!(ranks.map(|d| d.as_millis()), [100, 180, 200]);
        assert_eq!((author.slow, author.slow_mean.as_millis()), (1, 200));
        assert!((author.slow_share - 0.5).abs() < 1e-9);
        assert_eq!((editor.value.as_str(), editor.slow_mean.as_millis()), ("editor", 190));
    }

    #[test]
    fn every_element_of_a_list_counts() {
        let made = [
            record(1, 200, 1).header("apitoolkit.tags", &["a", "b", "a"]),
            record(2, 200, 1).header("apitoolkit.tags", &["b"]),
            record(3, 200, 1).attribute("apitoolkit.tags", 7),
        ];
        let found = breakdown(&records(made), "apitoolkit.tags");
        let counts: Vec<_> = found.shares.iter().map(|s| (s.value.as_str(), s.count)).collect();
        assert_eq!(counts, [("b", 2), ("7", 1), ("a", 1)]);
        assert_eq!(breakdown(&[], "x"), Breakdown::default());
    }

    #[test]
    fn beyond_fifty_they_are_one() {
        let made = (0..60).flat_map(|n| {
            let times = if n == 0 { 2 } else { 1 };
            (0..times).map(move |_| record(1, 200, 1).attribute("n", format!("v{n:02}")))
        });
        let found = breakdown(&records(made), "n");
        assert_eq!(found.shares.len(), 51);
        assert_eq!((found.shares[0].value.as_str(), found.shares[0].count), ("v00", 2));
        let last = found.shares.last().unwrap();
        assert_eq!((last.value.as_str(), last.is_rest, last.count), ("(other)", true, 10));
    }
}
