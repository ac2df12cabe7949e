//! The posts, and the form in which they are written.

use maud::{Markup, html};

use super::list;
use crate::{posts::Post, users::Member};

pub(crate) fn index(posts: &[Post], member: Option<&Member>) -> Markup {
    html! {
        div class="title" {
            h1 { "Posts" }
            @if member.is_some() { a class="button" href="/create" { "New post" } }
        }
        @if posts.is_empty() {
            p class="empty" { "Nobody has written anything yet." }
        }
        @for post in posts { (article(post, member)) }
    }
}

fn article(post: &Post, member: Option<&Member>) -> Markup {
    let is_own = member.is_some_and(|member| member.id == post.author_id);
    html! {
        article class="card" id={ "post-" (post.id) } {
            header {
                div {
                    h2 { (post.title) }
                    p class="hint" {
                        "by " b { (post.username) } " on "
                        time datetime={ (post.created) "Z" } { (day(&post.created)) }
                    }
                }
                @if is_own { a class="link" href={ "/" (post.id) "/update" } { "Edit" } }
            }
            p class="body" { (post.body) }
        }
    }
}

/// The date of a date and time.
fn day(created: &str) -> &str {
    created.split(' ').next().unwrap_or_default()
}

pub(crate) fn create(title: &str, body: &str, faults: &[&str]) -> Markup {
    html! {
        section class="card" {
            h1 { "New post" }
            (list(faults))
            (form(title, body, "Publish"))
        }
    }
}

pub(crate) fn update(id: i64, title: &str, body: &str, faults: &[&str]) -> Markup {
    html! {
        section class="card" {
            h1 { "Edit post" }
            (list(faults))
            (form(title, body, "Save"))
            form class="danger" method="post" action={ "/" (id) "/delete" } {
                button { "Delete this post" }
            }
        }
    }
}

fn form(title: &str, body: &str, action: &str) -> Markup {
    html! {
        form method="post" {
            label { "Title" input name="title" value=(title) required autofocus; }
            // A parser of HTML drops the first line end of what is in a text area.
            label { "Body" textarea name="body" rows="10" { "\n" (body) } }
            button { (action) }
        }
    }
}
