use maud::{Markup, html};

use crate::explorer::pages::common::counted;

/// As many lines are shown before one asks for the others.
const SHOWN: usize = 60;
/// As many lines are shown at all; a file has the others.
const MOST: usize = 5_000;

/// Text on lines: all of it if it is short, else what is left on demand.
pub(super) fn folded(lines: &[Markup]) -> Markup {
    let (first, rest) = lines.split_at(lines.len().min(SHOWN));
    let shown = rest.get(..MOST).unwrap_or(rest);
    html! {
        pre class="code" tabindex="0" { code { @for line in first { (line) "\n" } } }
        @if !rest.is_empty() {
            details class="rest" {
                summary { (counted(rest.len(), "more line")) }
                pre class="code" tabindex="0" { code { @for line in shown { (line) "\n" } } }
                @if shown.len() < rest.len() {
                    p class="hint" {
                        "The exported files have "
                        (counted(rest.len() - shown.len(), "more line"))
                        "."
                    }
                }
            }
        }
    }
}
