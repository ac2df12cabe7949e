//! The function that takes the place of the one that was written.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};
use syn::{FnArg, ItemFn, PatType, parse_quote};

use super::{
    handler::check_rules,
    model::{Body, Function, local},
};

pub(super) fn expand(function: &Function<'_>) -> TokenStream {
    let mut item = function.item.clone();
    let argument = announce(function, &mut item);
    let checks = check_rules(&function.args, &function.krate);
    let registration = function
        .handler
        .as_ref()
        .and_then(|handler| handler.registration(&function.args, function.item, &function.krate));
    let body = if function.args.skip.is_some() {
        let block = &function.item.block;
        quote!(#block)
    } else {
        match function.body {
            Body::Sync(block) => function.sync(&quote!(#block)),
            Body::Async(block) => {
                let output = function.output_hint();
                function.future(&quote!({ #output #block }))
            }
            Body::Boxed { before, call, work } => {
                let block = &work.block;
                let future = function.future(&quote!(#block));
                let func = &call.func;
                quote!(#(#before)* #func(async move { #future }))
            }
        }
    };
    item.block = parse_quote!({ #registration #checks #argument #body });
    item.into_token_stream()
}

/// Puts the argument that announces into the signature, and what takes it out again before the body.
fn announce(function: &Function<'_>, item: &mut ItemFn) -> Option<TokenStream> {
    let handler = function.handler.as_ref()?;
    let name = local("announced");
    let (ty, take) = handler.parameter(&function.args, function.item, &function.krate, &name);
    let ty = parse_quote!(#ty);
    let Some(PatType { pat, .. }) = handler.first else {
        item.sig.inputs.push(parse_quote!(_: #ty));
        return None;
    };
    if let Some(FnArg::Typed(first)) = item.sig.inputs.first_mut() {
        *first.pat = parse_quote!(#name);
        *first.ty = ty;
    }
    Some(quote!(let #pat = #take;))
}

impl Function<'_> {
    /// Starts the span and sets its attributes, while the arguments are still there.
    fn start(&self) -> TokenStream {
        let krate = &self.krate;
        let span = local("span");
        let name = &self.item.sig.ident;
        let method = match &self.args.method {
            Some(method) => method.value.to_token_stream(),
            None => syn::ext::IdentExt::unraw(name).to_string().to_token_stream(),
        };
        let (service, full_name) = match self.args.service.as_ref().map(|named| &named.value) {
            Some(service) => (
                quote!(::core::option::Option::Some(#service)),
                quote!(::core::option::Option::Some(::core::concat!(#service, ".", #method))),
            ),
            None => (quote!(::core::option::Option::None), quote!(::core::option::Option::None)),
        };
        let attributes =
            self.args.attributes.iter().flat_map(|named| &named.value).map(|attribute| {
                let (name, value) = (&attribute.name, &attribute.value);
                quote!(#span.set(#name, #value);)
            });
        let attributes: TokenStream = attributes.collect();
        let (binding, attributes) = if attributes.is_empty() {
            (quote!(#span), None)
        } else {
            (quote!(mut #span), Some(quote!(if #span.is_recording() { #attributes })))
        };
        quote! {
            let #binding = #krate::__private::start(
                &#krate::__private::Site {
                    service: #service,
                    method: #method,
                    name: #full_name,
                    module: ::core::module_path!(),
                },
                #krate::__private::path_of(&|| {}),
            );
            #attributes
        }
    }

    /// What tells whether an output is an error that is to be reported.
    fn failure(&self) -> TokenStream {
        let krate = &self.krate;
        let output = local("output");
        if self.args.report_errors.as_ref().is_some_and(|named| !named.value.value) {
            return quote!(|_| ::core::option::Option::None);
        }
        quote! {
            |#output| {
                #[allow(unused_imports)]
                use #krate::__private::{NoError as _, UnknownError as _};
                (&#krate::__private::Output(#output)).failure()
            }
        }
    }

    /// `work` is a block that may await.
    fn future(&self, work: &TokenStream) -> TokenStream {
        let krate = &self.krate;
        let (start, failure) = (self.start(), self.failure());
        let (span, future) = (local("span"), local("future"));
        // clippy: an `async fn` may return what can be awaited, and does not mind without us.
        quote! {
            #start
            #[allow(clippy::async_yields_async)]
            let #future = async move #work;
            #krate::__private::follow(#span, #future, #failure).await
        }
    }

    fn sync(&self, work: &TokenStream) -> TokenStream {
        let krate = &self.krate;
        let (start, failure) = (self.start(), self.failure());
        let (span, output, guard) = (local("span"), local("output"), local("guard"));
        if self.never_returns() {
            return quote!(#start let _guard = #krate::__private::enter(#span); #work);
        }
        let ty = self.output().map_or_else(|| quote!(_), |ty| quote!(#ty));
        quote! {
            #start
            let #guard = #krate::__private::enter(#span);
            let #output = #krate::__private::call(move || -> #ty #work);
            #krate::__private::finish(#guard, &#output, #failure);
            #output
        }
    }

    /// Tells the compiler what the body returns, which an `async` block cannot say of itself.
    fn output_hint(&self) -> Option<TokenStream> {
        let ty = self.output()?;
        let output = local("output");
        Some(quote! {
            #[allow(unreachable_code, clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)]
            if false {
                let #output: #ty = loop {};
                return #output;
            }
        })
    }
}
