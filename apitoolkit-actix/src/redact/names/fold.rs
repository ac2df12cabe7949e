//! The form in which names are compared.

/// Room for the folded form of any name of 64 bytes, whatever its script.
const INLINE: usize = 256;

/// The folded form of a name, on the stack unless the name is long.
pub(super) struct Folded {
    inline: [u8; INLINE],
    len: usize,
    /// Used instead of `inline` once that would overflow.
    spilled: Vec<u8>,
}

impl Default for Folded {
    fn default() -> Self {
        Self { inline: [0; INLINE], len: 0, spilled: Vec::new() }
    }
}

impl Folded {
    pub(super) fn fold(&mut self, name: &str) {
        self.len = 0;
        self.spilled.clear();
        if !self.fold_short_ascii(name.as_bytes()) {
            self.len = 0;
            name.chars().for_each(|c| self.fold_char(c));
        }
    }

    /// The common case; `false` if it is another.
    fn fold_short_ascii(&mut self, name: &[u8]) -> bool {
        let Some(room) = self.inline.get_mut(..name.len()) else { return false };
        let mut len = 0;
        let mut all = 0;
        for &byte in name {
            all |= byte;
            // Never out of bounds: at most one byte is written for each one read.
            if let Some(slot) = room.get_mut(len) {
                *slot = byte.to_ascii_lowercase();
            }
            len += usize::from(!is_separator(byte));
        }
        self.len = len;
        all.is_ascii()
    }

    fn fold_char(&mut self, c: char) {
        match u8::try_from(c) {
            Ok(byte) if byte.is_ascii() => {
                if !is_separator(byte) {
                    self.push(&[byte.to_ascii_lowercase()]);
                }
            }
            _ if c.is_whitespace() => {}
            // Upper case first: some letters have no lower form but that of their upper one.
            _ => c.to_uppercase().flat_map(char::to_lowercase).for_each(|folded| {
                self.push(folded.encode_utf8(&mut [0; 4]).as_bytes());
            }),
        }
    }

    fn push(&mut self, bytes: &[u8]) {
        if self.spilled.is_empty() {
            let end = self.len + bytes.len();
            if let Some(free) = self.inline.get_mut(self.len..end) {
                free.copy_from_slice(bytes);
                self.len = end;
                return;
            }
            self.spilled.extend_from_slice(self.inline.get(..self.len).unwrap_or_default());
        }
        self.spilled.extend_from_slice(bytes);
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        if self.spilled.is_empty() {
            self.inline.get(..self.len).unwrap_or_default()
        } else {
            &self.spilled
        }
    }
}

fn is_separator(byte: u8) -> bool {
    matches!(byte, b'-' | b'_' | b'.' | b' ' | b'\t' | b'\n' | b'\r' | 0xC)
}

#[cfg(test)]
mod tests {
    use super::Folded;

    #[test]
    fn names_of_64_bytes_need_no_allocation() {
        // The letter that grows most when it is folded: two bytes become six.
        let mut folded = Folded::default();
        folded.fold(&"\u{390}".repeat(32));
        assert_eq!(folded.as_bytes().len(), 192);
        assert!(folded.spilled.is_empty());
    }

    #[test]
    fn a_buffer_may_be_used_again() {
        let mut folded = Folded::default();
        folded.fold(&"Long-".repeat(100));
        assert_eq!(folded.as_bytes(), "long".repeat(100).as_bytes());
        folded.fold("A_b");
        assert_eq!(folded.as_bytes(), b"ab");
        folded.fold("É.");
        assert_eq!(folded.as_bytes(), "é".as_bytes());
    }
}
