use std::borrow::Cow;

use maud::{Markup, html};
use percent_encoding::percent_decode_str;

use super::{Marks, marked, marked_url};
use crate::explorer::redaction::Place;

/// Names and values of a form or a query.
pub(super) fn pairs(text: &str, place: Place, marks: &Marks) -> Markup {
    html! {
        div class="scroll" { table class="pairs" {
            tbody {
                @for pair in text.split('&').filter(|pair| !pair.is_empty()) {
                    @let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                    @let name = decoded(name);
                    @let (value, rule) = (decoded(value), marks.of_name(place, &name));
                    tr {
                        th scope="row" { (name) }
                        td {
                            @if place == Place::Query {
                                (marked_url(&value, rule))
                            } @else {
                                (marked(&value, rule))
                            }
                        }
                    }
                }
            }
        } }
    }
}

fn decoded(text: &str) -> Cow<'_, str> {
    let spaced = text.replace('+', " ");
    Cow::Owned(percent_decode_str(&spaced).decode_utf8_lossy().into_owned())
}
