//! The way of a body through the parsers.

use std::borrow::Cow;

use super::{
    BodyRules, BodyText, Captured, MediaType, Scratch, Withheld, WithheldReason as Reason, charset,
    json_patterns, kind::Kind, sniff,
};
use crate::redact::{
    coding, events, form,
    lists::Lists,
    multipart::{self, Gap},
};

type Redacted<'b> = Result<Cow<'b, [u8]>, Reason>;

impl BodyRules {
    /// Redacts a body of this side.
    pub(crate) fn redact<'b>(
        &self,
        lists: &Lists,
        body: &Captured<'b, '_>,
        scratch: &mut Scratch,
    ) -> BodyText<'b> {
        if body.bytes.is_empty() && !(body.truncated && body.total > 0) {
            return BodyText::Empty;
        }
        match self.try_redact(lists, body, scratch) {
            Ok(content) if content.is_empty() => BodyText::Empty,
            Ok(content) => BodyText::Content(content),
            Err(reason) => BodyText::Withheld(Withheld::new(reason, body)),
        }
    }

    fn try_redact<'b>(
        &self,
        lists: &Lists,
        body: &Captured<'b, '_>,
        scratch: &mut Scratch,
    ) -> Redacted<'b> {
        let media_type = MediaType::of(body.content_type).map_err(|_| Reason::ConflictingTypes)?;
        let kind = Kind::of(&media_type);
        match kind {
            Kind::Binary => return Err(Reason::Binary),
            Kind::Unknown => return Err(Reason::UnknownType),
            Kind::Opaque if self.has_rules() => return Err(Reason::NoParser),
            _ => {}
        }
        let codings = coding::Codings::of(body.content_encoding)?;
        if body.truncated && (self.is_active() || !codings.is_identity()) {
            return Err(Reason::Truncated);
        }
        let bytes = codings.decode(body.bytes, body.cap)?;
        // A form is ASCII whatever its character set, unless that is no superset of it.
        let is_latin_form = kind == Kind::Form && !sniff::has_nul(&bytes);
        let charset = media_type.charset.as_deref().filter(|_| !is_latin_form);
        let text = charset::to_utf8(bytes, charset)?;
        let is_as_kept = kind == Kind::Multipart && matches!(text, Cow::Borrowed(_));
        if !body.gaps.is_empty() && !is_as_kept {
            return Err(Reason::Unparseable);
        }
        let reader = Reader { rules: self, lists, media_type: &media_type, gaps: body.gaps };
        match text {
            Cow::Borrowed(text) if body.truncated => {
                reader.read(kind, whole_characters(text), scratch)
            }
            Cow::Borrowed(text) => reader.read(kind, text, scratch),
            Cow::Owned(text) => {
                let redacted = match reader.read(kind, &text, scratch)? {
                    Cow::Borrowed(_) => None,
                    Cow::Owned(redacted) => Some(redacted),
                };
                Ok(Cow::Owned(redacted.unwrap_or(text)))
            }
        }
    }
}

impl BodyRules {
    /// One JSON text: the rules, and the patterns if they are on.
    pub(crate) fn redact_json<'t>(
        &self,
        lists: &Lists,
        json: &'t [u8],
        scratch: &mut Scratch,
    ) -> Redacted<'t> {
        let redacted = self.json.redact(json, &mut scratch.json)?;
        Ok(self.json_patterns(lists, redacted))
    }

    fn json_patterns<'t>(&self, lists: &Lists, json: Cow<'t, [u8]>) -> Cow<'t, [u8]> {
        if !self.patterns {
            return json;
        }
        match json {
            Cow::Borrowed(json) => json_patterns::scrub(lists, json),
            Cow::Owned(json) => Cow::Owned(json_patterns::scrub(lists, &json).into_owned()),
        }
    }
}

/// The text without a character that the cap cut through.
fn whole_characters(text: &[u8]) -> &[u8] {
    match str::from_utf8(text) {
        Err(error) if error.error_len().is_none() => {
            text.get(..error.valid_up_to()).unwrap_or_default()
        }
        _ => text,
    }
}

/// The parsers, with what they need.
struct Reader<'r> {
    rules: &'r BodyRules,
    lists: &'r Lists,
    media_type: &'r MediaType,
    /// Where the contents of a form's files were left out of the text.
    gaps: &'r [Gap],
}

impl Reader<'_> {
    /// A borrowed result is the whole of `text`.
    fn read<'t>(&self, kind: Kind, text: &'t [u8], scratch: &mut Scratch) -> Redacted<'t> {
        if !self.rules.is_active() {
            return self.read_without_rules(kind, text);
        }
        match kind {
            Kind::Json => self.json(text, scratch),
            Kind::JsonLines => self.json_lines(text, scratch),
            Kind::JsonSequence => self.json_sequence(text, scratch),
            // The type is what the client says; a form that is JSON holds names that are not a
            // form's.
            Kind::Form if sniff::looks_like_json(text) => self.json(text, scratch),
            Kind::Form => form::redact(self.rules, self.lists, text, scratch),
            Kind::Multipart => self.multipart(text, scratch),
            Kind::Events => events::redact(self.rules, self.lists, text, scratch),
            Kind::Plain | Kind::Unstated => self.sniffed(kind, text, scratch),
            Kind::Opaque => self.plain(text),
            Kind::Binary => Err(Reason::Binary),
            Kind::Unknown => Err(Reason::UnknownType),
        }
    }

    fn read_without_rules<'t>(&self, kind: Kind, text: &'t [u8]) -> Redacted<'t> {
        match kind {
            Kind::Unstated if !sniff::looks_like_json(text) && !sniff::looks_like_form(text) => {
                Err(Reason::UnknownType)
            }
            // Files never leave, and only the rendering leaves them out.
            Kind::Multipart => self.multipart(text, &mut Scratch::default()),
            _ => Ok(Cow::Borrowed(text)),
        }
    }

    fn multipart<'t>(&self, text: &[u8], scratch: &mut Scratch) -> Redacted<'t> {
        let Self { rules, lists, media_type, gaps } = *self;
        let form = multipart::Form { bytes: text, gaps };
        multipart::redact(rules, lists, media_type.boundary.as_deref(), &form, scratch)
            .map(Cow::Owned)
    }

    fn json<'t>(&self, text: &'t [u8], scratch: &mut Scratch) -> Redacted<'t> {
        self.rules.redact_json(self.lists, text, scratch)
    }

    fn json_lines<'t>(&self, text: &'t [u8], scratch: &mut Scratch) -> Redacted<'t> {
        let redacted = self.rules.json.redact_lines(text, &mut scratch.json)?;
        Ok(self.rules.json_patterns(self.lists, redacted))
    }

    /// Records between record separators; what is not a JSON text spoils the whole.
    fn json_sequence<'t>(&self, text: &'t [u8], scratch: &mut Scratch) -> Redacted<'t> {
        const SEPARATOR: u8 = 0x1E;
        let mut out = Vec::new();
        let mut changed = false;
        for (position, record) in text.split(|&b| b == SEPARATOR).enumerate() {
            if position > 0 {
                out.push(SEPARATOR);
            }
            if record.trim_ascii().is_empty() {
                out.extend_from_slice(record);
                continue;
            }
            let redacted = self.json(record, scratch)?;
            changed |= matches!(redacted, Cow::Owned(_));
            out.extend_from_slice(&redacted);
        }
        Ok(if changed { Cow::Owned(out) } else { Cow::Borrowed(text) })
    }

    fn sniffed<'t>(&self, kind: Kind, text: &'t [u8], scratch: &mut Scratch) -> Redacted<'t> {
        if sniff::looks_like_json(text) {
            return self.json(text, scratch).or_else(|fault| match fault {
                Reason::Unparseable => self.json_lines(text, scratch),
                fault => Err(fault),
            });
        }
        if sniff::has_nul(text) {
            return Err(if kind == Kind::Plain {
                Reason::UnknownCharset
            } else {
                Reason::UnknownType
            });
        }
        if sniff::looks_like_form(text) {
            return form::redact(self.rules, self.lists, text, scratch);
        }
        match kind {
            Kind::Plain if self.rules.has_rules() && self.names_values(text) => {
                Err(Reason::NoParser)
            }
            Kind::Plain => self.plain(text),
            _ => Err(Reason::UnknownType),
        }
    }

    /// Whether a text names its values in a way that is not parsed here: markup, or a table whose
    /// first line has a sensitive name.
    fn names_values(&self, text: &[u8]) -> bool {
        sniff::looks_like_markup(text) || sniff::columns(text).any(|name| self.rules.is_field(name))
    }

    fn plain<'t>(&self, text: &'t [u8]) -> Redacted<'t> {
        let readable = String::from_utf8_lossy(text);
        Ok(match json_patterns::scrub_text(self.lists, &readable) {
            Cow::Borrowed(_) => Cow::Borrowed(text),
            Cow::Owned(scrubbed) => Cow::Owned(scrubbed.into_bytes()),
        })
    }
}
