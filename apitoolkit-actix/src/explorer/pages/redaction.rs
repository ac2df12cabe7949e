use maud::{Markup, html};

use super::{
    View,
    common::{Amount, Tab, command, document},
    detail::marked,
};

/// What the page of redaction shows.
#[derive(Debug)]
pub(in crate::explorer) struct Trial<'a> {
    /// As it was typed.
    pub(in crate::explorer) json: &'a str,
    /// As they were typed, one a line.
    pub(in crate::explorer) paths: &'a str,
    /// What came of it; absent before anything was tried.
    pub(in crate::explorer) outcome: Option<Outcome>,
    pub(in crate::explorer) rules: &'a [Rule],
}

/// What came of a trial.
#[derive(Debug)]
pub(in crate::explorer) enum Outcome {
    /// This would leave.
    Leaves(String),
    /// These are wrong.
    Wrong(Vec<Mistake>),
}

/// Something wrong in what was typed.
#[derive(Debug)]
pub(in crate::explorer) struct Mistake {
    /// The line it is in.
    pub(in crate::explorer) text: String,
    /// Where in that line, in bytes.
    pub(in crate::explorer) offset: Option<usize>,
    pub(in crate::explorer) reason: String,
}

/// A rule that holds.
#[derive(Debug)]
pub(in crate::explorer) struct Rule {
    /// Where it comes from: an option and its index, or the default list.
    pub(in crate::explorer) source: String,
    pub(in crate::explorer) expression: String,
    /// How much of what is kept it took.
    pub(in crate::explorer) matches: u64,
}

/// As many rules are listed.
const LISTED: usize = 200;

/// Redaction tried out, and the rules that hold.
pub(in crate::explorer) fn redaction(view: &View<'_>, trial: &Trial<'_>) -> Markup {
    let content = html! {
        h1 { "Redaction" }
        p class="lead" {
            "Paste JSON and JSONPaths: what would leave the process appears beside. Nothing of it \
            is kept."
        }
        div class="trial" {
            (form(view, trial))
            section aria-label="What would leave" aria-live="polite" { (outcome(trial)) }
        }
        (rules(trial.rules))
    };
    document(view, Tab::Redaction, "Redaction", &content)
}

fn form(view: &View<'_>, trial: &Trial<'_>) -> Markup {
    html! {
        form method="post" action=(view.at("redaction")) class="paste" {
            label {
                span { "JSON" }
                textarea name="json" rows="14" spellcheck="false" autocomplete="off"
                    placeholder="{\"user\": {\"email\": \"jo@example.org\"}}" {
                    "\n"
                    (trial.json)
                }
            }
            label {
                span { "JSONPaths, one a line" }
                textarea name="paths" rows="4" spellcheck="false" autocomplete="off"
                    placeholder="$.user.email" {
                    "\n"
                    (trial.paths)
                }
            }
            button type="submit" { "Redact" }
        }
    }
}

fn outcome(trial: &Trial<'_>) -> Markup {
    match &trial.outcome {
        None => html! {
            h2 { "What would leave" }
            p class="hint" {
                "Names such as "
                code { "password" }
                " are redacted without a path. In the app, paths are given to:"
            }
            (command("ApiToolkit::builder().redact_response_body([\"$.user.email\"])"))
        },
        Some(Outcome::Leaves(text)) => html! {
            h2 { "What would leave" }
            pre class="code" tabindex="0" { code { (marked(text, None)) } }
        },
        Some(Outcome::Wrong(mistakes)) => html! {
            h2 { "What is wrong" }
            @for mistake in mistakes { (wrong(mistake)) }
        },
    }
}

/// The line, and a caret beneath the byte that is wrong.
fn wrong(mistake: &Mistake) -> Markup {
    let caret = mistake.offset.map(|offset| {
        let before = mistake.text.char_indices().take_while(|(at, _)| *at < offset).count();
        format!("{}^", " ".repeat(before))
    });
    html! {
        div class="wrong" role="alert" {
            p {
                strong { (mistake.reason) }
                @if let Some(offset) = mistake.offset { " at byte " (offset) }
            }
            pre class="code" tabindex="0" {
                (mistake.text)
                @if let Some(caret) = caret { "\n" span class="caret" { (caret) } }
            }
        }
    }
}

fn rules(rules: &[Rule]) -> Markup {
    html! {
        h2 { "Rules that hold" }
        p class="hint" { "How many values each of them took, among the newest 500 exchanges." }
        div class="scroll" { table class="groups" {
            thead {
                tr {
                    th scope="col" { "Rule" }
                    th scope="col" { "From" }
                    th scope="col" class="n" { "Took" }
                }
            }
            tbody {
                @for rule in rules.iter().take(LISTED) {
                    tr class=[(rule.matches == 0).then_some("zero")] {
                        th scope="row" { code { (rule.expression) } }
                        td data-label="From" { (rule.source) }
                        td class="n" data-label="Took" { (Amount(rule.matches)) }
                    }
                }
            }
        } }
        @if let Some(rest) = rules.len().checked_sub(LISTED).filter(|rest| *rest > 0) {
            p class="hint" { (rest) " more." }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caret_stands_beneath_the_byte_that_is_wrong() {
        let mistake = Mistake {
            text: "$.ä[<b>".to_owned(),
            offset: Some(5),
            reason: "expected a number".to_owned(),
        };
        let html = wrong(&mistake).into_string();
        assert!(html.contains("$.ä[&lt;b&gt;\n<span class=\"caret\">    ^</span>"), "{html}");
    }
}
