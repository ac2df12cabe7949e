//! The `#[redact]` attributes.

use syn::{Attribute, Meta, Path, meta::ParseNestedMeta};

use crate::ctxt::Ctxt;

const ON_TYPE: &str =
    "on a type, write `#[redact]`, `#[redact(debug)]` or `#[redact(crate = path)]`";
const ON_FIELD: &str = "on a field, write `#[redact]` or `#[redact(nested)]`";

/// `#[redact(..)]` on the type.
#[derive(Default)]
pub(super) struct ContainerAttr {
    /// `#[redact]`: every value of the type is secret.
    pub(super) whole: Option<Path>,
    pub(super) debug: Option<Path>,
    pub(super) krate: Option<Path>,
}

impl ContainerAttr {
    pub(super) fn parse(cx: &mut Ctxt, attrs: &[Attribute]) -> Self {
        let mut this = Self::default();
        for attr in redact_attrs(attrs) {
            if let Meta::Path(path) = &attr.meta {
                cx.set(&mut this.whole, "redact", path, path.clone());
                continue;
            }
            if let Meta::NameValue(meta) = &attr.meta {
                cx.error(meta.eq_token, ON_TYPE);
                continue;
            }
            let parsed = attr.parse_nested_meta(|meta| {
                if meta.path.is_ident("debug") {
                    cx.set(&mut this.debug, "debug", &meta.path, meta.path.clone());
                } else if meta.path.is_ident("crate") {
                    let path: Path = meta.value()?.parse()?;
                    cx.set(&mut this.krate, "crate", &meta.path, path);
                } else {
                    return Err(unknown(&meta, ON_TYPE));
                }
                Ok(())
            });
            cx.ok(parsed);
        }
        this
    }
}

/// What happens to the value of a field.
#[derive(Clone)]
pub(super) enum Mark {
    /// `#[redact]`: all of it goes.
    Whole,
    /// `#[redact(nested)]`: the rules of its type apply.
    Nested(Path),
}

impl Mark {
    /// `#[redact]` and `#[redact(nested)]` on a field.
    pub(super) fn of_field(cx: &mut Ctxt, attrs: &[Attribute]) -> Option<Self> {
        let mut mark = None;
        for attr in redact_attrs(attrs) {
            if let Meta::Path(path) = &attr.meta {
                cx.set(&mut mark, "redact", path, Self::Whole);
                continue;
            }
            if let Meta::NameValue(meta) = &attr.meta {
                cx.error(meta.eq_token, ON_FIELD);
                continue;
            }
            let before = mark.is_some();
            let parsed = attr.parse_nested_meta(|meta| {
                if !meta.path.is_ident("nested") {
                    return Err(unknown(&meta, ON_FIELD));
                }
                cx.set(&mut mark, "redact", &meta.path, Self::Nested(meta.path.clone()));
                Ok(())
            });
            if cx.ok(parsed).is_some() && !before && mark.is_none() {
                cx.error(attr, ON_FIELD);
            }
        }
        mark
    }

    /// `#[redact]` on a variant: all of its fields are marked.
    pub(super) fn of_variant(cx: &mut Ctxt, attrs: &[Attribute]) -> Option<Path> {
        let mut mark = None;
        for attr in redact_attrs(attrs) {
            match &attr.meta {
                Meta::Path(path) => cx.set(&mut mark, "redact", path, path.clone()),
                meta => cx.error(meta, "on a variant, write `#[redact]`"),
            }
        }
        mark
    }
}

fn redact_attrs(attrs: &[Attribute]) -> impl Iterator<Item = &Attribute> {
    attrs.iter().filter(|attr| attr.path().is_ident("redact"))
}

fn unknown(meta: &ParseNestedMeta<'_>, accepted: &str) -> syn::Error {
    meta.error(format_args!("unknown key: {accepted}"))
}
