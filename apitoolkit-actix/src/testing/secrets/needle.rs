//! Looking for a secret in one stretch of bytes, also where it is encoded.

use std::{
    borrow::Cow,
    collections::{HashSet, VecDeque},
    fmt,
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

use memchr::memmem::Finder;

use super::decoders;

/// How many encodings may lie on top of each other.
const MAX_LEVELS: usize = 3;
const EXCERPT_BYTES: usize = 24;

/// How a secret was encoded where it was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Encoding {
    /// Base64, standard or URL-safe, padded or not.
    Base64,
    /// Percent-encoding, once or repeatedly.
    Percent,
    /// Percent-encoding with `+` for a space.
    Form,
    /// JSON string escapes.
    Json,
    /// Compressed by gzip or zstd.
    Compressed,
}

impl Encoding {
    const ALL: [Self; 5] = [Self::Json, Self::Percent, Self::Form, Self::Base64, Self::Compressed];

    fn decode(self, text: &[u8]) -> Vec<Vec<u8>> {
        match self {
            Self::Base64 => decoders::base64(text),
            Self::Percent => decoders::percent(text),
            Self::Form => decoders::form(text),
            Self::Json => decoders::json(text),
            Self::Compressed => decoders::compressed(text),
        }
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Base64 => "base64",
            Self::Percent => "percent-encoded",
            Self::Form => "form-encoded",
            Self::Json => "JSON-escaped",
            Self::Compressed => "compressed",
        })
    }
}

/// Secrets, prepared for searching. ASCII letters match in either case.
#[derive(Debug)]
pub(super) struct Needles {
    finders: Vec<Finder<'static>>,
    shortest: usize,
}

/// Where in a stretch of bytes a secret was found.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// Which of the secrets, as an index.
    pub(super) secret: usize,
    /// The outermost first; empty if the secret stands in clear.
    pub(super) encodings: Vec<Encoding>,
    /// What stands around it, the secret itself left out.
    pub(super) excerpt: String,
}

impl Needles {
    pub(super) fn new<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        let finder = |secret: &str| Finder::new(&secret.to_ascii_lowercase()).into_owned();
        let finders: Vec<_> = secrets.into_iter().map(finder).collect();
        let shortest = finders.iter().map(|finder| finder.needle().len()).min().unwrap_or(0);
        Self { finders, shortest }
    }

    /// Breadth first, so that the simplest explanation is found.
    pub(super) fn find(&self, text: &[u8]) -> Option<Found> {
        if let Some((secret, excerpt)) = self.find_plain(text) {
            return Some(Found { secret, encodings: Vec::new(), excerpt });
        }
        // Encodings commute more often than not; what was searched once is not searched again.
        let mut seen = HashSet::from([fingerprint(text)]);
        let mut pending = VecDeque::from([(Cow::Borrowed(text), Vec::new())]);
        while let Some((text, path)) = pending.pop_front() {
            for encoding in Encoding::ALL {
                for decoded in encoding.decode(&text) {
                    if decoded.len() < self.shortest || !seen.insert(fingerprint(&decoded)) {
                        continue;
                    }
                    let mut encodings: Vec<Encoding> = path.clone();
                    encodings.push(encoding);
                    if let Some((secret, excerpt)) = self.find_plain(&decoded) {
                        return Some(Found { secret, encodings, excerpt });
                    }
                    if encodings.len() < MAX_LEVELS {
                        pending.push_back((Cow::Owned(decoded), encodings));
                    }
                }
            }
        }
        None
    }

    fn find_plain(&self, text: &[u8]) -> Option<(usize, String)> {
        let lower = text.to_ascii_lowercase();
        let found = |(index, finder): (usize, &Finder<'_>)| {
            let at = finder.find(&lower)?;
            Some((index, excerpt(text, at, finder.needle().len())))
        };
        self.finders.iter().enumerate().find_map(found)
    }
}

fn excerpt(text: &[u8], at: usize, len: usize) -> String {
    let before = text.get(at.saturating_sub(EXCERPT_BYTES)..at).unwrap_or_default();
    let rest = text.get(at + len..).unwrap_or_default();
    let after = rest.get(..EXCERPT_BYTES).unwrap_or(rest);
    format!(
        "{}<secret>{}",
        String::from_utf8_lossy(before).escape_debug(),
        String::from_utf8_lossy(after).escape_debug(),
    )
}

fn fingerprint(text: &[u8]) -> (u64, usize) {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    (hasher.finish(), text.len())
}
