//! `#[traced_service]`: parse (`args`) -> `model` -> `handler`, `expand`.

mod args;
mod expand;
mod handler;
mod model;
#[cfg(test)]
mod tests;
mod types;

use proc_macro2::{TokenStream, TokenTree};
use quote::quote;
use syn::{
    ItemFn, TraitItemFn,
    parse::{ParseStream, Parser as _},
};

use crate::ctxt::Ctxt;

/// Expands the attribute. With a mistake in it, the function stays as it was written, so that what
/// uses it still compiles.
pub(crate) fn expand(args: TokenStream, item: &TokenStream) -> TokenStream {
    let mut cx = Ctxt::default();
    let args = (|input: ParseStream<'_>| Ok(args::Args::parse(&mut cx, input))).parse2(args);
    let args = cx.ok(args).unwrap_or_default();
    let Ok(function) = syn::parse2::<ItemFn>(item.clone()) else {
        no_function(&mut cx, item);
        let errors = cx.finish();
        return quote!(#item #errors);
    };
    let model = model::Function::new(&mut cx, args, &function);
    match cx.finish() {
        None => expand::expand(&model),
        Some(errors) => quote!(#item #errors),
    }
}

/// Says what is wrong with an item that is no function with a body, at the token that makes it so.
fn no_function(cx: &mut Ctxt, item: &TokenStream) {
    const KEYWORDS: [&str; 11] =
        ["struct", "enum", "union", "trait", "impl", "mod", "const", "static", "type", "use", "fn"];
    if let Ok(TraitItemFn { default: None, sig, .. }) = syn::parse2(item.clone()) {
        cx.error(sig.ident, "there is no body here: annotate the implementations");
        return;
    }
    let keyword = item.clone().into_iter().find(|token| {
        matches!(token, TokenTree::Ident(ident) if KEYWORDS.iter().any(|keyword| ident == keyword))
    });
    match keyword {
        Some(keyword) => cx.error(keyword, "`traced_service` is for functions"),
        None => cx.error(item, "`traced_service` is for functions"),
    }
}
