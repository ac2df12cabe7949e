/// The digits of each byte.
static DIGITS: [[u8; 2]; 256] = {
    let hex = b"0123456789abcdef";
    let mut digits = [[0; 2]; 256];
    let mut byte = 0;
    while byte < digits.len() {
        digits[byte] = [hex[byte >> 4], hex[byte & 0xF]];
        byte += 1;
    }
    digits
};

/// Where the digits of each byte are.
const PLACES: [usize; 16] = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];

/// A UUID as text, in lower case.
///
/// One is written for each exchange, and digit by digit it takes twice as long.
#[inline]
pub(super) fn hyphenated(id: u128) -> [u8; 36] {
    let mut text = [b'-'; 36];
    for (byte, place) in id.to_be_bytes().into_iter().zip(PLACES) {
        let [high, low] = DIGITS[usize::from(byte)];
        text[place] = high;
        text[place + 1] = low;
    }
    text
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn it_is_what_uuids_are_written_as() {
        let random = &mut fastrand::Rng::with_seed(3);
        let some = [0, u128::MAX, 0x0123_4567_89AB_CDEF_FEDC_BA98_7654_3210];
        for id in some.into_iter().chain((0..1_000).map(|_| random.u128(..))) {
            assert_eq!(hyphenated(id), Uuid::from_u128(id).to_string().as_bytes());
        }
    }
}
