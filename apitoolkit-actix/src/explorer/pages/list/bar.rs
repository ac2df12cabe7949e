use std::time::Duration;

use maud::{Markup, html};

/// A duration as a length, relative to the longest that is shown beside it.
pub(in crate::explorer::pages) fn bar(took: Duration, longest: Duration, failed: bool) -> Markup {
    let part = if longest.is_zero() { 0.0 } else { took.div_duration_f64(longest).min(1.0) };
    let width = (part * 100.0).max(0.6);
    html! {
        svg class={ "bar" @if failed { " bad" } } viewBox="0 0 100 6"
            preserveAspectRatio="none" aria-hidden="true" {
            rect width=(format!("{width:.1}")) height="6" {}
        }
    }
}
