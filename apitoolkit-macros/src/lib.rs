//! Attribute and derive macros of `apitoolkit-actix`.
//!
//! The crate is a dependency of `apitoolkit-actix`, which re-exports what it holds; nothing needs
//! it directly. The macros are documented here and explained there.

mod ctxt;
mod redact;
mod service;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Says once, beside the field, what is secret in a type, wherever serde reads or writes it.
///
/// | On a field | |
/// |---|---|
/// | `#[redact]` | the whole value goes, whatever it is |
/// | `#[redact(nested)]` | the rules of the field's own type apply; containers are looked through |
///
/// | On the type | |
/// |---|---|
/// | `#[redact]` | every value of the type goes |
/// | `#[redact(debug)]` | derives `Debug` too, which shows `[CLIENT_REDACTED]` for marked fields |
/// | `#[redact(crate = path)]` | where `apitoolkit_actix` is, if not at `::apitoolkit_actix` |
///
/// `#[redact]` on a variant marks all of its fields.
///
/// serde's attributes are followed: `rename`, `alias`, `rename_all`, `rename_all_fields` (for
/// writing and for reading), `flatten`, `skip`, `tag`, `content`, `untagged`, `transparent`. Where
/// names cannot tell what is secret, more goes rather than less: all members beside a flattened
/// field that is marked whole, and in enums without a tag or with one inside, a name that is marked
/// in any of the variants.
#[proc_macro_derive(Redact, attributes(redact, serde))]
pub fn derive_redact(input: TokenStream) -> TokenStream {
    redact::derive(&parse_macro_input!(input as DeriveInput)).into()
}

/// Opens a span of a custom service around a function, and announces the secrets of a handler.
///
/// Every argument is optional.
///
/// | Argument | |
/// |---|---|
/// | `service = ".."` | the service; default: the type of a method, the module of a function |
/// | `method = ".."` | the method; default: the function's name |
/// | `attributes(name = expr, ..)` | attributes of the span; nothing else of the function is recorded |
/// | `report_errors = false` | records no `exception` event for an `Err` |
/// | `skip` | opens no span |
/// | `handler` | the function is an Actix handler: see below |
/// | `request = T`, `response = T` | the rules of `T` apply to the bodies of this handler |
/// | `capture_request_body = bool`, `capture_response_body = bool` | capture for this handler |
/// | `crate = path` | where `apitoolkit_actix` is, if not at `::apitoolkit_actix` |
///
/// # Handlers
///
/// The rules of the types in a handler's signature (`web::Json<T>`, `Form`, `Query`, `Path`, also
/// in `Either`, `Option`, `Result` and tuples, and extractors with `RedactExtractor`) apply to its
/// exchanges from before the first argument is extracted, so also if extracting one fails. For
/// that, the first parameter is changed to one that announces them. Handlers without type
/// parameters are also registered with the program, which knows their rules before any of them
/// runs.
///
/// A function is taken for a handler
/// - if there is a route macro (`#[get]`, `#[post]`, `#[route]` ..) on it, above or below;
/// - if it says `handler`, `request`, `response` or one of the `capture_` arguments.
///
/// A function that is none of these keeps its signature. A handler that is registered by
/// `web::post().to(create)` needs `handler`; so does one inside another function whose route macro
/// stands above this attribute, which cannot be seen from there.
///
/// `handler = false` rules it out. A function without `self` in a generic `impl` block needs that if
/// its arguments name the block's parameters by more than one letter.
#[proc_macro_attribute]
pub fn traced_service(args: TokenStream, item: TokenStream) -> TokenStream {
    service::expand(args.into(), &item.into()).into()
}
