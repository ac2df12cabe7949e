//! The pages' HTML. What visitors wrote is escaped.

pub(crate) mod auth;
pub(crate) mod blog;

use actix_web::http::StatusCode;
use maud::{DOCTYPE, Markup, html};

use crate::{monitoring::Role, users::Member};

/// Where the style sheet is.
pub(crate) const STYLE: &str = "/static/style.css";

/// A whole page.
pub(crate) fn document(
    title: &str,
    member: Option<&Member>,
    flashes: &[String],
    content: &Markup,
) -> Markup {
    frame(
        title,
        &navigation(member),
        &html! {
            @for message in flashes { p class="flash" role="status" { (message) } }
            (content)
        },
    )
}

/// What is shown in the place of a page that cannot be. It knows nobody, and so names nobody.
pub(crate) fn problem(status: StatusCode, what: &str) -> Markup {
    let title = status.canonical_reason().unwrap_or("Something went wrong");
    frame(title, &html! {}, &nothing(status, what))
}

/// The words for that.
pub(crate) fn nothing(status: StatusCode, what: &str) -> Markup {
    html! {
        section class="card problem" {
            p class="status" { (status.as_str()) }
            h1 { (status.canonical_reason().unwrap_or("Something went wrong")) }
            p { "Sorry, " (what) "." }
            p { a class="button" href="/" { "To the posts" } }
        }
    }
}

fn frame(title: &str, navigation: &Markup, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · Flaskr" }
                link rel="icon" href="data:,";
                link rel="stylesheet" href=(STYLE);
            }
            body {
                header { nav {
                    a class="brand" href="/" { "Flaskr" }
                    (navigation)
                } }
                main { (content) }
            }
        }
    }
}

fn navigation(member: Option<&Member>) -> Markup {
    html! {
        @if let Some(member) = member {
            span class="who" {
                (member.username)
                " "
                span class="role" { (Role::of(Some(member)).name()) }
            }
            form method="post" action="/auth/logout" { button class="link" { "Log out" } }
        } @else {
            a class="link" href="/auth/register" { "Register" }
            a class="link" href="/auth/login" { "Log in" }
        }
    }
}

/// What has to be mended in a form.
fn list(faults: &[&str]) -> Markup {
    html! {
        @if !faults.is_empty() {
            ul class="faults" role="alert" { @for fault in faults { li { (fault) } } }
        }
    }
}
