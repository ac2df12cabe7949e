//! What the rules select, without taking it out.

use std::ops::Range;

use memchr::memchr_iter;

use super::{
    fault::JsonFault, locate::Budget, rules, rules::JsonRules, scratch::JsonScratch, splice,
};

impl JsonRules {
    /// Where the selected values of a document stand, in order and apart. Of a document in lines
    /// (NDJSON) those of every line that is JSON.
    ///
    /// # Errors
    /// If it is neither.
    pub(crate) fn selected(
        &self,
        json: &[u8],
        scratch: &mut JsonScratch,
    ) -> Result<Vec<Range<usize>>, JsonFault> {
        let whole = self.selected_in(json, scratch);
        if whole.is_ok() || !json.contains(&b'\n') {
            return whole;
        }
        let mut selected = Vec::new();
        let mut at = 0;
        for end in memchr_iter(b'\n', json).chain([json.len()]) {
            let line = json.get(at..end).unwrap_or_default();
            let of_line = self.selected_in(line, scratch).unwrap_or_default();
            selected.extend(of_line.into_iter().map(|range| range.start + at..range.end + at));
            at = end + 1;
        }
        Ok(selected)
    }

    fn selected_in(
        &self,
        json: &[u8],
        scratch: &mut JsonScratch,
    ) -> Result<Vec<Range<usize>>, JsonFault> {
        let mut budget = Budget::new(json.len());
        let found = rules::begin(json, scratch)
            .and_then(|at| self.find(json, at, &mut budget, scratch))
            .map(|()| {
                let [level, ..] = &mut scratch.levels;
                splice::normalise(&mut level.edits);
                level.edits.iter().map(|edit| edit.start..edit.end).collect()
            });
        scratch.shrink();
        found
    }
}
