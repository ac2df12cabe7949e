//! Every shape that serde gives an enum: exactly what is marked goes.

use std::collections::BTreeMap;

use apitoolkit_actix::{Redact, RedactRules};
use serde::Serialize;

use crate::support::{Address, address, exactly, exactly_written, plain, secret};

#[test]
fn enums_in_every_representation() {
    macro_rules! representation {
        ($($attr:tt)*) => {{
            #[derive(Serialize, Redact)]
            $($attr)*
            enum Event {
                Unit,
                Boxed(#[redact(nested)] Box<Address>),
                Fields { #[redact] user: String, #[redact(nested)] home: Address, note: String },
                #[serde(rename(serialize = "written", deserialize = "read"))]
                Renamed { #[redact] #[serde(rename = "the user")] user: String },
                #[redact]
                Marked { first: String, second: String },
                #[serde(skip)]
                #[expect(dead_code, reason = "left out")]
                Skipped(#[redact] String),
            }
            for event in [
                Event::Unit,
                Event::Boxed(address().into()),
                Event::Fields { user: secret("user"), home: address(), note: plain() },
                Event::Renamed { user: secret("user") },
                Event::Marked { first: secret("first"), second: secret("second") },
            ] {
                exactly(&event);
            }
        }};
    }
    representation!();
    representation!(#[serde(tag = "type")]);
    representation!(#[serde(tag = "t", content = "c")]);
    representation!(#[serde(untagged)]);
}

#[test]
fn enums_with_values_that_are_no_objects() {
    #[derive(Serialize, Redact)]
    enum External {
        Token(#[redact] String),
        Pair(u8, #[redact] String),
        Homes(#[redact(nested)] Vec<Address>),
    }
    exactly(&External::Token(secret("token")));
    exactly(&External::Pair(1, secret("second")));
    exactly(&External::Homes(vec![address()]));

    // All variants have their content in one place: a rule for one of them is a rule for all.
    #[derive(Serialize, Redact)]
    #[serde(tag = "t", content = "c")]
    enum Adjacent {
        Pair(u8, #[redact] String),
        Homes(#[redact(nested)] BTreeMap<String, Address>),
    }
    exactly(&Adjacent::Pair(1, secret("second")));
    exactly(&Adjacent::Homes([("a".into(), address())].into()));
    #[derive(Serialize, Redact)]
    #[serde(tag = "t", content = "c")]
    enum Token {
        Token(#[redact] String),
    }
    exactly(&Token::Token(secret("token")));

    #[derive(Serialize, Redact)]
    #[serde(untagged)]
    enum Either {
        Pair(u8, #[redact] String),
        Home(#[redact(nested)] Address),
    }
    // What is read from an array might be a `Home` too, so there all of it goes.
    exactly_written(&Either::Pair(1, secret("second")));
    exactly(&Either::Home(address()));

    #[derive(Serialize, Redact)]
    #[serde(tag = "kind")]
    enum Mixed {
        Tagged {
            #[redact]
            by: String,
        },
        #[serde(untagged)]
        Home(#[redact(nested)] Address),
    }
    exactly(&Mixed::Tagged { by: secret("by") });
    exactly(&Mixed::Home(address()));

    // The secret's members stand beside the tag, and nobody knows which they are.
    #[derive(Serialize, Redact)]
    #[serde(tag = "kind")]
    enum Inside {
        Home(#[redact] Address),
    }
    assert_eq!(RedactRules::of::<Inside>().json_paths(), ["$[*]"]);
    assert!(serde_json::to_string(&Inside::Home(address())).is_ok());
}
