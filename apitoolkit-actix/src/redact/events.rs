//! Server-sent events (WHATWG HTML, section 9.2).

use std::borrow::Cow;

use super::{
    body::{BodyRules, Scratch, WithheldReason as Reason, scrub_text, sniff},
    lists::Lists,
    marker::MARKER,
    splice::Splicer,
};

#[cfg(test)]
mod tests;

/// Redacts an event stream. The `data` of an event that begins like JSON gets the JSON rules, and
/// goes whole if it does not parse; everything else gets the text patterns.
pub(crate) fn redact<'t>(
    rules: &BodyRules,
    lists: &Lists,
    stream: &'t [u8],
    scratch: &mut Scratch,
) -> Result<Cow<'t, [u8]>, Reason> {
    let text = str::from_utf8(stream).map_err(|_| Reason::Unparseable)?;
    let mut parser = Parser { rules, lists, scratch, splicer: Splicer::new(stream) };
    let mut event = Vec::new();
    let mut start = 0;
    while start < text.len() {
        let rest = text.get(start..).unwrap_or_default();
        let len = rest.find(['\n', '\r']).unwrap_or(rest.len());
        let line = rest.get(..len).unwrap_or_default();
        if line.is_empty() {
            parser.redact(&event);
            event.clear();
        } else {
            event.push(Line::new(line, start));
        }
        let ending = rest.get(len..).unwrap_or_default();
        start += len + if ending.starts_with("\r\n") { 2 } else { 1 };
    }
    parser.redact(&event);
    Ok(parser.splicer.finish())
}

/// A line of an event.
#[derive(Clone, Copy)]
struct Line<'t> {
    is_data: bool,
    /// The value of a data line; any other line whole.
    text: &'t str,
    start: usize,
}

impl<'t> Line<'t> {
    fn new(line: &'t str, start: usize) -> Self {
        let bare = line.trim_start_matches('\u{FEFF}');
        match bare.strip_prefix("data:") {
            Some(value) => {
                let value = value.strip_prefix(' ').unwrap_or(value);
                Self { is_data: true, text: value, start: start + line.len() - value.len() }
            }
            None => Self { is_data: false, text: line, start },
        }
    }
}

struct Parser<'r, 't> {
    rules: &'r BodyRules,
    lists: &'r Lists,
    scratch: &'r mut Scratch,
    splicer: Splicer<'t>,
}

/// What the lines of an event's data become.
enum Data<'d> {
    Stays,
    /// One line for each line before, fewer if some were in what was redacted.
    Becomes(std::str::Split<'d, char>),
    /// Not JSON: line by line.
    IsText,
}

impl Parser<'_, '_> {
    fn redact(&mut self, event: &[Line<'_>]) {
        let payload = event
            .iter()
            .filter(|line| line.is_data)
            .map(|line| line.text)
            .collect::<Vec<_>>()
            .join("\n");
        let redacted = self.redact_payload(&payload);
        let mut data = match &redacted {
            None => Data::IsText,
            Some(Cow::Borrowed(_)) => Data::Stays,
            Some(Cow::Owned(redacted)) => Data::Becomes(redacted.split('\n')),
        };
        for line in event {
            let (start, end) = (line.start, line.start + line.text.len());
            match &mut data {
                Data::Stays if line.is_data => {}
                Data::Becomes(lines) if line.is_data => {
                    self.splicer.replace(start, end, lines.next().unwrap_or_default());
                }
                _ => {
                    if let Cow::Owned(scrubbed) = scrub_text(self.lists, line.text) {
                        self.splicer.replace(start, end, &scrubbed);
                    }
                }
            }
        }
    }

    /// The payload after the JSON rules; `None` if it is no JSON.
    fn redact_payload<'p>(&mut self, payload: &'p str) -> Option<Cow<'p, str>> {
        // How several streaming APIs say that they are done.
        if payload.trim() == "[DONE]" {
            return Some(Cow::Borrowed(payload));
        }
        if !sniff::looks_like_json(payload.as_bytes()) {
            return None;
        }
        Some(match self.rules.redact_json(self.lists, payload.as_bytes(), self.scratch) {
            Ok(Cow::Borrowed(_)) => Cow::Borrowed(payload),
            Ok(Cow::Owned(json)) => {
                String::from_utf8(json).map_or_else(|_| Cow::Owned(MARKER.to_owned()), Cow::Owned)
            }
            Err(_) => Cow::Owned(MARKER.to_owned()),
        })
    }
}
