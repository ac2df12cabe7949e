//! Header values.

use std::borrow::Cow;

use super::{cookie, lists::Lists, marker::MARKER, shorten, splice::Splicer, text, url};

/// The longest header value that is exported, in bytes.
const MAX_VALUE: usize = 8 * 1024;

/// Redacts one value of the header `name` (lower case).
pub(crate) fn redact<'v>(
    lists: &Lists,
    name: &str,
    value: &'v [u8],
    sensitive: bool,
) -> Cow<'v, str> {
    if sensitive {
        return Cow::Borrowed(MARKER);
    }
    let value = String::from_utf8_lossy(value);
    let redacted = match value {
        Cow::Borrowed(value) => redact_text(lists, name, value),
        Cow::Owned(value) => Cow::Owned(redact_text(lists, name, &value).into_owned()),
    };
    shorten::shorten(redacted, MAX_VALUE)
}

/// Whether the whole value of a header goes, whatever it is.
pub(super) fn is_secret(lists: &Lists, name: &str) -> bool {
    let has_parts = ["cookie", "set-cookie"].iter().any(|parts| name.eq_ignore_ascii_case(parts));
    !has_parts && lists.is_header(name)
}

fn redact_text<'v>(lists: &Lists, name: &str, value: &'v str) -> Cow<'v, str> {
    let is = |header: &str| name.eq_ignore_ascii_case(header);
    if is("cookie") {
        cookie::redact(lists, value)
    } else if is("set-cookie") {
        cookie::redact_set(lists, value)
    } else if is_secret(lists, name) {
        Cow::Borrowed(MARKER)
    } else if is("link") {
        redact_links(lists, value)
    } else if is("refresh") {
        redact_refresh(lists, value)
    } else if URL_HEADERS.iter().any(|header| is(header)) {
        url::redact(lists, value)
    } else if AUTHORITY_HEADERS.iter().any(|header| is(header)) && has_userinfo(value) {
        Cow::Borrowed(MARKER)
    } else if CHALLENGES.iter().any(|header| is(header)) {
        // `Bearer realm="…"` says how to log in; it is no credential.
        Cow::Borrowed(value)
    } else {
        text::scrub(lists, value)
    }
}

/// Headers whose value is one URL.
const URL_HEADERS: &[&str] = &[
    "referer",
    "location",
    "content-location",
    "x-original-url",
    "x-rewrite-url",
    "x-forwarded-uri",
];

/// Headers that name hosts, which have no userinfo there (RFC 9110, section 7.2).
const AUTHORITY_HEADERS: &[&str] =
    &["host", "forwarded", "x-forwarded-host", "x-forwarded-server", "x-original-host"];

/// Whether a name and password may stand in front of a host.
fn has_userinfo(value: &str) -> bool {
    value.contains('@') || value.contains("%40")
}

/// Headers that name authentication schemes, without credentials.
const CHALLENGES: &[&str] = &["www-authenticate", "proxy-authenticate"];

/// `<https://host/?token=…>; rel="next", <…>`: the URL rules apply between the angle brackets, the
/// text rules to the whole.
fn redact_links<'v>(lists: &Lists, value: &'v str) -> Cow<'v, str> {
    let mut splicer = Splicer::new(value.as_bytes());
    let mut from = 0;
    while let Some(open) = value.get(from..).and_then(|rest| rest.find('<')) {
        let start = from + open + 1;
        let rest = value.get(start..).unwrap_or_default();
        // An unclosed bracket: the URL is all the rest.
        let link = rest.split('>').next().unwrap_or_default();
        if let Cow::Owned(redacted) = url::redact(lists, link) {
            splicer.replace(start, start + link.len(), &redacted);
        }
        from = start + link.len();
    }
    if from == 0 {
        return url::redact(lists, value);
    }
    then_text(lists, splicer.finish_str(value))
}

/// `5; url=https://host/?token=…`.
fn redact_refresh<'v>(lists: &Lists, value: &'v str) -> Cow<'v, str> {
    let target =
        value.find([';', ',']).map(|at| at + 1).and_then(|at| Some((at, value.get(at..)?))).map(
            |(at, rest)| {
                let assign = rest.find('=').filter(|&eq| {
                    rest.get(..eq).is_some_and(|name| name.trim().eq_ignore_ascii_case("url"))
                });
                at + assign.map_or(0, |eq| eq + 1)
            },
        );
    let start = target.unwrap_or(0);
    let url = value.get(start..).unwrap_or_default();
    let lead = url.len() - url.trim_start_matches([' ', '\t', '"', '\'']).len();
    let mut splicer = Splicer::new(value.as_bytes());
    if let Cow::Owned(redacted) = url::redact(lists, url.get(lead..).unwrap_or_default()) {
        splicer.replace(start + lead, value.len(), &redacted);
    }
    splicer.finish_str(value)
}

fn then_text<'v>(lists: &Lists, value: Cow<'v, str>) -> Cow<'v, str> {
    match value {
        Cow::Borrowed(value) => text::scrub(lists, value),
        Cow::Owned(value) => Cow::Owned(text::scrub(lists, &value).into_owned()),
    }
}
