//! Every shape that serde gives a struct: exactly what is marked goes.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
};

use apitoolkit_actix::{Redact, RedactRules};
use serde::Serialize;

use crate::support::{Address, address, exactly, plain, secret};

#[test]
fn structs() {
    #[derive(Serialize, Redact)]
    struct User {
        name: String,
        #[redact]
        email: String,
        #[redact(nested)]
        address: Address,
        #[redact]
        r#type: String,
        zip: String,
    }
    #[derive(Serialize, Redact)]
    struct Unit;
    #[derive(Serialize, Redact)]
    struct Empty {}
    exactly(&User {
        name: plain(),
        email: secret("email"),
        address: address(),
        r#type: secret("type"),
        zip: plain(),
    });
    exactly(&Unit);
    exactly(&Empty {});
}

#[test]
fn values_of_any_type_go_whole() {
    #[derive(Serialize, Redact)]
    struct Any {
        #[redact]
        number: u32,
        #[redact]
        list: Vec<u8>,
        #[redact]
        object: BTreeMap<String, u8>,
        #[redact]
        none: Option<u8>,
        kept: u32,
    }
    let any =
        Any { number: 1, list: vec![1], object: [("a".into(), 1)].into(), none: None, kept: 2 };
    let json = serde_json::to_string(&any).unwrap();
    let marker = "[CLIENT_REDACTED]";
    assert_eq!(
        crate::support::redacted::<Any>(apitoolkit_actix::Side::Response, &json),
        serde_json::json!({ "number": marker, "list": marker, "object": marker, "none": marker, "kept": 2 })
    );
}

#[test]
fn containers() {
    #[derive(Serialize, Redact)]
    struct Containers<'a> {
        #[redact(nested)]
        option: Option<Address>,
        #[redact(nested)]
        none: Option<Address>,
        #[redact(nested)]
        list: Vec<Option<Address>>,
        #[redact(nested)]
        slice: &'a [Address],
        #[redact(nested)]
        array: [Address; 2],
        #[redact(nested)]
        map: HashMap<u8, Box<Address>>,
        #[redact(nested)]
        cow: Cow<'a, [Address]>,
        #[redact(nested)]
        tuple: (u8, Address, String),
        #[redact(nested)]
        results: Vec<Result<Address, Address>>,
    }
    let slice = [address()];
    exactly(&Containers {
        option: Some(address()),
        none: None,
        list: vec![Some(address()), None],
        slice: &slice,
        array: [address(), address()],
        map: [(1, address().into()), (2, address().into())].into(),
        cow: Cow::Borrowed(&slice),
        tuple: (1, address(), plain()),
        results: vec![Ok(address()), Err(address())],
    });
    exactly(&vec![address()]);
    exactly(&Some(address()));
    exactly(&[("a", address())].into_iter().collect::<BTreeMap<_, _>>());
}

macro_rules! cases {
    ($($test:ident $case:literal;)*) => {
        $(#[test]
        fn $test() {
            #[derive(Serialize, Redact)]
            #[serde(rename_all = $case)]
            #[expect(non_snake_case, reason = "serde's rules are for such names too")]
            struct Fields {
                #[redact]
                user_email: String,
                user_name: String,
                #[redact]
                x1_y: String,
                #[redact]
                camelCase: String,
                #[redact]
                r#type: String,
                #[redact]
                double__score_: String,
                #[redact(nested)]
                home_address: Address,
                #[redact]
                #[serde(rename = "own_Name")]
                renamed: String,
            }
            exactly(&Fields {
                user_email: secret("a"),
                user_name: plain(),
                x1_y: secret("b"),
                camelCase: secret("c"),
                r#type: secret("d"),
                double__score_: secret("e"),
                home_address: address(),
                renamed: secret("f"),
            });

            #[derive(Serialize, Redact)]
            #[serde(rename_all = $case, rename_all_fields = $case)]
            #[expect(non_camel_case_types, reason = "serde's rules are for such names too")]
            enum Variants {
                NewUser(#[redact] String),
                HTTPUser2(#[redact(nested)] Address),
                under_score { #[redact] user_email: String, user_name: String },
                #[serde(rename = "own_Name")]
                Renamed(u8, #[redact] String),
                #[serde(rename_all = "UPPERCASE")]
                OwnCase { #[redact] user_email: String },
            }
            exactly(&vec![
                Variants::NewUser(secret("a")),
                Variants::HTTPUser2(address()),
                Variants::under_score { user_email: secret("b"), user_name: plain() },
                Variants::Renamed(1, secret("c")),
                Variants::OwnCase { user_email: secret("d") },
            ]);
        })*
    };
}

cases! {
    lower_case "lowercase";
    upper_case "UPPERCASE";
    pascal_case "PascalCase";
    camel_case "camelCase";
    snake_case "snake_case";
    screaming_snake_case "SCREAMING_SNAKE_CASE";
    kebab_case "kebab-case";
    screaming_kebab_case "SCREAMING-KEBAB-CASE";
}

#[test]
fn flattened_fields() {
    #[derive(Serialize, Redact)]
    struct Outer {
        name: String,
        #[serde(flatten)]
        #[redact(nested)]
        address: Address,
        #[serde(flatten)]
        #[redact(nested)]
        option: Option<Inner>,
        #[serde(flatten)]
        #[redact(nested)]
        choice: Choice,
    }
    #[derive(Serialize, Redact)]
    struct Inner {
        #[redact]
        inner: String,
    }
    #[derive(Serialize, Redact)]
    enum Choice {
        Taken {
            #[redact]
            by: String,
            at: u8,
        },
    }
    exactly(&Outer {
        name: plain(),
        address: address(),
        option: Some(Inner { inner: secret("inner") }),
        choice: Choice::Taken { by: secret("by"), at: 1 },
    });

    #[derive(Serialize, Redact)]
    struct Map {
        name: String,
        #[serde(flatten)]
        #[redact(nested)]
        rest: BTreeMap<String, Address>,
    }
    exactly(&Map { name: plain(), rest: [("a".into(), address())].into() });

    // Whatever is beside a flattened secret may be one of its members.
    #[derive(Serialize, Redact)]
    struct Whole {
        name: String,
        #[serde(flatten)]
        #[redact]
        rest: BTreeMap<String, String>,
    }
    assert_eq!(RedactRules::of::<Whole>().json_paths(), ["$[*]"]);
    exactly(&Whole { name: secret("beside"), rest: [("a".into(), secret("a"))].into() });
}

#[test]
fn newtypes_and_tuples() {
    #[derive(Serialize, Redact)]
    struct Token(#[redact] String);
    #[derive(Serialize, Redact)]
    struct Home(#[redact(nested)] Address);
    #[derive(Serialize, Redact)]
    #[serde(transparent)]
    struct Transparent {
        #[redact(nested)]
        homes: Vec<Home>,
    }
    #[derive(Serialize, Redact)]
    struct Tuple(String, #[redact] String, #[serde(skip)] (), #[redact(nested)] Home);
    #[derive(Serialize, Redact)]
    #[redact]
    struct Card {
        number: String,
    }
    #[derive(Serialize, Redact)]
    struct All {
        #[redact(nested)]
        token: Token,
        #[redact(nested)]
        homes: Transparent,
        #[redact(nested)]
        tuple: Tuple,
        name: String,
    }
    exactly(&Token(secret("token")));
    exactly(&All {
        token: Token(secret("token")),
        homes: Transparent { homes: vec![Home(address()), Home(address())] },
        tuple: Tuple(plain(), secret("second"), (), Home(address())),
        name: plain(),
    });
    assert_eq!(RedactRules::of::<(u8, Card)>().json_paths(), ["$[1]"]);
    assert!(serde_json::to_string(&Card { number: plain() }).is_ok());
}

#[test]
fn a_tuple_whose_fields_may_be_left_out_has_no_certain_places() {
    #[derive(Serialize, Redact)]
    struct Tuple(
        #[serde(skip_serializing_if = "Option::is_none")] Option<String>,
        #[redact(nested)] Address,
        #[serde(skip_serializing)] (),
        #[redact(nested)] Address,
    );
    exactly(&Tuple(Some(plain()), address(), (), address()));
    exactly(&Tuple(None, address(), (), address()));
}

#[test]
fn generic_and_recursive_types() {
    #[derive(Serialize, Redact, Clone)]
    struct Page<'a, T: Clone, const N: usize = 1>
    where
        T: 'a,
    {
        #[redact(nested)]
        items: Vec<T>,
        #[serde(skip)]
        size: std::marker::PhantomData<[u8; N]>,
        cursor: &'a str,
    }
    fn page<T: Clone>(item: T) -> Page<'static, T> {
        Page { items: vec![item], size: std::marker::PhantomData, cursor: "plain" }
    }
    exactly(&page(address()));
    exactly(&page(plain()));
    exactly(&page(page(address())));

    #[derive(Serialize, Redact)]
    struct Comment<T> {
        #[redact]
        author: String,
        #[redact(nested)]
        body: T,
        #[redact(nested)]
        replies: Vec<Self>,
        text: String,
    }
    let comment =
        |replies| Comment { author: secret("a"), body: address(), replies, text: plain() };
    exactly(&comment(vec![comment(vec![comment(vec![])]), comment(vec![])]));

    #[derive(Serialize, Redact)]
    #[serde(rename_all = "lowercase")]
    enum Filter {
        All(#[redact(nested)] Vec<Self>),
        Not(#[redact(nested)] Box<Self>),
        Is {
            field: String,
            #[redact]
            value: String,
        },
    }
    let is = || Filter::Is { field: plain(), value: secret("value") };
    exactly(&is());
    exactly(&Filter::All(vec![
        is(),
        Filter::Not(Filter::All(vec![Filter::Not(is().into())]).into()),
    ]));

    #[derive(Serialize, Redact)]
    struct Left {
        #[redact(nested)]
        right: Option<Box<Right>>,
        name: String,
    }
    #[derive(Serialize, Redact)]
    struct Right {
        #[redact(nested)]
        left: Option<Box<Left>>,
        #[redact(nested)]
        right: Option<Box<Self>>,
        #[redact]
        key: String,
    }
    let right = |left, right| Some(Box::new(Right { left, right, key: secret("key") }));
    let left = |right| Some(Box::new(Left { right, name: plain() }));
    exactly(&left(right(left(right(None, right(left(right(None, None)), None))), None)));
}
