//! The compiled policy, and one method for each thing that it redacts.

use std::{
    borrow::Cow,
    fmt,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use super::{
    Body, BodyText, Captured, PathParam, Policy, RedactorBuilder, Scratch, Side,
    body::BodyRules,
    header,
    lists::Lists,
    memo::{KnownHeaders, Memo},
    path, query, shorten, sql, text, url,
};
use crate::error::RuleError;

/// The longest text that is exported, in bytes.
const MAX_TEXT: usize = 64 * 1024;

/// The compiled redaction rules of an application.
///
/// Built once, shared by every thread. Each method returns its input, borrowed, if there is nothing
/// to redact in it.
///
/// # Security
///
/// What is redacted by default is listed in the documentation of the crate. Where it is not certain
/// that a secret would be found, the whole value goes, or the whole body is withheld.
///
/// ```
/// use apitoolkit_actix::{Body, BodyText, Redactor, Scratch, Side};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let redactor = Redactor::builder().redact_request_body(["$.user.email"]).build()?;
/// assert_eq!(redactor.url("/reset?token=abc&page=2"), "/reset?token=REDACTED&page=2");
///
/// let body = Body::new(br#"{"user":{"email":"a@b.c"}}"#).content_type(&[b"application/json"]);
/// let BodyText::Content(json) = redactor.body(Side::Request, &body, &mut Scratch::default())
/// else {
///     unreachable!()
/// };
/// assert_eq!(&*json, br#"{"user":{"email":"[CLIENT_REDACTED]"}}"#);
/// # Ok(()) }
/// ```
pub struct Redactor {
    /// No other has it.
    id: u64,
    pub(super) lists: Lists,
    request: BodyRules,
    response: BodyRules,
    memo: Mutex<Memo>,
}

impl Redactor {
    /// Starts with the default rules.
    pub fn builder() -> RedactorBuilder {
        RedactorBuilder::default()
    }

    pub(crate) fn compile(policy: &Policy) -> Result<Self, RuleError> {
        policy.check_names()?;
        static IDS: AtomicU64 = AtomicU64::new(1);
        Ok(Self {
            id: IDS.fetch_add(1, Ordering::Relaxed),
            lists: Lists::new(policy),
            request: BodyRules::compile(policy, Side::Request)?,
            response: BodyRules::compile(policy, Side::Response)?,
            memo: Mutex::new(Memo::default()),
        })
    }

    /// Tells redactors apart, for whoever remembers what one has decided. Never zero.
    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    /// Redacts one value of the header `name`.
    ///
    /// Names on the default list or in `redact_headers`, and values marked `sensitive`, go whole.
    /// Cookies keep their names, URLs (in `Referer`, `Location`, `Link` …) all but their secrets;
    /// in any other value, what looks like a credential goes. What is not UTF-8 becomes U+FFFD. A
    /// value over 8 KiB is cut after redaction and ends with `… [cut, N B]`.
    #[must_use]
    pub fn header<'v>(&self, name: &str, value: &'v [u8], sensitive: bool) -> Cow<'v, str> {
        header::redact(&self.lists, name, value, sensitive)
    }

    /// As [`header`](Self::header), of many: faster for those that were seen before. While what this
    /// gives is there, nobody else gets it.
    pub(crate) fn headers(&self) -> KnownHeaders<'_> {
        let memo = self.memo.lock().unwrap_or_else(PoisonError::into_inner);
        KnownHeaders::new(&self.lists, memo)
    }

    /// Redacts a URL, absolute or relative: userinfo, and sensitive parameters in path, query and
    /// fragment. The marker in URLs is `REDACTED`; all other bytes stay.
    #[must_use]
    pub fn url<'v>(&self, url: &'v str) -> Cow<'v, str> {
        url::redact(&self.lists, url)
    }

    /// Redacts a query string (without `?`): values of sensitive names become `REDACTED`; names,
    /// order and all other bytes stay. Names are percent-decoded before they are compared, up to
    /// three times.
    #[must_use]
    pub fn query<'v>(&self, query: &'v str) -> Cow<'v, str> {
        query::redact(&self.lists, query)
    }

    /// Redacts every value of a query string, whatever its name.
    pub(crate) fn whole_query(query: &str) -> String {
        query::redact_all(query)
    }

    /// Whether a query parameter of this name is secret, whatever its value.
    pub(crate) fn is_query_param(&self, name: &str) -> bool {
        self.lists.is_query(name.as_bytes())
    }

    /// Whether the value of a query parameter is, or has in it, what looks like a secret.
    pub(crate) fn holds_secret(&self, value: &str) -> bool {
        query::holds_secret(&self.lists, value, 0)
    }

    /// The value that stands for a secret in a URL.
    pub(crate) const URL_MARKER: &str = super::marker::URL_MARKER;

    /// The value that stands for a secret in a form.
    #[cfg_attr(not(feature = "explorer"), expect(dead_code, reason = "read by the explorer"))]
    pub(crate) const FORM_MARKER: &str = super::marker::FORM_MARKER;

    /// The pairs of a query string, redacted as by [`query`](Self::query) and percent-decoded, in
    /// order.
    #[must_use]
    pub fn query_pairs(&self, query: &str) -> Vec<(String, String)> {
        let redacted = self.query(query);
        let pairs = Self::decoded_pairs(&redacted);
        pairs.map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
    }

    /// The pairs of a query string that [`query`](Self::query) has redacted, percent-decoded.
    pub(crate) fn decoded_pairs(
        redacted: &str,
    ) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> + Clone {
        query::pairs(redacted)
    }

    /// Redacts a path: the segments that sensitive parameters of the route matched become
    /// `REDACTED`. A range that does not fit the path redacts all of it.
    #[must_use]
    pub fn path<'v>(&self, path: &'v str, params: &[PathParam<'_>]) -> Cow<'v, str> {
        path::redact(&self.lists, path, params)
    }

    /// Redacts the value of a path parameter, if its name is in `redact_path_params` or on the
    /// list for queries.
    #[must_use]
    pub fn path_param<'v>(&self, name: &str, value: &'v str) -> Cow<'v, str> {
        path::redact_param(&self.lists, name, value)
    }

    /// Whether a path parameter of this name is secret, whatever its value.
    pub(crate) fn is_path_param(&self, name: &str) -> bool {
        self.lists.is_path_param(name)
    }

    /// As [`path`](Self::path), with only those parameters given that are secret.
    pub(crate) fn path_without<'v, 'n>(
        &self,
        path: &'v str,
        secret: impl Iterator<Item = PathParam<'n>>,
    ) -> Cow<'v, str> {
        path::without(&self.lists, path, secret)
    }

    /// As [`path_param`](Self::path_param), of one that is not secret whatever its value.
    pub(crate) fn path_value<'v>(&self, value: &'v str) -> Cow<'v, str> {
        url::redact_path(&self.lists, value)
    }

    /// Redacts running text: error messages, log lines. Credentials known by their form (`Bearer …`,
    /// `Basic …`, JWTs, PEM blocks, access keys of well-known services), userinfo in URLs, and
    /// values after sensitive names (`password=…`). Cut to 64 KiB after redaction.
    #[must_use]
    pub fn text<'v>(&self, text: &'v str) -> Cow<'v, str> {
        shorten::shorten(text::scrub(&self.lists, text), MAX_TEXT)
    }

    /// Makes a SQL statement fit for export: literals become `?`, comments go, at most 32 KiB.
    /// What follows an unterminated quote is dropped.
    #[must_use]
    pub fn sql<'v>(&self, sql: &'v str) -> Cow<'v, str> {
        sql::sanitize(sql, sql::Dialect::Unknown)
    }

    /// Redacts a body, or withholds it with the reason.
    pub fn body<'b>(&self, side: Side, body: &Body<'b>, scratch: &mut Scratch) -> BodyText<'b> {
        self.captured(side, &body.0, scratch)
    }

    /// As [`body`](Self::body), of one whose head need not live as long.
    pub(crate) fn captured<'b>(
        &self,
        side: Side,
        body: &Captured<'b, '_>,
        scratch: &mut Scratch,
    ) -> BodyText<'b> {
        self.rules(side).redact(&self.lists, body, scratch)
    }

    /// Whether any rule is in force for the bodies of `side`.
    #[must_use]
    pub fn has_body_rules(&self, side: Side) -> bool {
        self.rules(side).is_active()
    }

    fn rules(&self, side: Side) -> &BodyRules {
        match side {
            Side::Request => &self.request,
            Side::Response => &self.response,
        }
    }
}

impl fmt::Debug for Redactor {
    /// Shows no rule: those that an application adds tell where its secrets are.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redactor").finish_non_exhaustive()
    }
}
