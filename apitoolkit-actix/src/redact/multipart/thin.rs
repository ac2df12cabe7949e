//! Leaving the content of files out of a form while it goes by.
//!
//! It never leaves the process, so it is counted and not kept: a form is then no longer than its
//! fields, whatever is uploaded with them. Which parts are files is decided by the code that reads the
//! form in the end; what is not certain stops the thinning, and the rest is kept as it comes.

mod search;
#[cfg(test)]
mod tests;

use memchr::memmem::{self, Finder};

use self::search::{Search, common, search};
use super::{
    head::{BLANK_LINE, Head, MAX_HEAD},
    parse,
};
use crate::redact::{body::MediaType, coding::Codings};

const FORM: &[u8] = b"multipart/form-data";

/// Goes along with a form, chunk by chunk.
#[derive(Debug)]
pub(crate) struct Thinner {
    /// Of the delimiter.
    finder: Finder<'static>,
    state: State,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// At the beginning, as if a line had ended before it.
    Opening { matched: usize },
    /// Behind a delimiter, to the end of the line.
    Line { has_cr: bool },
    /// In a part's head, of which so many bytes were kept.
    Head { bytes: usize },
    /// Behind a head of so many bytes with its blank line, all of them kept.
    HeadRead { bytes: usize },
    /// So many bytes behind a head, the last `matched` of which are the delimiter's first. The line
    /// end of the blank line is one too, although it is not behind the head.
    Content { is_file: bool, seen: u64, matched: usize },
    /// Where everything is kept.
    Rest,
}

/// What became of bytes at the front of a chunk: those that were left out came first.
#[derive(Debug)]
pub(crate) struct Passed<'p> {
    /// How many of the chunk's bytes it is about.
    pub(crate) taken: usize,
    /// The size of a file that ended, if it has any.
    pub(crate) left_out: u64,
    pub(crate) kept: &'p [u8],
}

impl Thinner {
    /// Whether a `Content-Type` begins like that of a form.
    pub(crate) fn is_for(content_type: &[u8]) -> bool {
        content_type
            .trim_ascii_start()
            .get(..FORM.len())
            .is_some_and(|essence| essence.eq_ignore_ascii_case(FORM))
    }

    /// For a form whose bytes are what its reader will see: in no coding, and in UTF-8.
    pub(crate) fn new(content_type: &[&[u8]], content_encoding: &[&[u8]]) -> Option<Self> {
        let media_type = MediaType::of(content_type).ok()?;
        let is_utf8 = matches!(media_type.charset.as_deref(), None | Some("utf-8" | "us-ascii"));
        let is_form = media_type.essence.as_bytes() == FORM;
        if !is_utf8 || !is_form || !Codings::of(content_encoding).ok()?.is_identity() {
            return None;
        }
        let delimiter = parse::delimiter(media_type.boundary.as_deref()?)?;
        let finder = Finder::new(delimiter.as_bytes()).into_owned();
        Some(Self { finder, state: State::Opening { matched: 2 } })
    }

    /// Goes on by some bytes of a chunk, and says what is kept of them. `kept` is what was kept so far,
    /// whole.
    pub(crate) fn pass<'p>(&'p mut self, kept: &[u8], chunk: &'p [u8]) -> Passed<'p> {
        if let State::HeadRead { bytes } = self.state {
            self.state = after_head(last(kept, bytes));
        }
        let taken = match self.state {
            State::Opening { matched } => self.opening(matched, chunk),
            State::Line { has_cr } => self.line(has_cr, chunk),
            State::Head { bytes } => self.head(last(kept, bytes), chunk),
            State::Content { is_file, seen, matched } => {
                return self.content(is_file, seen, matched, chunk);
            }
            State::HeadRead { .. } | State::Rest => chunk.len(),
        };
        Passed { taken, left_out: 0, kept: chunk.get(..taken).unwrap_or_default() }
    }

    fn opening(&mut self, matched: usize, chunk: &[u8]) -> usize {
        let wanted = self.finder.needle().get(matched..).unwrap_or_default();
        let common = common(wanted, chunk);
        self.state = match common {
            all if all == wanted.len() => State::Line { has_cr: false },
            all if all == chunk.len() => State::Opening { matched: matched + all },
            _ => State::Rest,
        };
        common
    }

    fn line(&mut self, has_cr: bool, chunk: &[u8]) -> usize {
        let is_padding = |byte: &&u8| !has_cr && matches!(byte, b' ' | b'\t');
        let padding = chunk.iter().take_while(is_padding).count();
        self.state = match chunk.get(padding) {
            None => return padding,
            Some(b'\r') if !has_cr => State::Line { has_cr: true },
            Some(b'\n') if has_cr => State::Head { bytes: 0 },
            // The last delimiter, or nothing that a reader takes for one.
            Some(_) => State::Rest,
        };
        padding + 1
    }

    fn head(&mut self, before: &[u8], chunk: &[u8]) -> usize {
        let room = MAX_HEAD.saturating_sub(before.len());
        let chunk = chunk.get(..chunk.len().min(room)).unwrap_or_default();
        let end = end_of_head(before, chunk);
        let taken = end.unwrap_or(chunk.len());
        let bytes = before.len() + taken;
        self.state = match end {
            Some(_) => State::HeadRead { bytes },
            None if bytes < MAX_HEAD => State::Head { bytes },
            None => State::Rest,
        };
        taken
    }

    fn content<'p>(
        &'p mut self,
        is_file: bool,
        seen: u64,
        matched: usize,
        chunk: &'p [u8],
    ) -> Passed<'p> {
        let Self { finder, state } = self;
        let found = search(finder, matched, chunk);
        let taken = match found {
            Search::Found { end } => end,
            Search::Begun { .. } => chunk.len(),
        };
        let seen = seen + taken as u64;
        *state = match found {
            Search::Found { .. } => State::Line { has_cr: false },
            Search::Begun { matched } => State::Content { is_file, seen, matched },
        };
        if !is_file {
            return Passed { taken, left_out: 0, kept: chunk.get(..taken).unwrap_or_default() };
        }
        let Search::Found { .. } = found else { return Passed { taken, left_out: 0, kept: &[] } };
        let delimiter = finder.needle();
        let length = delimiter.len() as u64;
        // Of an empty file it begins with the end of the blank line, which was kept.
        let held = usize::try_from(length.saturating_sub(seen)).unwrap_or_default();
        let kept = delimiter.get(held..).unwrap_or_default();
        Passed { taken, left_out: seen.saturating_sub(length), kept }
    }
}

/// Where a head that goes on with `chunk` ends, behind its blank line.
fn end_of_head(before: &[u8], chunk: &[u8]) -> Option<usize> {
    let begun_before = (1..BLANK_LINE.len()).rev().find_map(|length| {
        let (begin, end) = BLANK_LINE.split_at_checked(length)?;
        (before.ends_with(begin) && chunk.starts_with(end)).then_some(end.len())
    });
    begun_before.or_else(|| memmem::find(chunk, BLANK_LINE).map(|begin| begin + BLANK_LINE.len()))
}

/// What comes behind a head, given with its blank line.
fn after_head(head: &[u8]) -> State {
    let head = head.strip_suffix(BLANK_LINE).map(Head::parse);
    match head {
        Some(Ok(head)) => State::Content { is_file: head.is_file(), seen: 0, matched: 2 },
        _ => State::Rest,
    }
}

/// The last bytes, as many as there are up to a number.
fn last(bytes: &[u8], number: usize) -> &[u8] {
    bytes.get(bytes.len().saturating_sub(number)..).unwrap_or_default()
}
