use std::sync::Arc;

use super::Filter;
use crate::explorer::record::Record;

/// How many records a page has: unless asked otherwise, and at most.
const DEFAULT: usize = 50;
const MOST: usize = 200;

/// Some of the exchanges that are asked for, newest first.
#[derive(Debug, Clone, Default)]
pub(in crate::explorer) struct Page {
    pub(in crate::explorer) records: Vec<Arc<Record>>,
    /// How many match on all pages.
    pub(in crate::explorer) total: usize,
    /// Whether there are older ones than these.
    pub(in crate::explorer) more: bool,
}

/// A page of what matches, from the newest on, or from the one before the record `before`.
///
/// `newest_first` is in the order of descending ids; `limit` is 50 if absent, and 200 at most.
pub(in crate::explorer) fn page(
    newest_first: &[Arc<Record>],
    filter: &Filter,
    before: Option<u64>,
    limit: Option<usize>,
) -> Page {
    let limit = limit.unwrap_or(DEFAULT).clamp(1, MOST);
    let mut page = Page::default();
    for record in filter.of(newest_first) {
        page.total += 1;
        if before.is_some_and(|before| record.id >= before) {
            continue;
        }
        match page.records.len() < limit {
            true => page.records.push(Arc::clone(record)),
            false => page.more = true,
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explorer::record::testing::Made;

    #[test]
    fn pages_follow_each_other() {
        let records: Vec<_> = (1..=10)
            .rev()
            .map(|id| {
                let status = if id % 2 == 0 { 200 } else { 404 };
                Arc::new(Made::incoming("GET", "/", status).record(id))
            })
            .collect();
        let (filter, _) = Filter::read("status=404");
        let read = |before, limit| {
            let page = page(&records, &filter, before, limit);
            let ids: Vec<_> = page.records.iter().map(|record| record.id).collect();
            (ids, page.total, page.more)
        };
        assert_eq!(read(None, Some(2)), (vec![9, 7], 5, true));
        assert_eq!(read(Some(7), Some(2)), (vec![5, 3], 5, true));
        assert_eq!(read(Some(3), Some(2)), (vec![1], 5, false));
        assert_eq!(read(Some(4), None), (vec![3, 1], 5, false));
        assert_eq!(read(None, Some(0)), (vec![9], 5, true));
        let many: Vec<_> = (1..=300)
            .rev()
            .map(|id| Arc::new(Made::incoming("GET", "/", 200).record(id)))
            .collect();
        let all = Filter::default();
        assert_eq!(page(&many, &all, None, Some(1000)).records.len(), 200);
        assert_eq!(page(&many, &all, None, None).records.len(), 50);
    }
}
