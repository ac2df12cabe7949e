//! What opens the explorer.

use std::{
    env, fmt, fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use super::private;

/// What opens the explorer: letters, digits and `-_.~`, so that it is safe in a URL.
#[derive(Clone, PartialEq, Eq)]
pub(in crate::explorer) struct Token(String);

/// Where the environment says it.
const VARIABLE: &str = "APITOOLKIT_EXPLORER_TOKEN";
/// Bytes of randomness in one.
const RANDOM: usize = 24;
const LEAST: usize = 16;

impl Token {
    /// What the app says, else the environment, else the one that is kept for this user, which is
    /// made if there is none yet. Absent if the system has no randomness.
    pub(in crate::explorer) fn find(given: Option<&str>) -> Option<Self> {
        let said = given.map(str::to_owned).or_else(|| env::var(VARIABLE).ok());
        if let Some(token) = said.and_then(Self::checked) {
            return Some(token);
        }
        let file = state_directory().map(|directory| directory.join("explorer-token"));
        match file.as_deref().map(Self::kept) {
            Some(Ok(token)) => Some(token),
            // Without a place to keep it, it is good until the app ends.
            _ => Self::random(),
        }
    }

    /// A token that is given as text; absent if it is not fit to be one.
    fn checked(text: String) -> Option<Self> {
        let is_safe = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~');
        (text.len() >= LEAST && text.bytes().all(is_safe)).then_some(Self(text))
    }

    fn random() -> Option<Self> {
        let mut bytes = [0; RANDOM];
        getrandom::fill(&mut bytes).ok()?;
        Some(Self(URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// The token in a file that only its owner can read; a new one if there is no such file.
    fn kept(file: &Path) -> io::Result<Self> {
        if let Ok(text) = fs::read_to_string(file) {
            let token = Self::checked(text.trim().to_owned()).filter(|_| private::is_private(file));
            return token.ok_or_else(|| io::ErrorKind::InvalidData.into());
        }
        if let Some(directory) = file.parent() {
            fs::create_dir_all(directory)?;
        }
        let token = Self::random().ok_or(io::ErrorKind::Unsupported)?;
        match private::create(file) {
            Ok(mut created) => created.write_all(token.0.as_bytes())?,
            // Another app was quicker: it has the same owner, so its token will do.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let text = fs::read_to_string(file)?;
                return Self::checked(text).ok_or_else(|| io::ErrorKind::InvalidData.into());
            }
            Err(error) => return Err(error),
        }
        Ok(token)
    }

    /// Whether `text` is the token. Takes as long for any text of the same length.
    pub(in crate::explorer) fn is(&self, text: &[u8]) -> bool {
        let token = self.0.as_bytes();
        let differs = token.iter().zip(text).fold(0, |differs, (a, b)| differs | (a ^ b));
        token.len() == text.len() && differs == 0
    }

    /// The token itself, for the link and the cookie.
    pub(in crate::explorer) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}

/// Where what this user's programs remember is kept.
fn state_directory() -> Option<PathBuf> {
    let of = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    of("XDG_STATE_HOME")
        .or_else(|| of("HOME").map(|home| home.join(".local/state")))
        .or_else(|| of("LOCALAPPDATA"))
        .map(|directory| directory.join("apitoolkit"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_app_says_comes_first() {
        let token = Token::find(Some("0123456789abcdef")).unwrap();
        assert!(token.is(b"0123456789abcdef"));
        for wrong in [&b""[..], b"0123456789abcdeF", b"0123456789abcde", b"0123456789abcdef0"] {
            assert!(!token.is(wrong));
        }
        assert_eq!(format!("{token:?}"), "Token");
    }

    #[test]
    fn it_is_kept_in_a_file_of_its_owner() {
        let directory = env::temp_dir().join(format!("explorer-token-{}", fastrand::u64(..)));
        let file = directory.join("below/explorer-token");
        let first = Token::kept(&file).unwrap();
        assert_eq!(first.reveal().len(), 32);
        assert!(private::is_private(&file));
        assert_eq!(Token::kept(&file).unwrap(), first, "the next start has the same");
        fs::write(&file, "short").unwrap();
        assert!(Token::kept(&file).is_err(), "a damaged file is not believed");
        fs::remove_dir_all(directory).unwrap();
    }

    #[test]
    fn no_two_are_the_same() {
        assert_ne!(Token::random(), Token::random());
    }
}
