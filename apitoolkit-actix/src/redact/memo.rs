//! What is known of headers that were seen before.
//!
//! Most headers of a request are those of the one before. Their names are compared with the lists
//! once, and a value in which no rule found anything is not searched again.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    fmt, iter,
    sync::Arc,
};

use foldhash::quality::RandomState;

use super::{header, lists::Lists, marker::MARKER};
use crate::semconv;

/// The longest name and value that are remembered, in bytes: longer ones are rarely the same twice.
const MAX_LENGTH: usize = 256;
/// As many names are remembered, and as many values of one name, and of all together: about 200 KiB
/// at most.
const MAX_NAMES: usize = 128;
const MAX_VALUES: usize = 32;
const MAX_VALUES_OF_ALL: usize = 512;
/// After so many values that were not among those remembered of a name, others are learned.
const PATIENCE: u32 = 4_096;

/// The name of a header, with what its values are exported as.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct HeaderName {
    name: Box<str>,
    request: Box<str>,
    response: Box<str>,
}

/// Headers that were seen before. It holds no secret: no value that a rule changes.
#[derive(Default)]
pub(super) struct Memo {
    names: Vec<Known>,
    /// Where each name is among them.
    places: HashMap<Box<[u8]>, usize, RandomState>,
    /// How many values are remembered of all names.
    values: usize,
    /// The name that came first, of each kind of list.
    first: [usize; 3],
}

/// Which headers a list is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Headers {
    OfRequest,
    OfResponse,
    /// One that is looked at for itself.
    Single,
}

struct Known {
    name: HeaderName,
    /// Whether the whole value goes, whatever it is.
    is_secret: bool,
    /// Where the name is that followed this one: most requests have the headers of the one before,
    /// in the same order.
    next: usize,
    /// The value that came last, if no rule changes it.
    latest: Arc<str>,
    clean: HashSet<Arc<str>, RandomState>,
    misses: u32,
}

impl HeaderName {
    pub(crate) fn new(name: &str) -> Self {
        Self {
            name: name.into(),
            request: [semconv::REQUEST_HEADER, name].concat().into(),
            response: [semconv::RESPONSE_HEADER, name].concat().into(),
        }
    }

    #[cfg(test)]
    pub(crate) fn as_str(&self) -> &str {
        &self.name
    }

    /// The attribute of a request's header.
    pub(crate) fn request_attribute(&self) -> &str {
        &self.request
    }

    /// The attribute of a response's header.
    pub(crate) fn response_attribute(&self) -> &str {
        &self.response
    }
}

impl Memo {
    /// Each header, with every value of it, redacted as by [`header::redact`].
    pub(super) fn headers<'h>(
        &mut self,
        lists: &Lists,
        which: Headers,
        mut headers: impl Iterator<Item = (&'h [u8], &'h [u8], bool)>,
        mut each: impl FnMut(&HeaderName, &[Cow<'_, str>]),
    ) {
        let mut before = None;
        let mut next = headers.next();
        while let Some((name, value, sensitive)) = next {
            next = headers.next();
            let mut more = Vec::new();
            while let Some((_, value, sensitive)) = next.filter(|next| next.0 == name) {
                more.push((value, sensitive));
                next = headers.next();
            }
            let place = self.place(lists, which, before, name);
            let Some(known) = place.and_then(|place| self.names.get_mut(place)) else {
                let name = String::from_utf8_lossy(name);
                let values = iter::once((value, sensitive)).chain(more);
                let values =
                    values.map(|(value, marked)| header::redact(lists, &name, value, marked));
                each(&HeaderName::new(&name), &values.collect::<Vec<_>>());
                continue;
            };
            before = place;
            let values = &mut self.values;
            if more.is_empty() {
                let (name, value) = known.redact(lists, value, sensitive, values);
                each(name, &[value]);
                continue;
            }
            let redacted = iter::once((value, sensitive)).chain(more).map(|(value, sensitive)| {
                Cow::Owned(known.redact(lists, value, sensitive, values).1.into_owned())
            });
            let redacted: Vec<_> = redacted.collect();
            each(&known.name, &redacted);
        }
    }

    /// Where a name is. Absent if it is not among those that are remembered.
    #[inline]
    fn place(
        &mut self,
        lists: &Lists,
        which: Headers,
        before: Option<usize>,
        name: &[u8],
    ) -> Option<usize> {
        let expected = *self.next(which, before)?;
        if self.names.get(expected).is_some_and(|known| known.name.name.as_bytes() == name) {
            return Some(expected);
        }
        let place = match self.places.get(name) {
            Some(place) => *place,
            None => self.learn(lists, name)?,
        };
        *self.next(which, before)? = place;
        Some(place)
    }

    /// Where the name is that comes next, as far as is known.
    fn next(&mut self, which: Headers, before: Option<usize>) -> Option<&mut usize> {
        match before {
            Some(before) => self.names.get_mut(before).map(|known| &mut known.next),
            None => self.first.get_mut(which as usize),
        }
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

impl Known {
    fn new(lists: &Lists, name: &str) -> Self {
        Self {
            name: HeaderName::new(name),
            is_secret: header::is_secret(lists, name),
            next: 0,
            latest: Arc::default(),
            clean: HashSet::default(),
            misses: 0,
        }
    }

    /// The name, and a value less what is secret. `of_all` counts the values that are remembered of
    /// all names.
    #[inline]
    fn redact<'v>(
        &'v mut self,
        lists: &Lists,
        value: &'v [u8],
        sensitive: bool,
        of_all: &mut usize,
    ) -> (&'v HeaderName, Cow<'v, str>) {
        if sensitive || self.is_secret {
            return (&self.name, Cow::Borrowed(MARKER));
        }
        if self.latest.as_bytes() != value {
            let text = std::str::from_utf8(value).ok().filter(|text| text.len() <= MAX_LENGTH);
            if let Some(known) = text.and_then(|text| self.clean.get(text)) {
                self.latest = Arc::clone(known);
            } else {
                let redacted = header::redact(lists, &self.name.name, value, false);
                if text == Some(&*redacted) {
                    self.remember(&redacted, of_all);
                }
                return (&self.name, redacted);
            }
        }
        (&self.name, Cow::Borrowed(&*self.latest))
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

/// Says how much it holds, and nothing of it.
impl fmt::Debug for Memo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memo").field("names", &self.names.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::Policy;

    /// As one header of a request.
    fn header(memo: &mut Memo, lists: &Lists, name: &[u8], value: &[u8], marked: bool) -> String {
        let mut seen = Vec::new();
        let header = iter::once((name, value, marked));
        memo.headers(lists, Headers::Single, header, |name, values| {
            let [value] = values else { panic!("{values:?}") };
            seen.push((HeaderName::new(name.as_str()), value.clone().into_owned()));
        });
        let [(seen, value)] = &seen[..] else { panic!("{seen:?}") };
        let text = String::from_utf8_lossy(name);
        assert_eq!(seen.as_str(), text);
        assert_eq!(seen.request_attribute(), format!("http.request.header.{text}"));
        assert_eq!(seen.response_attribute(), format!("http.response.header.{text}"));
        value.clone()
    }

    fn lists() -> Lists {
        Lists::new(&Policy { headers: vec!["x-internal".into()], ..Policy::default() })
    }

    /// Every header three times: what is remembered says the same as what was worked out.
    #[test]
    fn what_is_remembered_is_what_the_rules_say() {
        let (lists, mut memo) = (lists(), Memo::default());
        let headers: [(&str, &[u8], bool); 11] = [
            ("accept", b"application/json", false),
            ("accept", b"text/plain;q=0.9", false),
            ("accept-encoding", b"gzip", false),
            ("authorization", b"Bearer abc", false),
            ("x-internal", b"1", false),
            ("x-marked", b"1", true),
            ("x-marked", b"1", false),
            ("cookie", b"sid=0123456789abcdef0123456789abcdef; theme=dark", false),
            ("referer", b"https://h/?token=abc&page=2", false),
            ("x-latin", b"caf\xe9", false),
            ("x-note", b"Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", false),
        ];
        for (name, value, sensitive) in headers.iter().chain(&headers).chain(&headers) {
            let redacted = header(&mut memo, &lists, name.as_bytes(), value, *sensitive);
            assert_eq!(*redacted, *header::redact(&lists, name, value, *sensitive), "{name}");
        }
    }

    #[test]
    fn every_value_of_a_name_is_told_with_it() {
        let (lists, mut memo) = (lists(), Memo::default());
        let headers: [(&[u8], &[u8], bool); 6] = [
            (b"accept", b"text/html", false),
            (b"accept", b"text/plain", false),
            (b"authorization", b"Bearer abc", false),
            (b"x-marked", b"1", true),
            (b"x-marked", b"2", false),
            (b"accept-language", b"en", false),
        ];
        for _ in 0..3 {
            let mut seen = Vec::new();
            memo.headers(&lists, Headers::OfResponse, headers.into_iter(), |name, values| {
                seen.push(format!("{}: {}", name.as_str(), values.join(" | ")));
            });
            let expected = [
                "accept: text/html | text/plain",
                "authorization: [CLIENT_REDACTED]",
                "x-marked: [CLIENT_REDACTED] | 2",
                "accept-language: en",
            ];
            assert_eq!(seen, expected);
        }
    }

    #[test]
    fn no_value_that_a_rule_changes_is_kept() {
        let (lists, mut memo) = (lists(), Memo::default());
        for value in ["a=1; sid=0123456789abcdef0123456789abcdef", "theme=dark"] {
            header(&mut memo, &lists, b"cookie", value.as_bytes(), false);
        }
        header(&mut memo, &lists, b"authorization", b"Bearer abc", false);
        header(&mut memo, &lists, b"x-once", b"hidden", true);
        let kept: Vec<_> = memo.names.iter().flat_map(|known| &known.clean).collect();
        assert_eq!(kept, [&Arc::from("theme=dark")]);
    }

    #[test]
    fn it_is_bounded_and_learns_again() {
        let (lists, mut memo) = (lists(), Memo::default());
        for n in 0..10 * MAX_NAMES {
            for value in 0..8 {
                let (name, value) = (format!("x-{n}"), format!("v{value}"));
                header(&mut memo, &lists, name.as_bytes(), value.as_bytes(), false);
            }
        }
        assert_eq!((memo.names.len(), memo.values), (MAX_NAMES, MAX_VALUES_OF_ALL));
        let held: usize = memo.names.iter().map(|known| known.clean.len()).sum();
        assert_eq!(held, MAX_VALUES_OF_ALL);
        for _ in 0..=PATIENCE {
            header(&mut memo, &lists, b"x-0", b"new", false);
        }
        let clean = |memo: &Memo| memo.names[memo.places[&b"x-0"[..]]].clean.clone();
        assert!(clean(&memo).contains("new"));
        let held: usize = memo.names.iter().map(|known| known.clean.len()).sum();
        assert_eq!(held, memo.values);
        header(&mut memo, &lists, b"x-0", "v".repeat(MAX_LENGTH + 1).as_bytes(), false);
        assert!(clean(&memo).iter().all(|value| value.len() <= MAX_LENGTH));
    }
}
