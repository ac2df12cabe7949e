//! Sensitive stems and words inside a name.

use super::{defaults, fold::Folded};

/// Whether a folded name contains one of [`defaults::BODY_CONTAINING`].
pub(super) fn contains_stem(folded: &[u8]) -> bool {
    folded.windows(2).enumerate().any(|(at, pair)| {
        begins_stem(pair)
            && folded.get(at..).is_some_and(|rest| {
                defaults::BODY_CONTAINING.iter().any(|stem| rest.starts_with(stem.as_bytes()))
            })
    })
}

/// Whether some stem begins with these two letters.
fn begins_stem(pair: &[u8]) -> bool {
    /// Bit `n` at `m`: some stem begins with the `m`th letter and the `n`th.
    const SECOND: [u32; 26] = {
        let mut second = [0; 26];
        let mut i = 0;
        while i < defaults::BODY_CONTAINING.len() {
            let stem = defaults::BODY_CONTAINING[i].as_bytes();
            second[(stem[0] - b'a') as usize] |= 1 << (stem[1] - b'a');
            i += 1;
        }
        second
    };
    match *pair {
        [first @ b'a'..=b'z', second @ b'a'..=b'z'] => {
            SECOND[usize::from(first - b'a')] & (1 << (second - b'a')) != 0
        }
        _ => false,
    }
}

/// Whether one of the words of a raw name is sensitive.
///
/// Words end at anything that is no letter, and at `camelCase` boundaries. The name is also read
/// without the latter, or `ToKeN` and `APIkey` would fall into harmless pieces.
pub(super) fn has_sensitive_word(name: &str) -> bool {
    let mut folded = Folded::default();
    let mut is_sensitive = |word: &str| {
        folded.fold(word);
        is_word(folded.as_bytes())
    };
    name.split(|c: char| !c.is_alphabetic()).filter(|run| run.len() > 2).any(|run| {
        let is_camel = run.bytes().any(|byte| !byte.is_ascii_lowercase());
        is_sensitive(run) || (is_camel && camel_words(run).any(&mut is_sensitive))
    })
}

fn is_word(folded: &[u8]) -> bool {
    // The longest is `authorization`; most pieces of a name are told apart by their length.
    (3..=13).contains(&folded.len())
        && defaults::WORDS.iter().chain(defaults::COMPOUND_WORDS).any(|word| {
            let word = word.as_bytes();
            word.first() == folded.first() && word == folded
        })
}

/// `accessTokenID` as `access`, `Token`, `ID`; `HTTPAuth` as `HTTP`, `Auth`.
fn camel_words(run: &str) -> impl Iterator<Item = &str> {
    let mut rest = run;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (word, after) = rest.split_at_checked(camel_boundary(rest)).unwrap_or((rest, ""));
        rest = after;
        Some(word)
    })
}

/// Where the first word of `run` ends.
fn camel_boundary(run: &str) -> usize {
    let mut before = None;
    let mut chars = run.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next_is_lower = chars.peek().is_some_and(|(_, next)| next.is_lowercase());
        match before {
            Some(last) if c.is_uppercase() && (char::is_lowercase(last) || next_is_lower) => {
                return at;
            }
            _ => before = Some(c),
        }
    }
    run.len()
}
