use std::sync::Arc;

use actix_web::{HttpMessage as _, HttpRequest};

use super::RedactExtractor;
use crate::{
    redact::{
        Policy,
        types::{Redact, RedactRules, TopLevel},
    },
    telemetry::{Current, Notebook, RequestContext},
};

/// Collects the rules of a handler's extractors.
#[derive(Debug, Default)]
pub struct ExtractorRules {
    rules: HandlerRules,
    by_name: bool,
}

impl ExtractorRules {
    /// Collects no rules for objects that are sent as lists of their fields' values.
    pub(super) fn by_name() -> Self {
        Self { by_name: true, ..Self::default() }
    }

    /// The request's body is a `T` in JSON.
    pub fn request_body<T: Redact + ?Sized>(&mut self) {
        let rules = RedactRules::of::<T>();
        let paths = if self.by_name { rules.json_paths() } else { rules.request_paths() };
        add(&mut self.rules.request_body, paths);
    }

    /// The request's body is a form of a `T`.
    pub fn form<T: Redact + ?Sized>(&mut self) {
        // No form comes as an array; a rule for arrays would be one for all of its fields.
        add(&mut self.rules.request_body, RedactRules::of::<T>().json_paths());
    }

    /// The response's body is a `T`.
    pub fn response_body<T: Redact + ?Sized>(&mut self) {
        add(&mut self.rules.response_body, RedactRules::of::<T>().json_paths());
    }

    /// The query's parameters are a `T`.
    pub fn query<T: Redact + ?Sized>(&mut self) {
        self.rules.query.merge(RedactRules::of::<T>().top_level());
    }

    /// The path's parameters are a `T`: by name, or by position for tuples.
    pub fn path<T: Redact + ?Sized>(&mut self) {
        self.rules.path.merge(RedactRules::of::<T>().top_level());
    }

    /// The rules of another extractor.
    pub fn extractor<X: RedactExtractor + ?Sized>(&mut self) {
        X::redact(self);
    }

    pub(super) fn capture_request_body(&mut self, on: bool) {
        self.rules.capture_request_body = Some(on);
    }

    pub(super) fn capture_response_body(&mut self, on: bool) {
        self.rules.capture_response_body = Some(on);
    }

    pub(super) fn finish(self) -> HandlerRules {
        self.rules
    }
}

fn add(paths: &mut Vec<String>, more: Vec<String>) {
    for path in more {
        if !paths.contains(&path) {
            paths.push(path);
        }
    }
}

/// What a handler says about its exchanges.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct HandlerRules {
    /// JSONPaths (RFC 9535) of the request's body.
    pub(crate) request_body: Vec<String>,
    /// JSONPaths (RFC 9535) of the response's body.
    pub(crate) response_body: Vec<String>,
    /// The secret parameters of the query.
    pub(crate) query: TopLevel,
    /// The secret parameters of the path; positions are those in the route's pattern.
    pub(crate) path: TopLevel,
    /// In place of the option of that name.
    pub(crate) capture_request_body: Option<bool>,
    /// In place of the option of that name.
    pub(crate) capture_response_body: Option<bool>,
}

impl HandlerRules {
    /// Adds to a policy whatever has a place in it. What has none, for the caller to apply: all of a
    /// query ([`TopLevel::all`]), and path parameters by position
    /// ([`is_path_param`](Self::is_path_param)).
    pub(crate) fn extend(&self, policy: &mut Policy) {
        policy.request_body.extend_from_slice(&self.request_body);
        policy.response_body.extend_from_slice(&self.response_body);
        policy.path_params.extend_from_slice(&self.path.names);
        // A policy has no list for queries alone, so these count in bodies too: rather too much.
        policy.names.extend_from_slice(&self.query.names);
    }

    /// Whether anything is to be redacted.
    pub(crate) fn has_redactions(&self) -> bool {
        let nothing = TopLevel::default();
        !self.request_body.is_empty()
            || !self.response_body.is_empty()
            || self.query != nothing
            || self.path != nothing
    }

    /// Adds the redactions of another handler; what it captures is its own affair.
    pub(super) fn merge(&mut self, other: &Self) {
        add(&mut self.request_body, other.request_body.clone());
        add(&mut self.response_body, other.response_body.clone());
        self.query.merge(other.query.clone());
        self.path.merge(other.path.clone());
    }

    /// Whether the path's parameter at `position` of the route's pattern, from 0, is secret.
    pub(crate) fn is_path_param(&self, position: usize, name: &str) -> bool {
        let TopLevel { names, positions, all } = &self.path;
        *all || positions.contains(&position) || names.iter().any(|secret| secret == name)
    }
}

/// What the handler of an exchange announced, if the request got to one that does.
///
/// It is kept outside of the request, so that it is there when the request is not: after a panic.
pub(crate) fn announced(exchange: &Notebook) -> Option<&Arc<HandlerRules>> {
    exchange.announced()
}

/// Announces rules to the exchange of a request, if that is recorded.
pub(super) fn announce(request: &HttpRequest, rules: impl FnOnce() -> Arc<HandlerRules>) {
    let extensions = request.extensions();
    let inside = extensions.get::<RequestContext>();
    if let Some(exchange) = inside.and_then(|inside| Current::of(&inside.context)) {
        exchange.announce(rules);
    }
}
