use super::Redactor;

impl Redactor {
    /// Whether what an app logs under this name is a secret.
    ///
    /// A text is one where `name=text` would be redacted in running text. Of the names that hold
    /// credentials only in queries (`code`, `state`), numbers and the like are none.
    pub(crate) fn is_secret_field(&self, name: &str, is_text: bool) -> bool {
        self.lists.is_in_text(name.as_bytes(), is_text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_secret_whatever_they_hold() {
        let redactor = Redactor::builder().redact_names(["nickname"]).build().unwrap();
        for name in ["password", "token", "authorization", "api_key", "user.pin", "nickname"] {
            assert!(redactor.is_secret_field(name, true), "{name}");
            assert!(redactor.is_secret_field(name, false), "{name}");
        }
        for name in ["user", "path", "author", "count"] {
            assert!(!redactor.is_secret_field(name, true), "{name}");
            assert!(!redactor.is_secret_field(name, false), "{name}");
        }
    }

    #[test]
    fn numbers_are_no_codes_of_an_authorization() {
        let redactor = Redactor::builder().build().unwrap();
        for name in ["code", "state", "key"] {
            assert!(redactor.is_secret_field(name, true), "{name}");
            assert!(!redactor.is_secret_field(name, false), "{name}");
        }
    }
}
