use super::Builder;
use crate::redact::types::{Redact, RedactRules};

/// What is redacted.
impl Builder {
    /// Adds headers whose values are redacted, in requests and responses, whatever their case.
    /// The names that hold credentials by convention (`authorization`, `cookie`, `x-api-key` …)
    /// always are.
    pub fn redact_headers<T: Into<String>>(mut self, names: impl IntoIterator<Item = T>) -> Self {
        self.options.policy.headers.extend(names.into_iter().map(Into::into));
        self
    }

    /// Adds JSONPaths (RFC 9535) of what is redacted in request bodies. Defaults to none, beside
    /// the default names.
    pub fn redact_request_body<T: Into<String>>(
        mut self,
        paths: impl IntoIterator<Item = T>,
    ) -> Self {
        self.options.policy.request_body.extend(paths.into_iter().map(Into::into));
        self
    }

    /// Adds JSONPaths (RFC 9535) of what is redacted in response bodies. Defaults to none, beside
    /// the default names.
    pub fn redact_response_body<T: Into<String>>(
        mut self,
        paths: impl IntoIterator<Item = T>,
    ) -> Self {
        self.options.policy.response_body.extend(paths.into_iter().map(Into::into));
        self
    }

    /// Adds the rules of a type that derives [`Redact`]: its marked fields are redacted in every
    /// body, of requests and responses. Defaults to none; handlers with `#[traced_service]` bring
    /// the rules of their own types.
    ///
    /// ```
    /// # fn main() -> Result<(), apitoolkit_actix::ConfigError> {
    /// use apitoolkit_actix::{ApiToolkit, Redact};
    ///
    /// #[derive(Redact)]
    /// struct CreateUser {
    ///     name: String,
    ///     #[redact]
    ///     email: String,
    /// }
    ///
    /// let toolkit = ApiToolkit::builder().redact::<CreateUser>().build()?;
    /// # let _ = toolkit;
    /// # Ok(()) }
    /// ```
    pub fn redact<T: Redact + ?Sized>(mut self) -> Self {
        let rules = RedactRules::of::<T>();
        self.options.policy.request_body.extend(rules.json_paths());
        self.options.policy.response_body.extend(rules.json_paths());
        self
    }

    /// Adds names that are redacted wherever they occur: query and path parameters, cookies, form
    /// fields and JSON members. Defaults to none, beside the default names.
    pub fn redact_names<T: Into<String>>(mut self, names: impl IntoIterator<Item = T>) -> Self {
        self.options.policy.names.extend(names.into_iter().map(Into::into));
        self
    }

    /// Adds path parameters (`token` of `/reset/{token}`) that are redacted. Defaults to none,
    /// beside the default names.
    pub fn redact_path_params<T: Into<String>>(
        mut self,
        names: impl IntoIterator<Item = T>,
    ) -> Self {
        self.options.policy.path_params.extend(names.into_iter().map(Into::into));
        self
    }

    /// Takes a name off the default lists, so that its values leave the process.
    ///
    /// # Security
    /// The default lists hold names of credentials. Keep one only if the app means something else
    /// by it.
    pub fn danger_keep(mut self, name: impl Into<String>) -> Self {
        self.options.policy.keep.push(name.into());
        self
    }

    /// Whether the default names are redacted in JSON, form and multipart bodies. Defaults to
    /// true. Headers, cookies and URLs are not affected.
    ///
    /// # Security
    /// With false, only what the other options name is redacted in bodies.
    pub fn default_body_rules(mut self, on: bool) -> Self {
        self.options.policy.default_body_rules = on;
        self
    }

    /// Whether what looks like a credential (`Bearer …`, JWTs, access keys …) is redacted in bodies
    /// too, whatever its name. Defaults to false. In texts of errors it always is.
    pub fn body_patterns(mut self, on: bool) -> Self {
        self.options.policy.body_patterns = on;
        self
    }
}
