use std::sync::OnceLock;

use super::{Policy, Redactor};

/// A policy that is compiled when it is first needed, by whoever needs it: not on a request's
/// thread.
#[derive(Debug)]
pub(crate) struct Overlay {
    policy: Policy,
    compiled: OnceLock<Option<Redactor>>,
}

impl Overlay {
    pub(crate) fn new(policy: Policy) -> Self {
        Self { policy, compiled: OnceLock::new() }
    }

    /// The compiled policy. One whose rules cannot be compiled lets nothing of a body out.
    ///
    /// Absent only if not even that can be compiled.
    pub(crate) fn redactor(&self) -> Option<&Redactor> {
        let compile = || {
            Redactor::compile(&self.policy).ok().or_else(|| {
                let everything = || vec!["$".to_owned()];
                let closed = Policy {
                    request_body: everything(),
                    response_body: everything(),
                    ..self.policy.clone()
                };
                Redactor::compile(&closed).ok()
            })
        };
        self.compiled.get_or_init(compile).as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::{Body, BodyText, Scratch, Side};

    #[test]
    fn a_rule_that_does_not_compile_lets_nothing_out() {
        let overlay =
            Overlay::new(Policy { request_body: vec!["$[".to_owned()], ..Policy::default() });
        let body = Body::new(br#"{"a":1}"#).content_type(&[b"application/json"]);
        let redactor = overlay.redactor().unwrap();
        let BodyText::Content(text) = redactor.body(Side::Request, &body, &mut Scratch::default())
        else {
            panic!("content");
        };
        assert_eq!(&*text, br#""[CLIENT_REDACTED]""#);
    }
}
