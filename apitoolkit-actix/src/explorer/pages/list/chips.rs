use maud::{Markup, html};

use super::{page::Listing, terms::terms};
use crate::explorer::pages::{View, common::joined};

/// What is asked for, each with a link that asks for the rest; and what could not be read.
pub(super) fn chips(view: &View<'_>, listing: &Listing<'_>) -> Markup {
    let terms = terms(listing.filter);
    html! {
        @for mistake in listing.mistakes {
            p class="notice bad" role="alert" { (mistake) }
        }
        @if !terms.is_empty() {
            ul class="chips" aria-label="Active filters" {
                @for term in &terms {
                    li {
                        span { (term.text) }
                        a href={ (view.at("")) (joined(&[&term.rest.to_query(), listing.pausing()])) }
                            aria-label={ "Remove " (term.text) } { "×" }
                    }
                }
                @if terms.len() > 1 {
                    li class="all" {
                        a href={ (view.at("")) (joined(&[listing.pausing()])) } { "Remove all" }
                    }
                }
            }
        }
    }
}
