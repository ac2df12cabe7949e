//! What serde's own attributes say about names and shapes. They are read, never required, and their
//! mistakes are left to serde, except where a name would not be known.

use syn::{Attribute, LitStr, Path, Token, meta::ParseNestedMeta, token};

use super::case::Case;
use crate::ctxt::Ctxt;

/// What holds for writing and for reading.
#[derive(Clone, Default)]
pub(super) struct Both<T> {
    pub(super) ser: T,
    pub(super) de: T,
}

impl<T: Clone> Both<Option<T>> {
    /// This where it says something, else the other.
    pub(super) fn or(&self, other: &Self) -> Self {
        Self {
            ser: self.ser.clone().or_else(|| other.ser.clone()),
            de: self.de.clone().or_else(|| other.de.clone()),
        }
    }
}

/// `#[serde(..)]` of a type, a variant or a field; what one of them does not take stays empty.
#[derive(Clone, Default)]
pub(super) struct Serde {
    pub(super) rename: Both<Option<String>>,
    pub(super) rename_all: Both<Option<Case>>,
    pub(super) rename_all_fields: Both<Option<Case>>,
    pub(super) aliases: Vec<String>,
    pub(super) skip: Both<bool>,
    pub(super) skip_serializing_if: bool,
    pub(super) flatten: bool,
    pub(super) transparent: bool,
    pub(super) untagged: bool,
    pub(super) tag: Option<String>,
    pub(super) content: Option<String>,
    /// `with`, `serialize_with`, `deserialize_with`: the value's form is up to a function.
    pub(super) with: Option<Path>,
    /// `from`, `try_from`, `into`: the form is another type's.
    pub(super) conversion: Option<Path>,
}

impl Serde {
    pub(super) fn parse(cx: &mut Ctxt, attrs: &[Attribute]) -> Self {
        let mut this = Self::default();
        for attr in attrs.iter().filter(|attr| attr.path().is_ident("serde")) {
            let parsed = attr.parse_nested_meta(|meta| this.key(&meta));
            cx.ok(parsed);
        }
        this
    }

    fn key(&mut self, meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
        let Some(key) = meta.path.get_ident() else { return pass_over(meta) };
        match key.to_string().as_str() {
            "rename" => read_both(meta, &mut self.rename, |text| Ok(text.value())),
            "rename_all" => read_both(meta, &mut self.rename_all, case),
            "rename_all_fields" => read_both(meta, &mut self.rename_all_fields, case),
            "alias" => {
                self.aliases.push(text(meta)?.value());
                Ok(())
            }
            "skip" => {
                self.skip = Both { ser: true, de: true };
                Ok(())
            }
            "skip_serializing" => set(&mut self.skip.ser),
            "skip_deserializing" => set(&mut self.skip.de),
            "skip_serializing_if" => {
                self.skip_serializing_if = true;
                pass_over(meta)
            }
            "flatten" => set(&mut self.flatten),
            "transparent" => set(&mut self.transparent),
            "untagged" => set(&mut self.untagged),
            "tag" => {
                self.tag = Some(text(meta)?.value());
                Ok(())
            }
            "content" => {
                self.content = Some(text(meta)?.value());
                Ok(())
            }
            "with" | "serialize_with" | "deserialize_with" => {
                self.with = Some(meta.path.clone());
                pass_over(meta)
            }
            "from" | "try_from" | "into" => {
                self.conversion = Some(meta.path.clone());
                pass_over(meta)
            }
            _ => pass_over(meta),
        }
    }
}

fn set(flag: &mut bool) -> syn::Result<()> {
    *flag = true;
    Ok(())
}

fn text(meta: &ParseNestedMeta<'_>) -> syn::Result<LitStr> {
    meta.value()?.parse()
}

fn case(name: &LitStr) -> syn::Result<Case> {
    Case::named(&name.value()).ok_or_else(|| {
        syn::Error::new(name.span(), format!("serde knows no such case: {}", Case::known()))
    })
}

/// `key = ".."`, or `key(serialize = "..", deserialize = "..")`.
fn read_both<T: Clone>(
    meta: &ParseNestedMeta<'_>,
    slot: &mut Both<Option<T>>,
    read: fn(&LitStr) -> syn::Result<T>,
) -> syn::Result<()> {
    if meta.input.peek(Token![=]) {
        let value = read(&text(meta)?)?;
        *slot = Both { ser: Some(value.clone()), de: Some(value) };
        return Ok(());
    }
    meta.parse_nested_meta(|meta| {
        if meta.path.is_ident("serialize") {
            slot.ser = Some(read(&text(&meta)?)?);
        } else if meta.path.is_ident("deserialize") {
            slot.de = Some(read(&text(&meta)?)?);
        } else {
            pass_over(&meta)?;
        }
        Ok(())
    })
}

/// Leaves out what a key is given, whatever that is.
fn pass_over(meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
    if meta.input.peek(Token![=]) {
        meta.value()?.parse::<syn::Expr>().map(drop)
    } else if meta.input.peek(token::Paren) {
        meta.parse_nested_meta(|meta| pass_over(&meta))
    } else {
        Ok(())
    }
}
