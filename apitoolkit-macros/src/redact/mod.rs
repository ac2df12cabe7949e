//! `#[derive(Redact)]`: parse (`attr`, `serde`) -> `model` -> `expand`.

mod attr;
mod bounds;
mod case;
mod debug;
mod expand;
mod model;
mod serde;
#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use crate::ctxt::Ctxt;

/// Expands the derive. Mistakes come beside an implementation without rules, so that each is
/// reported once and not again wherever the type is used.
pub(crate) fn derive(input: &DeriveInput) -> TokenStream {
    let mut cx = Ctxt::default();
    let container = model::Container::parse(&mut cx, input);
    match cx.finish() {
        None => expand::expand(&container),
        Some(errors) => {
            let fallback = expand::fallback(&container);
            quote!(#errors #fallback)
        }
    }
}
