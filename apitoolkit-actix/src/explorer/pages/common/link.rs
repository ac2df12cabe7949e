use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};

const KEPT: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'/');

/// Formats of exported files: as addresses have them, and as readers know them.
pub(in crate::explorer::pages) const FORMATS: [(&str, &str); 3] =
    [("har", "HAR 1.2"), ("otlp", "OTLP JSON"), ("markdown", "Markdown")];

/// A text as it stands in the query of a URL.
pub(in crate::explorer::pages) fn encoded(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, KEPT)
}

/// The query of a URL made of parts of which some may be empty: `?a=1&b=2`, or nothing at all.
pub(in crate::explorer::pages) fn joined(parts: &[&str]) -> String {
    let mut query = String::new();
    for part in parts.iter().filter(|part| !part.is_empty()) {
        query.push(if query.is_empty() { '?' } else { '&' });
        query.push_str(part);
    }
    query
}

/// A host without its port, as attributes have it.
pub(in crate::explorer::pages) fn host(name: &str) -> &str {
    if let Some((inside, _)) = name.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return inside;
    }
    match name.split_once(':') {
        Some((host, port)) if !port.contains(':') => host,
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_without_their_ports() {
        let hosts = ["a.b", "a.b:80", "::1", "[::1]:80"].map(host);
        assert_eq!(hosts, ["a.b", "a.b", "::1", "::1"]);
    }

    #[test]
    fn queries() {
        assert_eq!(joined(&["", ""]), "");
        assert_eq!(joined(&["", "a=1", "", "b=2"]), "?a=1&b=2");
        assert_eq!(encoded("user role=\"ä\"&/x").to_string(), "user%20role%3D%22%C3%A4%22%26/x");
    }
}
