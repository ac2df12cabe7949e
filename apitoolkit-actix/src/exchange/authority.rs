//! Who was addressed and who asked, from `Host`, `Forwarded` and `X-Forwarded-*`.
//!
//! The semantic conventions want what the client saw and who the client was, as far as proxies
//! tell. These headers are whatever the sender wrote: values are bounded and never trusted for
//! more than a description.

use std::sync::Arc;

use super::Fields;

/// Longest host or address taken from a header, in bytes.
const MAX_LENGTH: usize = 255;

/// A host and, when given, a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Authority {
    pub(crate) host: Arc<str>,
    pub(crate) port: Option<u16>,
}

/// What the forwarding headers say, the first hop's word for each.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Forwarded {
    pub(crate) client: Option<Arc<str>>,
    pub(crate) host: Option<Authority>,
    pub(crate) https: Option<bool>,
}

/// The headers that say who was addressed and who asked, one value of each.
#[derive(Debug, Default)]
pub(crate) struct Addressing<'f> {
    pub(crate) host: Option<&'f str>,
    forwarded: Option<&'f str>,
    forwarded_for: Option<&'f str>,
    forwarded_host: Option<&'f str>,
    forwarded_proto: Option<&'f str>,
}

impl<'f> Addressing<'f> {
    pub(crate) fn read(fields: &'f Fields) -> Self {
        let mut found = Self::default();
        for field in fields.iter() {
            let place = match field.name() {
                b"host" => &mut found.host,
                b"forwarded" => &mut found.forwarded,
                b"x-forwarded-for" => &mut found.forwarded_for,
                b"x-forwarded-host" => &mut found.forwarded_host,
                b"x-forwarded-proto" => &mut found.forwarded_proto,
                _ => continue,
            };
            // The first of each counts.
            if place.is_none() {
                *place = Some(std::str::from_utf8(field.value()).unwrap_or_default());
            }
        }
        found
    }

    /// Whether no proxy says anything.
    fn is_direct(&self) -> bool {
        let said = [self.forwarded, self.forwarded_for, self.forwarded_host, self.forwarded_proto];
        said.iter().all(Option::is_none)
    }
}

impl Authority {
    /// Parses `[userinfo@]host[:port]`; the userinfo is thrown away.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim().rsplit('@').next()?;
        let (host, port) = match text.rsplit_once(':') {
            // `[::1]` and a bare IPv6 address hold colons that begin no port.
            Some((host, _)) if host.contains(':') && !host.ends_with(']') => (text, None),
            Some((host, port)) => (host, port.parse().ok()),
            None => (text, None),
        };
        let host = host.strip_prefix('[').and_then(|h| h.strip_suffix(']')).unwrap_or(host);
        let sane = !host.is_empty()
            && host.len() <= MAX_LENGTH
            && host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-_:%~".contains(&b));
        sane.then(|| Self { host: lower_case(host), port })
    }
}

impl Forwarded {
    /// Reads `Forwarded` (RFC 7239) first, then the older `X-Forwarded-*` for what it leaves out.
    #[inline]
    pub(crate) fn read(headers: &Addressing<'_>) -> Self {
        if headers.is_direct() { Self::default() } else { Self::read_all(headers) }
    }

    fn read_all(headers: &Addressing<'_>) -> Self {
        let mut found = Self::default();
        if let Some(value) = headers.forwarded {
            found.read_rfc7239(value);
        }
        if found.client.is_none() {
            found.client = headers.forwarded_for.and_then(first).and_then(node);
        }
        if found.host.is_none() {
            found.host = headers.forwarded_host.and_then(first).and_then(Authority::parse);
        }
        if found.https.is_none() {
            found.https = headers.forwarded_proto.and_then(first).and_then(scheme);
        }
        found
    }

    /// The first element alone: later ones were added by proxies further on.
    fn read_rfc7239(&mut self, value: &str) {
        let first = value.split(',').next().unwrap_or_default();
        for pair in first.split(';') {
            let Some((name, value)) = pair.split_once('=') else { continue };
            let value = value.trim().trim_matches('"');
            match name.trim().to_ascii_lowercase().as_str() {
                "for" => self.client = node(value),
                "host" => self.host = Authority::parse(value),
                "proto" => self.https = scheme(value),
                _ => {}
            }
        }
    }
}

/// What the first of the hops listed says.
fn first(list: &str) -> Option<&str> {
    list.split(',').next().map(str::trim)
}

fn node(text: &str) -> Option<Arc<str>> {
    Authority::parse(text).map(|authority| authority.host)
}

fn lower_case(host: &str) -> Arc<str> {
    match host.bytes().any(|byte| byte.is_ascii_uppercase()) {
        true => host.to_ascii_lowercase().into(),
        false => host.into(),
    }
}

fn scheme(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "https" => Some(true),
        "http" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(text: &str) -> Option<(String, Option<u16>)> {
        Authority::parse(text).map(|a| (a.host.to_string(), a.port))
    }

    #[test]
    fn hosts_and_ports() {
        assert_eq!(host("Example.org:8080"), Some(("example.org".into(), Some(8080))));
        assert_eq!(host("example.org"), Some(("example.org".into(), None)));
        assert_eq!(host("[::1]:80"), Some(("::1".into(), Some(80))));
        assert_eq!(host("fe80::1%eth0"), Some(("fe80::1%eth0".into(), None)));
        assert_eq!(host("u:secret@h:1"), Some(("h".into(), Some(1))));
        assert_eq!(host("h:notaport"), Some(("h".into(), None)));
        assert_eq!(host(""), None);
        assert_eq!(host("a b"), None);
        assert_eq!(host(&"x".repeat(300)), None);
    }

    fn forwarded(pairs: &[(&str, &str)]) -> Forwarded {
        let mut fields = Fields::default();
        for (name, value) in pairs {
            fields.push(name, value.as_bytes(), false);
        }
        Forwarded::read(&Addressing::read(&fields))
    }

    #[test]
    fn the_standard_header_wins_and_the_first_hop_counts() {
        let seen = forwarded(&[
            ("forwarded", "For=\"[2001:db8::17]:4711\";proto=https;host=h.example, for=10.0.0.1"),
            ("x-forwarded-for", "192.0.2.9"),
        ]);
        assert_eq!(seen.client.as_deref(), Some("2001:db8::17"));
        assert_eq!(seen.host, Authority::parse("h.example"));
        assert_eq!(seen.https, Some(true));
    }

    #[test]
    fn the_older_headers_fill_in() {
        let seen = forwarded(&[
            ("x-forwarded-for", "192.0.2.9, 10.0.0.1"),
            ("x-forwarded-host", "shop.example:8443"),
            ("x-forwarded-proto", "https"),
        ]);
        assert_eq!(seen.client.as_deref(), Some("192.0.2.9"));
        assert_eq!(seen.host, Authority::parse("shop.example:8443"));
        assert_eq!(seen.https, Some(true));
    }

    #[test]
    fn the_first_of_each_counts() {
        let mut fields = Fields::default();
        for (name, value) in [("host", &b"a"[..]), ("HOST", b"b"), ("host", b"c")] {
            fields.push(name, value, false);
        }
        fields.push("forwarded", b"\xff", false);
        fields.push("forwarded", b"for=10.0.0.1", false);
        let read = Addressing::read(&fields);
        assert_eq!((read.host, read.forwarded_for), (Some("a"), None));
        assert_eq!(Forwarded::read(&read), Forwarded::default());
    }

    #[test]
    fn forged_values_are_dropped() {
        let long = "a".repeat(65_536);
        let seen = forwarded(&[("x-forwarded-for", &long), ("x-forwarded-proto", "gopher")]);
        assert_eq!(seen, Forwarded::default());
    }
}
