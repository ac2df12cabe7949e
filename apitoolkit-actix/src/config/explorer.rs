use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use crate::error::ConfigError;

/// The options of the explorer, as given.
#[derive(Debug, Clone)]
pub(crate) struct ExplorerOptions {
    /// How many bytes of memory it may take.
    pub(crate) memory: usize,
    /// How long it keeps what it has.
    pub(crate) max_age: Duration,
    /// Where it keeps what is to survive a restart.
    pub(crate) file: Option<PathBuf>,
    /// What opens it, if the app says so.
    pub(crate) token: Option<String>,
    /// Names of hosts under which it answers besides those of this machine.
    pub(crate) hosts: Vec<String>,
}

impl Default for ExplorerOptions {
    fn default() -> Self {
        Self {
            memory: 64 * 1024 * 1024,
            max_age: Duration::from_secs(24 * 60 * 60),
            file: None,
            token: None,
            hosts: Vec::new(),
        }
    }
}

/// A shorter token could be guessed.
const LEAST_TOKEN: usize = 16;
const LEAST_MEMORY: usize = 1024 * 1024;

impl ExplorerOptions {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        if self.memory < LEAST_MEMORY {
            let why = format!("expected at least {LEAST_MEMORY} bytes");
            return Err(ConfigError::option("explorer_memory", self.memory.to_string(), why));
        }
        if self.max_age.is_zero() {
            let why = "expected more than no time at all";
            return Err(ConfigError::option("explorer_max_age", "0s", why));
        }
        if let Some(token) = &self.token {
            check_token(token)?;
        }
        self.hosts.iter().try_for_each(|host| check_host(host))?;
        self.file.as_deref().map_or(Ok(()), check_file)
    }
}

/// The token itself is a secret, and so no part of the message.
fn check_token(token: &str) -> Result<(), ConfigError> {
    let is_safe = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~');
    let why = match token.bytes().position(|b| !is_safe(b)) {
        Some(at) => format!(
            "byte {at} is neither a letter, a digit nor one of - _ . ~, which are safe in a URL"
        ),
        None if token.len() < LEAST_TOKEN => {
            format!("is {} bytes long; at least {LEAST_TOKEN}", token.len())
        }
        None => return Ok(()),
    };
    Err(ConfigError::option("explorer_token", "…", why))
}

fn check_host(host: &str) -> Result<(), ConfigError> {
    let name = host.strip_prefix('.').unwrap_or(host);
    let is_name = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    let why = match name.bytes().position(|b| !is_name(b)) {
        None if !name.is_empty() && !name.starts_with('.') => return Ok(()),
        Some(at) if name.as_bytes().get(at) == Some(&b':') => {
            "expected a host without a port".to_owned()
        }
        _ => "expected the name of a host, or `.test` for all names that end so".to_owned(),
    };
    Err(ConfigError::option("explorer_hosts", host, why))
}

fn check_file(file: &Path) -> Result<(), ConfigError> {
    let why = if file.is_dir() {
        "is a directory"
    } else if file.file_name().is_none() {
        "expected the path of a file"
    } else {
        match file.parent() {
            Some(above) if !above.as_os_str().is_empty() && !above.is_dir() => {
                "its directory does not exist"
            }
            _ => return Ok(()),
        }
    };
    Err(ConfigError::option("explorer_file", file.display().to_string(), why))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_name_the_option_and_what_is_wrong() {
        let wrong = |change: fn(&mut ExplorerOptions)| {
            let mut options = ExplorerOptions::default();
            change(&mut options);
            options.check().unwrap_err().to_string()
        };
        assert!(ExplorerOptions::default().check().is_ok());
        assert!(wrong(|o| o.memory = 1000).starts_with("explorer_memory = \"1000\""));
        assert!(wrong(|o| o.max_age = Duration::ZERO).starts_with("explorer_max_age"));
        assert!(wrong(|o| o.hosts = vec!["app.test:80".into()]).contains("without a port"));
        assert!(wrong(|o| o.hosts = vec!["".into()]).starts_with("explorer_hosts = \"\""));
        assert!(wrong(|o| o.hosts = vec!["..".into()]).contains("`.test`"));
        assert!(wrong(|o| o.file = Some("/".into())).contains("is a directory"));
        assert!(wrong(|o| o.file = Some("/no/such/place/x".into())).contains("does not exist"));
        let short = wrong(|o| o.token = Some("hunter2".into()));
        assert!(short.contains("7 bytes") && !short.contains("hunter2"), "{short}");
        assert!(wrong(|o| o.token = Some("a+b/0123456789abcdef".into())).contains("byte 1"));
    }
}
