use maud::{Markup, html};

use crate::explorer::record::Kind;

/// The sign of what a span is about, drawn by reference to the [`sprite`].
pub(in crate::explorer::pages) fn icon(kind: Kind) -> Markup {
    let (name, label) = match kind {
        Kind::Incoming => ("in", "incoming"),
        Kind::Outgoing => ("out", "outgoing"),
        Kind::Service => ("svc", "service"),
        Kind::Statement => ("db", "statement"),
        Kind::Other => ("dot", "span"),
    };
    html! {
        svg class={ "icon i-" (name) } role="img" aria-label=(label) { use href={ "#i-" (name) }; }
    }
}

/// The shapes, once on each page.
pub(in crate::explorer::pages) fn sprite() -> Markup {
    let shapes = [
        ("in", "M12.5 3.5 5 11M5 5.5V11h5.5"),
        ("out", "M4 12l7.5-7.5M6 4.5h5.5V10"),
        ("svc", "M8 2.2l5 2.9v5.8l-5 2.9-5-2.9V5.1zM8 8l5-2.9M8 8v5.8M8 8 3 5.1"),
        (
            "db",
            "M3 4.2c0-1.2 2.2-2 5-2s5 .8 5 2-2.2 2-5 2-5-.8-5-2zv7.6c0 1.2 2.2 2 5 2s5-.8 \
            5-2V4.2M3 8c0 1.2 2.2 2 5 2s5-.8 5-2",
        ),
        ("dot", "M8 5.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z"),
        ("logo", "M1.5 8h3l2-5 3 10 2-5h3"),
    ];
    html! {
        svg class="sprite" width="0" height="0" aria-hidden="true" {
            @for (name, path) in shapes {
                symbol id={ "i-" (name) } viewBox="0 0 16 16" {
                    path d=(path) fill="none" stroke="currentColor" stroke-width="1.6"
                        stroke-linecap="round" stroke-linejoin="round" {}
                }
            }
        }
    }
}
