//! Pages that say no, and what to do about it. They show nothing of what is kept.

use maud::{DOCTYPE, Markup, html};

use super::{View, common::command};

/// The guard refused the request: why, the option that allows it, if there is one, and where the
/// same page is asked for by this one, if that helps.
pub(in crate::explorer) fn refused(why: &str, option: Option<&str>, again: Option<&str>) -> Markup {
    bare(
        None,
        "Refused",
        &html! {
            h1 { "Not from here" }
            p { (why) }
            p {
                "The explorer shows what an app handles, so it answers only to whoever runs the \
                app, on this machine and under its names."
            }
            @if let Some(option) = option {
                p {
                    "If this one may look (a container, a virtual machine, a name of your own), \
                    allow it:"
                }
                (command(option))
            }
            @if let Some(again) = again {
                p { "If you followed a link of yours:" }
                p { a class="button" href=(again) { "Go on" } }
            }
        },
    )
}

/// There is no token yet, or it is wrong.
pub(in crate::explorer) fn login_needed(base: &str) -> Markup {
    bare(
        None,
        "Token needed",
        &html! {
            h1 { "Open the link that the app printed" }
            p {
                "The explorer is for whoever started the app. When it started, it printed a link \
                with a token; that link logs this browser in, and is needed once."
            }
            p { "From a script, send the token as a header:" }
            (command(&format!(
                "curl -H \"Authorization: Bearer $TOKEN\" http://127.0.0.1:8080{base}/api/exchanges"
            )))
        },
    )
}

/// A record that was evicted, or never was.
pub(in crate::explorer) fn missing(view: &View<'_>, id: &str) -> Markup {
    let evicted = view.store.fill().evicted;
    bare(
        Some(view.base),
        "Not here",
        &html! {
            h1 { "Exchange " (id) " is not here" }
            @if evicted > 0 {
                p {
                    "It was let go for newer ones ("
                    (evicted)
                    " were so far), cleared, or never was. Pinned exchanges are spared."
                }
            } @else {
                p { "It was cleared, or never was; a restart forgets what is not kept in a file." }
            }
            p { a class="button" href=(view.at("")) { "All exchanges" } }
        },
    )
}

fn bare(base: Option<&str>, title: &str, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                // Whoever may not look gets no style sheet either.
                link rel="icon" href="data:,";
                @if let Some(base) = base { link rel="stylesheet" href={ (base) "/assets/style.css" }; }
            }
            body class="bare" { main { (content) } }
        }
    }
}
