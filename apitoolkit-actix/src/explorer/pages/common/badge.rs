use maud::{Markup, html};

use crate::explorer::{
    record::{Part, Record},
    replay,
};

/// The status of an exchange: its number, and a word where the number alone does not say it.
pub(in crate::explorer::pages) fn status_badge(record: &Record) -> Markup {
    let class = match record.status {
        Some(500..) => "bad",
        Some(400..) => "warn",
        _ if record.failed => "bad",
        Some(300..) => "calm",
        Some(_) => "good",
        None => "none",
    };
    let word = match record.status {
        // A colour alone says nothing to many.
        Some(status @ 200..400) if record.failed => Some(format!("{status} error")),
        Some(status) => Some(status.to_string()),
        None => record.text(crate::semconv::ERROR_TYPE).map(str::to_owned),
    };
    let word = word.unwrap_or_else(|| if record.failed { "error" } else { "no answer" }.to_owned());
    html! { span class={ "badge status " (class) } { (word) } }
}

/// Whether the explorer sent it.
pub(in crate::explorer::pages) fn is_replay(record: &Record) -> bool {
    record.headers(Part::Request).any(|(name, _)| name == replay::HEADER)
}

pub(in crate::explorer::pages) fn method_class(method: &str) -> &'static str {
    match method {
        "GET" | "HEAD" | "OPTIONS" => "m-read",
        "POST" => "m-create",
        "PUT" | "PATCH" => "m-change",
        "DELETE" => "m-delete",
        _ => "m-other",
    }
}
