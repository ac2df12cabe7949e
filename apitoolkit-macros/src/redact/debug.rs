//! `#[redact(debug)]`: a `Debug` that shows no marked field.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::{Ident, Path, ext::IdentExt as _};

use super::{
    attr::Mark,
    bounds,
    model::{Container, Data, Field, Fields, Style},
};

pub(super) fn expand(container: &Container<'_>, krate: &Path) -> TokenStream {
    let ident = &container.input.ident;
    let generics = bounds::with_debug(container);
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let arms: Vec<TokenStream> = match &container.data {
        Data::Struct(fields) => vec![arm(&quote!(Self), ident, fields, container, krate)],
        Data::Enum(variants) => variants
            .iter()
            .map(|variant| {
                let name = variant.ident;
                arm(&quote!(Self::#name), name, &variant.fields, container, krate)
            })
            .collect(),
    };
    let body =
        if arms.is_empty() { quote!(match *self {}) } else { quote!(match self { #(#arms)* }) };
    let formatter = Ident::new("__formatter", Span::mixed_site());
    let formatter = if arms.is_empty() { quote!(_) } else { quote!(#formatter) };
    quote! {
        #[automatically_derived]
        impl #impl_generics ::core::fmt::Debug for #ident #ty_generics #where_clause {
            fn fmt(&self, #formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                #body
            }
        }
    }
}

fn arm(
    path: &TokenStream,
    name: &Ident,
    fields: &Fields<'_>,
    container: &Container<'_>,
    krate: &Path,
) -> TokenStream {
    let name = name.unraw().to_string();
    let formatter = Ident::new("__formatter", Span::mixed_site());
    let bindings: Vec<Ident> = (0..fields.list.len())
        .map(|at| format_ident!("__field_{at}", span = Span::mixed_site()))
        .collect();
    let is_hidden = |field: &Field<'_>| {
        container.attr.whole.is_some() || matches!(field.mark, Some(Mark::Whole))
    };
    let values: Vec<TokenStream> =
        fields
            .list
            .iter()
            .zip(&bindings)
            .map(|(field, binding)| {
                if is_hidden(field) {
                    quote!(&#krate::__private::Redacted)
                } else {
                    quote!(#binding)
                }
            })
            .collect();
    let patterns: Vec<TokenStream> = fields
        .list
        .iter()
        .zip(&bindings)
        .map(|(field, binding)| if is_hidden(field) { quote!(_) } else { quote!(#binding) })
        .collect();
    let idents: Vec<&Ident> =
        fields.list.iter().filter_map(|field| field.node.ident.as_ref()).collect();
    let labels = idents.iter().map(|ident| ident.unraw().to_string());
    match fields.style {
        Style::Named => quote! {
            #path { #(#idents: #patterns),* } =>
                ::core::fmt::Formatter::debug_struct(#formatter, #name)#(.field(#labels, #values))*.finish(),
        },
        Style::Newtype | Style::Tuple => quote! {
            #path(#(#patterns),*) =>
                ::core::fmt::Formatter::debug_tuple(#formatter, #name)#(.field(#values))*.finish(),
        },
        Style::Unit => quote!(#path => ::core::fmt::Formatter::write_str(#formatter, #name),),
    }
}
