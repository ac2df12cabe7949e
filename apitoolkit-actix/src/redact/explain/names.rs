use super::Rule;
use crate::redact::{
    names::{NameKind, NameSet},
    percent,
};

/// Lists of names, the app's own first.
#[derive(Debug)]
pub(super) struct Names(pub(super) Vec<(Rule, NameSet)>);

impl Names {
    /// The values of options, each alone, and the default `list` if there is one.
    pub(super) fn new(
        kind: NameKind,
        options: &[(&'static str, &[String])],
        list: Option<&'static str>,
        keep: &[String],
    ) -> Self {
        let mut names = Vec::new();
        for (option, values) in options {
            for (index, value) in values.iter().enumerate() {
                let set = NameSet::new(kind, false, std::slice::from_ref(value), &[]);
                names.push((Rule::Option { option, index, value: value.clone() }, set));
            }
        }
        let defaults = || NameSet::new(kind, true, &[], keep);
        names.extend(list.map(|list| (Rule::Default(list), defaults())));
        Self(names)
    }

    pub(super) fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    pub(super) fn of(&self, name: &str) -> Rule {
        let mut names = self.0.iter();
        names.find(|(_, set)| set.matches(name)).map_or(Rule::Elsewhere, |(rule, _)| rule.clone())
    }

    pub(super) fn of_encoded(&self, name: &[u8]) -> Rule {
        let mut names = self.0.iter();
        let found = names.find(|(_, set)| percent::any_spelling(name, |name| set.matches(name)));
        found.map_or(Rule::Elsewhere, |(rule, _)| rule.clone())
    }
}
