//! What the application's options say about redaction.

use crate::error::RuleError;

/// Everything the options say about redaction: plain data, checked by
/// [`Redactor::compile`](super::Redactor::compile).
#[derive(Clone, Debug)]
pub(crate) struct Policy {
    /// Option `redact_headers`: header names, case does not count.
    pub(crate) headers: Vec<String>,
    /// Option `redact_request_body`: JSONPaths (RFC 9535).
    pub(crate) request_body: Vec<String>,
    /// Option `redact_response_body`: JSONPaths (RFC 9535).
    pub(crate) response_body: Vec<String>,
    /// Option `redact_names`: more names for queries, cookies, forms and JSON.
    pub(crate) names: Vec<String>,
    /// Option `redact_path_params`: path parameters by name.
    pub(crate) path_params: Vec<String>,
    /// Option `danger_keep`: default names that are *not* redacted.
    pub(crate) keep: Vec<String>,
    /// Option `default_body_rules`: the default names in forms and JSON. Default `true`.
    pub(crate) default_body_rules: bool,
    /// Option `body_patterns`: what looks like a credential, in bodies too. Default `false`.
    pub(crate) body_patterns: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            headers: Vec::new(),
            request_body: Vec::new(),
            response_body: Vec::new(),
            names: Vec::new(),
            path_params: Vec::new(),
            keep: Vec::new(),
            default_body_rules: true,
            body_patterns: false,
        }
    }
}

impl Policy {
    /// Refuses names that can never match. JSONPaths are checked where they are compiled.
    ///
    /// # Errors
    ///
    /// The first bad name, with its option, position and offset.
    pub(crate) fn check_names(&self) -> Result<(), RuleError> {
        for (index, name) in self.headers.iter().enumerate() {
            if let Some((offset, reason)) = header_name_fault(name) {
                return Err(RuleError::new("redact_headers", index, name, offset, reason));
            }
        }
        let named = [
            ("redact_names", &self.names),
            ("redact_path_params", &self.path_params),
            ("danger_keep", &self.keep),
        ];
        for (option, names) in named {
            for (index, name) in names.iter().enumerate() {
                if !name.chars().any(char::is_alphanumeric) {
                    let reason = "a name needs at least one letter or digit";
                    return Err(RuleError::new(option, index, name, 0, reason));
                }
            }
        }
        Ok(())
    }
}

/// Where and why `name` is not a header name (RFC 9110, section 5.6.2, `token`).
fn header_name_fault(name: &str) -> Option<(usize, &'static str)> {
    if name.is_empty() {
        return Some((0, "a header name cannot be empty"));
    }
    name.bytes()
        .position(|b| !(b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b)))
        .map(|offset| (offset, "not a character of a header name"))
}
