//! Statements without values.

use std::borrow::Cow;

use super::{
    context::Context,
    dialect::Dialect,
    lexer::{Kind, Lexer},
};
use crate::redact::splice::Splicer;

/// Replaces literals with `?` and drops comments. Where literals cannot be told for certain, all
/// the rest is dropped. Placeholders (`?`, `$1`, `:name`) and everything else stay.
///
/// `is_cut`: there was more of the statement.
pub(super) fn replace(sql: &str, dialect: Dialect, is_cut: bool) -> Cow<'_, str> {
    let mut splicer = Splicer::new(sql.as_bytes());
    let mut context = Context::default();
    let mut lexer = Lexer::new(sql, dialect, is_cut).peekable();
    while let Some(token) = lexer.next() {
        let text = sql.get(token.start..token.end).unwrap_or_default();
        match token.kind {
            Kind::Comment => splicer.replace(token.start, token.end, ""),
            Kind::Literal => splicer.replace(token.start, token.end, "?"),
            Kind::Doubtful => splicer.replace(token.start, token.end, "?…"),
            Kind::Space => {}
            _ if context.is_password(token.kind, text) => {
                // Without quotes it may consist of several tokens.
                let mut end = token.end;
                while let Some(more) = lexer
                    .next_if(|t| !matches!(t.kind, Kind::Space | Kind::Punct(b';' | b',' | b')')))
                {
                    end = more.end;
                }
                splicer.replace(token.start, end, "?");
            }
            Kind::DoubleQuoted => {
                let next = lexer.peek().map(|next| next.kind);
                if !context.is_name(text, next, dialect) {
                    splicer.replace(token.start, token.end, "?");
                }
            }
            Kind::Word if context.is_truth(text) => splicer.replace(token.start, token.end, "?"),
            Kind::Word | Kind::Backticked | Kind::Parameter | Kind::Punct(_) => {}
        }
        context.advance(token.kind, text);
    }
    splicer.finish_str(sql)
}
