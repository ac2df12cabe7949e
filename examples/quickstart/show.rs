//! What the example prints for people.

use std::{
    env,
    fmt::Write as _,
    io::{self, IsTerminal, Write},
};

use apitoolkit_actix::{
    Stats,
    testing::{Kind, Span},
};
use serde_json::Value;

use crate::calls::CALLS;

/// Longer bodies are cut, on the screen only.
const MAX_BODY_LINES: usize = 40;

/// How text is coloured, if at all.
#[derive(Clone, Copy)]
pub(crate) struct Style {
    colours: bool,
}

const BOLD: &str = "1";
const DIM: &str = "2";
const RED: &str = "31";
const GREEN: &str = "32";
const YELLOW: &str = "33";
const CYAN: &str = "36";

impl Style {
    /// Colours on a terminal, unless `NO_COLOR` is set to something.
    pub(crate) fn of_stdout() -> Self {
        let unwanted = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self { colours: io::stdout().is_terminal() && !unwanted }
    }

    fn paint(self, colour: &str, text: &str) -> String {
        if self.colours { format!("\x1b[{colour}m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// Makes what was redacted stand out.
    fn mark(self, text: &str) -> String {
        ["[CLIENT_REDACTED]", "=REDACTED"]
            .iter()
            .fold(text.to_owned(), |text, marker| text.replace(marker, &self.paint(YELLOW, marker)))
    }
}

/// Prints at once. An error, not a panic, when nobody reads any more.
pub(crate) fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

// Below, writing to a `String` cannot fail.

pub(crate) fn welcome(url: &str, style: Style) -> String {
    let mut text = format!(
        "The app listens on {}. Try these in another terminal;\n\
         each exchange is shown here as it was received. Ctrl-C ends it.\n",
        style.paint(BOLD, url),
    );
    for call in CALLS {
        let comment = style.paint(DIM, &format!("# {}", call.about));
        let _ = write!(text, "\n{comment}\n{}\n", call.curl(url));
    }
    text.push('\n');
    text
}

/// An exchange as a block of lines, what ran inside of one as a single line.
pub(crate) fn span(span: &Span, style: Style) -> String {
    if span.kind == Kind::Server {
        return exchange(span, style);
    }
    let title = style.paint(BOLD, &plain(&span.name));
    let within = style.paint(DIM, "inside the exchange that follows");
    format!("── {title}  {:.1?}  {within}\n", span.duration())
}

fn exchange(span: &Span, style: Style) -> String {
    let attribute = |key| plain(span.str_attr(key).unwrap_or_default());
    let method = attribute("http.request.method");
    let route = span.str_attr("http.route").map_or_else(|| "(no route)".to_owned(), plain);
    let status = span.int_attr("http.response.status_code");
    let mut outcome = status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
    let failure = span.str_attr("error.type");
    if let Some(failure) = failure.filter(|failure| *failure != outcome) {
        let _ = write!(outcome, ", {failure}");
    }
    let colour = match status {
        _ if failure.is_some() => RED,
        Some(400..) => YELLOW,
        _ => GREEN,
    };
    let title = style.paint(BOLD, &format!("{method} {route}"));
    let mut text =
        format!("── {title}  {}  {:.1?}\n", style.paint(colour, &plain(&outcome)), span.duration());
    let _ = writeln!(text, "{}", style.mark(&format!("   {}", attribute("http.target"))));
    for error in span.events_named("exception") {
        let part = |key| plain(error.attributes.str(key).unwrap_or_default());
        let kind = style.paint(RED, &part("exception.type"));
        let message = style.mark(&part("exception.message"));
        let _ = writeln!(text, "   {kind}: {message}");
    }
    side(&mut text, span, "request", style);
    side(&mut text, span, "response", style);
    text.push('\n');
    text
}

/// Headers and body of the request or the response.
fn side(text: &mut String, span: &Span, side: &str, style: Style) {
    let prefix = format!("http.{side}.header.");
    let mut headers: Vec<_> = span
        .attributes
        .iter()
        .filter_map(|(key, value)| Some((key.strip_prefix(&prefix)?, value.as_strings()?)))
        .collect();
    // Actix Web keeps headers in no particular order.
    headers.sort_unstable();
    let body = span.body(side).unwrap_or_default();
    if headers.is_empty() && body.is_empty() {
        return;
    }
    let _ = writeln!(text, "   {}", style.paint(DIM, side));
    for (name, values) in headers {
        let name = style.paint(CYAN, &plain(name));
        for value in values {
            let _ = writeln!(text, "     {name}: {}", style.mark(&plain(value)));
        }
    }
    let body = readable(&body);
    let body = body.trim_end();
    for line in body.lines().take(MAX_BODY_LINES) {
        let _ = writeln!(text, "     {}", style.mark(&plain(line)));
    }
    let cut = body.lines().count().saturating_sub(MAX_BODY_LINES);
    if cut > 0 {
        let _ = writeln!(text, "     {}", style.paint(DIM, &format!("… {cut} more lines")));
    }
}

/// JSON spread over lines, its keys sorted; anything else as it was received.
fn readable(body: &[u8]) -> String {
    serde_json::from_slice::<Value>(body)
        .and_then(|json| serde_json::to_string_pretty(&json))
        .unwrap_or_else(|_| String::from_utf8_lossy(body).into_owned())
}

/// What a caller sent may hold control characters, which a terminal would obey.
fn plain(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut plain, char| {
        if char.is_control() {
            plain.extend(char.escape_default())
        } else {
            plain.push(char)
        }
        plain
    })
}

/// What became of the exchanges, in one sentence.
pub(crate) fn farewell(stats: &Stats) -> String {
    format!(
        "{} exchanges recorded: {} received, {} lost, {} still under way; {} bodies given up for \
         want of memory.",
        stats.exchanges_created(),
        stats.exchanges_exported(),
        stats.exchanges_dropped(),
        stats.exchanges_pending(),
        stats.bodies_shed(),
    )
}
