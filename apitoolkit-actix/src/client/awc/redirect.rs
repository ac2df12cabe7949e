//! Telling a redirect from a call of its own.
//!
//! `awc` follows redirects outside of its middleware, which sees one request after another; no header
//! or number tells them apart. But `awc` calls for the next before it lets go of the one that sent it
//! on, and an app that follows by itself does not.

use std::{cell::RefCell, time::Instant};

use actix_web::http::{Uri, header, uri::PathAndQuery};
use awc::ClientResponse;
use opentelemetry::Context;

/// A request's place in a chain of redirects.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hop {
    /// How many redirects led to it.
    pub(super) resends: u32,
    /// When the first request of the chain was made.
    pub(super) since: Instant,
}

/// Where an answer sends its client.
struct Expected {
    uri: Uri,
    hop: Hop,
    /// What the chain was begun in.
    parent: Context,
}

thread_local! {
    static EXPECTED: RefCell<Option<Expected>> = const { RefCell::new(None) };
}

/// Whether an answer sends its client on, by the rules of `awc`.
pub(super) fn is_redirect<S>(response: &ClientResponse<S>) -> bool {
    matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308)
        && response.headers().contains_key(header::LOCATION)
}

/// Held by the call whose answer sends the client on: until it is dropped, the next call may be the
/// one that follows.
#[derive(Debug)]
pub(super) struct Expecting(());

impl Drop for Expecting {
    fn drop(&mut self) {
        // A thread that ends may have let go of it before.
        let _ = EXPECTED.try_with(RefCell::take);
    }
}

/// Notes where the answer to a request to `from` sends the client.
pub(super) fn expect<S>(
    response: &ClientResponse<S>,
    from: &Uri,
    hop: Hop,
    parent: Context,
) -> Option<Expecting> {
    let location = response.headers().get(header::LOCATION)?.as_bytes();
    let hop = Hop { resends: hop.resends.saturating_add(1), ..hop };
    EXPECTED.set(Some(Expected { uri: resolve(location, from)?, hop, parent }));
    Some(Expecting(()))
}

/// The place of a call to `uri` in its chain, and what that was begun in: those that are expected,
/// if it goes there.
pub(super) fn place(uri: &Uri, now: Instant) -> (Hop, Context) {
    match EXPECTED.take().filter(|expected| expected.uri == *uri) {
        Some(expected) => (expected.hop, expected.parent),
        None => (Hop { resends: 0, since: now }, Context::current()),
    }
}

fn resolve(location: &[u8], from: &Uri) -> Option<Uri> {
    if let Some(rest) = location.strip_prefix(b"//") {
        let scheme = from.scheme_str()?;
        return Uri::try_from([scheme.as_bytes(), b"://", rest].concat()).ok();
    }
    match Uri::try_from(location) {
        Ok(uri) if uri.scheme().is_some() && uri.authority().is_some() => Some(uri),
        _ => {
            let path = match location {
                [b'/', ..] => location.to_vec(),
                _ => [b"/", location].concat(),
            };
            let mut parts = from.clone().into_parts();
            parts.path_and_query = Some(PathAndQuery::try_from(path).ok()?);
            Uri::from_parts(parts).ok()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locations_are_resolved_as_awc_does() {
        let from = Uri::from_static("http://u:p@h:1/a/b?c");
        let to = |location: &str| resolve(location.as_bytes(), &from).map(|uri| uri.to_string());
        assert_eq!(to("/x?y").as_deref(), Some("http://u:p@h:1/x?y"));
        assert_eq!(to("x").as_deref(), Some("http://u:p@h:1/x"));
        assert_eq!(to("//other/x").as_deref(), Some("http://other/x"));
        assert_eq!(to("https://other/x").as_deref(), Some("https://other/x"));
        // What is no URL is taken for a path.
        assert_eq!(to("http://[").as_deref(), Some("http://u:p@h:1/http://["));
        assert_eq!(to("//[").as_deref(), None);
    }
}
