//! What an implementation asks of the type's parameters.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{Generics, Ident, Path, Type, WherePredicate, parse_quote};

use super::{attr::Mark, model::Container};

/// `Redact` for the parameters of fields whose rules are followed.
pub(super) fn with_redact(container: &Container<'_>, krate: &Path) -> Generics {
    let nested = container.fields().filter(|field| matches!(field.mark, Some(Mark::Nested(_))));
    let bound = parse_quote!(#krate::__private::Redact);
    with_bound(container, nested.map(|field| &field.node.ty), &bound)
}

/// `Debug` for the parameters of fields that are shown.
pub(super) fn with_debug(container: &Container<'_>) -> Generics {
    let shown = container.fields().filter(|field| !matches!(field.mark, Some(Mark::Whole)));
    with_bound(container, shown.map(|field| &field.node.ty), &parse_quote!(::core::fmt::Debug))
}

/// The bound on the parameters and not on the fields' types: for a recursive type, those would
/// depend on the implementation itself. What is a parameter's associated type is bound as it is.
fn with_bound<'a>(
    container: &Container<'_>,
    types: impl Iterator<Item = &'a Type>,
    bound: &Path,
) -> Generics {
    let mut generics = container.input.generics.clone();
    let params: Vec<Ident> = generics.type_params().map(|param| param.ident.clone()).collect();
    if params.is_empty() {
        return generics;
    }
    let where_clause = generics.make_where_clause();
    for ty in types {
        for param in params.iter().filter(|param| mentions(ty.to_token_stream(), param)) {
            let is_projection = match ty {
                Type::Path(ty) => {
                    ty.qself.is_some()
                        || (ty.path.segments.len() > 1
                            && ty.path.segments.first().is_some_and(|first| first.ident == *param))
                }
                _ => false,
            };
            let bounded =
                if is_projection { ty.to_token_stream() } else { param.to_token_stream() };
            let predicate: WherePredicate = parse_quote!(#bounded: #bound);
            if !where_clause.predicates.iter().any(|known| same(known, &predicate)) {
                where_clause.predicates.push(predicate);
            }
        }
    }
    generics
}

fn same(one: &WherePredicate, other: &WherePredicate) -> bool {
    one.to_token_stream().to_string() == other.to_token_stream().to_string()
}

fn mentions(tokens: TokenStream, ident: &Ident) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(found) => found == *ident,
        TokenTree::Group(group) => mentions(group.stream(), ident),
        _ => false,
    })
}
