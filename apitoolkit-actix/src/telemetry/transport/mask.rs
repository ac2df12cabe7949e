use tonic::codegen::http::HeaderMap;

use bytes::Bytes;

use super::{Failure, Receipt, Sending, Signal, Transport};

/// Longest message of a receiver that is repeated, in characters.
const MAX_MESSAGE: usize = 300;
/// Shorter values are not secrets, and replacing them would garble ordinary words.
const MIN_SECRET: usize = 4;

/// The credentials that are sent, so that they can be taken out of what comes back.
#[derive(Clone, Default)]
pub(crate) struct Mask {
    /// Longest first, so that no value hides a longer one that it is part of.
    secrets: Vec<String>,
}

impl Mask {
    /// Every word of every header's value (`Bearer`'s token by itself, too), and the project's key.
    pub(crate) fn new(headers: &HeaderMap, key: Option<&str>) -> Self {
        let values = headers.values().filter_map(|value| value.to_str().ok()).chain(key);
        let mut secrets: Vec<String> = values
            .flat_map(|value| value.split_whitespace().chain([value]))
            .filter(|secret| secret.len() >= MIN_SECRET)
            .map(str::to_owned)
            .collect();
        secrets.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        secrets.dedup();
        Self { secrets }
    }

    /// The text without credentials and control characters, and not too long.
    pub(crate) fn hide(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in &self.secrets {
            if text.contains(secret) {
                text = text.replace(secret, "[CLIENT_REDACTED]");
            }
        }
        text.chars().filter(|c| !c.is_control()).take(MAX_MESSAGE).collect()
    }
}

/// Nothing of it is shown.
impl std::fmt::Debug for Mask {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mask").finish_non_exhaustive()
    }
}

/// A transport whose answers are masked.
#[derive(Debug)]
pub(super) struct Masked<T> {
    transport: T,
    mask: Mask,
}

impl<T> Masked<T> {
    pub(super) fn new(transport: T, mask: Mask) -> Self {
        Self { transport, mask }
    }
}

impl<T: Transport> Transport for Masked<T> {
    fn send(&self, signal: Signal, request: Bytes) -> Sending<'_> {
        Box::pin(async move {
            match self.transport.send(signal, request).await {
                Ok(receipt) => Ok(Receipt { message: self.mask.hide(&receipt.message), ..receipt }),
                Err(failure) => Err(Failure { words: self.mask.hide(&failure.words), ..failure }),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tonic::codegen::http::HeaderValue;

    #[test]
    fn values_words_of_values_and_the_key_are_hidden_before_the_text_is_cut() {
        let mut headers = HeaderMap::new();
        headers.insert("authorization", HeaderValue::from_static("Bearer tok-1234"));
        headers.insert("x-tenant", HeaderValue::from_static("abc"));
        let mask = Mask::new(&headers, Some("key-12345"));
        assert_eq!(
            mask.hide("bad tok-1234 of abc,\n key-12345"),
            "bad [CLIENT_REDACTED] of abc, [CLIENT_REDACTED]"
        );
        let text = format!("{}key-12345", "x".repeat(MAX_MESSAGE - 3));
        assert_eq!(mask.hide(&text), format!("{}[CL", "x".repeat(MAX_MESSAGE - 3)));
    }

    #[test]
    fn a_value_that_is_part_of_another_does_not_uncover_it() {
        let mut headers = HeaderMap::new();
        headers.insert("a", HeaderValue::from_static("secret"));
        headers.insert("b", HeaderValue::from_static("secret-and-more"));
        assert_eq!(Mask::new(&headers, None).hide("secret-and-more"), "[CLIENT_REDACTED]");
    }
}
