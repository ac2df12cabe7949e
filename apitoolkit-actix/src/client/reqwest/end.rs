//! Knowing that a body has ended before it says so.

use hyper::body::Body as _;
use reqwest::Body;

/// Whether there is no more data to come. A reader need not ask when it knows, from the length for
/// instance; what decompresses a body says nothing but how much there is left.
pub(super) fn has_come(body: &Body) -> bool {
    body.is_end_stream() || body.size_hint().exact() == Some(0)
}
