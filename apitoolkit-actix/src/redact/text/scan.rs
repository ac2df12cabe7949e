//! The pass over a text that asks the other parts.

use std::borrow::Cow;

use super::{loose, named, tokens};
use crate::redact::{lists::Lists, marker::MARKER, splice::Splicer, url};

/// How much of a value that was found is looked at once more: it may end with the name or the
/// scheme of the next one, as in `token= password: …`.
const OVERLAP: usize = 64;

/// Replaces every credential in `text` with the marker; borrowed if there is none.
pub(crate) fn scrub<'t>(lists: &Lists, text: &'t str) -> Cow<'t, str> {
    let bytes = text.as_bytes();
    let mut splicer = Splicer::new(bytes);
    let mut urls = Urls::default();
    let mut at = 0;
    // Everything that has been replaced ends here.
    let mut done = 0;
    while let Some(&byte) = bytes.get(at) {
        let found = match byte {
            b':' if bytes.get(at + 1) == Some(&b'/') => {
                if let Some((start, end)) = urls.userinfo(text, at)
                    && end > done
                {
                    let userinfo = text.get(start..end).unwrap_or_default();
                    let marker = url::userinfo_marker(userinfo);
                    splicer.replace(start, end, if start >= done { &marker } else { "" });
                    done = end;
                    at = end;
                    continue;
                }
                named::value_after(lists, bytes, at)
            }
            b':' | b'=' | b'%' => named::value_after(lists, bytes, at),
            b'"' | b'\'' | b'(' | b'>' | b',' => loose::value_at(lists, bytes, at, byte),
            b'-' if starts_word(bytes, at) => {
                tokens::at(bytes, at).or_else(|| loose::argument(lists, bytes, at))
            }
            _ if tokens::may_start(byte) && starts_word(bytes, at) => tokens::at(bytes, at),
            _ => None,
        };
        at += 1;
        if let Some((start, end)) = found
            && end > done
        {
            // What continues a replaced value is covered by its marker.
            let is_rest = done > 0 && start <= done;
            splicer.replace(start.max(done), end, if is_rest { "" } else { MARKER });
            done = end;
            at = at.max(end.saturating_sub(OVERLAP));
        }
    }
    splicer.finish_str(text)
}

fn starts_word(bytes: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| bytes.get(before));
    !before.is_some_and(u8::is_ascii_alphanumeric)
}

/// Finds userinfo in URLs. Remembers the run of non-space text it is in, so that a run of many
/// `://` is not read to its end for each of them.
#[derive(Default)]
struct Urls {
    run_end: usize,
    last_at: Option<usize>,
}

impl Urls {
    /// The userinfo (with `@`) of the URL whose `://` is at `at`.
    fn userinfo(&mut self, text: &str, at: usize) -> Option<(usize, usize)> {
        /// Longer than any scheme in use.
        const MAX_SCHEME: usize = 32;
        let bytes = text.as_bytes();
        if !bytes.get(at..)?.starts_with(b"://") {
            return None;
        }
        if at >= self.run_end {
            let run = bytes.get(at..)?;
            let len = run.iter().position(|&b| ends_url(b)).unwrap_or(run.len());
            self.run_end = at + len;
            self.last_at = memchr::memrchr(b'@', run.get(..len)?).map(|offset| at + offset);
        }
        if self.last_at.is_none_or(|last| last < at) {
            return None;
        }
        let before = bytes.get(at.saturating_sub(MAX_SCHEME)..at)?;
        let scheme = before
            .iter()
            .rev()
            .take_while(|b| b.is_ascii_alphanumeric() || b"+-.".contains(b))
            .count();
        // `://` needs no scheme to be followed by a password.
        let from = at - scheme;
        let (start, url) = if scheme == 0 {
            (at + 1, text.get(at + 1..self.run_end)?)
        } else {
            (from, text.get(from..self.run_end)?)
        };
        let (range, _) = url::userinfo(url);
        range.map(|(s, e)| (start + s, start + e))
    }
}

fn ends_url(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte.is_ascii_control() || b"\"'<>`".contains(&byte)
}
