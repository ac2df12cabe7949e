use std::borrow::Cow;

use super::{Exchange, Tenant, User};
use crate::exchange::AttributeValue;

/// Sets a custom attribute of the current exchange: the user's role, a feature flag, how many
/// results there were.
///
/// From anywhere in the request, and for as long as it runs; the last value of a key wins. With a
/// request at hand and outside of its context: [`Exchange::set_attribute`].
///
/// # Bounds
/// Keys have at most 255 bytes; control characters in them become U+FFFD. An exchange has at most 64
/// custom attributes, of 128 KiB together. [`AttributeValue`] says what becomes of values. What the
/// library sets itself (`http.route`, `url.path`, `apitoolkit.*` …) is refused. Of all that is
/// ignored, the log tells once a minute.
///
/// # Security
/// A value under a name that holds credentials by convention in JSON (`password`, `token` …, and
/// those of [`redact_names`](crate::Builder::redact_names)) leaves as `[CLIENT_REDACTED]`; what
/// looks like a credential in a text is redacted.
///
/// # Cardinality
/// Attributes are of single exchanges, so a value may be unique. Keys should be few and fixed.
///
/// ```
/// use apitoolkit_actix::set_attribute;
///
/// set_attribute("user role", "author");
/// set_attribute("cart.items", 3);
/// set_attribute("flags", ["beta", "dark"]);
/// ```
pub fn set_attribute(key: impl Into<Cow<'static, str>>, value: impl AttributeValue) {
    Exchange::current().set_attribute(key, value);
}

/// Says who the current request is from, in place of whoever was said before: `user.id`,
/// `user.email`, `user.full_name`.
///
/// # Security
/// What is given leaves the process. Give no more of a person than is needed to help them: an id
/// often does.
///
/// ```
/// use apitoolkit_actix::{User, set_user};
///
/// set_user(User::id(42).full_name("Jo Martha"));
/// ```
pub fn set_user(user: User) {
    Exchange::current().set_user(user);
}

/// Says whose data the current request is about, in place of whoever was said before: `tenant.id`,
/// `tenant.name`.
///
/// ```
/// use apitoolkit_actix::{Tenant, set_tenant};
///
/// set_tenant(Tenant::id("acme").name("Acme Inc."));
/// ```
pub fn set_tenant(tenant: Tenant) {
    Exchange::current().set_tenant(tenant);
}

/// Says which session the current request belongs to, `session.id`.
///
/// Not set, it is the `session.id` of the caller's W3C baggage, if that has one and callers are
/// trusted ([`TrustInbound::Parent`](crate::TrustInbound::Parent)).
///
/// # Security
/// Give a name of the session, never what proves to be in it: not the value of its cookie, not its
/// token.
///
/// ```
/// use apitoolkit_actix::set_session;
///
/// set_session("s-7f3a");
/// ```
pub fn set_session(id: impl AttributeValue) {
    Exchange::current().set_session(id);
}
