use proc_macro2::TokenStream;
use quote::quote;

fn pretty(args: TokenStream, item: &TokenStream) -> String {
    prettyplease::unparse(&syn::parse2(super::expand(args, item)).expect("items"))
}

#[test]
fn the_expansion_of_a_function() {
    let args = quote!(service = "Blog", attributes(user.id = id));
    let item = quote!(
        fn review(id: u64) -> Result<impl Sized, String> {
            load(id)
        }
    );
    assert_eq!(
        pretty(args, &item),
        r#"fn review(id: u64) -> Result<impl Sized, String> {
    let mut __span = ::apitoolkit_actix::__private::start(
        &::apitoolkit_actix::__private::Site {
            service: ::core::option::Option::Some("Blog"),
            method: "review",
            name: ::core::option::Option::Some(::core::concat!("Blog", ".", "review")),
            module: ::core::module_path!(),
        },
        ::apitoolkit_actix::__private::path_of(&|| {}),
    );
    if __span.is_recording() {
        __span.set("user.id", id);
    }
    let __guard = ::apitoolkit_actix::__private::enter(__span);
    let __output = ::apitoolkit_actix::__private::call(move || -> Result<_, String> {
        load(id)
    });
    ::apitoolkit_actix::__private::finish(
        __guard,
        &__output,
        |__output| {
            #[allow(unused_imports)]
            use ::apitoolkit_actix::__private::{NoError as _, UnknownError as _};
            (&::apitoolkit_actix::__private::Output(__output)).failure()
        },
    );
    __output
}
"#
    );
}

#[test]
fn the_expansion_of_a_handler() {
    let args = quote!(handler, skip, crate = crate, response = Page<User>);
    let item = quote!(
        pub async fn create(web::Json(user): web::Json<User>, id: u64) -> String {
            user.name
        }
    );
    assert_eq!(
        pretty(args, &item),
        r#"pub async fn create(
    __announced: crate::__private::Announced<
        web::Json<User>,
        (
            crate::__private::Argument<
                web::Json<User>,
                {
                    #[allow(unused_imports)]
                    use crate::__private::Otherwise as _;
                    crate::__private::Is::<web::Json<User>>::EXTRACTOR
                },
            >,
            (
                crate::__private::ResponseBody<
                    Page<User>,
                    {
                        #[allow(unused_imports)]
                        use crate::__private::Otherwise as _;
                        crate::__private::Is::<Page<User>>::REDACT
                    },
                >,
                (),
            ),
        ),
    >,
    id: u64,
) -> String {
    crate::__private::inventory::submit! {
        crate ::__private::Handler::announcing:: < (crate ::__private::Argument <
        web::Json < User >, { #[allow(unused_imports)] use crate ::__private::Otherwise
        as _; crate ::__private::Is:: < web::Json < User > > ::EXTRACTOR } >, (crate
        ::__private::ResponseBody < Page < User >, { #[allow(unused_imports)] use crate
        ::__private::Otherwise as _; crate ::__private::Is:: < Page < User > > ::REDACT }
        >, ())) > ()
    }
    let _: fn() -> crate::__private::RedactRules = crate::__private::RedactRules::of::<
        Page<User>,
    >;
    let web::Json(user) = __announced.into_inner();
    { user.name }
}
"#
    );
}

/// Whether the expansion has a parameter that announces: always, if there is a route macro, never.
fn announces(args: TokenStream, item: &TokenStream) -> Option<bool> {
    let expanded = pretty(args, item);
    let depends = expanded.contains("::ROUTE");
    (depends || expanded.contains("::Announced")).then_some(!depends)
}

#[test]
fn what_is_taken_for_a_handler() {
    let none = TokenStream::new;
    let user = quote!(
        async fn create(user: web::Json<User>) {}
    );
    assert_eq!(announces(none(), &user), Some(false));
    assert_eq!(announces(quote!(handler), &user), Some(true));
    assert_eq!(announces(quote!(handler = true), &user), Some(true));
    assert_eq!(announces(quote!(handler = false), &user), None);
    assert_eq!(announces(quote!(response = User), &user), Some(true));
    assert_eq!(
        announces(
            quote!(capture_request_body = true),
            &quote!(
                async fn none() {}
            )
        ),
        Some(true)
    );
    for route in [
        "get", "post", "put", "delete", "patch", "head", "options", "connect", "trace", "route",
        "routes",
    ] {
        let route = quote::format_ident!("{route}");
        assert_eq!(announces(none(), &quote!(#[actix_web::#route("/")] #user)), Some(true));
    }
    for item in [
        quote!(
            fn create(user: web::Json<User>) {}
        ),
        quote!(
            async fn create() {}
        ),
        quote!(
            async fn create(&self, user: web::Json<User>) {}
        ),
        quote!(
            async fn create(user: &User) {}
        ),
        quote!(
            async fn create(user: web::Json<User>, name: &str) {}
        ),
        quote!(
            async fn create(user: impl Into<User>) {}
        ),
        quote!(
            async fn create(user: Option<Cow<'static, str>>) {}
        ),
        quote!(
            async fn create(id: u64, names: Vec<User>, (a, b): (u8, String)) {}
        ),
        quote!(
            async fn create<X>(user: web::Json<User>) {}
        ),
        quote!(
            async fn create(user: web::Json<T>) {}
        ),
        quote!(
            async fn create(user: web::Json<Self>) {}
        ),
    ] {
        assert_eq!(announces(none(), &item), None, "{item}");
    }
}

#[test]
fn every_type_that_may_have_rules_is_asked() {
    let item = quote!(
        async fn create(
            id: u64,
            body: Either<web::Json<A>, Option<web::Form<B>>>,
            rest: (Result<Own<C>, Error>, String),
        ) {
        }
    );
    let expanded = super::expand(quote!(handler), &item).to_string().replace(' ', "");
    let asked: Vec<&str> = expanded
        .split("Argument<")
        .skip(1)
        .filter_map(|part| part.split(",{").next())
        .take(7) // Once in the signature; it is registered with the same.
        .collect();
    assert_eq!(
        asked,
        [
            "Either<web::Json<A>,Option<web::Form<B>>>",
            "web::Json<A>",
            "Option<web::Form<B>>",
            "web::Form<B>",
            "Result<Own<C>,Error>",
            "Own<C>",
            "Error",
        ]
    );
}

#[test]
fn a_mistake_leaves_the_function_as_it_was() {
    let expanded = pretty(
        quote!(servce = "a", skip = 1, method = ""),
        &quote!(
            fn review() {}
        ),
    );
    assert!(expanded.starts_with("fn review() {}\n"), "{expanded}");
    let mistakes: Vec<_> =
        expanded.lines().filter(|line| line.trim_start().starts_with('"')).collect();
    assert_eq!(mistakes.len(), 3, "{expanded}");
}
