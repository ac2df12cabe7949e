use std::{
    collections::HashSet,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, PoisonError},
};

/// Most names that one toolkit makes up: beyond, what no route matches has none.
const MOST_NAMES: usize = 1_000;
/// Longest name, in bytes, and most segments of a path that gets one.
const MAX_NAME: usize = 255;
const MAX_SEGMENTS: usize = 16;
/// The longest segment that is taken for a word of the app, in bytes.
const MAX_WORD: usize = 40;

type Rule = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// Names what no route matches, so that it can be grouped: `/132/update` is `/{id}/update`.
#[derive(Clone)]
pub(crate) struct CleanUrls {
    /// Absent: only ids are taken out.
    rule: Option<Rule>,
    names: Arc<Mutex<HashSet<Arc<str>>>>,
}

impl CleanUrls {
    pub(crate) fn new(rule: Option<Rule>) -> Self {
        Self { rule, names: Arc::default() }
    }

    /// The name of a path; `Err` if the app's rule panicked.
    pub(crate) fn name(&self, path: &str) -> Result<Option<Arc<str>>, ()> {
        let name = match &self.rule {
            Some(rule) => catch_unwind(AssertUnwindSafe(|| rule(path))).map_err(drop)?,
            None => template(path),
        };
        let Some(name) = name.filter(|name| is_sane(name)) else { return Ok(None) };
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = names.get(name.as_str()) {
            return Ok(Some(Arc::clone(known)));
        }
        if names.len() >= MOST_NAMES {
            return Ok(None);
        }
        let name: Arc<str> = name.into();
        names.insert(Arc::clone(&name));
        Ok(Some(name))
    }
}

impl fmt::Debug for CleanUrls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CleanUrls").finish_non_exhaustive()
    }
}

fn is_sane(name: &str) -> bool {
    (1..=MAX_NAME).contains(&name.len()) && !name.contains(char::is_control)
}

/// The path with placeholders for what looks like a value; none for one that has too many parts.
fn template(path: &str) -> Option<String> {
    let mut name = String::with_capacity(path.len());
    for (at, segment) in path.split('/').enumerate() {
        if at > MAX_SEGMENTS {
            return None;
        }
        if at > 0 {
            name.push('/');
        }
        name.push_str(placeholder(segment).unwrap_or(segment));
    }
    Some(name)
}

fn placeholder(segment: &str) -> Option<&'static str> {
    let digits = segment.bytes().filter(u8::is_ascii_digit).count();
    let hex = segment.bytes().all(|b| b.is_ascii_hexdigit());
    let has = |kind: fn(&u8) -> bool| segment.bytes().any(|b| kind(&b));
    let mixed = has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase);
    let jumbled = digits > 3 || (digits > 0 && mixed);
    let word = segment.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.~".contains(&b));
    if segment.is_empty() {
        None
    } else if digits == segment.len() {
        Some("{id}")
    } else if uuid::Uuid::try_parse(segment).is_ok() {
        Some("{uuid}")
    } else if (hex && digits > 0 && segment.len() >= 8) || (jumbled && segment.len() >= 16) {
        Some("{hash}")
    } else if !word || segment.len() > MAX_WORD {
        Some("{value}")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_become_placeholders() {
        for (path, name) in [
            ("/132/update", "/{id}/update"),
            ("/users/7b1e0c6e-3b0f-4c58-9e0e-0d8c8c1f9a11/x", "/users/{uuid}/x"),
            ("/commit/da39a3ee5e6b4b0d", "/commit/{hash}"),
            ("/t/eyJhbGciOiJIUzI1NiJ9x", "/t/{hash}"),
            ("/a%20b/c@d", "/{value}/{value}"),
            ("/v2/posts/", "/v2/posts/"),
            ("/", "/"),
        ] {
            assert_eq!(template(path).as_deref(), Some(name), "{path}");
        }
        assert_eq!(template(&"/a".repeat(17)), None);
    }

    #[test]
    fn names_are_bounded_in_number_and_length() {
        let urls = CleanUrls::new(Some(Arc::new(|path| Some(path.to_owned()))));
        for n in 0..MOST_NAMES {
            assert!(urls.name(&format!("/{n}")).unwrap().is_some());
        }
        assert_eq!(urls.name("/one-more"), Ok(None));
        assert_eq!(urls.name("/7").unwrap().as_deref(), Some("/7"));
        let urls = CleanUrls::new(Some(Arc::new(|_| Some("x".repeat(256)))));
        assert_eq!(urls.name("/"), Ok(None));
    }

    #[test]
    fn a_rule_that_panics_names_nothing() {
        let urls = CleanUrls::new(Some(Arc::new(|_| panic!("a bug of the app"))));
        assert_eq!(urls.name("/"), Err(()));
    }
}
