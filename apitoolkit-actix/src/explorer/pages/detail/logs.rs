use std::{sync::Arc, time::SystemTime};

use maud::{Markup, html};

use super::marked;
use crate::explorer::{
    pages::common::{Took, command, exact},
    record::Line,
};

/// The log records of the trace, by their time.
pub(super) fn logs(lines: &[Arc<Line>], start: SystemTime) -> Markup {
    if lines.is_empty() {
        return html! {
            p class="hint" {
                "Nothing was logged in this trace. Events of "
                code { "tracing" }
                " appear here once its subscriber has the toolkit's layer (feature "
                code { "tracing" }
                "):"
            }
            (command("tracing_subscriber::registry().with(telemetry.layer()).init();"))
        };
    }
    html! {
        ol class="logs" {
            @for line in lines {
                li class={ "log " (class(line.level)) } {
                    span class="n" title=(exact(line.when)) {
                        "+"
                        (Took(line.when.duration_since(start).unwrap_or_default()))
                    }
                    span class="level" { (line.level) }
                    div {
                        span class="text" { (marked(&line.text, None)) }
                        @for (name, value) in &line.attributes {
                            " " span class="field" { (name) "=" (marked(value, None)) }
                        }
                    }
                }
            }
        }
    }
}

fn class(level: &str) -> &'static str {
    match level {
        "ERROR" => "bad",
        "WARN" => "warn",
        "INFO" => "good",
        _ => "none",
    }
}
