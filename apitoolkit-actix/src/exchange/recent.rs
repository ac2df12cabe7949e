//! What was seen lately.

use std::sync::Arc;

/// As many things are remembered, in sets: a thing has its place in one of them, and within that takes
/// the place of the oldest. So two that come in turns are both remembered, wherever they are.
const WAYS: usize = 4;
const SETS: usize = 16;

/// What was seen lately, found by a text that is always at the same place in memory, and by a number.
#[derive(Debug)]
pub(crate) struct Recent<T> {
    sets: Vec<Set<T>>,
    other: Set<T>,
}

#[derive(Debug)]
struct Set<T> {
    ways: [Option<T>; WAYS],
    oldest: usize,
}

impl<T> Recent<T> {
    /// At most so many things are remembered.
    #[cfg(test)]
    pub(crate) const SIZE: usize = SETS * WAYS;

    /// What `is` says is the thing, of those that were remembered under the text and the number; else a
    /// new one.
    #[inline]
    pub(crate) fn find(
        &mut self,
        text: Option<&Arc<str>>,
        number: usize,
        is: impl Fn(&T) -> bool,
        new: impl FnOnce() -> T,
    ) -> &mut T {
        if self.sets.is_empty() {
            self.sets.resize_with(SETS, Set::default);
        }
        let text = text.map_or(0, |text| text.as_ptr().addr());
        let mark = ((text >> 4 ^ number) as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let set = self.sets.get_mut((mark >> 32) as usize % SETS);
        set.unwrap_or(&mut self.other).find(is, new)
    }
}

impl<T> Set<T> {
    #[inline]
    fn find(&mut self, is: impl Fn(&T) -> bool, new: impl FnOnce() -> T) -> &mut T {
        let Self { ways, oldest } = self;
        let way = match ways.iter().position(|way| way.as_ref().is_some_and(&is)) {
            Some(way) => way,
            None => {
                let way = *oldest;
                *oldest = (way + 1) % WAYS;
                ways[way % WAYS] = None;
                way
            }
        };
        ways[way % WAYS].get_or_insert_with(new)
    }
}

impl<T> Default for Recent<T> {
    fn default() -> Self {
        Self { sets: Vec::new(), other: Set::default() }
    }
}

impl<T> Default for Set<T> {
    fn default() -> Self {
        Self { ways: [const { None }; WAYS], oldest: 0 }
    }
}

/// Whether two are the same text at the same place, as the routes of exchanges of one route are.
#[inline]
pub(crate) fn is_same_text(one: Option<&Arc<str>>, other: Option<&Arc<str>>) -> bool {
    one.map(Arc::as_ptr) == other.map(Arc::as_ptr)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Texts that have their place in one set.
    fn neighbours() -> Vec<Arc<str>> {
        let mut texts: Vec<Arc<str>> = Vec::new();
        let mut seen = Recent::<usize>::default();
        while texts.len() <= WAYS {
            let text: Arc<str> = "text".into();
            seen.find(Some(&text), 0, |_| false, || 0);
            let is_first_set = seen.sets.iter().position(|set| set.oldest > 0) == Some(0);
            seen.sets.clear();
            // Those of other sets are kept, too, so that the next is elsewhere.
            if is_first_set { texts.push(text) } else { std::mem::forget(text) }
        }
        texts
    }

    #[test]
    fn those_that_meet_are_remembered_together() {
        let texts = neighbours();
        let mut recent = Recent::default();
        let mut made = 0;
        let mut find = |at: usize| {
            let make = || {
                made += 1;
                (at, made)
            };
            let (found, which) = *recent.find(Some(&texts[at]), 0, |(seen, _)| *seen == at, make);
            assert_eq!(found, at);
            which
        };
        for _ in 0..3 {
            assert_eq!([0, 1, 2, 3].map(&mut find), [1, 2, 3, 4]);
        }
        // The oldest goes, and only that.
        assert_eq!([4, 1, 2, 3, 0, 2, 3, 4].map(&mut find), [5, 2, 3, 4, 6, 3, 4, 5]);
    }

    #[test]
    fn no_more_are_remembered() {
        let texts: Vec<Arc<str>> =
            (0..9 * Recent::<()>::SIZE).map(|n| n.to_string().into()).collect();
        let mut recent = Recent::default();
        for (n, text) in texts.iter().enumerate() {
            assert_eq!(*recent.find(Some(text), n % 7, |seen| *seen == n, || n), n);
        }
        let remembered = recent.sets.iter().flat_map(|set| &set.ways).flatten().count();
        assert!(recent.sets.len() == SETS && remembered <= Recent::<usize>::SIZE);
        assert_eq!(*recent.find(None, 0, |seen| *seen == usize::MAX, || usize::MAX), usize::MAX);
    }

    #[test]
    fn a_text_is_the_same_where_it_is() {
        let (one, twin): (Arc<str>, Arc<str>) = ("text".into(), "text".into());
        assert!(is_same_text(Some(&one), Some(&one.clone())) && is_same_text(None, None));
        assert!(!is_same_text(Some(&one), Some(&twin)) && !is_same_text(Some(&one), None));
    }
}
