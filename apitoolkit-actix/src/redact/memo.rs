//! What is known of headers that were seen before.
//!
//! Most headers of a request are those of the one before. Their names are compared with the lists
//! once, and a value in which no rule found anything is not searched again.

use std::{
    collections::{HashMap, HashSet},
    fmt,
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
    request: Arc<str>,
    response: Arc<str>,
}

/// Headers that were seen before. It holds no secret: no value that a rule changes.
pub(super) struct Memo {
    names: HashMap<Box<[u8]>, Known, RandomState>,
    values: usize,
    marker: Arc<str>,
}

struct Known {
    name: Arc<HeaderName>,
    /// Whether the whole value goes, whatever it is.
    is_secret: bool,
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

    pub(crate) fn as_str(&self) -> &str {
        &self.name
    }

    /// The attribute of a request's header.
    pub(crate) fn request_attribute(&self) -> &Arc<str> {
        &self.request
    }

    /// The attribute of a response's header.
    pub(crate) fn response_attribute(&self) -> &Arc<str> {
        &self.response
    }
}

impl Memo {
    pub(super) fn new() -> Self {
        Self { names: HashMap::default(), values: 0, marker: MARKER.into() }
    }

    /// The name of a header, and its value, redacted as by [`header::redact`].
    pub(super) fn header(
        &mut self,
        lists: &Lists,
        name: &[u8],
        value: &[u8],
        sensitive: bool,
    ) -> (Arc<HeaderName>, Arc<str>) {
        let Self { names, values, marker } = self;
        let mut of = |known: &mut Known| {
            let value = match sensitive || known.is_secret {
                true => Arc::clone(marker),
                false => known.value(lists, value, values),
            };
            (Arc::clone(&known.name), value)
        };
        if let Some(known) = names.get_mut(name) {
            return of(known);
        }
        let text = String::from_utf8_lossy(name);
        if names.len() >= MAX_NAMES || name.len() > MAX_LENGTH {
            let value = header::redact(lists, &text, value, sensitive);
            return (Arc::new(HeaderName::new(&text)), value.into());
        }
        of(names.entry(name.into()).or_insert_with(|| Known::new(lists, &text)))
    }
}

impl Known {
    fn new(lists: &Lists, name: &str) -> Self {
        Self {
            name: Arc::new(HeaderName::new(name)),
            is_secret: header::is_secret(lists, name),
            latest: Arc::default(),
            clean: HashSet::default(),
            misses: 0,
        }
    }

    /// `of_all` counts the values that are remembered of all names.
    fn value(&mut self, lists: &Lists, value: &[u8], of_all: &mut usize) -> Arc<str> {
        if self.latest.as_bytes() == value {
            return Arc::clone(&self.latest);
        }
        let text = std::str::from_utf8(value).ok().filter(|text| text.len() <= MAX_LENGTH);
        if let Some(known) = text.and_then(|text| self.clean.get(text)) {
            self.latest = Arc::clone(known);
            return Arc::clone(known);
        }
        let redacted: Arc<str> = header::redact(lists, self.name.as_str(), value, false).into();
        if text == Some(&*redacted) {
            self.remember(&redacted, of_all);
        }
        redacted
    }

    fn remember(&mut self, value: &Arc<str>, of_all: &mut usize) {
        if self.clean.len() >= MAX_VALUES || *of_all >= MAX_VALUES_OF_ALL {
            self.misses += 1;
            if self.misses < PATIENCE {
                return;
            }
            *of_all -= self.clean.len();
            self.clean.clear();
            self.misses = 0;
        }
        if *of_all < MAX_VALUES_OF_ALL && self.clean.insert(Arc::clone(value)) {
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

    fn lists() -> Lists {
        Lists::new(&Policy { headers: vec!["x-internal".into()], ..Policy::default() })
    }

    /// Every header three times: what is remembered says the same as what was worked out.
    #[test]
    fn what_is_remembered_is_what_the_rules_say() {
        let (lists, mut memo) = (lists(), Memo::new());
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
            let (seen, redacted) = memo.header(&lists, name.as_bytes(), value, *sensitive);
            assert_eq!(*redacted, *header::redact(&lists, name, value, *sensitive), "{name}");
            assert_eq!(seen.as_str(), *name);
            assert_eq!(**seen.request_attribute(), format!("http.request.header.{name}"));
            assert_eq!(**seen.response_attribute(), format!("http.response.header.{name}"));
        }
    }

    #[test]
    fn no_value_that_a_rule_changes_is_kept() {
        let (lists, mut memo) = (lists(), Memo::new());
        for value in ["a=1; sid=0123456789abcdef0123456789abcdef", "theme=dark"] {
            memo.header(&lists, b"cookie", value.as_bytes(), false);
        }
        memo.header(&lists, b"authorization", b"Bearer abc", false);
        memo.header(&lists, b"x-once", b"hidden", true);
        let kept: Vec<_> = memo.names.values().flat_map(|known| &known.clean).collect();
        assert_eq!(kept, [&Arc::from("theme=dark")]);
    }

    #[test]
    fn it_is_bounded_and_learns_again() {
        let (lists, mut memo) = (lists(), Memo::new());
        for n in 0..10 * MAX_NAMES {
            for value in 0..8 {
                memo.header(
                    &lists,
                    format!("x-{n}").as_bytes(),
                    format!("v{value}").as_bytes(),
                    false,
                );
            }
        }
        assert_eq!((memo.names.len(), memo.values), (MAX_NAMES, MAX_VALUES_OF_ALL));
        let held: usize = memo.names.values().map(|known| known.clean.len()).sum();
        assert_eq!(held, MAX_VALUES_OF_ALL);
        for _ in 0..=PATIENCE {
            memo.header(&lists, b"x-0", b"new", false);
        }
        assert!(memo.names[&b"x-0"[..]].clean.contains("new"));
        let held: usize = memo.names.values().map(|known| known.clean.len()).sum();
        assert_eq!(held, memo.values);
        memo.header(&lists, b"x-0", "v".repeat(MAX_LENGTH + 1).as_bytes(), false);
        assert!(memo.names[&b"x-0"[..]].clean.iter().all(|value| value.len() <= MAX_LENGTH));
    }
}
