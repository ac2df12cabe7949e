//! Credentials that are known by their own form.

/// Whether one of the forms begins with this byte.
pub(super) fn may_start(byte: u8) -> bool {
    matches!(
        byte,
        b'A' | b'B' | b'S' | b'b' | b'd' | b'e' | b'g' | b'h' | b'n' | b'r' | b's' | b'w' | b'x'
    )
}

/// The credential that begins at `at`, which is at the beginning of a word.
pub(super) fn at(bytes: &[u8], at: usize) -> Option<(usize, usize)> {
    let rest = bytes.get(at..)?;
    if rest.starts_with(PEM_BEGIN) {
        return Some((at, at + pem_len(rest)));
    }
    if let Some((skip, len)) = after_scheme(rest) {
        return Some((at + skip, at + skip + len));
    }
    PREFIXES.iter().find_map(|form| {
        let tail = rest.strip_prefix(form.prefix)?;
        let len = tail.iter().take_while(|&&b| (form.is_part)(b)).count();
        (len >= form.min).then_some((at, at + form.prefix.len() + len))
    })
}

/// A token format: what it begins with, how many bytes have to follow, and which can.
struct Form {
    prefix: &'static [u8],
    min: usize,
    is_part: fn(u8) -> bool,
}

const PREFIXES: &[Form] = &[
    // A JWT, or any other JSON object in base64.
    Form { prefix: b"eyJ", min: 12, is_part: is_base64_or_dot },
    // AWS access keys, long-lived and temporary.
    Form { prefix: b"AKIA", min: 8, is_part: is_upper_or_digit },
    Form { prefix: b"ASIA", min: 12, is_part: is_upper_or_digit },
    // GitHub: personal, OAuth, user, server, refresh.
    Form { prefix: b"ghp_", min: 4, is_part: is_word },
    Form { prefix: b"gho_", min: 4, is_part: is_word },
    Form { prefix: b"ghu_", min: 4, is_part: is_word },
    Form { prefix: b"ghs_", min: 4, is_part: is_word },
    Form { prefix: b"ghr_", min: 4, is_part: is_word },
    Form { prefix: b"github_pat_", min: 4, is_part: is_word },
    // GitLab, Slack, Stripe, Google, SendGrid, Vault, DigitalOcean, npm.
    Form { prefix: b"glpat-", min: 8, is_part: is_word },
    Form { prefix: b"xoxb-", min: 8, is_part: is_word },
    Form { prefix: b"xoxp-", min: 8, is_part: is_word },
    Form { prefix: b"xoxa-", min: 8, is_part: is_word },
    Form { prefix: b"xoxs-", min: 8, is_part: is_word },
    Form { prefix: b"sk_live_", min: 8, is_part: is_word },
    Form { prefix: b"sk_test_", min: 8, is_part: is_word },
    Form { prefix: b"rk_live_", min: 8, is_part: is_word },
    Form { prefix: b"whsec_", min: 8, is_part: is_base64_or_dot },
    Form { prefix: b"sk-", min: 20, is_part: is_word },
    Form { prefix: b"AIza", min: 30, is_part: is_word },
    Form { prefix: b"SG.", min: 30, is_part: is_base64_or_dot },
    Form { prefix: b"hvs.", min: 16, is_part: is_word },
    Form { prefix: b"dop_v1_", min: 16, is_part: is_word },
    Form { prefix: b"npm_", min: 30, is_part: is_word },
];

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

fn is_upper_or_digit(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}

fn is_base64_or_dot(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-+/=.%".contains(&byte)
}

const PEM_BEGIN: &[u8] = b"-----BEGIN ";
const PEM_END: &[u8] = b"-----END ";

/// The length of a PEM block; without an end it is all the rest.
fn pem_len(rest: &[u8]) -> usize {
    let Some(end) = memchr::memmem::find(rest, PEM_END) else { return rest.len() };
    let tail = rest.get(end + PEM_END.len()..).unwrap_or_default();
    match memchr::memmem::find(tail, b"-----") {
        Some(dashes) => end + PEM_END.len() + dashes + 5,
        None => rest.len(),
    }
}

/// `Bearer …` and `Basic …`: how far the credential is from here, and its length.
fn after_scheme(rest: &[u8]) -> Option<(usize, usize)> {
    let scheme = ["bearer", "basic"].iter().map(|scheme| scheme.len()).find(|&len| {
        rest.get(..len).is_some_and(|word| {
            word.eq_ignore_ascii_case(b"bearer") || word.eq_ignore_ascii_case(b"basic")
        })
    })?;
    let tail = rest.get(scheme..)?;
    let gap = gap_len(tail);
    if gap == 0 {
        return None;
    }
    let value = tail.get(gap..)?;
    let len = value.iter().position(|&b| ends_credential(b)).unwrap_or(value.len());
    let word = value.get(..len)?;
    let is_prose = PROSE.iter().any(|prose| word.eq_ignore_ascii_case(prose.as_bytes()));
    (len > 0 && !is_prose && !word.starts_with(b"[CLIENT_REDACTED")).then_some((scheme + gap, len))
}

/// Words that follow `basic` and `bearer` in messages about authentication.
const PROSE: &[&str] = &[
    "auth",
    "authentication",
    "authorization",
    "auth:",
    "token",
    "tokens",
    "token:",
    "scheme",
    "schemes",
    "credentials",
];

/// White space, also percent-encoded, and an opening quote.
fn gap_len(tail: &[u8]) -> usize {
    let mut len = 0;
    while let Some(rest) = tail.get(len..) {
        len += match rest {
            [b' ' | b'\t' | b'\n' | b'\r', ..] => 1,
            [b'+', ..] if len == 0 => 1,
            [b'%', b'2', b'0', ..] => 3,
            _ => break,
        };
    }
    if len > 0 && matches!(tail.get(len), Some(b'"' | b'\'')) { len + 1 } else { len }
}

fn ends_credential(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte.is_ascii_control() || b"\"',;<>)]}\\".contains(&byte)
}
