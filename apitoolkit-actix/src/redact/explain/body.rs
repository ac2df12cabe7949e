use std::ops::Range;

use super::{Explainer, Rule};
use crate::{
    error::RuleError,
    redact::{
        Side,
        form::FieldPaths,
        json::{JsonRules, JsonScratch},
        marker::{FORM_MARKER, MARKER},
        percent,
    },
};

/// How a part begins in the rendering of a form.
const PART_NAME: &[u8] = b"{\"name\":";

/// A JSONPath of an option, alone.
#[derive(Debug)]
pub(super) struct BodyPath {
    pub(super) rule: Rule,
    json: JsonRules,
    fields: FieldPaths,
}

impl Explainer {
    /// Of every marker in a body: where it stands, and the rule. `media_type` is without parameters.
    pub(crate) fn body(
        &self,
        side: Side,
        media_type: &str,
        text: &[u8],
    ) -> Vec<(Range<usize>, Rule)> {
        let paths = match side {
            Side::Request => &self.request,
            Side::Response => &self.response,
        };
        if media_type.eq_ignore_ascii_case("multipart/form-data") {
            return self.multipart(paths, text);
        }
        let is_json = text.trim_ascii_start().starts_with(b"{")
            || text.trim_ascii_start().starts_with(b"[")
            || text.trim_ascii_start().starts_with(b"\"");
        if !is_json && memchr::memmem::find(text, FORM_MARKER.as_bytes()).is_some() {
            return self.form(paths, text);
        }
        self.json(paths, text)
    }

    fn json(&self, paths: &[BodyPath], text: &[u8]) -> Vec<(Range<usize>, Rule)> {
        let mut found: Vec<(Range<usize>, Option<Rule>)> =
            memchr::memmem::find_iter(text, MARKER.as_bytes())
                .map(|at| (at..at + MARKER.len(), None))
                .collect();
        if found.is_empty() {
            return Vec::new();
        }
        let mut scratch = JsonScratch::default();
        let mut explain = |json: &JsonRules, rule: &Rule| {
            let Ok(selected) = json.selected(text, &mut scratch) else { return };
            for (marker, known) in found.iter_mut().filter(|(_, known)| known.is_none()) {
                // Ranges are in order and apart: the last that begins before the marker.
                let before = selected.partition_point(|range| range.start <= marker.start);
                let range = before.checked_sub(1).and_then(|at| selected.get(at));
                if range.is_some_and(|range| marker.end <= range.end) {
                    *known = Some(rule.clone());
                }
            }
        };
        paths.iter().for_each(|path| explain(&path.json, &path.rule));
        for (rule, names) in &self.members.0 {
            if let Ok(json) = JsonRules::compile("redact_names", &[], Some(names.clone())) {
                explain(&json, rule);
            }
        }
        let otherwise = if self.patterns { Rule::Patterns } else { Rule::Elsewhere };
        let found = found.into_iter();
        found.map(|(at, rule)| (at, rule.unwrap_or_else(|| otherwise.clone()))).collect()
    }

    fn form(&self, paths: &[BodyPath], text: &[u8]) -> Vec<(Range<usize>, Rule)> {
        let mut found = Vec::new();
        let mut start = 0;
        for field in text.split(|byte| matches!(byte, b'&' | b';' | b'\n' | b'\r')) {
            let end = start + field.len();
            if let Some(name) = field.strip_suffix(FORM_MARKER.as_bytes()) {
                let name = name.strip_suffix(b"=").unwrap_or(name).trim_ascii();
                found.push((end - FORM_MARKER.len()..end, self.field(paths, name)));
            }
            start = end + 1;
        }
        found
    }

    /// Of the rendering that stands for a form in parts.
    fn multipart(&self, paths: &[BodyPath], text: &[u8]) -> Vec<(Range<usize>, Rule)> {
        let markers = memchr::memmem::find_iter(text, MARKER.as_bytes());
        let found = markers.map(|at| {
            // Quotes within values are escaped, so that nothing else looks like this.
            let before = text.get(..at).unwrap_or_default();
            let name = memchr::memmem::rfind(before, PART_NAME).and_then(|part| {
                let from = before.get(part + PART_NAME.len()..)?;
                serde_json::Deserializer::from_slice(from).into_iter::<String>().next()?.ok()
            });
            let rule = name.map_or(Rule::Elsewhere, |name| self.field(paths, name.as_bytes()));
            (at..at + MARKER.len(), rule)
        });
        found.collect()
    }

    fn field(&self, paths: &[BodyPath], name: &[u8]) -> Rule {
        let by_path =
            |path: &&BodyPath| percent::any_spelling(name, |name: &str| path.fields.matches(name));
        if let Some(path) = paths.iter().find(by_path) {
            return path.rule.clone();
        }
        match self.members.of_encoded(name) {
            Rule::Elsewhere if self.patterns => Rule::Patterns,
            rule => rule,
        }
    }
}

/// The JSONPaths of an option.
pub(super) fn paths(option: &'static str, paths: &[String]) -> Result<Vec<BodyPath>, RuleError> {
    let compile = |(index, path): (usize, &String)| {
        let alone = std::slice::from_ref(path);
        let value = path.clone();
        Ok(BodyPath {
            rule: Rule::Option { option, index, value },
            json: JsonRules::compile(option, alone, None)?,
            fields: FieldPaths::new(alone),
        })
    };
    paths.iter().enumerate().map(compile).collect()
}
