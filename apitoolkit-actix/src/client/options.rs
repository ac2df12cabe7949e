use std::{fmt, sync::Arc};

use super::rules;
use crate::{
    config::{Config, DEFAULT_MAX_BODY_BYTES, check_max_body_bytes, check_text},
    error::ConfigError,
    redact::Overlay,
};

/// What an app said about its outgoing calls: about all of a client's, or about one.
#[derive(Clone, Default)]
pub(super) struct Options {
    pub(super) url_wildcard: Option<Arc<str>>,
    pub(super) capture_request_body: Option<bool>,
    pub(super) capture_response_body: Option<bool>,
    pub(super) max_body_bytes: Option<usize>,
    pub(super) rules: Added,
}

/// Rules besides those of the toolkit.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Added {
    pub(super) headers: Vec<String>,
    pub(super) request_body: Vec<String>,
    pub(super) response_body: Vec<String>,
}

impl Added {
    pub(super) fn is_empty(&self) -> bool {
        self.headers.is_empty() && self.request_body.is_empty() && self.response_body.is_empty()
    }
}

/// Checked options: how one call is recorded.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) url_wildcard: Option<Arc<str>>,
    pub(super) capture_request_body: bool,
    pub(super) capture_response_body: bool,
    pub(super) max_body_bytes: usize,
    /// The policy, where it is not the configuration's own.
    pub(super) overlay: Option<Arc<Overlay>>,
}

impl Options {
    /// These options where they say something, else those of `base`; rules add up.
    pub(super) fn over(mut self, base: &Self) -> Self {
        self.url_wildcard = self.url_wildcard.or_else(|| base.url_wildcard.clone());
        self.capture_request_body = self.capture_request_body.or(base.capture_request_body);
        self.capture_response_body = self.capture_response_body.or(base.capture_response_body);
        self.max_body_bytes = self.max_body_bytes.or(base.max_body_bytes);
        self.rules.headers.extend_from_slice(&base.rules.headers);
        self.rules.request_body.extend_from_slice(&base.rules.request_body);
        self.rules.response_body.extend_from_slice(&base.rules.response_body);
        self
    }

    /// The rules alone: they hold for whatever is called on account of a call.
    pub(super) fn rules_alone(&self) -> Self {
        Self { rules: self.rules.clone(), ..Self::default() }
    }

    /// Checks the options and compiles what they add to the rules of `config`.
    pub(super) fn plan(&self, config: &Arc<Config>) -> Result<Plan, ConfigError> {
        if let Some(wildcard) = &self.url_wildcard {
            check_text("url_wildcard", wildcard)?;
        }
        let max_body_bytes = self.max_body_bytes.unwrap_or(DEFAULT_MAX_BODY_BYTES);
        check_max_body_bytes(max_body_bytes)?;
        Ok(Plan {
            url_wildcard: self.url_wildcard.clone(),
            capture_request_body: self.capture_request_body.unwrap_or(false),
            capture_response_body: self.capture_response_body.unwrap_or(false),
            max_body_bytes,
            overlay: rules::overlay(config, &self.rules)?,
        })
    }
}

/// Rules tell where secrets are: none is shown.
impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("url_wildcard", &self.url_wildcard)
            .field("capture_request_body", &self.capture_request_body)
            .field("capture_response_body", &self.capture_response_body)
            .field("max_body_bytes", &self.max_body_bytes)
            .finish_non_exhaustive()
    }
}

/// The setters of whatever has a field `options`, which is `must_use` as a whole.
macro_rules! setters {
    () => {
        /// Names the calls' URLs where their paths hold parameters: `/todos/{id}` for `/todos/2`.
        /// It becomes `http.route`, and a parameter of a sensitive name is redacted. Defaults to
        /// none; at most 255 bytes.
        ///
        /// # Cardinality
        /// Spans and charts are grouped by it: one for each endpoint, never one for each URL.
        pub fn url_wildcard(mut self, wildcard: impl AsRef<str>) -> Self {
            self.options.url_wildcard = Some(wildcard.as_ref().into());
            self
        }

        /// Adds headers whose values are redacted, in requests and responses, whatever their case.
        /// Defaults to none, beside those of the toolkit and the default names.
        pub fn redact_headers<T: Into<String>>(
            mut self,
            names: impl IntoIterator<Item = T>,
        ) -> Self {
            self.options.rules.headers.extend(names.into_iter().map(Into::into));
            self
        }

        /// Adds JSONPaths (RFC 9535) of what is redacted in request bodies. Defaults to none,
        /// beside those of the toolkit and the default names.
        pub fn redact_request_body<T: Into<String>>(
            mut self,
            paths: impl IntoIterator<Item = T>,
        ) -> Self {
            self.options.rules.request_body.extend(paths.into_iter().map(Into::into));
            self
        }

        /// Adds JSONPaths (RFC 9535) of what is redacted in response bodies. Defaults to none,
        /// beside those of the toolkit and the default names.
        pub fn redact_response_body<T: Into<String>>(
            mut self,
            paths: impl IntoIterator<Item = T>,
        ) -> Self {
            self.options.rules.response_body.extend(paths.into_iter().map(Into::into));
            self
        }

        /// Whether request bodies are captured. Defaults to false, whatever the toolkit captures
        /// of incoming exchanges.
        pub fn capture_request_body(mut self, capture: bool) -> Self {
            self.options.capture_request_body = Some(capture);
            self
        }

        /// Whether response bodies are captured. Defaults to false, whatever the toolkit captures
        /// of incoming exchanges.
        pub fn capture_response_body(mut self, capture: bool) -> Self {
            self.options.capture_response_body = Some(capture);
            self
        }

        /// How much of a body is captured, in bytes, also after decompression. Defaults to 65,536;
        /// at most 524,288. A body over it to which a rule applies is withheld, with its size. The
        /// files of a multipart form are not kept and do not count.
        pub fn max_body_bytes(mut self, bytes: usize) -> Self {
            self.options.max_body_bytes = Some(bytes);
            self
        }
    };
}
pub(super) use setters;
