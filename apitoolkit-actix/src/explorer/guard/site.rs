//! What a browser says of where a request came from.

use super::Refusal;

/// The headers of a request that say it.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Sent<'r> {
    pub(super) host: &'r str,
    pub(super) origin: Option<&'r [u8]>,
    /// `Sec-Fetch-Site`.
    pub(super) site: Option<&'r [u8]>,
    /// Whether it may change something.
    pub(super) changes: bool,
    /// Whether it has the token in `Authorization`, which no page of somebody else's knows.
    pub(super) bearer: bool,
}

impl Sent<'_> {
    /// Refuses what another page made the browser send, by `same-site` ones of another port too.
    ///
    /// A request that changes something has to say where it comes from: a browser does.
    pub(super) fn check(&self) -> Result<(), Refusal> {
        if let Some(origin) = self.origin
            && !self.is_own(origin)
        {
            return Err(Refusal::Site(shown(origin)));
        }
        match self.site {
            Some(b"same-origin") => Ok(()),
            Some(b"none") if !self.changes => Ok(()),
            None if !self.changes || self.bearer || self.origin.is_some() => Ok(()),
            None => Err(Refusal::Site("it does not say which".to_owned())),
            Some(site) => Err(Refusal::Site(shown(site))),
        }
    }

    /// Whether an origin is the one that was asked: by its host and port, since TLS may end before
    /// the app.
    fn is_own(&self, origin: &[u8]) -> bool {
        let rest = origin.strip_prefix(b"http://").or_else(|| origin.strip_prefix(b"https://"));
        rest.is_some_and(|host| host.eq_ignore_ascii_case(self.host.as_bytes()))
    }
}

/// As much of a header as is fit to be shown.
fn shown(header: &[u8]) -> String {
    String::from_utf8_lossy(header).chars().filter(|c| !c.is_control()).take(100).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(origin: Option<&str>, site: Option<&str>, changes: bool, bearer: bool) -> bool {
        let (origin, site) = (origin.map(str::as_bytes), site.map(str::as_bytes));
        Sent { host: "localhost:8080", origin, site, changes, bearer }.check().is_ok()
    }

    #[test]
    fn the_page_itself_and_what_somebody_typed() {
        assert!(check(None, Some("none"), false, false));
        assert!(check(None, Some("same-origin"), false, false));
        assert!(check(Some("http://localhost:8080"), Some("same-origin"), true, false));
        assert!(check(Some("http://LOCALHOST:8080"), None, true, false));
        assert!(check(Some("https://localhost:8080"), None, true, false), "TLS ends before us");
        assert!(check(None, None, false, false), "not a browser");
        assert!(check(None, None, true, true), "a script with the token");
    }

    #[test]
    fn no_other_page() {
        for changes in [false, true] {
            assert!(!check(None, Some("cross-site"), changes, false));
            assert!(!check(None, Some("same-site"), changes, false), "another port");
            assert!(!check(Some("http://localhost:3000"), None, changes, false));
            assert!(!check(Some("http://evil.example"), Some("same-origin"), changes, false));
            assert!(!check(Some("null"), None, changes, false));
            assert!(!check(Some("http://localhost:8080.evil.example"), None, changes, false));
            assert!(!check(Some(""), None, changes, true));
        }
        assert!(!check(None, None, true, false), "a form of an old browser");
        assert!(!check(None, Some("none"), true, false));
    }
}
