//! Rules that types carry: [`Redact`] says where the secrets of a type stand once it is written.
//!
//! [`RedactRules`] collects them as JSONPaths, and as names where there is no JSON: in forms,
//! queries and paths.

mod place;
mod rules;
mod std_impls;
mod top_level;

#[cfg(test)]
mod tests;

pub use rules::RedactRules;
pub(crate) use top_level::TopLevel;

/// A type that knows which parts of it are secret.
///
/// Derive it beside serde's traits: `#[redact]` takes a field's whole value, `#[redact(nested)]`
/// follows the rules of the field's own type. What no attribute names stays as it is.
///
/// ```
/// use actix_web::{HttpResponse, Responder, post, web};
/// use apitoolkit_actix::{Redact, RedactRules, traced_service};
/// use serde::Deserialize;
///
/// #[derive(Deserialize, Redact)]
/// #[serde(rename_all = "camelCase")]
/// struct CreateUser {
///     name: String,
///     #[redact]
///     email_address: String,
///     #[redact(nested)]
///     home: Option<Address>,
/// }
///
/// #[derive(Deserialize, Redact)]
/// struct Address {
///     city: String,
///     #[redact]
///     zip: String,
/// }
///
/// // Applies the rules to its exchanges, also when the JSON does not parse.
/// #[post("/users")]
/// #[traced_service(service = "Users")]
/// async fn create(user: web::Json<CreateUser>) -> impl Responder {
///     HttpResponse::Created().body(user.into_inner().name)
/// }
///
/// let rules = RedactRules::of::<CreateUser>();
/// assert_eq!(rules.json_paths(), ["$['emailAddress']", "$['home']['zip']"]);
/// ```
///
/// Unions of shapes in one place (untagged or internally tagged enums, adjacent content) share
/// their names: what is marked in one variant goes in all of them.
///
/// Implement it by hand for a type that serde writes by hand:
///
/// ```
/// use apitoolkit_actix::{Redact, RedactRules};
///
/// struct Account(String, u64);
///
/// impl Redact for Account {
///     fn redact(rules: &mut RedactRules) {
///         rules.field("iban", RedactRules::whole);
///     }
/// }
/// assert_eq!(RedactRules::of::<Vec<Account>>().json_paths(), ["$[*]['iban']"]);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say which parts of it are secret",
    label = "`Redact` is not implemented for `{Self}`",
    note = "add `#[derive(apitoolkit_actix::Redact)]` to the type, or mark the whole field with \
            `#[redact]` instead of `#[redact(nested)]`"
)]
pub trait Redact {
    /// Adds the rules of this type, as serde writes it, at the place where `rules` stands.
    fn redact(rules: &mut RedactRules);
}

/// What a derived `Debug` shows in place of a marked field.
#[derive(Clone, Copy)]
pub struct Redacted;

impl std::fmt::Debug for Redacted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(super::marker::MARKER)
    }
}
