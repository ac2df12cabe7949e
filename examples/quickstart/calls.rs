//! The requests to try: printed as curl lines, or sent by the example itself.

use std::fmt::Write as _;

use actix_web::http::Method;

pub(crate) struct Call {
    /// What there is to see.
    pub(crate) about: &'static str,
    /// Path and query.
    pub(crate) target: &'static str,
    pub(crate) headers: &'static [(&'static str, &'static str)],
    /// A call with a body is a POST, as with curl.
    pub(crate) body: Option<&'static str>,
    /// The route that serves it.
    pub(crate) route: &'static str,
    /// The span that is inside its own.
    pub(crate) service: Option<&'static str>,
    /// `None`: the connection is closed without an answer.
    pub(crate) status: Option<u16>,
}

pub(crate) const CALLS: &[Call] = &[
    Call {
        about: "a path parameter, and tokens in the query and the headers",
        target: "/users/42?verbose=true&access_token=query-token-6b2c",
        headers: &[("authorization", "Bearer header-token-1a7e")],
        body: None,
        route: "/users/{id}",
        service: None,
        status: Some(200),
    },
    Call {
        about: "JSON in and out, with an address and a credit card",
        target: "/users",
        headers: &[("content-type", "application/json"), ("x-api-key", "header-key-f03b")],
        body: Some(NEW_USER),
        route: "/users",
        service: Some("Users.create_user"),
        status: Some(201),
    },
    Call {
        about: "a login form, answered with a cookie",
        target: "/login",
        headers: &[("content-type", "application/x-www-form-urlencoded")],
        body: Some("username=john&password=form-password-2f9d"),
        route: "/login",
        service: None,
        status: Some(200),
    },
    Call {
        about: "an error whose message holds a password",
        target: "/report",
        headers: &[],
        body: None,
        route: "/report",
        service: None,
        status: Some(500),
    },
    Call {
        about: "a response that streams for more than half a second",
        target: "/events",
        headers: &[("cookie", "session=cookie-session-5c8a; theme=dark")],
        body: None,
        route: "/events",
        service: None,
        status: Some(200),
    },
    Call {
        about: "a panic: no answer",
        target: "/crash",
        headers: &[],
        body: None,
        route: "/crash",
        service: None,
        status: None,
    },
];

const NEW_USER: &str = r#"{"user": {
  "name": "John Martha",
  "email": "john.martha@example.com",
  "addresses": [
    {"street": "123 Main St", "city": "Anytown", "state": "CA", "zip": "94107-1201"},
    {"street": "9 Side St", "city": "Anytown", "state": "CA", "zip": "94110-2202"}
  ],
  "credit_card": {"number": "4111111111111111", "expiration": "12/28", "cvv": "123"}
}}"#;

/// Everything in [`CALLS`] and in the app's answers that must never be received.
pub(crate) const SECRETS: &[&str] = &[
    "query-token-6b2c",
    "header-token-1a7e",
    "live-key-8c1f",
    "header-key-f03b",
    "john.martha@example.com",
    "94107-1201",
    "94110-2202",
    "4111111111111111",
    "refresh-51d2",
    "invite-77aa",
    "form-password-2f9d",
    "session-9e4b",
    "pg-pass-3d0e",
    "cookie-session-5c8a",
    "event-token-",
];

/// What stands beside the secrets and must be received: that nothing leaked means little if
/// nothing was captured.
pub(crate) const KEPT: &[&str] = &["John Martha", "Anytown", "something went wrong on our side"];

impl Call {
    pub(crate) fn method(&self) -> Method {
        if self.body.is_some() { Method::POST } else { Method::GET }
    }

    /// The call as a line (over several) for a shell.
    pub(crate) fn curl(&self, url: &str) -> String {
        let mut line = format!("curl -i '{url}{}'", self.target);
        // Writing to a `String` cannot fail.
        for (name, value) in self.headers {
            let _ = write!(line, " \\\n  -H '{name}: {value}'");
        }
        if let Some(body) = self.body {
            let _ = write!(line, " \\\n  -d '{body}'");
        }
        line
    }
}
