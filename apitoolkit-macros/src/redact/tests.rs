use proc_macro2::TokenStream;
use syn::parse_quote;

use super::case::Case;

fn pretty(tokens: TokenStream) -> String {
    prettyplease::unparse(&syn::parse2(tokens).expect("items"))
}

#[test]
fn the_expansion_of_a_struct_and_an_enum() {
    let input = parse_quote! {
        #[redact(debug)]
        #[serde(rename_all = "camelCase")]
        struct User<T> {
            name: T,
            #[redact]
            #[serde(alias = "mail")]
            user_email: String,
            #[redact(nested)]
            home: Option<Address<T>>,
        }
    };
    assert_eq!(
        pretty(super::derive(&input)),
        r#"#[automatically_derived]
impl<T> ::apitoolkit_actix::__private::Redact for User<T>
where
    T: ::apitoolkit_actix::__private::Redact,
{
    fn redact(__rules: &mut ::apitoolkit_actix::__private::RedactRules) {
        __rules.sequence();
        __rules.field("userEmail", ::apitoolkit_actix::__private::RedactRules::whole);
        __rules.field("mail", ::apitoolkit_actix::__private::RedactRules::whole);
        __rules
            .field(
                "home",
                ::apitoolkit_actix::__private::RedactRules::nested::<Option<Address<T>>>,
            );
    }
}
#[automatically_derived]
impl<T> ::core::fmt::Debug for User<T>
where
    T: ::core::fmt::Debug,
{
    fn fmt(&self, __formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        match self {
            Self { name: __field_0, user_email: _, home: __field_2 } => {
                ::core::fmt::Formatter::debug_struct(__formatter, "User")
                    .field("name", __field_0)
                    .field("user_email", &::apitoolkit_actix::__private::Redacted)
                    .field("home", __field_2)
                    .finish()
            }
        }
    }
}
"#
    );
    let input = parse_quote! {
        #[redact(crate = crate)]
        #[serde(tag = "t", content = "c")]
        enum Event {
            Unit,
            Made(#[redact] String, u8),
        }
    };
    assert_eq!(
        pretty(super::derive(&input)),
        r#"#[automatically_derived]
impl crate::__private::Redact for Event {
    fn redact(__rules: &mut crate::__private::RedactRules) {
        __rules.sequence();
        __rules
            .field(
                "c",
                |__rules| {
                    __rules.element(0usize, crate::__private::RedactRules::whole);
                },
            );
    }
}
"#
    );
}

#[test]
fn a_mistake_leaves_an_implementation_without_rules() {
    let input = parse_quote! {
        struct User {
            #[redact(nestde)]
            name: String,
            #[redact]
            #[redact]
            email: String,
        }
    };
    assert_eq!(
        pretty(super::derive(&input)),
        r#"::core::compile_error! {
    "unknown key: on a field, write `#[redact]` or `#[redact(nested)]`"
}
::core::compile_error! {
    "`redact` is given twice"
}
#[automatically_derived]
impl ::apitoolkit_actix::__private::Redact for User {
    fn redact(_: &mut ::apitoolkit_actix::__private::RedactRules) {}
}
"#
    );
}

#[test]
fn cases_are_serde_s() {
    // Words, and what serde makes of names that break its own conventions.
    let fields = [
        (
            "user_email",
            "user_email",
            "USER_EMAIL",
            "UserEmail",
            "userEmail",
            "user-email",
            "USER-EMAIL",
        ),
        ("x1_y", "x1_y", "X1_Y", "X1Y", "x1Y", "x1-y", "X1-Y"),
        ("camelCase", "camelCase", "CAMELCASE", "CamelCase", "camelCase", "camelCase", "CAMELCASE"),
        ("_a__b_", "_a__b_", "_A__B_", "AB", "aB", "-a--b-", "-A--B-"),
        ("é_b", "é_b", "é_B", "éB", "éB", "é-b", "é-B"),
    ];
    for (name, snake, screaming, pascal, camel, kebab, screaming_kebab) in fields {
        assert_eq!(Case::Snake.of_field(name), snake);
        assert_eq!(Case::Lower.of_field(name), snake);
        assert_eq!(Case::Upper.of_field(name), screaming);
        assert_eq!(Case::ScreamingSnake.of_field(name), screaming);
        assert_eq!(Case::Pascal.of_field(name), pascal);
        assert_eq!(Case::Camel.of_field(name), camel);
        assert_eq!(Case::Kebab.of_field(name), kebab);
        assert_eq!(Case::ScreamingKebab.of_field(name), screaming_kebab);
    }
    let variants = [
        ("NewUser", "new_user", "NEWUSER", "newUser", "new-user"),
        ("HTTPUser2", "h_t_t_p_user2", "HTTPUSER2", "hTTPUser2", "h-t-t-p-user2"),
        ("under_Score", "under__score", "UNDER_SCORE", "under_Score", "under--score"),
    ];
    for (name, snake, upper, camel, kebab) in variants {
        assert_eq!(Case::Snake.of_variant(name), snake);
        assert_eq!(Case::ScreamingSnake.of_variant(name), snake.to_uppercase());
        assert_eq!(Case::Upper.of_variant(name), upper);
        assert_eq!(Case::Lower.of_variant(name), upper.to_lowercase());
        assert_eq!(Case::Camel.of_variant(name), camel);
        assert_eq!(Case::Pascal.of_variant(name), name);
        assert_eq!(Case::Kebab.of_variant(name), kebab);
        assert_eq!(Case::ScreamingKebab.of_variant(name), kebab.to_uppercase());
    }
    assert_eq!(Case::named("camel_case"), None);
}
