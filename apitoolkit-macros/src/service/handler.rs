//! Handlers: the rules of their arguments are announced before any of them is extracted.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens as _, quote};
use syn::{FnArg, Ident, ItemFn, PatType, Path, Type};

use super::{
    args::Args,
    types::{is_generic, is_owned, is_plain, leaves, mentions},
};
use crate::ctxt::Ctxt;

/// Actix's route macros.
const ROUTES: [&str; 11] = [
    "connect", "delete", "get", "head", "options", "patch", "post", "put", "route", "routes",
    "trace",
];

/// How a function announces what its arguments hold.
pub(super) struct Handler<'a> {
    /// The first argument, which announces. `None`: one is added.
    pub(super) first: Option<&'a PatType>,
    /// The types that may have rules.
    types: Vec<&'a Type>,
    /// Whether it is only a handler if there is a route macro around it.
    depends: bool,
}

impl<'a> Handler<'a> {
    pub(super) fn of(cx: &mut Ctxt, args: &Args, item: &'a ItemFn) -> Option<Self> {
        let denied = args.handler.as_ref().is_some_and(|named| !named.value);
        let declared = [
            args.handler.as_ref().filter(|_| !denied).map(|named| &named.key),
            args.request.as_ref().map(|named| &named.key),
            args.response.as_ref().map(|named| &named.key),
            args.capture_request_body.as_ref().map(|named| &named.key),
            args.capture_response_body.as_ref().map(|named| &named.key),
        ];
        let declared = declared.into_iter().flatten().next();
        if denied {
            if let Some(key) = declared {
                cx.error(key, "this is for handlers, and `handler = false` says that it is none");
            }
            return None;
        }
        if let (Some(key), Some(receiver)) = (declared, item.sig.receiver()) {
            cx.error(
                receiver,
                format_args!("`{key}` is for handlers, and a handler has no `self`"),
            );
            return None;
        }
        let inputs: Vec<&PatType> = item
            .sig
            .inputs
            .iter()
            .filter_map(|input| match input {
                FnArg::Typed(input) => Some(input),
                FnArg::Receiver(_) => None,
            })
            .collect();
        let depends = declared.is_none() && !has_route(item);
        if depends && !may_be_handler(item, &inputs) {
            return None;
        }
        let mut types = Vec::new();
        for input in &inputs {
            let generic = item.sig.generics.params.iter().any(|param| mentions(&input.ty, param));
            if !generic {
                leaves(&input.ty, &mut types);
            } else if args.request.is_none() {
                let message = "which rules a generic argument has is not known here: name its type \
                               with `request = T`";
                cx.error(&input.ty, message);
            }
        }
        Some(Self { first: inputs.first().copied(), types, depends })
    }

    /// The type of the parameter that announces, and what takes the value out of it.
    pub(super) fn parameter(
        &self,
        args: &Args,
        item: &ItemFn,
        krate: &Path,
        name: &Ident,
    ) -> (TokenStream, TokenStream) {
        let announcement = self.announcement(args, item, krate);
        let ty = self.first.map_or_else(|| quote!(()), |first| first.ty.to_token_stream());
        if self.depends {
            let is_route = is_route(item, krate);
            let slot = quote!(#krate::__private::When<#ty, #announcement, #is_route>);
            let slot = quote!(<#slot as #krate::__private::Slot>);
            (quote!(#slot::Argument), quote!(#slot::take(#name)))
        } else {
            let announced = quote!(#krate::__private::Announced<#ty, #announcement>);
            (announced, quote!(#name.into_inner()))
        }
    }

    /// Makes the rules known to the program from its start: a request that ends before it reaches
    /// the handler announces nothing. An item in a body cannot be about the function's parameters,
    /// so a generic handler is known from its first request on.
    pub(super) fn registration(
        &self,
        args: &Args,
        item: &ItemFn,
        krate: &Path,
    ) -> Option<TokenStream> {
        if !item.sig.generics.params.is_empty() {
            return None;
        }
        let mut announcement = self.announcement(args, item, krate);
        if self.depends {
            let is_route = is_route(item, krate);
            announcement = quote!(#krate::__private::When<(), #announcement, #is_route>);
        }
        Some(quote! {
            #krate::__private::inventory::submit! {
                #krate::__private::Handler::announcing::<#announcement>()
            }
        })
    }

    fn announcement(&self, args: &Args, item: &ItemFn, krate: &Path) -> TokenStream {
        let is = |ty: &Type, question: &str| {
            let question = Ident::new(question, Span::call_site());
            quote!({
                #[allow(unused_imports)]
                use #krate::__private::Otherwise as _;
                #krate::__private::Is::<#ty>::#question
            })
        };
        // A constant cannot be about a parameter of the function.
        let is_redact = |ty: &Type| {
            let is_generic = !item.sig.generics.params.is_empty();
            if is_generic { quote!(true) } else { is(ty, "REDACT") }
        };
        let argument = |ty: &&Type| {
            let is_extractor = is(ty, "EXTRACTOR");
            quote!(#krate::__private::Argument<#ty, #is_extractor>)
        };
        let mut parts: Vec<TokenStream> = self.types.iter().map(argument).collect();
        if let Some(ty) = args.request.as_ref().map(|named| &named.value) {
            let is_redact = is_redact(ty);
            parts.push(quote!(#krate::__private::RequestBody<#ty, #is_redact>));
        }
        if let Some(ty) = args.response.as_ref().map(|named| &named.value) {
            let is_redact = is_redact(ty);
            parts.push(quote!(#krate::__private::ResponseBody<#ty, #is_redact>));
        }
        if let Some(on) = args.capture_request_body.as_ref().map(|named| &named.value) {
            parts.push(quote!(#krate::__private::CaptureRequest<#on>));
        }
        if let Some(on) = args.capture_response_body.as_ref().map(|named| &named.value) {
            parts.push(quote!(#krate::__private::CaptureResponse<#on>));
        }
        parts.into_iter().rev().fold(quote!(()), |rest, part| quote!((#part, #rest)))
    }
}

/// Statements that fail to compile at the very type of `request` or `response` that has no rules.
pub(super) fn check_rules(args: &Args, krate: &Path) -> TokenStream {
    let types = [&args.request, &args.response].into_iter().flatten().map(|named| &named.value);
    let check = |ty: &Type| {
        let rules = quote!(#krate::__private::RedactRules);
        quote!(let _: fn() -> #rules = #rules::of::<#ty>;)
    };
    types.map(check).collect()
}

/// Whether a route macro stands below the attribute; one above has gone by the time it is expanded.
fn has_route(item: &ItemFn) -> bool {
    item.attrs
        .iter()
        .filter_map(|attr| attr.path().segments.last())
        .any(|last| ROUTES.iter().any(|route| last.ident == route))
}

/// Whether the function could have a route macro above it, and rules to announce.
fn may_be_handler(item: &ItemFn, inputs: &[&PatType]) -> bool {
    item.sig.asyncness.is_some()
        && item.sig.receiver().is_none()
        && item.sig.generics.params.is_empty()
        && inputs.iter().all(|input| is_owned(&input.ty) && !is_generic(&input.ty))
        && inputs.iter().any(|input| !is_plain(&input.ty))
}

/// A constant that tells whether the function is inside of what a route macro made of it.
///
/// A route macro puts a unit struct of the function's name in its place, and the function into the
/// struct's `register`. So the name is looked up as a type in the module: if there is none, that
/// goes on to a struct of ours outside, which is no service factory.
fn is_route(item: &ItemFn, krate: &Path) -> TokenStream {
    let name = &item.sig.ident;
    quote!({
        #[allow(non_camel_case_types, dead_code)]
        struct #name;
        {
            #[allow(unused_imports, clippy::wildcard_imports)]
            use self::*;
            #[allow(unused_imports)]
            use #krate::__private::Otherwise as _;
            #krate::__private::Is::<#name>::ROUTE
        }
    })
}
