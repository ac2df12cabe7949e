use maud::{Markup, html};

use super::{counted, percent};
use crate::explorer::pages::{Standing, View};

/// A command to paste, with a button that copies it.
pub(in crate::explorer::pages) fn command(text: &str) -> Markup {
    html! {
        div class="command" {
            pre { code { (text) } }
            button type="button" class="copy" data-copy=(text) hidden { "Copy" }
        }
    }
}

/// A page that has nothing to show yet: why, and what to do about it.
pub(in crate::explorer::pages) fn empty(title: &str, content: &Markup) -> Markup {
    html! { section class="empty" { h2 { (title) } (content) } }
}

/// What keeps exchanges from being seen, if anything does.
pub(in crate::explorer::pages) fn notices(view: &View<'_>) -> Markup {
    let health = view.health;
    html! {
        @match health.standing {
            Standing::Off => {
                div class="notice bad" role="note" {
                    strong { "Nothing is recorded." }
                    " Telemetry is not set up, or "
                    code { "OTEL_SDK_DISABLED" }
                    " is true. Build it and keep it until the server has stopped:"
                    (command("let telemetry = apitoolkit_actix::Telemetry::from_env()?;"))
                    "or start the app without the variable:"
                    (command("env -u OTEL_SDK_DISABLED cargo run"))
                }
            }
            Standing::Foreign => {
                div class="notice warn" role="note" {
                    strong { "A tracer provider of the app's own is in use." }
                    " What it does with spans cannot be seen from here. To look at them here, let \
                    the toolkit keep them:"
                    (command("let telemetry = Telemetry::builder().traces_exporter(Exporter::Explorer).build()?;"))
                }
            }
            Standing::Sending { .. } | Standing::Here => {}
        }
        @if health.sampled < 1.0 {
            div class="notice" role="note" {
                strong { (percent(health.sampled)) " of requests are recorded." }
                " The others are not, and cannot be shown. To see each of them:"
                (command("OTEL_TRACES_SAMPLER=parentbased_always_on cargo run"))
            }
        }
        @if health.missed > 0 {
            div class="notice warn" role="note" {
                strong { (counted(health.missed as usize, "span")) " came faster than could be kept" }
                " here, and cannot be shown. What is exported does not depend on it."
            }
        }
    }
}
