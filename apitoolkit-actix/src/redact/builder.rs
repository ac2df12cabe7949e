//! The public way to compile a [`Redactor`].

use super::{Policy, Redactor};
use crate::error::RuleError;

/// Collects redaction rules and compiles them into a [`Redactor`].
///
/// The setters have the names and meanings of the options of the same names on the middleware.
#[derive(Clone, Debug, Default)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct RedactorBuilder {
    policy: Policy,
}

impl RedactorBuilder {
    /// Adds header names whose values are redacted, beside the default ones. Case does not count.
    pub fn redact_headers(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.policy.headers.extend(names.into_iter().map(Into::into));
        self
    }

    /// Adds JSONPaths (RFC 9535) of request bodies. In forms, those that name one field
    /// (`$.email`, `$['email']`, `$..email`) apply to the field.
    pub fn redact_request_body(
        mut self,
        paths: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        self.policy.request_body.extend(paths.into_iter().map(Into::into));
        self
    }

    /// Adds JSONPaths (RFC 9535) of response bodies; see
    /// [`redact_request_body`](Self::redact_request_body).
    pub fn redact_response_body(
        mut self,
        paths: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        self.policy.response_body.extend(paths.into_iter().map(Into::into));
        self
    }

    /// Adds names whose values are redacted in queries, cookies, forms and JSON, wherever they
    /// stand. Letter case, `-`, `_` and `.` do not count.
    pub fn redact_names(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.policy.names.extend(names.into_iter().map(Into::into));
        self
    }

    /// Adds names of path parameters whose segments are redacted: `token` for `/reset/{token}`.
    pub fn redact_path_params(
        mut self,
        names: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        self.policy.path_params.extend(names.into_iter().map(Into::into));
        self
    }

    /// Takes one name off the default list, everywhere.
    ///
    /// # Security
    ///
    /// Values under this name leave the process in clear, unless
    /// [`redact_names`](Self::redact_names) or [`redact_headers`](Self::redact_headers) has it too.
    /// Cookies of harmless names are redacted from 16 bytes on, since that may be a session id:
    /// keeping the cookie's name keeps its value, keeping `cookie` (or `set-cookie`) does so for
    /// all harmless names in that header.
    pub fn danger_keep(mut self, name: impl Into<String>) -> Self {
        self.policy.keep.push(name.into());
        self
    }

    /// Whether the default names apply to forms and JSON. Default: `true`.
    ///
    /// # Security
    ///
    /// With `false`, and without other rules, captured bodies of text types leave as they are.
    pub fn default_body_rules(mut self, on: bool) -> Self {
        self.policy.default_body_rules = on;
        self
    }

    /// Whether values that look like credentials or card numbers are redacted in bodies too,
    /// whatever their names. Default: `false`; error texts, log lines and SQL always are.
    pub fn body_patterns(mut self, on: bool) -> Self {
        self.policy.body_patterns = on;
        self
    }

    /// Compiles the rules.
    ///
    /// # Errors
    ///
    /// The first rule that does not compile: option, position, expression, offset and reason.
    pub fn build(self) -> Result<Redactor, RuleError> {
        Redactor::compile(&self.policy)
    }
}
