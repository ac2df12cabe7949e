//! The compiled name lists, one for each place where a name can stand.

use super::{
    decisions::Decisions,
    names::{NameKind, NameSet},
    percent,
    policy::Policy,
};

/// The shortest session id in use: 64 bits (OWASP's minimum), in hexadecimal.
const SESSION_ID: usize = 16;

/// The name lists of a [`Redactor`](super::Redactor).
#[derive(Debug)]
pub(crate) struct Lists {
    headers: NameSet,
    cookies: NameSet,
    query: NameSet,
    path: NameSet,
    seen_in_queries: Decisions,
    seen_in_paths: Decisions,
    /// The names of forms and JSON. In force in texts and queries also where the application
    /// turned its *body* rules off.
    fields: NameSet,
    keep: Vec<String>,
}

impl Lists {
    pub(crate) fn new(policy: &Policy) -> Self {
        let Policy { headers, names, path_params, keep, .. } = policy;
        let path: Vec<String> = path_params.iter().chain(names).cloned().collect();
        let list = |kind, extra: &[String]| NameSet::new(kind, true, extra, keep);
        Self {
            headers: list(NameKind::Header, headers),
            cookies: list(NameKind::Cookie, names),
            query: list(NameKind::Query, names),
            path: list(NameKind::Query, &path),
            seen_in_queries: Decisions::default(),
            seen_in_paths: Decisions::default(),
            fields: list(NameKind::Body, names),
            keep: keep.iter().map(|name| fold(name)).collect(),
        }
    }

    /// A header whose whole value goes.
    pub(crate) fn is_header(&self, name: &str) -> bool {
        self.headers.matches(name)
    }

    /// A cookie whose value goes: its name is sensitive, or the value is long enough for a session
    /// id (actix-session's cookie, for one, is called just `id`). The latter does not hold for kept
    /// names, nor in a header (`cookie`, `set-cookie`) whose name is kept.
    pub(crate) fn is_cookie(&self, header: &str, name: &[u8], value: &str) -> bool {
        let is_long = value.len() >= SESSION_ID && !self.is_kept(header);
        percent::any_spelling(name, |name| {
            self.cookies.matches(name) || (is_long && !self.is_kept(name))
        })
    }

    /// A query parameter, percent-encoded. What is secret in a form is secret in a query too.
    pub(crate) fn is_query(&self, name: &[u8]) -> bool {
        let is_secret = |name: &str| self.query.matches(name) || self.fields.matches(name);
        self.seen_in_queries.of(name, || percent::any_spelling(name, is_secret))
    }

    /// A path parameter, by its name in the route's pattern.
    pub(crate) fn is_path_param(&self, name: &str) -> bool {
        let is_secret = || self.path.matches(name) || self.fields.matches(name);
        self.seen_in_paths.of(name.as_bytes(), is_secret)
    }

    /// An attribute that the app sets, by its name: what is secret in JSON.
    pub(crate) fn is_attribute(&self, name: &str) -> bool {
        self.fields.matches(name)
    }

    /// A name that the app added to the defaults.
    pub(crate) fn is_added(&self, name: &str) -> bool {
        self.fields.is_added(name)
    }

    /// A name before `:` or `=` in running text. `tight`: directly before `=`, as queries and
    /// environment variables have it; there the query's names count too.
    pub(crate) fn is_in_text(&self, name: &[u8], tight: bool) -> bool {
        percent::any_spelling(name, |name| {
            self.fields.matches(name)
                || (tight && self.query.matches(name))
                // `key: …` is too common in messages that hold no secret.
                || ((tight || !name.eq_ignore_ascii_case("key")) && self.headers.matches(name))
        })
    }

    /// Two words before `:` or `=` in running text: `API key`, `card number`. Words alone do not
    /// make a name here, or `sort key: …` would be one.
    pub(crate) fn is_phrase(&self, words: &[u8]) -> bool {
        self.fields.matches(&String::from_utf8_lossy(words))
    }

    fn is_kept(&self, name: &str) -> bool {
        !self.keep.is_empty() && self.keep.contains(&fold(name))
    }
}

/// Letter case and separators do not count, as in [`NameSet`].
fn fold(name: &str) -> String {
    name.chars()
        .filter(|c| !matches!(c, '-' | '_' | '.') && !c.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect()
}
