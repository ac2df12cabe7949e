//! The implementation of `Redact`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::{Path, parse_quote};

use super::{
    attr::Mark,
    bounds, debug,
    model::{Container, Data, Field, Fields, Style, Variant},
};

pub(super) fn expand(container: &Container<'_>) -> TokenStream {
    let scope = Scope::new(krate(container));
    let body = if container.attr.whole.is_some() { scope.whole() } else { scope.data(container) };
    let debug = container.attr.debug.is_some().then(|| debug::expand(container, &scope.krate));
    let redact = implement(container, &scope, &body, true);
    quote!(#redact #debug)
}

/// An implementation without rules, for a type whose attributes are wrong.
pub(super) fn fallback(container: &Container<'_>) -> TokenStream {
    let krate = krate(container);
    let debug = container.attr.debug.is_some().then(|| debug::expand(container, &krate));
    let redact = implement(container, &Scope::new(krate), &TokenStream::new(), false);
    quote!(#redact #debug)
}

pub(super) fn krate(container: &Container<'_>) -> Path {
    container.attr.krate.clone().unwrap_or_else(|| parse_quote!(::apitoolkit_actix))
}

fn implement(
    container: &Container<'_>,
    Scope { krate, rules }: &Scope,
    body: &TokenStream,
    bounded: bool,
) -> TokenStream {
    let ident = &container.input.ident;
    let generics = if bounded {
        bounds::with_redact(container, krate)
    } else {
        container.input.generics.clone()
    };
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    // Without rules, the parameter would be unused.
    let rules = if body.is_empty() { quote!(_) } else { quote!(#rules) };
    quote! {
        #[automatically_derived]
        impl #impl_generics #krate::__private::Redact for #ident #ty_generics #where_clause {
            fn redact(#rules: &mut #krate::__private::RedactRules) {
                #body
            }
        }
    }
}

/// How an enum's variants are told apart.
enum Tagging<'a> {
    External,
    Internal,
    Adjacent(&'a str),
    Untagged,
}

/// Makes the statements that add rules. In each, `rules` stands at the place in question.
struct Scope {
    krate: Path,
    rules: Ident,
}

impl Scope {
    fn new(krate: Path) -> Self {
        Self { krate, rules: Ident::new("__rules", Span::mixed_site()) }
    }

    fn whole(&self) -> TokenStream {
        let rules = &self.rules;
        quote!(#rules.whole();)
    }

    fn data(&self, container: &Container<'_>) -> TokenStream {
        match &container.data {
            Data::Struct(fields) if container.serde.transparent => {
                fields.list.iter().map(|field| self.here(field)).collect()
            }
            Data::Struct(fields) => self.fields(fields),
            Data::Enum(variants) => self.variants(container, variants),
        }
    }

    fn variants(&self, container: &Container<'_>, variants: &[Variant<'_>]) -> TokenStream {
        let rules = &self.rules;
        let serde = &container.serde;
        let tagging = match (&serde.tag, &serde.content) {
            _ if serde.untagged => Tagging::Untagged,
            (Some(_), Some(content)) => Tagging::Adjacent(content),
            (Some(_), None) => Tagging::Internal,
            (None, _) => Tagging::External,
        };
        let content: TokenStream =
            variants.iter().map(|variant| self.variant(&tagging, variant)).collect();
        // These can be read from an array of tag and content too.
        let has_array = matches!(tagging, Tagging::Adjacent(_) | Tagging::Internal);
        let sequence = (has_array && !content.is_empty()).then(|| quote!(#rules.sequence();));
        quote!(#sequence #content)
    }

    fn variant(&self, tagging: &Tagging<'_>, variant: &Variant<'_>) -> TokenStream {
        let Variant { serde, names, fields, .. } = variant;
        if names.is_empty() || !fields.has_marks() {
            return TokenStream::new();
        }
        let tagging = if serde.untagged { &Tagging::Untagged } else { tagging };
        let custom = serde.with.is_some();
        let content = if custom { self.whole() } else { self.fields(fields) };
        match tagging {
            Tagging::External => self.members(names, &self.closure(&content)),
            Tagging::Adjacent(name) => self.members(&[(*name).to_owned()], &self.closure(&content)),
            Tagging::Untagged => content,
            Tagging::Internal if custom => self.every_member(),
            Tagging::Internal => {
                fields.list.iter().map(|field| self.beside_tag(fields, field)).collect()
            }
        }
    }

    /// What stands in an object together with the tag: the fields, or those of the one value.
    fn beside_tag(&self, fields: &Fields<'_>, field: &Field<'_>) -> TokenStream {
        match &field.mark {
            Some(Mark::Whole) if fields.style == Style::Newtype => self.every_member(),
            _ if fields.style == Style::Newtype => self.here(field),
            _ => self.member(field),
        }
    }

    fn fields(&self, fields: &Fields<'_>) -> TokenStream {
        let rules = &self.rules;
        if !fields.has_marks() {
            return TokenStream::new();
        }
        match fields.style {
            Style::Unit => TokenStream::new(),
            Style::Newtype => fields.list.iter().map(|field| self.here(field)).collect(),
            Style::Tuple => self.tuple(fields),
            Style::Named => {
                let members: TokenStream =
                    fields.list.iter().map(|field| self.member(field)).collect();
                quote!(#rules.sequence(); #members)
            }
        }
    }

    /// A field whose value stands where its type's does.
    fn here(&self, field: &Field<'_>) -> TokenStream {
        let rules = &self.rules;
        match &field.mark {
            None => TokenStream::new(),
            Some(_) if field.is_left_out() => TokenStream::new(),
            Some(Mark::Whole) => self.whole(),
            Some(Mark::Nested(_)) => {
                let ty = &field.node.ty;
                quote!(#rules.nested::<#ty>();)
            }
        }
    }

    fn member(&self, field: &Field<'_>) -> TokenStream {
        let Some(mark) = field.mark.as_ref().filter(|_| !field.is_left_out()) else {
            return TokenStream::new();
        };
        match mark {
            // Its members stand among those of the type, and their names are not known here.
            Mark::Whole if field.serde.flatten => self.every_member(),
            Mark::Nested(_) if field.serde.flatten => self.here(field),
            _ => self.members(&field.names, &self.value(field, mark)),
        }
    }

    fn members(&self, names: &[String], add: &TokenStream) -> TokenStream {
        let rules = &self.rules;
        quote!(#(#rules.field(#names, #add);)*)
    }

    fn every_member(&self) -> TokenStream {
        let Self { krate, rules } = self;
        quote!(#rules.elements(#krate::__private::RedactRules::whole);)
    }

    /// Fields by position. Those that are left out do not count, and those that may be left out
    /// make the positions of all that follow uncertain.
    fn tuple(&self, fields: &Fields<'_>) -> TokenStream {
        let collector = &self.rules;
        let (mut written, mut read, mut certain) = (0_usize, 0_usize, true);
        let mut rules = TokenStream::new();
        for field in &fields.list {
            let skip = &field.serde.skip;
            if let Some(mark) = field.mark.as_ref().filter(|_| !field.is_left_out()) {
                let add = self.value(field, mark);
                if certain {
                    let written = (!skip.ser).then_some(written);
                    let read = (!skip.de).then_some(read).filter(|read| Some(*read) != written);
                    let places = written.into_iter().chain(read);
                    rules.extend(places.map(|place| quote!(#collector.element(#place, #add);)));
                } else {
                    rules.extend(quote!(#collector.elements(#add);));
                }
            }
            written += usize::from(!skip.ser);
            read += usize::from(!skip.de);
            certain &= !field.serde.skip_serializing_if;
        }
        rules
    }

    /// What adds the rules of a field's value, as a function.
    fn value(&self, field: &Field<'_>, mark: &Mark) -> TokenStream {
        let krate = &self.krate;
        let ty = &field.node.ty;
        match mark {
            Mark::Whole => quote!(#krate::__private::RedactRules::whole),
            Mark::Nested(_) => quote!(#krate::__private::RedactRules::nested::<#ty>),
        }
    }

    /// What adds the rules of something in parts, as a function.
    fn closure(&self, content: &TokenStream) -> TokenStream {
        let rules = &self.rules;
        quote!(|#rules| { #content })
    }
}
