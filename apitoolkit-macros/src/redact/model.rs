//! The type as serde sees it. Every node keeps the syntax that it came from, for spans.

use syn::{
    Data as Syntax, DeriveInput, GenericArgument, Ident, Path, PathArguments, Type,
    ext::IdentExt as _,
};

use super::{
    attr::{ContainerAttr, Mark},
    case::Case,
    serde::{Both, Serde},
};
use crate::ctxt::Ctxt;

pub(super) struct Container<'a> {
    pub(super) input: &'a DeriveInput,
    pub(super) attr: ContainerAttr,
    pub(super) serde: Serde,
    pub(super) data: Data<'a>,
}

pub(super) enum Data<'a> {
    Struct(Fields<'a>),
    Enum(Vec<Variant<'a>>),
}

pub(super) struct Variant<'a> {
    pub(super) ident: &'a Ident,
    pub(super) serde: Serde,
    /// Every name that the variant goes by.
    pub(super) names: Vec<String>,
    pub(super) fields: Fields<'a>,
}

pub(super) struct Fields<'a> {
    pub(super) style: Style,
    pub(super) list: Vec<Field<'a>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Named,
    /// One field without a name.
    Newtype,
    Tuple,
    Unit,
}

pub(super) struct Field<'a> {
    pub(super) node: &'a syn::Field,
    pub(super) mark: Option<Mark>,
    pub(super) serde: Serde,
    /// Every name that the field goes by, if it has one and serde does not leave it out.
    pub(super) names: Vec<String>,
}

impl<'a> Container<'a> {
    pub(super) fn parse(cx: &mut Ctxt, input: &'a DeriveInput) -> Self {
        let attr = ContainerAttr::parse(cx, &input.attrs);
        let serde = Serde::parse(cx, &input.attrs);
        let data = match &input.data {
            Syntax::Struct(data) => {
                Data::Struct(Fields::parse(cx, &data.fields, &serde.rename_all, None))
            }
            Syntax::Enum(data) => Data::Enum(
                data.variants.iter().map(|node| Variant::parse(cx, node, &serde)).collect(),
            ),
            Syntax::Union(data) => {
                cx.error(
                    data.union_token,
                    "`Redact` is for structs and enums; serde writes no union",
                );
                Data::Enum(Vec::new())
            }
        };
        let this = Self { input, attr, serde, data };
        this.check_conversion(cx);
        this
    }

    /// All fields, in order.
    pub(super) fn fields(&self) -> impl Iterator<Item = &Field<'a>> {
        let (of_struct, of_variants) = match &self.data {
            Data::Struct(fields) => (Some(fields), [].as_slice()),
            Data::Enum(variants) => (None, variants.as_slice()),
        };
        of_struct
            .into_iter()
            .chain(of_variants.iter().map(|variant| &variant.fields))
            .flat_map(|fields| &fields.list)
    }

    fn check_conversion(&self, cx: &mut Ctxt) {
        let marks = self.fields().any(|field| field.mark.is_some());
        if let Some(key) =
            self.serde.conversion.as_ref().filter(|_| marks && self.attr.whole.is_none())
        {
            cx.error(
                key,
                "serde writes or reads another type instead, so the fields' names are not known: \
                 put `#[redact]` on the whole type, or implement `Redact` by hand with the rules \
                 of the other type",
            );
        }
    }
}

impl<'a> Variant<'a> {
    fn parse(cx: &mut Ctxt, node: &'a syn::Variant, container: &Serde) -> Self {
        let serde = Serde::parse(cx, &node.attrs);
        let whole = Mark::of_variant(cx, &node.attrs);
        let cases = serde.rename_all.or(&container.rename_all_fields);
        let fields = Fields::parse(cx, &node.fields, &cases, whole.as_ref());
        if let Some(whole) = whole.filter(|_| fields.list.is_empty()) {
            cx.error(whole, "this variant holds nothing that could be redacted");
        }
        let names = names(&serde, &node.ident, &container.rename_all, Case::of_variant);
        Self { ident: &node.ident, serde, names, fields }
    }
}

impl<'a> Fields<'a> {
    fn parse(
        cx: &mut Ctxt,
        nodes: &'a syn::Fields,
        cases: &Both<Option<Case>>,
        whole: Option<&Path>,
    ) -> Self {
        let style = match nodes {
            syn::Fields::Named(_) => Style::Named,
            syn::Fields::Unnamed(fields) if fields.unnamed.len() == 1 => Style::Newtype,
            syn::Fields::Unnamed(_) => Style::Tuple,
            syn::Fields::Unit => Style::Unit,
        };
        let list = nodes.iter().map(|node| Field::parse(cx, node, cases, whole)).collect();
        Self { style, list }
    }

    pub(super) fn has_marks(&self) -> bool {
        self.list.iter().any(|field| field.mark.is_some() && !field.is_left_out())
    }
}

impl<'a> Field<'a> {
    fn parse(
        cx: &mut Ctxt,
        node: &'a syn::Field,
        cases: &Both<Option<Case>>,
        whole: Option<&Path>,
    ) -> Self {
        let serde = Serde::parse(cx, &node.attrs);
        let own = Mark::of_field(cx, &node.attrs);
        check_nested(cx, own.as_ref(), &serde, &node.ty);
        let mark = whole.map(|_| Mark::Whole).or(own);
        let names = match &node.ident {
            Some(ident) => names(&serde, ident, cases, Case::of_field),
            None => Vec::new(),
        };
        Self { node, mark, serde, names }
    }

    /// Whether serde neither writes nor reads it.
    pub(super) fn is_left_out(&self) -> bool {
        self.serde.skip.ser && self.serde.skip.de
    }
}

/// `#[redact(nested)]` must find rules, or the field would only look safe.
fn check_nested(cx: &mut Ctxt, mark: Option<&Mark>, serde: &Serde, ty: &Type) {
    let Some(Mark::Nested(nested)) = mark else { return };
    if let Some(with) = &serde.with {
        cx.error(
            with,
            "a function writes or reads this field, so the rules of its type may not fit: use \
             `#[redact]`, which takes the whole value",
        );
    } else if let Some(plain) = plain_type(ty) {
        cx.error(
            nested,
            format_args!(
                "`{plain}` has no rules to follow: use `#[redact]`, which takes the whole value"
            ),
        );
    }
}

/// The name of a type without parts that the field's type is or wraps.
fn plain_type(ty: &Type) -> Option<&Ident> {
    const PLAIN: [&str; 18] = [
        "String", "str", "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize",
        "u8", "u16", "u32", "u64", "u128", "usize",
    ];
    match ty {
        Type::Reference(ty) => plain_type(&ty.elem),
        Type::Slice(ty) => plain_type(&ty.elem),
        Type::Array(ty) => plain_type(&ty.elem),
        Type::Path(ty) => {
            let last = ty.path.segments.last()?;
            match &last.arguments {
                PathArguments::None => {
                    PLAIN.iter().any(|plain| last.ident == plain).then_some(&last.ident)
                }
                PathArguments::AngleBracketed(arguments)
                    if ["Option", "Vec", "Box", "Rc", "Arc"]
                        .iter()
                        .any(|name| last.ident == name) =>
                {
                    arguments.args.iter().find_map(|argument| match argument {
                        GenericArgument::Type(ty) => plain_type(ty),
                        _ => None,
                    })
                }
                _ => None,
            }
        }
        _ => None,
    }
}

/// The names for writing and for reading, and the aliases; each once.
fn names(
    serde: &Serde,
    ident: &Ident,
    cases: &Both<Option<Case>>,
    apply: fn(Case, &str) -> String,
) -> Vec<String> {
    let plain = ident.unraw().to_string();
    let name = |rename: &Option<String>, case: Option<Case>| {
        rename
            .clone()
            .unwrap_or_else(|| case.map_or_else(|| plain.clone(), |case| apply(case, &plain)))
    };
    let mut names = Vec::new();
    if !serde.skip.ser {
        names.push(name(&serde.rename.ser, cases.ser));
    }
    if !serde.skip.de {
        names.push(name(&serde.rename.de, cases.de));
        names.extend(serde.aliases.iter().cloned());
    }
    let mut seen = std::collections::HashSet::new();
    names.retain(|name| seen.insert(name.clone()));
    names
}
