use std::{borrow::Cow, fmt};

use super::Fields;
use crate::redact::{HeaderName, Headers, Redactor};

/// The headers of one side, of which only what is redacted can be seen.
///
/// They are redacted when they are asked for: most are as those of the exchange before, and so is
/// what is known of them.
pub(crate) struct RedactedHeaders<'e> {
    which: Headers,
    fields: &'e Fields,
    redactor: &'e Redactor,
}

impl<'e> RedactedHeaders<'e> {
    pub(super) fn new(which: Headers, fields: &'e Fields, redactor: &'e Redactor) -> Self {
        Self { which, fields, redactor }
    }

    /// Each header, with every value of it, in order.
    pub(crate) fn each(&self, header: impl FnMut(&HeaderName, &[Cow<'_, str>])) {
        let fields = self.fields.iter().map(|field| (field.name, field.value, field.sensitive));
        self.redactor.headers(self.which, fields, header);
    }

    /// The first value of a header.
    pub(crate) fn first(&self, name: &str, value: impl FnOnce(&str)) {
        let mut value = Some(value);
        let field = self.fields.iter().find(|field| field.name == name.as_bytes());
        let field = field.map(|field| (field.name, field.value, field.sensitive));
        self.redactor.headers(Headers::Single, field.into_iter(), |_, values| {
            if let (Some(value), [text, ..]) = (value.take(), values) {
                value(text);
            }
        });
    }
}

/// Says nothing of them.
impl fmt::Debug for RedactedHeaders<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedactedHeaders").finish_non_exhaustive()
    }
}
