//! What goes into the redaction of a body, and what comes out.

use std::{borrow::Cow, fmt};

use super::Withheld;
use crate::redact::{json::JsonScratch, multipart::Gap};

/// Whose body it is: the rules of requests and responses are separate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// The client's: `redact_request_body` applies.
    Request,
    /// The server's: `redact_response_body` applies.
    Response,
}

/// A captured body as it was on the wire: input of [`Redactor::body`](crate::Redactor::body).
///
/// ```
/// use apitoolkit_actix::{Body, BodyText, Redactor, Scratch, Side};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let redactor = Redactor::builder().build()?;
/// let body = Body::new(b"user=joe&password=abc")
///     .content_type(&[b"application/x-www-form-urlencoded"]);
/// let leaves = redactor.body(Side::Request, &body, &mut Scratch::default());
/// assert_eq!(leaves, BodyText::Content(b"user=joe&password=%5BCLIENT_REDACTED%5D".into()));
///
/// let cut = Body::new(b"user=joe&pass").truncated(1000);
/// let BodyText::Withheld(why) = redactor.body(Side::Request, &cut, &mut Scratch::default()) else {
///     unreachable!()
/// };
/// assert_eq!(why.to_string(), "[CLIENT_REDACTED] [truncated body without content type, 13 of 1000 B]");
/// # Ok(()) }
/// ```
#[derive(Clone, Copy)]
pub struct Body<'b>(pub(crate) Captured<'b, 'b>);

/// A captured body, and what the fields of its head say of it.
#[derive(Clone, Copy)]
pub(crate) struct Captured<'b, 'f> {
    /// The values of every `Content-Type` field. Two that differ: nobody knows which holds.
    pub(crate) content_type: &'f [&'f [u8]],
    /// The values of every `Content-Encoding` field, in order.
    pub(crate) content_encoding: &'f [&'f [u8]],
    /// What was captured.
    pub(crate) bytes: &'b [u8],
    /// Where the contents of a form's files were left out of `bytes`, in order.
    pub(crate) gaps: &'b [Gap],
    /// Whether the body goes on after `bytes`, or may.
    pub(crate) truncated: bool,
    /// How many bytes were seen on the wire, captured or not.
    pub(crate) total: u64,
    /// How many bytes the decoded body may have.
    pub(crate) cap: usize,
}

impl<'b> Body<'b> {
    /// The cap on decoded bytes unless [`cap`](Self::cap) sets another: 64 KiB.
    pub const DEFAULT_CAP: usize = 64 * 1024;

    /// A whole body of no stated type.
    #[must_use]
    pub fn new(bytes: &'b [u8]) -> Self {
        Self(Captured {
            content_type: &[],
            content_encoding: &[],
            bytes,
            gaps: &[],
            truncated: false,
            total: bytes.len() as u64,
            cap: Self::DEFAULT_CAP,
        })
    }

    /// Every value of the `Content-Type` field. Default: none.
    #[must_use]
    pub fn content_type(mut self, values: &'b [&'b [u8]]) -> Self {
        self.0.content_type = values;
        self
    }

    /// Every value of the `Content-Encoding` field, in order. Default: none.
    #[must_use]
    pub fn content_encoding(mut self, values: &'b [&'b [u8]]) -> Self {
        self.0.content_encoding = values;
        self
    }

    /// Says that the capture stopped before the end; `total` is how many bytes were seen.
    #[must_use]
    pub fn truncated(mut self, total: u64) -> Self {
        self.0.truncated = true;
        self.0.total = total.max(self.0.bytes.len() as u64);
        self
    }

    /// The most bytes the decoded body may have; above, it is withheld. Default:
    /// [`DEFAULT_CAP`](Self::DEFAULT_CAP).
    #[must_use]
    pub fn cap(mut self, bytes: usize) -> Self {
        self.0.cap = bytes;
        self
    }
}

impl fmt::Debug for Body<'_> {
    /// Shows sizes, and nothing that was captured.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body")
            .field("len", &self.0.bytes.len())
            .field("truncated", &self.0.truncated)
            .field("total", &self.0.total)
            .field("cap", &self.0.cap)
            .finish_non_exhaustive()
    }
}

/// A body as it may leave the process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BodyText<'b> {
    /// There was none.
    Empty,
    /// The redacted body: decoded, in UTF-8 unless it is text that declares nothing and is not.
    Content(Cow<'b, [u8]>),
    /// The body stays; this says why.
    Withheld(Withheld),
}

/// Working memory that a worker keeps from one body to the next.
#[derive(Debug, Default)]
pub struct Scratch {
    pub(crate) json: JsonScratch,
}
