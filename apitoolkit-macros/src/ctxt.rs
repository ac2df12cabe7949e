//! Collects mistakes, so that all of them are reported at once.

use proc_macro2::TokenStream;
use quote::ToTokens;

/// The mistakes found so far.
#[derive(Default)]
pub(crate) struct Ctxt {
    errors: Option<syn::Error>,
}

impl Ctxt {
    /// Reports a mistake at `tokens`.
    pub(crate) fn error(&mut self, tokens: impl ToTokens, message: impl std::fmt::Display) {
        self.push(syn::Error::new_spanned(tokens, message));
    }

    pub(crate) fn push(&mut self, error: syn::Error) {
        match &mut self.errors {
            Some(errors) => errors.combine(error),
            None => self.errors = Some(error),
        }
    }

    /// The value, or its mistake noted.
    pub(crate) fn ok<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    /// Sets what may be set once; a second time is a mistake at `tokens`.
    pub(crate) fn set<T>(
        &mut self,
        slot: &mut Option<T>,
        name: &str,
        tokens: impl ToTokens,
        value: T,
    ) {
        if slot.is_some() {
            self.error(tokens, format_args!("`{name}` is given twice"));
        } else {
            *slot = Some(value);
        }
    }

    /// What reports the mistakes, if there are any.
    pub(crate) fn finish(self) -> Option<TokenStream> {
        self.errors.map(|error| error.to_compile_error())
    }
}
