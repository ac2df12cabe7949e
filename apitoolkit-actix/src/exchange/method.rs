/// A request method by the semantic conventions: a known one, or `_OTHER` and what was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Method {
    Known(&'static str),
    Other(Box<str>),
}

const OTHER: &str = "_OTHER";
/// Longest original method that is kept, in bytes.
const MAX_ORIGINAL: usize = 32;

impl Default for Method {
    fn default() -> Self {
        Self::Known("GET")
    }
}

impl Method {
    /// Every value of `http.request.method`.
    pub(crate) const NAMES: [&'static str; 10] =
        ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "CONNECT", "TRACE", OTHER];

    /// Where the method is in [`NAMES`](Self::NAMES).
    #[inline]
    pub(crate) fn index(&self) -> usize {
        let name = self.name();
        Self::NAMES.iter().position(|known| *known == name).unwrap_or(Self::NAMES.len() - 1)
    }

    /// Methods are case-sensitive (RFC 9110, section 9.1): `get` is not `GET`.
    pub(crate) fn new(sent: &str) -> Self {
        Self::Known(match sent {
            "GET" => "GET",
            "POST" => "POST",
            "PUT" => "PUT",
            "DELETE" => "DELETE",
            "PATCH" => "PATCH",
            "HEAD" => "HEAD",
            "OPTIONS" => "OPTIONS",
            "CONNECT" => "CONNECT",
            "TRACE" => "TRACE",
            // A method is ASCII letters and symbols, so any byte is a boundary.
            _ => return Self::Other(sent.chars().take(MAX_ORIGINAL).collect()),
        })
    }

    /// `http.request.method`.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Known(name) => name,
            Self::Other(_) => OTHER,
        }
    }

    /// The method's part of a span name: an unknown method is `HTTP`.
    pub(crate) fn span_name(&self) -> &'static str {
        match self {
            Self::Known(name) => name,
            Self::Other(_) => "HTTP",
        }
    }

    /// `http.request.method_original`.
    pub(crate) fn original(&self) -> Option<&str> {
        match self {
            Self::Known(_) => None,
            Self::Other(sent) => Some(sent),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_and_other() {
        assert_eq!(Method::new("GET").name(), "GET");
        assert_eq!(Method::new("GET").original(), None);
        let other = Method::new("get");
        assert_eq!(
            (other.name(), other.span_name(), other.original()),
            ("_OTHER", "HTTP", Some("get"))
        );
        assert_eq!(Method::new(&"X".repeat(1_000)).original().map(str::len), Some(MAX_ORIGINAL));
    }
}
