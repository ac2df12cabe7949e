//! Handlers: the rules of their arguments are announced before any of them is extracted.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::{
    FnArg, GenericArgument, GenericParam, Ident, ItemFn, PatType, Path, PathArguments, Type,
    spanned::Spanned as _,
};

use super::args::Args;
use crate::ctxt::Ctxt;

/// Actix's route macros.
const ROUTES: [&str; 11] = [
    "connect", "delete", "get", "head", "options", "patch", "post", "put", "route", "routes",
    "trace",
];

/// Types of the standard library that are no extractors with rules; what they hold does not count,
/// since nobody but actix could make extractors of them.
const PLAIN: [&str; 28] = [
    "Arc", "BTreeMap", "BTreeSet", "Cow", "Duration", "HashMap", "HashSet", "PathBuf", "Rc",
    "String", "Vec", "VecDeque", "bool", "char", "f32", "f64", "i128", "i16", "i32", "i64", "i8",
    "isize", "u128", "u16", "u32", "u64", "u8", "usize",
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

    /// What the argument that announces is: `When<its type, the rules, whether it announces>`.
    pub(super) fn slot(&self, args: &Args, item: &ItemFn, krate: &Path) -> TokenStream {
        let announcement = self.announcement(args, krate);
        let ty = self.first.map_or_else(|| quote!(()), |first| first.ty.to_token_stream());
        let announces = if self.depends { is_route(item, krate) } else { quote!(true) };
        quote!(#krate::__private::When<#ty, #announcement, #announces>)
    }

    fn announcement(&self, args: &Args, krate: &Path) -> TokenStream {
        let mut parts: Vec<TokenStream> = self
            .types
            .iter()
            .map(|ty| {
                quote! {
                    #krate::__private::Argument<#ty, {
                        #[allow(unused_imports)]
                        use #krate::__private::Otherwise as _;
                        #krate::__private::Is::<#ty>::EXTRACTOR
                    }>
                }
            })
            .collect();
        if let Some(ty) = args.request.as_ref().map(|named| &named.value) {
            parts.push(named_type(krate, "RequestBody", ty));
        }
        if let Some(ty) = args.response.as_ref().map(|named| &named.value) {
            parts.push(named_type(krate, "ResponseBody", ty));
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

/// `wrapper<ty>`, all of it at the place of `ty`: that is what an error is about.
fn named_type(krate: &Path, wrapper: &str, ty: &Type) -> TokenStream {
    let span = ty.span();
    let wrapper = Ident::new(wrapper, span);
    let krate = respanned(krate.to_token_stream(), span);
    quote_spanned!(span=> #krate::__private::#wrapper<#ty>)
}

fn respanned(tokens: TokenStream, span: Span) -> TokenStream {
    let respan = |mut token: TokenTree| {
        token.set_span(span.resolved_at(token.span()));
        token
    };
    tokens.into_iter().map(respan).collect()
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

/// The type, and those that may be extracted in its place or as part of it.
fn leaves<'a>(ty: &'a Type, types: &mut Vec<&'a Type>) {
    match ty {
        Type::Tuple(tuple) => tuple.elems.iter().for_each(|ty| leaves(ty, types)),
        Type::Paren(paren) => leaves(&paren.elem, types),
        Type::Group(group) => leaves(&group.elem, types),
        Type::Path(path) if is_owned(ty) && !is_plain(ty) => {
            types.push(ty);
            if let Some(last) = path.path.segments.last()
                && let PathArguments::AngleBracketed(arguments) = &last.arguments
                && ["Either", "Option", "Result"].iter().any(|name| last.ident == name)
            {
                for argument in &arguments.args {
                    if let GenericArgument::Type(ty) = argument {
                        leaves(ty, types);
                    }
                }
            }
        }
        _ => {}
    }
}

/// Whether the type can be named outside of the signature: it has no lifetime, `impl` or `Self`.
fn is_owned(ty: &Type) -> bool {
    matches!(ty, Type::Path(_) | Type::Tuple(_) | Type::Paren(_) | Type::Group(_))
        && !any_token(ty.to_token_stream(), &|token| match token {
            TokenTree::Ident(ident) => ident == "impl" || ident == "Self" || ident == "_",
            TokenTree::Punct(punct) => matches!(punct.as_char(), '&' | '\'' | '*'),
            _ => false,
        })
}

/// Whether a type parameter seems to be in it. Those of an `impl` block cannot be seen from a
/// function in it, and nothing else is called by one capital letter.
fn is_generic(ty: &Type) -> bool {
    any_token(ty.to_token_stream(), &|token| match token {
        TokenTree::Ident(ident) => {
            let name = ident.to_string();
            name.len() == 1 && name.starts_with(|letter: char| letter.is_ascii_uppercase())
        }
        _ => false,
    })
}

fn is_plain(ty: &Type) -> bool {
    match ty {
        Type::Path(ty) => ty
            .path
            .segments
            .last()
            .is_some_and(|last| PLAIN.iter().any(|plain| last.ident == plain)),
        Type::Tuple(tuple) => tuple.elems.iter().all(is_plain),
        _ => false,
    }
}

fn mentions(ty: &Type, param: &GenericParam) -> bool {
    let name = match param {
        GenericParam::Type(param) => &param.ident,
        GenericParam::Const(param) => &param.ident,
        GenericParam::Lifetime(param) => &param.lifetime.ident,
    };
    any_token(
        ty.to_token_stream(),
        &|token| matches!(token, TokenTree::Ident(ident) if ident == name),
    )
}

fn any_token(tokens: TokenStream, test: &dyn Fn(&TokenTree) -> bool) -> bool {
    tokens.into_iter().any(|token| match &token {
        TokenTree::Group(group) => any_token(group.stream(), test),
        token => test(token),
    })
}
