use actix_web::{Either, web};

use super::ExtractorRules;
use crate::redact::types::Redact;

/// An extractor that knows which of what it extracts is secret.
///
/// Implemented for actix's own extractors of types that are [`Redact`], and used by
/// `#[traced_service]` on handlers. Implement it for an extractor of your own:
///
/// ```
/// use actix_web::web;
/// use apitoolkit_actix::{ExtractorRules, Redact, RedactExtractor};
///
/// struct Valid<T>(T);
///
/// impl<T: Redact> RedactExtractor for Valid<T> {
///     fn redact(rules: &mut ExtractorRules) {
///         rules.extractor::<web::Json<T>>();
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say which of what it extracts is secret",
    note = "`RedactExtractor` is implemented for actix's extractors of types that are `Redact`"
)]
pub trait RedactExtractor {
    /// Adds the rules of what this extracts.
    fn redact(rules: &mut ExtractorRules);
}

impl<T: Redact> RedactExtractor for web::Json<T> {
    fn redact(rules: &mut ExtractorRules) {
        rules.request_body::<T>();
    }
}

impl<T: Redact> RedactExtractor for web::Form<T> {
    fn redact(rules: &mut ExtractorRules) {
        rules.form::<T>();
    }
}

impl<T: Redact> RedactExtractor for web::Query<T> {
    fn redact(rules: &mut ExtractorRules) {
        rules.query::<T>();
    }
}

impl<T: Redact> RedactExtractor for web::Path<T> {
    fn redact(rules: &mut ExtractorRules) {
        rules.path::<T>();
    }
}

impl<T: RedactExtractor> RedactExtractor for Option<T> {
    fn redact(rules: &mut ExtractorRules) {
        rules.extractor::<T>();
    }
}

impl<T: RedactExtractor, E> RedactExtractor for Result<T, E> {
    fn redact(rules: &mut ExtractorRules) {
        rules.extractor::<T>();
    }
}

impl<L: RedactExtractor, R: RedactExtractor> RedactExtractor for Either<L, R> {
    fn redact(rules: &mut ExtractorRules) {
        rules.extractor::<L>();
        rules.extractor::<R>();
    }
}
