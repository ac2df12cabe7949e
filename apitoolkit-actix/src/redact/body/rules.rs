//! The compiled body rules of one side.

use super::Side;
use crate::{
    error::RuleError,
    redact::{
        form::FieldPaths,
        json::JsonRules,
        names::{NameKind, NameSet},
        percent,
        policy::Policy,
    },
};

/// Everything that applies to the bodies of one side.
#[derive(Debug)]
pub(crate) struct BodyRules {
    pub(crate) json: JsonRules,
    /// The JSONPaths of this side, as far as they name form fields.
    paths: FieldPaths,
    /// `None`: no names apply to bodies.
    names: Option<NameSet>,
    /// Whether what looks like a credential goes, too.
    pub(crate) patterns: bool,
}

impl BodyRules {
    pub(crate) fn compile(policy: &Policy, side: Side) -> Result<Self, RuleError> {
        let (option, paths) = match side {
            Side::Request => ("redact_request_body", &policy.request_body),
            Side::Response => ("redact_response_body", &policy.response_body),
        };
        let Policy { names, keep, default_body_rules, .. } = policy;
        let has_names = *default_body_rules || !names.is_empty();
        let names =
            has_names.then(|| NameSet::new(NameKind::Body, *default_body_rules, names, keep));
        Ok(Self {
            json: JsonRules::compile(option, paths, names.clone())?,
            paths: FieldPaths::new(paths),
            names,
            patterns: policy.body_patterns,
        })
    }

    /// Whether anything can be redacted at all.
    pub(crate) fn is_active(&self) -> bool {
        self.has_rules() || self.patterns
    }

    /// Whether there is more than patterns: something that needs the body parsed.
    pub(crate) fn has_rules(&self) -> bool {
        !self.json.is_empty() || self.names.is_some()
    }

    /// Whether the value of this form field, percent-encoded, goes.
    pub(crate) fn is_field(&self, name: &[u8]) -> bool {
        percent::any_spelling(name, |name| {
            self.paths.matches(name) || self.names.as_ref().is_some_and(|names| names.matches(name))
        })
    }
}
