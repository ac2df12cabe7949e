//! URLs: userinfo, path, query and fragment.

use std::borrow::Cow;

use super::{
    find,
    lists::Lists,
    marker::URL_MARKER,
    query,
    splice::{Splicer, into_string_lossy},
};

/// Redacts a URL, absolute or relative: userinfo becomes `REDACTED:REDACTED@` (`REDACTED@` when
/// there was no password), values of sensitive query parameters become `REDACTED`; every other
/// byte stays.
///
/// The fragment is read as a query, since that is how OAuth's implicit flow returns tokens.
pub(crate) fn redact<'u>(lists: &Lists, url: &'u str) -> Cow<'u, str> {
    redact_nested(lists, url, 0)
}

pub(crate) fn redact_nested<'u>(lists: &Lists, url: &'u str, depth: u8) -> Cow<'u, str> {
    let mut out: Vec<u8> = Vec::new();
    let mut changed = false;
    let mut keep = |part: Cow<'_, str>| {
        changed |= matches!(part, Cow::Owned(_));
        out.extend_from_slice(part.as_bytes());
    };

    let (userinfo, head_end) = userinfo(url);
    if let Some((start, end)) = userinfo {
        keep(Cow::Borrowed(url.get(..start).unwrap_or_default()));
        keep(Cow::Owned(userinfo_marker(url.get(start..end).unwrap_or_default())));
    }
    let from = userinfo.map_or(0, |(_, end)| end);
    let authority = url.get(from..head_end).unwrap_or_default();
    let rest = url.get(head_end..).unwrap_or_default();

    let (before_fragment, fragment) = split_before(rest, '#');
    let (path, query) = split_before(before_fragment, '?');
    keep(Cow::Borrowed(authority));
    keep(redact_path_nested(lists, path, depth));
    if let Some(query) = query {
        keep(Cow::Borrowed("?"));
        keep(query::redact_nested(lists, query, depth));
    }
    if let Some(fragment) = fragment {
        keep(Cow::Borrowed("#"));
        // Single-page applications put a path and a query of their own there.
        let (route, query) = split_before(fragment, '?');
        keep(query::redact_nested(lists, route, depth));
        if let Some(query) = query {
            keep(Cow::Borrowed("?"));
            keep(query::redact_nested(lists, query, depth));
        }
    }
    if changed { Cow::Owned(into_string_lossy(out)) } else { Cow::Borrowed(url) }
}

/// Redacts parameters (`;jsessionid=…`) and whole URLs in a path.
pub(crate) fn redact_path<'p>(lists: &Lists, path: &'p str) -> Cow<'p, str> {
    redact_path_nested(lists, path, 0)
}

fn redact_path_nested<'p>(lists: &Lists, path: &'p str, depth: u8) -> Cow<'p, str> {
    if !find::has_any(*b"@=%", path) {
        return Cow::Borrowed(path);
    }
    let mut splicer = Splicer::new(path.as_bytes());
    let mut at = 0;
    for segment in path.split('/') {
        // A whole URL, encoded into one segment.
        if segment.contains('%') && query::holds_secret(lists, segment, depth) {
            splicer.replace(at, at + segment.len(), URL_MARKER);
        }
        let mut part_at = at;
        for part in segment.split([';', '&']) {
            if let Some((name, value)) = part.split_once('=')
                && !value.is_empty()
                && lists.is_query(name.as_bytes())
            {
                let from = part_at + name.len() + 1;
                splicer.replace(from, from + value.len(), URL_MARKER);
            }
            part_at += part.len() + 1;
        }
        // `/proxy/http://user:password@host/`, and the same without the scheme. Without a slash
        // before it, this has been decided: `mailto:…`.
        if at > 0
            && let Some((userinfo, _)) = segment.rsplit_once('@')
            && userinfo.contains(':')
        {
            splicer.replace(at, at + userinfo.len(), &format!("{URL_MARKER}:{URL_MARKER}"));
        }
        at += segment.len() + 1;
    }
    splicer.finish_str(path)
}

/// The marker for a userinfo part, its `@` included.
pub(crate) fn userinfo_marker(userinfo: &str) -> String {
    if userinfo.contains(':') {
        format!("{URL_MARKER}:{URL_MARKER}@")
    } else {
        format!("{URL_MARKER}@")
    }
}

/// Where the userinfo part (with its `@`) is, if there is one, and where the authority ends.
pub(crate) fn userinfo(url: &str) -> (Option<(usize, usize)>, usize) {
    let Some(start) = authority_start(url) else { return (None, 0) };
    let after = url.get(start..).unwrap_or_default();
    let end = after.find(['/', '\\', '?', '#']).unwrap_or(after.len());
    let authority = after.get(..end).unwrap_or_default();
    if let Some(at) = authority.rfind('@') {
        let range = (at > 0).then_some((start, start + at + 1));
        return (range, start + end);
    }
    // `user:pa/ss@host`: what stands for a port is none, so the password holds a separator.
    if !has_sound_port(authority)
        && let Some(at) = after.rfind('@')
    {
        return (Some((start, start + at + 1)), start + at + 1);
    }
    (None, start + end)
}

fn split_before(text: &str, separator: char) -> (&str, Option<&str>) {
    match text.split_once(separator) {
        Some((before, after)) => (before, Some(after)),
        None => (text, None),
    }
}

/// Where the authority begins. Readers of URLs are lenient, so this is: any number of slashes and
/// backslashes after a web scheme, and `user:password@host` without any.
fn authority_start(url: &str) -> Option<usize> {
    let lead =
        url.len() - url.trim_start_matches(|c: char| c.is_whitespace() || c.is_control()).len();
    let trimmed = url.get(lead..)?;
    if trimmed.starts_with("//") || trimmed.starts_with("\\\\") || trimmed.starts_with("/\\") {
        return Some(lead + 2);
    }
    if trimmed.starts_with(['/', '?', '#', '.']) {
        return None;
    }
    let scheme_end = trimmed.find(|c: char| !c.is_ascii_alphanumeric() && !"+-.".contains(c))?;
    if !trimmed.get(scheme_end..)?.starts_with(':') {
        return has_password(trimmed).then_some(lead);
    }
    let scheme = trimmed.get(..scheme_end)?;
    let after = trimmed.get(scheme_end + 1..)?;
    let slashes = after.len() - after.trim_start_matches(['/', '\\']).len();
    let is_web =
        ["http", "https", "ws", "wss", "ftp"].iter().any(|s| scheme.eq_ignore_ascii_case(s));
    if is_web || slashes >= 2 {
        return Some(lead + scheme_end + 1 + slashes);
    }
    let is_address = ["mailto", "sip", "sips", "xmpp", "acct", "urn", "tel", "data", "mid", "cid"]
        .iter()
        .any(|s| scheme.eq_ignore_ascii_case(s));
    (!is_address && has_password(trimmed)).then_some(lead)
}

/// Whether a text that is no URL begins like `user:password@host`.
fn has_password(text: &str) -> bool {
    let end = text.find(['/', '\\', '?', '#']).unwrap_or(text.len());
    let head = text.get(..end).unwrap_or_default();
    head.rsplit_once('@').is_some_and(|(userinfo, _)| userinfo.contains(':'))
}

fn has_sound_port(authority: &str) -> bool {
    let after_host = match authority.strip_prefix('[') {
        Some(literal) => literal.split_once(']').map_or("", |(_, after)| after),
        None => authority.find(':').map_or("", |at| authority.get(at..).unwrap_or_default()),
    };
    match after_host.strip_prefix(':') {
        Some(port) => port.bytes().all(|b| b.is_ascii_digit()),
        None => after_host.is_empty(),
    }
}
