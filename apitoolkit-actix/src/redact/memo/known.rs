use std::{borrow::Cow, collections::HashSet};

use foldhash::quality::RandomState;

use super::{Header, HeaderName, Headers, MAX_LENGTH, MAX_VALUES, MAX_VALUES_OF_ALL, PATIENCE};
use crate::redact::{header, lists::Lists, made::Made, marker::MARKER};

/// What is known of a name.
pub(super) struct Known {
    name: HeaderName,
    /// Whether the whole value goes, whatever it is.
    is_secret: bool,
    /// The name, and behind it the value that came last, if no rule changes it.
    line: String,
    name_end: usize,
    /// What was made of that value, or of the marker, in a list of each kind.
    made: [Made; 3],
    pub(super) clean: HashSet<Box<str>, RandomState>,
    misses: u32,
}

impl Known {
    pub(super) fn new(lists: &Lists, name: &str) -> Self {
        Self {
            name: HeaderName::new(name),
            is_secret: header::is_secret(lists, name),
            line: name.to_owned(),
            name_end: name.len(),
            made: Default::default(),
            clean: HashSet::default(),
            misses: 0,
        }
    }

    pub(super) fn name(&self) -> &HeaderName {
        &self.name
    }

    /// The value that came last, or what stands for every value.
    #[inline]
    pub(super) fn value(&self) -> &str {
        shown(self.is_secret, &self.line, self.name_end)
    }

    /// Whether a header has this name, and [`value`](Self::value) is what leaves of it.
    #[inline]
    pub(super) fn is_as_before(&self, header: &Header<'_>) -> bool {
        match self.is_secret {
            true => header.name() == self.name.as_str().as_bytes(),
            false => !header.sensitive && header.is(&self.line, self.name_end),
        }
    }

    /// Lets `each` have the name, [`value`](Self::value), and what was made of it in such a list.
    #[inline(always)]
    pub(super) fn tell(
        &mut self,
        which: Headers,
        mut each: impl FnMut(&HeaderName, &[Cow<'_, str>], Option<&mut Made>),
    ) {
        let Self { name, is_secret, line, name_end, made, .. } = self;
        let value = Cow::Borrowed(shown(*is_secret, line, *name_end));
        each(name, &[value], made.get_mut(which as usize));
    }

    /// A value of this name less what is secret, unless that is [`value`](Self::value). `of_all` counts
    /// the values that are remembered of all names.
    pub(super) fn redact<'v>(
        &mut self,
        lists: &Lists,
        header: &Header<'v>,
        of_all: &mut usize,
    ) -> Option<Cow<'v, str>> {
        if self.is_secret {
            return None;
        }
        if header.sensitive {
            return Some(Cow::Borrowed(MARKER));
        }
        let value = header.value();
        if self.value().as_bytes() == value {
            return None;
        }
        let text = std::str::from_utf8(value).ok().filter(|text| text.len() <= MAX_LENGTH);
        if let Some(text) = text
            && self.clean.contains(text)
        {
            self.line.truncate(self.name_end);
            self.line.push_str(text);
            self.made.iter_mut().for_each(Made::clear);
            return None;
        }
        let redacted = header::redact(lists, self.name.as_str(), value, false);
        if text == Some(&*redacted) {
            self.remember(&redacted, of_all);
        }
        Some(redacted)
    }

    fn remember(&mut self, value: &str, of_all: &mut usize) {
        if self.clean.len() >= MAX_VALUES || *of_all >= MAX_VALUES_OF_ALL {
            self.misses += 1;
            if self.misses < PATIENCE {
                return;
            }
            *of_all -= self.clean.len();
            self.clean.clear();
            self.misses = 0;
        }
        if *of_all < MAX_VALUES_OF_ALL && self.clean.insert(value.into()) {
            *of_all += 1;
        }
    }
}

/// What leaves of the value behind a name.
#[inline]
fn shown(is_secret: bool, line: &str, name_end: usize) -> &str {
    if is_secret { MARKER } else { line.get(name_end..).unwrap_or_default() }
}
