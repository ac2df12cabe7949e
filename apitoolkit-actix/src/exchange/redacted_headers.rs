use std::{borrow::Cow, fmt};

use super::Fields;
use crate::redact::{HeaderName, Headers, KnownHeaders, Made, Redactor};

/// The headers of an exchange, of which only what is redacted can be seen.
///
/// They are redacted when they are asked for: most are as those of the exchange before, and so is
/// what is known of them.
pub(crate) struct RedactedHeaders<'e> {
    request: &'e Fields,
    response: &'e Fields,
    redactor: &'e Redactor,
}

/// Headers that are being looked at. Nobody else can look at any meanwhile.
pub(crate) struct OpenHeaders<'e> {
    request: &'e Fields,
    response: &'e Fields,
    known: KnownHeaders<'e>,
}

impl<'e> RedactedHeaders<'e> {
    pub(super) fn new(request: &'e Fields, response: &'e Fields, redactor: &'e Redactor) -> Self {
        Self { request, response, redactor }
    }

    pub(crate) fn open(&self) -> OpenHeaders<'e> {
        let Self { request, response, redactor } = *self;
        OpenHeaders { request, response, known: redactor.headers() }
    }
}

impl OpenHeaders<'_> {
    /// Each header of the request, with every value of it, in order; and what was made of it before,
    /// if it is the same as then.
    #[inline]
    pub(crate) fn of_request(
        &mut self,
        header: impl FnMut(&HeaderName, &[Cow<'_, str>], Option<&mut Made>),
    ) {
        self.known.each(Headers::OfRequest, self.request.iter(), header);
    }

    /// As [`of_request`](Self::of_request), of the response.
    #[inline]
    pub(crate) fn of_response(
        &mut self,
        header: impl FnMut(&HeaderName, &[Cow<'_, str>], Option<&mut Made>),
    ) {
        self.known.each(Headers::OfResponse, self.response.iter(), header);
    }

    /// The first value of a header of the request, and what was made of it before, if it is the same
    /// as then.
    #[inline]
    pub(crate) fn first(&mut self, name: &str, value: impl FnOnce(&str, Option<&mut Made>)) {
        let mut value = Some(value);
        let field = self.request.iter().find(|field| field.name() == name.as_bytes());
        self.known.each(Headers::Single, field.into_iter(), |_, values, made| {
            if let (Some(value), [text, ..]) = (value.take(), values) {
                value(text, made);
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
