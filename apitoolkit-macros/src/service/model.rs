//! The function, and what is to be done with it.

use proc_macro2::Span;
use quote::ToTokens as _;
use syn::{
    Block, Expr, ExprAsync, Ident, ItemFn, Path, ReturnType, Stmt, Type, parse_quote,
    visit_mut::{self, VisitMut},
};

use super::{args::Args, handler::Handler};
use crate::ctxt::Ctxt;

pub(super) struct Function<'a> {
    pub(super) args: Args,
    pub(super) item: &'a ItemFn,
    pub(super) krate: Path,
    pub(super) body: Body<'a>,
    /// `None`: the signature stays.
    pub(super) handler: Option<Handler<'a>>,
}

/// Where the work is done.
pub(super) enum Body<'a> {
    Sync(&'a Block),
    Async(&'a Block),
    /// `Box::pin(async move { .. })` at the end: what `#[async_trait]` makes of an `async fn`.
    Boxed {
        before: &'a [Stmt],
        call: &'a syn::ExprCall,
        work: &'a ExprAsync,
    },
}

impl<'a> Function<'a> {
    pub(super) fn new(cx: &mut Ctxt, args: Args, item: &'a ItemFn) -> Self {
        let krate = match &args.krate {
            Some(krate) => krate.value.clone(),
            None => parse_quote!(::apitoolkit_actix),
        };
        if let Some(token) = &item.sig.constness {
            cx.error(token, "a `const fn` runs at compile time too, where there are no spans");
        }
        let handler = Handler::of(cx, &args, item);
        Self { args, item, krate, body: Body::of(item), handler }
    }

    /// The return type with `_` for what cannot be named. `None`: there is nothing to say about it.
    pub(super) fn output(&self) -> Option<Type> {
        let ReturnType::Type(_, ty) = &self.item.sig.output else { return Some(parse_quote!(())) };
        let mut ty = (**ty).clone();
        match &ty {
            Type::Never(_) | Type::ImplTrait(_) => None,
            _ => {
                InferImpl.visit_type_mut(&mut ty);
                Some(ty)
            }
        }
    }

    pub(super) fn never_returns(&self) -> bool {
        matches!(&self.item.sig.output, ReturnType::Type(_, ty) if matches!(**ty, Type::Never(_)))
    }
}

impl<'a> Body<'a> {
    fn of(item: &'a ItemFn) -> Self {
        if item.sig.asyncness.is_some() {
            return Self::Async(&item.block);
        }
        Self::boxed(&item.block).unwrap_or(Self::Sync(&item.block))
    }

    fn boxed(block: &'a Block) -> Option<Self> {
        let (Stmt::Expr(Expr::Call(call), None), before) = block.stmts.split_last()? else {
            return None;
        };
        let Expr::Path(function) = &*call.func else { return None };
        let path = function.path.to_token_stream().to_string().replace(' ', "");
        if path != "Box::pin" && !path.ends_with("::Box::pin") {
            return None;
        }
        match call.args.first() {
            Some(Expr::Async(work)) if call.args.len() == 1 && work.capture.is_some() => {
                Some(Self::Boxed { before, call, work })
            }
            _ => None,
        }
    }
}

/// A local of the expansion. No variable of the function's can meet it; a constant or unit struct
/// of that name could, and nobody begins one with two underscores.
pub(super) fn local(name: &str) -> Ident {
    Ident::new(&format!("__{name}"), Span::mixed_site())
}

struct InferImpl;

impl VisitMut for InferImpl {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        match ty {
            Type::ImplTrait(_) => *ty = parse_quote!(_),
            // What a function pointer or a trait object returns is not the function's own.
            Type::FnPtr(_) | Type::TraitObject(_) => {}
            _ => visit_mut::visit_type_mut(self, ty),
        }
    }
}
