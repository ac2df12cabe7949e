use std::fmt;

use uuid::Uuid;

/// The id of a request, by which its records are found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RequestId {
    /// As the caller sent it.
    Given(Box<str>),
    /// Of our own: that of the exchange, a UUID.
    Made(u128),
}

/// Longest id that is taken from a caller, in bytes.
const MAX_GIVEN: usize = 128;

impl RequestId {
    /// The caller's id, if it is one: a word of letters, digits and `._:/+=@-`, up to 128 bytes.
    pub(crate) fn given(sent: &[u8]) -> Option<Self> {
        let word = |b: &u8| b.is_ascii_alphanumeric() || b"._:/+=@-".contains(b);
        let fits = (1..=MAX_GIVEN).contains(&sent.len()) && sent.iter().all(word);
        let text = std::str::from_utf8(sent).ok().filter(|_| fits)?;
        Some(Self::Given(text.into()))
    }

    /// The caller's id, if it sent one.
    pub(crate) fn as_given(&self) -> Option<&str> {
        match self {
            Self::Given(text) => Some(text),
            Self::Made(_) => None,
        }
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Given(text) => f.write_str(text),
            Self::Made(id) => Uuid::from_u128(*id).fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_short_word() {
        assert_eq!(RequestId::given(b"a-1").unwrap().to_string(), "a-1");
        for sent in [&b""[..], b"a b", b"a\r\nb", b"\xff", b"<script>", &[b'x'; 129]] {
            assert_eq!(RequestId::given(sent), None, "{sent:?}");
        }
        let made = RequestId::Made(0x1234).to_string();
        assert_eq!(made, "00000000-0000-0000-0000-000000001234");
    }
}
