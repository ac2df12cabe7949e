//! Words of a POSIX shell.

use std::collections::HashSet;

/// A word in the making: text as it is, and values of variables.
#[derive(Debug, Default)]
pub(super) struct Word {
    text: String,
    /// Whether it ends with text in quotes.
    is_quoted: bool,
}

impl Word {
    pub(super) fn of(text: &str) -> Self {
        let mut word = Self::default();
        word.text(text);
        word
    }

    /// Adds text in single quotes, in which nothing means anything.
    pub(super) fn text(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        // Text after text goes on inside the same quotes.
        let goes_on = self.is_quoted && self.text.pop().is_some();
        if !goes_on {
            self.text.push('\'');
        }
        self.is_quoted = true;
        // No word of a shell can hold a NUL.
        self.text.push_str(&text.replace('\0', "\u{FFFD}").replace('\'', r"'\''"));
        self.text.push('\'');
    }

    /// Adds the value of a variable, as one piece.
    pub(super) fn variable(&mut self, name: &str) {
        self.is_quoted = false;
        self.text.push_str("\"$");
        self.text.push_str(name);
        self.text.push('"');
    }

    pub(super) fn finish(self) -> String {
        if self.text.is_empty() { "''".to_owned() } else { self.text }
    }
}

/// The names of variables that were given away.
#[derive(Debug, Default)]
pub(super) struct Variables {
    used: HashSet<String>,
    names: Vec<String>,
}

impl Variables {
    /// A variable for a value that is called so: `AUTHORIZATION` for `authorization`.
    pub(super) fn name(&mut self, called: &str) -> String {
        let base = variable(called);
        let mut name = base.clone();
        let mut number = 1;
        while !self.used.insert(name.clone()) {
            number += 1;
            name = format!("{base}_{number}");
        }
        self.names.push(name.clone());
        name
    }

    /// In the order in which they were named.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }
}

/// The longest name of a variable.
const MAX_NAME: usize = 40;

fn variable(called: &str) -> String {
    let upper = called.chars().map(|c| match c.is_ascii_alphanumeric() {
        true => c.to_ascii_uppercase(),
        false => '_',
    });
    let name: String = upper.take(MAX_NAME).collect();
    let name = name.trim_matches('_');
    let begins_well = name.starts_with(|c: char| c.is_ascii_alphabetic());
    if begins_well && !is_taken(name) { name.to_owned() } else { format!("VALUE_{name}") }
}

/// Whether the shell, or what it runs, takes the variable for something else.
fn is_taken(name: &str) -> bool {
    const TAKEN: &[&str] = &[
        "CDPATH", "COLUMNS", "DISPLAY", "EDITOR", "ENV", "GID", "HISTFILE", "HOME", "HOST",
        "HOSTNAME", "IFS", "LANG", "LINENO", "LINES", "LOGNAME", "MAIL", "MAILPATH", "OLDPWD",
        "OPTARG", "OPTERR", "OPTIND", "PATH", "PPID", "PS1", "PS2", "PS3", "PS4", "PWD", "RANDOM",
        "SECONDS", "SHELL", "SHLVL", "TERM", "TMPDIR", "TZ", "UID", "USER", "USERNAME",
    ];
    TAKEN.contains(&name)
        || ["BASH", "LC_", "LD_", "CURL_", "ZSH"].iter().any(|prefix| name.starts_with(prefix))
}

/// A line that the shell passes over: no line end gets into it.
pub(super) fn comment(text: &str) -> String {
    let text = text.replace(char::is_control, " ");
    format!("# {text}\n")
}

/// Bytes as `printf` writes them, whatever they are.
pub(super) fn printf(bytes: &[u8]) -> String {
    let mut format = String::from("printf '");
    for byte in bytes {
        match byte {
            b'%' => format.push_str("%%"),
            b' '..=b'~' if !matches!(byte, b'\\' | b'\'') => format.push(char::from(*byte)),
            byte => format.push_str(&format!("\\{byte:03o}")),
        }
    }
    format.push('\'');
    format
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        assert_eq!(Word::of("a b$c`d\\").finish(), r"'a b$c`d\'");
        assert_eq!(Word::of("it's\n").finish(), "'it'\\''s\n'");
        assert_eq!(Word::default().finish(), "''");
        let mut word = Word::of("x: ");
        word.variable("TOKEN");
        word.text(";");
        assert_eq!(word.finish(), r#"'x: '"$TOKEN"';'"#);
        assert_eq!(comment("a\nrm -rf /\r"), "# a rm -rf / \n");
        assert_eq!(printf(b"a%b\\'\0\xff\n"), r"printf 'a%%b\134\047\000\377\012'");
    }

    #[test]
    fn variables() {
        let mut variables = Variables::default();
        let called = [
            "authorization",
            "x-api-key",
            "path",
            "pwd",
            "password",
            "password",
            "1",
            "ü",
            "LC_all",
        ];
        let names = called.map(|called| variables.name(called));
        let expected = [
            "AUTHORIZATION",
            "X_API_KEY",
            "VALUE_PATH",
            "VALUE_PWD",
            "PASSWORD",
            "PASSWORD_2",
            "VALUE_1",
            "VALUE_",
            "VALUE_LC_ALL",
        ];
        assert_eq!(names, expected);
        assert_eq!(variables.names(), expected);
    }
}
