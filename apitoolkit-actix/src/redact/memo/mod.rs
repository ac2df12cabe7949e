//! What is known of headers that were seen before.
//!
//! Most headers of a request are those of the one before. Their names are compared with the lists
//! once, and a value in which no rule found anything is not searched again.

mod known;
mod name;

#[cfg(test)]
mod tests;

use std::{borrow::Cow, collections::HashMap, fmt, iter, sync::MutexGuard};

use foldhash::quality::RandomState;

use self::known::Known;
pub(crate) use self::name::{Header, HeaderName};
use super::{header, lists::Lists, made::Made};

/// The longest name and value that are remembered, in bytes: longer ones are rarely the same twice.
const MAX_LENGTH: usize = 256;
/// As many names are remembered, and as many values of one name, and of all together: about 400 KiB
/// at most, with what is made of the latest.
const MAX_NAMES: usize = 128;
const MAX_VALUES: usize = 32;
const MAX_VALUES_OF_ALL: usize = 512;
/// As many marks of names are told apart.
const MARKS: usize = 256;
/// After so many values that were not among those remembered of a name, others are learned.
const PATIENCE: u32 = 4_096;

/// Headers that were seen before. It holds no secret: no value that a rule changes.
#[derive(Default)]
pub(super) struct Memo {
    names: Vec<Known>,
    /// Where each name is among them.
    places: HashMap<Box<[u8]>, usize, RandomState>,
    /// Where the name is that was seen last of those with the same [mark](Header::mark): to look there
    /// costs less than to look among all.
    marked: Marked,
    /// How many values are remembered of all names.
    values: usize,
}

struct Marked([u8; MARKS]);

/// Which headers a list is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Headers {
    OfRequest,
    OfResponse,
    /// One that is looked at for itself.
    Single,
}

/// Headers that were seen before, for whoever redacts some.
pub(crate) struct KnownHeaders<'r> {
    lists: &'r Lists,
    memo: MutexGuard<'r, Memo>,
}

/// Takes a header with every value of it, and what was made of it before, if it is the same as then.
type Each<'e> = dyn FnMut(&HeaderName, &[Cow<'_, str>], Option<&mut Made>) + 'e;

impl<'r> KnownHeaders<'r> {
    pub(super) fn new(lists: &'r Lists, memo: MutexGuard<'r, Memo>) -> Self {
        Self { lists, memo }
    }

    /// Each header, with every value of it, redacted as by [`header::redact`]; and what was made of it
    /// before in a list of this kind, if it is the same as then. Every value of a name has to stand
    /// behind the first of them.
    #[inline]
    pub(crate) fn each<'h>(
        &mut self,
        which: Headers,
        headers: impl Iterator<Item = Header<'h>>,
        each: impl FnMut(&HeaderName, &[Cow<'_, str>], Option<&mut Made>),
    ) {
        self.memo.headers(self.lists, which, headers, each);
    }
}

impl Memo {
    /// See [`KnownHeaders::each`].
    #[inline]
    pub(super) fn headers<'h>(
        &mut self,
        lists: &Lists,
        which: Headers,
        mut headers: impl Iterator<Item = Header<'h>>,
        mut each: impl FnMut(&HeaderName, &[Cow<'_, str>], Option<&mut Made>),
    ) {
        let mut next = headers.next();
        while let Some(header) = next {
            next = headers.next();
            let has_more = next.is_some_and(|next| next.has_name_of(&header));
            if !has_more
                && let Some(place) = self.marked.0.get(header.mark())
                && let Some(known) = self.names.get_mut(usize::from(*place))
                && known.is_as_before(&header)
            {
                known.tell(which, &mut each);
                continue;
            }
            let mut more = Vec::new();
            while let Some(one_more) = next.filter(|next| next.has_name_of(&header)) {
                more.push(one_more);
                next = headers.next();
            }
            self.header(lists, which, header, &more, &mut each);
        }
    }

    /// A header that is not as it was before, or has several values.
    fn header(
        &mut self,
        lists: &Lists,
        which: Headers,
        header: Header<'_>,
        more: &[Header<'_>],
        each: &mut Each<'_>,
    ) {
        let place = self.place(lists, &header);
        let every = || iter::once(&header).chain(more);
        let Some(known) = place.and_then(|place| self.names.get_mut(place)) else {
            let name = String::from_utf8_lossy(header.name());
            let values =
                every().map(|one| header::redact(lists, &name, one.value(), one.sensitive));
            return each(&HeaderName::new(&name), &values.collect::<Vec<_>>(), None);
        };
        let of_all = &mut self.values;
        if more.is_empty() {
            return match known.redact(lists, &header, of_all) {
                None => known.tell(which, each),
                Some(value) => each(known.name(), &[value], None),
            };
        }
        let redact = |one| {
            let value = known.redact(lists, one, of_all);
            value.unwrap_or_else(|| Cow::Owned(known.value().to_owned()))
        };
        let redacted: Vec<_> = every().map(redact).collect();
        each(known.name(), &redacted, None);
    }

    /// Where a header's name is. Absent if it is not among those that are remembered.
    fn place(&mut self, lists: &Lists, header: &Header<'_>) -> Option<usize> {
        let name = header.name();
        let place = match self.places.get(name) {
            Some(place) => *place,
            None => self.learn(lists, name)?,
        };
        if let (Some(marked), Ok(place)) = (self.marked.0.get_mut(header.mark()), place.try_into())
        {
            *marked = place;
        }
        Some(place)
    }

    fn learn(&mut self, lists: &Lists, name: &[u8]) -> Option<usize> {
        if self.names.len() >= MAX_NAMES || name.len() > MAX_LENGTH {
            return None;
        }
        let place = self.names.len();
        self.names.push(Known::new(lists, &String::from_utf8_lossy(name)));
        self.places.insert(name.into(), place);
        Some(place)
    }
}

impl Default for Marked {
    fn default() -> Self {
        Self([0; MARKS])
    }
}

/// Says how much it holds, and nothing of it.
impl fmt::Debug for Memo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memo").field("names", &self.names.len()).finish_non_exhaustive()
    }
}
