use crate::error::ConfigError;

/// Paths by pattern: `/health` is that path alone, `/assets/*` it and everything below.
#[derive(Debug, Clone, Default)]
pub(crate) struct PathPatterns(Vec<Pattern>);

#[derive(Debug, Clone)]
enum Pattern {
    Exact(Box<str>),
    /// With the slash at its end.
    Below(Box<str>),
}

impl PathPatterns {
    /// # Errors
    /// The first pattern that could never match, with the option it was given to.
    pub(super) fn compile(option: &'static str, given: &[String]) -> Result<Self, ConfigError> {
        let pattern = |(at, text): (usize, &String)| {
            let wrong =
                |why: &str| ConfigError::option(option, text.clone(), format!("[{at}]: {why}"));
            if !text.starts_with('/') {
                return Err(wrong("a path begins with a slash"));
            }
            match text.split_once('*') {
                None => Ok(Pattern::Exact(text.as_str().into())),
                Some((below, "")) if below.ends_with('/') => Ok(Pattern::Below(below.into())),
                Some(_) => Err(wrong("a star stands only at the end, after a slash")),
            }
        };
        given.iter().enumerate().map(pattern).collect::<Result<_, _>>().map(Self)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn matches(&self, path: &str) -> bool {
        self.0.iter().any(|pattern| match pattern {
            Pattern::Exact(exact) => **exact == *path,
            Pattern::Below(below) => {
                path.starts_with(&**below) || below.strip_suffix('/') == Some(path)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compiled(given: &[&str]) -> Result<PathPatterns, ConfigError> {
        let given: Vec<_> = given.iter().map(|text| (*text).to_owned()).collect();
        PathPatterns::compile("ignore_paths", &given)
    }

    #[test]
    fn a_path_alone_or_all_below_it() {
        let paths = compiled(&["/health", "/assets/*"]).unwrap();
        for path in ["/health", "/assets", "/assets/", "/assets/a/b.css"] {
            assert!(paths.matches(path), "{path}");
        }
        for path in ["/", "/healthy", "/health/", "/assets2", "/x/assets/a"] {
            assert!(!paths.matches(path), "{path}");
        }
        assert!(compiled(&["/*"]).unwrap().matches("/anything"));
    }

    #[test]
    fn patterns_that_never_match_are_mistakes() {
        let wrong = |text: &str| compiled(&["/ok", text]).unwrap_err().to_string();
        assert!(wrong("health").contains("[1]: a path begins with a slash"));
        for star in ["/a*", "/*/b", "/a/*b", "/a/**"] {
            assert!(wrong(star).contains("a star stands only at the end"), "{star}");
        }
    }
}
