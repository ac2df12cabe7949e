use super::{Redactor, marker};

impl Redactor {
    /// What stands in the place of a secret.
    pub(crate) const MARKER: &str = marker::MARKER;

    /// Whether an attribute that the app sets holds a secret, by its name: the names of JSON.
    pub(crate) fn is_secret_attribute(&self, name: &str) -> bool {
        self.lists.is_attribute(name)
    }

    /// Whether the app added the name, or a dotted part of it, to the default names.
    pub(crate) fn is_added_name(&self, name: &str) -> bool {
        self.lists.is_added(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_secret_as_members_of_json_are() {
        let redactor =
            Redactor::builder().redact_names(["nickname"]).danger_keep("pin").build().unwrap();
        for name in ["password", "user.token", "x-api-key", "sessionId", "ssn", "user.nickname"] {
            assert!(redactor.is_secret_attribute(name), "{name}");
        }
        for name in ["user role", "order.state", "cache.key", "country.code", "author", "pin"] {
            assert!(!redactor.is_secret_attribute(name), "{name}");
        }
        assert!(redactor.is_added_name("user.nickname") && redactor.is_added_name("Nick-Name"));
        assert!(!redactor.is_added_name("session.id") && !redactor.is_added_name("user.id"));
    }
}
