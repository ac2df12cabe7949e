//! The encoding of Protocol Buffers, as far as it is needed.

/// The wire types, which are the low bits of a field's tag.
const LENGTH_DELIMITED: u8 = 2;

/// The tag of a field that begins with its length. Fields up to 15 have tags of one byte.
pub(in crate::telemetry) const fn tag(field: u8) -> u8 {
    field << 3 | LENGTH_DELIMITED
}

/// Writes a number with seven bits in each byte.
pub(in crate::telemetry) fn varint(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// How many bytes [`varint`] writes.
pub(in crate::telemetry) const fn varint_len(number: u64) -> usize {
    let bits = u64::BITS - (number | 1).leading_zeros();
    bits.div_ceil(7) as usize
}

/// Writes what begins a field: its tag and its length.
pub(in crate::telemetry) fn begin(out: &mut Vec<u8>, tag: u8, length: usize) {
    out.push(tag);
    varint(out, length as u64);
}

/// How many bytes a field takes whose content is so long.
pub(in crate::telemetry) const fn field_len(content: usize) -> usize {
    1 + varint_len(content as u64) + content
}

/// Writes a field of bytes, or a text.
pub(in crate::telemetry) fn field(out: &mut Vec<u8>, tag: u8, content: &[u8]) {
    begin(out, tag, content.len());
    out.extend_from_slice(content);
}

/// Writes a field whose content is not known beforehand, with its length.
pub(in crate::telemetry) fn nested(out: &mut Vec<u8>, tag: u8, content: impl FnOnce(&mut Vec<u8>)) {
    // What is written here takes 128 to 16,383 bytes as a rule.
    const LENGTH: usize = 2;
    out.push(tag);
    let start = out.len();
    out.extend_from_slice(&[0; LENGTH]);
    content(out);
    let length = out.len() - start - LENGTH;
    if varint_len(length as u64) == LENGTH {
        if let Some([low, high]) = out.get_mut(start..start + LENGTH) {
            *low = length as u8 | 0x80;
            *high = (length >> 7) as u8;
        }
        return;
    }
    let mut prefix = Vec::with_capacity(10);
    varint(&mut prefix, length as u64);
    out.splice(start..start + LENGTH, prefix);
}

/// Appends many bytes: in parts of a size for which the C library copies by vectors. What is larger
/// it leaves to an instruction that is slow to start.
pub(in crate::telemetry) fn append(out: &mut Vec<u8>, bytes: &[u8]) {
    bytes.chunks(1024).for_each(|part| out.extend_from_slice(part));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_as_long_as_prost_has_them() {
        let powers = (0..64).flat_map(|bit| [(1_u64 << bit) - 1, 1 << bit, (1 << bit) + 1]);
        for number in powers.chain([u64::MAX]) {
            let (mut ours, mut theirs) = (Vec::new(), Vec::new());
            varint(&mut ours, number);
            prost::encoding::encode_varint(number, &mut theirs);
            assert_eq!(ours, theirs);
            assert_eq!(varint_len(number), ours.len(), "{number}");
        }
    }

    #[test]
    fn a_field_of_any_length_is_written_the_same_way() {
        for length in [0, 1, 127, 128, 129, 16_383, 16_384, 3_000_000] {
            let content = vec![7; length];
            let (mut known, mut unknown) = (vec![1], vec![1]);
            field(&mut known, tag(2), &content);
            nested(&mut unknown, tag(2), |out| out.extend_from_slice(&content));
            assert!(known == unknown, "{length}");
            assert_eq!(known.len(), 1 + field_len(length));
        }
    }
}
