use maud::{Markup, html};

use super::Sheet;
use crate::{
    explorer::{
        pages::{
            View,
            common::{FORMATS, command},
        },
        record::{Kind, Part},
    },
    redact::Redactor,
};

/// What can be done with an exchange.
pub(super) fn actions(view: &View<'_>, sheet: &Sheet<'_>) -> Markup {
    let record = sheet.record;
    let id = record.id;
    let pinned = view.store.is_pinned(id);
    html! {
        div class="actions" {
            @if record.kind == Kind::Incoming { (replay(view, sheet)) }
            form method="post" action=(view.at(format_args!("exchange/{id}/pin"))) {
                input type="hidden" name="pinned" value=(u8::from(!pinned));
                button type="submit" aria-pressed=(pinned)
                    title="Pinned exchanges stay when older ones are let go" {
                    @if pinned { "Pinned" } @else { "Pin" }
                }
            }
            a class="button" href=(view.at(format_args!("compare?a={id}"))) { "Compare" }
            details class="menu" {
                summary { "Export" }
                div {
                    @for (path, name) in FORMATS {
                        a href=(view.at(format_args!("exchange/{id}/{path}"))) download { (name) }
                    }
                    a href=(view.at(format_args!("api/exchanges/{id}"))) { "JSON" }
                    small { "With its trace, redacted as shown." }
                }
            }
            a class="button quiet" href=(view.at(format_args!("exchange/{id}"))) { "Open alone" }
        }
        @if let Some(curl) = sheet.curl {
            details class="curl" {
                summary { "curl" }
                (command(curl))
            }
        }
    }
}

/// Sends the request again; headers that were redacted can be given anew.
fn replay(view: &View<'_>, sheet: &Sheet<'_>) -> Markup {
    let address = view.at(format_args!("exchange/{}/replay", sheet.record.id));
    if let Some(why) = sheet.no_replay {
        let why = format!("Cannot be sent again: {why}");
        return html! { button type="button" disabled title=(why) { "Replay" } };
    }
    let is_redacted = |values: &[&str]| values.iter().any(|v| v.contains(Redactor::MARKER));
    let headers = sheet.record.headers(Part::Request);
    let redacted: Vec<_> = headers.filter(|(_, values)| is_redacted(values)).collect();
    if redacted.is_empty() {
        return html! {
            form method="post" action=(address) {
                button type="submit"
                    title="Sends the request to this app once more, and shows both answers" {
                    "Replay"
                }
            }
        };
    }
    html! {
        details class="menu replay" {
            summary { "Replay" }
            div { form method="post" action=(address) {
                small {
                    "Sends the request to this app once more. What was redacted is not known here; \
                    what is not given is left out."
                }
                @for (name, _) in &redacted {
                    label class="field" {
                        span { (name) }
                        input type="password" name=(name) autocomplete="off";
                    }
                }
                button type="submit" { "Send it" }
            } }
        }
    }
}
