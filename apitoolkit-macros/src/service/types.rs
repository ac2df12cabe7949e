//! What can be told of a parameter's type by how it is written.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{GenericArgument, GenericParam, PathArguments, Type};

/// Types of the standard library that are no extractors with rules; what they hold does not count,
/// since nobody but actix could make extractors of them.
const PLAIN: [&str; 28] = [
    "Arc", "BTreeMap", "BTreeSet", "Cow", "Duration", "HashMap", "HashSet", "PathBuf", "Rc",
    "String", "Vec", "VecDeque", "bool", "char", "f32", "f64", "i128", "i16", "i32", "i64", "i8",
    "isize", "u128", "u16", "u32", "u64", "u8", "usize",
];

/// The type, and those that may be extracted in its place or as part of it.
pub(super) fn leaves<'a>(ty: &'a Type, types: &mut Vec<&'a Type>) {
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
pub(super) fn is_owned(ty: &Type) -> bool {
    matches!(ty, Type::Path(_) | Type::Tuple(_) | Type::Paren(_) | Type::Group(_))
        && !any_token(ty.to_token_stream(), &|token| match token {
            TokenTree::Ident(ident) => ident == "impl" || ident == "Self" || ident == "_",
            TokenTree::Punct(punct) => matches!(punct.as_char(), '&' | '\'' | '*'),
            _ => false,
        })
}

/// Whether a type parameter seems to be in it. Those of an `impl` block cannot be seen from a
/// function in it, and nothing else is called by one capital letter.
pub(super) fn is_generic(ty: &Type) -> bool {
    any_token(ty.to_token_stream(), &|token| match token {
        TokenTree::Ident(ident) => {
            let name = ident.to_string();
            name.len() == 1 && name.starts_with(|letter: char| letter.is_ascii_uppercase())
        }
        _ => false,
    })
}

pub(super) fn is_plain(ty: &Type) -> bool {
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

pub(super) fn mentions(ty: &Type, param: &GenericParam) -> bool {
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
