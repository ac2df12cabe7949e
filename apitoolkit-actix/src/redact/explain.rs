//! Which rule took a value: told afterwards, from what was left in its place.

mod body;
mod names;
#[cfg(test)]
mod tests;

use std::fmt;

use self::{
    body::{BodyPath, paths},
    names::Names,
};
use super::{Policy, names::NameKind};
use crate::error::RuleError;

/// A rule, as a reader of the app's configuration knows it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Rule {
    /// A default list, by what it is a list of.
    Default(&'static str),
    /// One of the values of an option.
    Option { option: &'static str, index: usize, value: String },
    /// `body_patterns`.
    Patterns,
    /// Any cookie as long as a session's id.
    LongCookie,
    /// None of the toolkit's own.
    Elsewhere,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default(list) => write!(f, "the default {list}"),
            Self::Option { option, index, value } => write!(f, "{option}[{index}]: {value}"),
            Self::Patterns => f.write_str("body_patterns"),
            Self::LongCookie => f.write_str("the default for cookies as long as a session id"),
            Self::Elsewhere => f.write_str(
                "a rule of the handler or call (#[redact], per-call options), or a credential's form",
            ),
        }
    }
}

/// The rules of a policy, each compiled alone.
#[derive(Debug)]
pub(crate) struct Explainer {
    headers: Names,
    cookies: Names,
    query: Names,
    path: Names,
    fields: Names,
    /// As `fields`, unless the default names do not apply to bodies.
    members: Names,
    request: Vec<BodyPath>,
    response: Vec<BodyPath>,
    patterns: bool,
}

impl Explainer {
    /// # Errors
    /// As [`Redactor::compile`](super::Redactor::compile).
    pub(crate) fn new(policy: &Policy) -> Result<Self, RuleError> {
        let Policy { headers, names, path_params, keep, default_body_rules, .. } = policy;
        let own = ("redact_names", names.as_slice());
        let list = |kind, option, name| Names::new(kind, &[option], Some(name), keep);
        let body = |defaults: bool| {
            let list = defaults.then_some("names of fields");
            Names::new(NameKind::Body, &[own], list, keep)
        };
        let params = [("redact_path_params", path_params.as_slice()), own];
        Ok(Self {
            headers: list(
                NameKind::Header,
                ("redact_headers", headers.as_slice()),
                "names of headers",
            ),
            cookies: list(NameKind::Cookie, own, "names of cookies"),
            query: list(NameKind::Query, own, "names of parameters").and(body(true)),
            path: Names::new(NameKind::Query, &params, Some("names of parameters"), keep)
                .and(body(true)),
            fields: body(true),
            members: body(*default_body_rules),
            request: paths("redact_request_body", &policy.request_body)?,
            response: paths("redact_response_body", &policy.response_body)?,
            patterns: policy.body_patterns,
        })
    }

    /// Every rule that is in force: the app's own in the order of the options, then the lists.
    pub(crate) fn rules(&self) -> Vec<Rule> {
        let lists = [&self.headers, &self.cookies, &self.query, &self.path, &self.members];
        let of_lists = lists.into_iter().flat_map(|names| &names.0).map(|(rule, _)| rule);
        let of_bodies = self.request.iter().chain(&self.response).map(|path| &path.rule);
        let mut rules: Vec<Rule> = Vec::new();
        let patterns = self.patterns.then_some(&Rule::Patterns);
        for rule in of_bodies.chain(of_lists).chain(patterns).chain([&Rule::LongCookie]) {
            if !rules.contains(rule) {
                rules.push(rule.clone());
            }
        }
        rules.sort_by_key(|rule| !matches!(rule, Rule::Option { .. }));
        rules
    }

    /// Of a header whose whole value went.
    pub(crate) fn header(&self, name: &str) -> Rule {
        self.headers.of(name)
    }

    /// Of a cookie; anything that is no name's is long.
    pub(crate) fn cookie(&self, name: &str) -> Rule {
        match self.cookies.of(name) {
            Rule::Elsewhere => Rule::LongCookie,
            rule => rule,
        }
    }

    /// Of a parameter of a query, by its percent-encoded name.
    pub(crate) fn query(&self, name: &str) -> Rule {
        self.query.of_encoded(name.as_bytes())
    }

    /// Of a parameter of a path.
    pub(crate) fn path_param(&self, name: &str) -> Rule {
        self.path.of(name)
    }

    /// Of an attribute that the app set.
    pub(crate) fn attribute(&self, name: &str) -> Rule {
        self.fields.of(name)
    }
}
