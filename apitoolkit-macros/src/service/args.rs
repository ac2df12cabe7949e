//! The attribute's arguments.

use proc_macro2::TokenTree;
use quote::ToTokens as _;
use syn::{
    Expr, Ident, LitBool, LitStr, Path, Token, Type,
    ext::IdentExt as _,
    parse::{Parse, ParseStream},
    punctuated::Punctuated,
};

use crate::ctxt::Ctxt;

const ACCEPTED: &str = "`service`, `method`, `attributes`, `report_errors`, `skip`, `handler`, \
                        `request`, `response`, `capture_request_body`, `capture_response_body`, `crate`";

#[derive(Default)]
pub(super) struct Args {
    pub(super) service: Option<Named<LitStr>>,
    pub(super) method: Option<Named<LitStr>>,
    pub(super) attributes: Option<Named<Vec<Attribute>>>,
    pub(super) report_errors: Option<Named<LitBool>>,
    pub(super) skip: Option<Ident>,
    pub(super) handler: Option<Named<bool>>,
    pub(super) request: Option<Named<Type>>,
    pub(super) response: Option<Named<Type>>,
    pub(super) capture_request_body: Option<Named<LitBool>>,
    pub(super) capture_response_body: Option<Named<LitBool>>,
    pub(super) krate: Option<Named<Path>>,
}

/// An argument's value beside the key that it was given under.
pub(super) struct Named<T> {
    pub(super) key: Ident,
    pub(super) value: T,
}

/// `name = expr` in `attributes(..)`.
pub(super) struct Attribute {
    pub(super) name: String,
    pub(super) value: Expr,
}

impl Args {
    /// Parses all arguments; one that is wrong is left out, and the others still count.
    pub(super) fn parse(cx: &mut Ctxt, input: ParseStream<'_>) -> Self {
        let mut args = Self::default();
        while !input.is_empty() {
            let parsed = args.argument(cx, input).and_then(|()| {
                if input.is_empty() { Ok(()) } else { input.parse::<Token![,]>().map(drop) }
            });
            if cx.ok(parsed).is_none() {
                skip_to_next(input);
            }
        }
        args.check(cx);
        args
    }

    fn argument(&mut self, cx: &mut Ctxt, input: ParseStream<'_>) -> syn::Result<()> {
        let key = input.call(Ident::parse_any)?;
        match key.to_string().as_str() {
            "service" => set(cx, &mut self.service, key, text(input)?),
            "method" => set(cx, &mut self.method, key, text(input)?),
            "attributes" => set(cx, &mut self.attributes, key, attributes(input)?),
            "report_errors" => set(cx, &mut self.report_errors, key, value(input)?),
            "skip" => cx.set(&mut self.skip, "skip", &key, key.clone()),
            "handler" => {
                let is_handler = !input.peek(Token![=]) || value::<LitBool>(input)?.value;
                set(cx, &mut self.handler, key, is_handler);
            }
            "request" => set(cx, &mut self.request, key, value(input)?),
            "response" => set(cx, &mut self.response, key, value(input)?),
            "capture_request_body" => set(cx, &mut self.capture_request_body, key, value(input)?),
            "capture_response_body" => set(cx, &mut self.capture_response_body, key, value(input)?),
            "crate" => {
                input.parse::<Token![=]>()?;
                let path = input.call(Path::parse_mod_style)?;
                set(cx, &mut self.krate, key, path);
            }
            _ => {
                let message = format!("unknown argument: `traced_service` takes {ACCEPTED}");
                return Err(syn::Error::new(key.span(), message));
            }
        }
        Ok(())
    }

    /// `skip` leaves nothing for what describes the span.
    fn check(&self, cx: &mut Ctxt) {
        if self.skip.is_none() {
            return;
        }
        let keys = [
            self.service.as_ref().map(|named| &named.key),
            self.method.as_ref().map(|named| &named.key),
            self.attributes.as_ref().map(|named| &named.key),
            self.report_errors.as_ref().map(|named| &named.key),
        ];
        for key in keys.into_iter().flatten() {
            cx.error(key, "`skip` opens no span that this could be about");
        }
    }
}

fn set<T>(cx: &mut Ctxt, slot: &mut Option<Named<T>>, key: Ident, value: T) {
    let name = key.to_string();
    cx.set(slot, &name, key.clone(), Named { key, value });
}

fn value<T: Parse>(input: ParseStream<'_>) -> syn::Result<T> {
    input.parse::<Token![=]>()?;
    input.parse()
}

/// A name of a service or a method: literal, so that a span costs no allocation for it.
fn text(input: ParseStream<'_>) -> syn::Result<LitStr> {
    let text: LitStr = value(input)?;
    if text.value().is_empty() {
        return Err(syn::Error::new(text.span(), "a name cannot be empty"));
    }
    Ok(text)
}

fn attributes(input: ParseStream<'_>) -> syn::Result<Vec<Attribute>> {
    let content;
    syn::parenthesized!(content in input);
    let attributes = Punctuated::<Attribute, Token![,]>::parse_terminated(&content)?;
    Ok(attributes.into_iter().collect())
}

impl Parse for Attribute {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name = if input.peek(LitStr) {
            input.parse::<LitStr>()?.value()
        } else {
            let parts = Punctuated::<Ident, Token![.]>::parse_separated_nonempty_with(
                input,
                Ident::parse_any,
            )?;
            parts.to_token_stream().to_string().replace(' ', "")
        };
        input.parse::<Token![=]>()?;
        Ok(Self { name, value: input.parse()? })
    }
}

/// Goes on behind the next comma.
fn skip_to_next(input: ParseStream<'_>) {
    while !input.is_empty() {
        match input.parse::<TokenTree>() {
            Ok(TokenTree::Punct(punct)) if punct.as_char() == ',' => return,
            Ok(_) => {}
            Err(_) => return,
        }
    }
}
