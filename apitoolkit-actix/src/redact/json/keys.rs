//! What the rules say of an object's key, remembered.
//!
//! Documents repeat their keys, so the answer for a key of up to 32 bytes is kept in a small table
//! that is addressed by a hash of the key and compared with the whole of it.

use super::{
    escape::{self, Lone},
    rules::Compiled,
    scan,
};

/// What the rules say of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key(u16);

impl Key {
    const DENIED: u16 = 1 << 15;

    /// The other bits hold the column.
    pub(super) const MAX_COLUMN: u16 = Self::DENIED - 1;

    pub(super) fn new(column: u16, is_denied: bool) -> Self {
        Self(if is_denied { column | Self::DENIED } else { column })
    }

    /// Whether the name alone makes its value a secret.
    pub(super) fn is_denied(self) -> bool {
        self.0 & Self::DENIED != 0
    }

    /// Its column in the automaton.
    pub(super) fn column(self) -> u16 {
        self.0 & !Self::DENIED
    }
}

/// Pairs of places; a key may be in either of its pair.
const PAIRS: usize = 512;

/// Bytes of the longest key that is remembered, in words of eight.
const WORDS: usize = 4;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Question {
    /// The rules that were asked.
    owner: u64,
    /// The key as it is written, padded with zeros (which no key contains).
    text: [u64; WORDS],
}

/// A question with its answer. No rules have the owner 0, so a zeroed one is never found.
type Answer = (Question, Key);

const NONE: Answer = (Question { owner: 0, text: [0; WORDS] }, Key(0));

/// See the [module](self). One memory serves any number of rules.
pub(super) struct Keys {
    pairs: Box<[[Answer; 2]; PAIRS]>,
}

impl Default for Keys {
    fn default() -> Self {
        Self { pairs: Box::new([[NONE; 2]; PAIRS]) }
    }
}

impl Keys {
    /// The key whose opening quote ends at `at`, and the place after its closing one.
    #[inline(always)]
    pub(super) fn read(
        &mut self,
        rules: &Compiled,
        json: &[u8],
        at: usize,
    ) -> Result<(Key, usize), usize> {
        let mut text = [0; WORDS];
        let mut end = at;
        for part in &mut text {
            let Some(word) = scan::word(json, end) else { break };
            let special = scan::special(word);
            if special == 0 {
                *part = word;
                end += 8;
                continue;
            }
            let length = scan::first_byte(special);
            // The bytes before the quote; none if it comes first.
            *part = word & !(u64::MAX << (8 * length));
            end += length;
            if json.get(end) != Some(&b'"') {
                break;
            }
            return Ok((self.look_up(rules, json, at, end, text), end + 1));
        }
        Self::read_slow(rules, json, at)
    }

    #[inline(always)]
    fn look_up(
        &mut self,
        rules: &Compiled,
        json: &[u8],
        at: usize,
        end: usize,
        text: [u64; WORDS],
    ) -> Key {
        let question = Question { owner: rules.id(), text };
        let [first, second] = &mut self.pairs[question.hash() % PAIRS];
        if first.0 == question {
            return first.1;
        }
        if second.0 == question {
            return second.1;
        }
        *second = *first;
        *first = (question, rules.key(json.get(at..end).unwrap_or_default()));
        first.1
    }

    /// Keys that are long, escaped or near the document's end.
    #[inline(never)]
    fn read_slow(rules: &Compiled, json: &[u8], at: usize) -> Result<(Key, usize), usize> {
        let after = scan::string(json, at)?;
        let raw = json.get(at..after - 1).unwrap_or_default();
        Ok((rules.key(&escape::decode(raw, Lone::Distinct)), after))
    }
}

impl Question {
    #[inline(always)]
    fn hash(&self) -> usize {
        let [a, b, c, d] = self.text;
        let mixed = a ^ b.rotate_left(19) ^ c.rotate_left(37) ^ d.rotate_left(53) ^ self.owner;
        (mixed.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 48) as usize
    }
}
