//! Reading the environment by the OpenTelemetry specification's rules.
//!
//! An unset or empty variable is absent. A malformed one gives the default and one warning, as the
//! specification asks ("Environment Variable Specification", section "Parsing").

use std::{collections::HashMap, ffi::OsString, str::FromStr, time::Duration};

/// The environment a configuration is read from: the process's, or one given for a test.
#[derive(Debug, Default)]
pub(crate) struct Env {
    given: Option<HashMap<String, OsString>>,
    warnings: Vec<String>,
}

impl Env {
    /// The environment of this process.
    pub(crate) fn process() -> Self {
        Self::default()
    }

    /// These variables and no others.
    pub(crate) fn of(vars: impl IntoIterator<Item = (String, OsString)>) -> Self {
        Self { given: Some(vars.into_iter().collect()), warnings: Vec::new() }
    }

    /// The trimmed text of a variable; absent when unset, empty, or (with a warning) not UTF-8.
    pub(crate) fn text(&mut self, name: &str) -> Option<String> {
        let raw = match &self.given {
            Some(vars) => vars.get(name).cloned(),
            None => std::env::var_os(name),
        }?;
        match raw.into_string() {
            Ok(text) if text.trim().is_empty() => None,
            Ok(text) => Some(text.trim().to_owned()),
            Err(_) => {
                self.warn(format!("{name} is not UTF-8 and is ignored"));
                None
            }
        }
    }

    /// The first of several variables that is set: a signal's own before the general one.
    pub(crate) fn first(&mut self, names: &[&'static str]) -> Option<(&'static str, String)> {
        names.iter().find_map(|&name| Some((name, self.text(name)?)))
    }

    /// A value parsed by `parse`; on its error, which says what would be accepted, a warning.
    pub(crate) fn parse<T>(
        &mut self,
        names: &[&'static str],
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let (name, text) = self.first(names)?;
        match parse(&text) {
            Ok(value) => Some(value),
            Err(expected) => {
                self.warn(format!("{name}={text:?} is ignored: {expected}"));
                None
            }
        }
    }

    /// The longest time that an option or variable may ask for.
    pub(crate) const LONGEST: Duration = Duration::from_secs(3_600);

    /// A whole number of milliseconds, more than 0 and at most an hour.
    pub(crate) fn millis(&mut self, names: &[&'static str]) -> Option<Duration> {
        self.parse(names, |text| match u64::from_str(text).map(Duration::from_millis) {
            Ok(time) if !time.is_zero() && time <= Self::LONGEST => Ok(time),
            _ => Err("expected a whole number of milliseconds, at most an hour of them".to_owned()),
        })
    }

    /// A whole number from 1 to `most`.
    pub(crate) fn count(&mut self, names: &[&'static str], most: usize) -> Option<usize> {
        self.parse(names, |text| match usize::from_str(text) {
            Ok(n) if (1..=most).contains(&n) => Ok(n),
            _ => Err(format!("expected a whole number from 1 to {most}")),
        })
    }

    /// `true` only for the word "true" in any case, as the specification defines booleans.
    pub(crate) fn flag(&mut self, name: &'static str) -> bool {
        self.parse(&[name], |text| match text.to_ascii_lowercase().as_str() {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err("expected true or false; taken as false".to_owned()),
        })
        .unwrap_or(false)
    }

    /// Notes something malformed; each note becomes one warning in the log.
    pub(crate) fn warn(&mut self, text: String) {
        if !self.warnings.contains(&text) {
            self.warnings.push(text);
        }
    }

    /// All warnings, in order.
    pub(crate) fn into_warnings(self) -> Vec<String> {
        self.warnings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(pairs: &[(&str, &str)]) -> Env {
        Env::of(pairs.iter().map(|(k, v)| ((*k).to_owned(), OsString::from(v))))
    }

    #[test]
    fn empty_is_unset_and_silent() {
        let mut env = env(&[("A", ""), ("B", "  ")]);
        assert_eq!(env.text("A"), None);
        assert_eq!(env.text("B"), None);
        assert_eq!(env.text("C"), None);
        assert!(env.into_warnings().is_empty());
    }

    #[test]
    fn malformed_values_give_the_default_and_one_warning_each() {
        for bad in ["-1", "0", "1e99", "ten", "99999999999999999999999"] {
            let mut env = env(&[("N", bad)]);
            assert_eq!(env.count(&["N"], 1 << 20), None, "{bad}");
            assert_eq!(env.count(&["N"], 1 << 20), None, "{bad}");
            let warnings = env.into_warnings();
            assert_eq!(warnings.len(), 1, "{warnings:?}");
            assert!(warnings[0].contains("N=") && warnings[0].contains(bad));
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_value_that_is_not_utf8_is_named_but_not_shown() {
        use std::os::unix::ffi::OsStringExt as _;
        let mut env = Env::of([("X".to_owned(), OsString::from_vec(vec![0xff, 0x41]))]);
        assert_eq!(env.text("X"), None);
        assert_eq!(env.into_warnings(), ["X is not UTF-8 and is ignored"]);
    }

    #[test]
    fn a_signals_own_variable_comes_first() {
        let mut env = env(&[("GENERAL", "10"), ("OWN", "20")]);
        assert_eq!(env.millis(&["OWN", "GENERAL"]), Some(Duration::from_millis(20)));
    }

    #[test]
    fn flags_are_the_specifications_booleans() {
        assert!(env(&[("F", "TRUE")]).flag("F"));
        let mut odd = env(&[("F", "1")]);
        assert!(!odd.flag("F"));
        assert_eq!(odd.into_warnings().len(), 1);
    }
}
