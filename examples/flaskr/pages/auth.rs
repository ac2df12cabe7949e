//! The forms for registering and logging in. Passwords are never written back into them.

use maud::{Markup, html};

use super::list;

pub(crate) fn register(username: &str, faults: &[&str]) -> Markup {
    html! {
        section class="card narrow" {
            h1 { "Register" }
            (list(faults))
            form method="post" {
                (username_field(username))
                (password_field("password", "Password", "new-password"))
                (password_field("repeat", "The password again", "new-password"))
                button { "Register" }
            }
        }
    }
}

pub(crate) fn login(username: &str, faults: &[&str]) -> Markup {
    html! {
        section class="card narrow" {
            h1 { "Log in" }
            (list(faults))
            form method="post" {
                (username_field(username))
                (password_field("password", "Password", "current-password"))
                button { "Log in" }
            }
            p class="hint" { "New here? " a href="/auth/register" { "Register" } }
        }
    }
}

fn username_field(username: &str) -> Markup {
    html! {
        label { "Username"
            input name="username" value=(username) autocomplete="username" required autofocus;
        }
    }
}

fn password_field(name: &str, label: &str, autocomplete: &str) -> Markup {
    html! {
        label { (label)
            input type="password" name=(name) autocomplete=(autocomplete) required;
        }
    }
}
