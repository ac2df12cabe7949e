//! Which rule took what, and what would be taken.

use std::sync::Arc;

use actix_web::{Error, HttpRequest, HttpResponse, web};

use super::Desk;
use crate::explorer::{
    pages::{self, Marks, Mistake, Outcome, Rule, Trial},
    record::Record,
    redaction::{self, active, explain},
};

/// The rules behind what is redacted in a record.
pub(super) fn marks(desk: &Desk, record: &Record) -> Marks {
    let Some(explainer) = &desk.explainer else { return Marks::default() };
    let explained = explain(explainer, record);
    let named = explained.named.into_iter();
    let named = named.map(|(place, name, rule)| (place, name, rule.to_string()));
    let bodies = explained.bodies.into_iter();
    let body = bodies.map(|(part, range, rule)| (part, range, rule.to_string()));
    Marks { named: named.collect(), body: body.collect() }
}

/// What would leave of a document that is pasted.
pub(super) fn preview(desk: &Desk, json: &str, paths: &str) -> Outcome {
    let lines: Vec<_> = paths.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    match redaction::preview(&desk.config.policy, json, &lines) {
        Ok(leaves) => Outcome::Leaves(leaves),
        Err(mistakes) => Outcome::Wrong(mistakes.into_iter().map(|m| mistake(m, json)).collect()),
    }
}

fn mistake(mistake: redaction::Mistake, json: &str) -> Mistake {
    match mistake {
        redaction::Mistake::Path { path, offset, reason, .. } => {
            Mistake { text: path, offset: Some(offset), reason }
        }
        redaction::Mistake::Json { offset, reason } => {
            let (text, offset) = line_at(json, offset);
            Mistake { text, offset: Some(offset), reason }
        }
        redaction::Mistake::Withheld(reason) => {
            Mistake { text: String::new(), offset: None, reason }
        }
    }
}

/// The line of a text that has the byte at `offset`, and where in it that is.
fn line_at(text: &str, offset: usize) -> (String, usize) {
    let (before, after) = text.split_at_checked(offset).unwrap_or((text, ""));
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let rest = after.split('\n').next().unwrap_or_default();
    let line = [before.get(start..).unwrap_or_default(), rest].concat();
    (line, before.len() - start)
}

impl Desk {
    /// The page on which redaction is tried.
    pub(super) async fn redaction(
        &self,
        request: &HttpRequest,
        json: &str,
        paths: &str,
        outcome: Option<Outcome>,
    ) -> Result<HttpResponse, Error> {
        let (store, explainer) = (Arc::clone(&self.store), self.explainer.clone());
        let rules = web::block(move || -> Vec<Rule> {
            let Some(explainer) = explainer else { return Vec::new() };
            active(&explainer, &store.newest_first()).iter().map(rule).collect()
        });
        let trial = Trial { json, paths, outcome, rules: &rules.await? };
        Ok(self.page(request, |view| pages::redaction(view, &trial)))
    }
}

fn rule(active: &redaction::Active) -> Rule {
    let text = active.rule.to_string();
    let (source, expression) = text.split_once(": ").unwrap_or((&text, ""));
    let matches = active.matches as u64;
    Rule { source: source.to_owned(), expression: expression.to_owned(), matches }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_is_shown_in_its_line() {
        assert_eq!(line_at("{\n \"a\": x\n}", 8), (" \"a\": x".to_owned(), 6));
        assert_eq!(line_at("abc", 3), ("abc".to_owned(), 3));
        assert_eq!(line_at("abc", 99), ("abc".to_owned(), 3));
        assert_eq!(line_at("", 0), (String::new(), 0));
    }
}
