//! Nothing of the prelude, and no name of the expansion's, is needed or met.
#![no_implicit_prelude]
#![deny(warnings, clippy::pedantic, unused_qualifications)]
#![allow(non_camel_case_types)]

mod std {}
mod core {}
struct rules;
struct formatter;
struct field_0;
struct String;

#[derive(::apitoolkit_actix::Redact)]
#[redact(debug)]
struct Inner {
    #[redact]
    secret: &'static str,
    shown: u8,
}

#[derive(::apitoolkit_actix::Redact)]
#[redact(debug)]
enum Outer<T> {
    Unit,
    Tuple(#[redact] T, u8),
    Fields {
        #[redact(nested)]
        rules: Inner,
    },
}

fn main() {
    let (_, _, _, _) = (rules, formatter, field_0, String);
    let inner = Inner { secret: "s", shown: 1 };
    let _ = (inner.secret, inner.shown);
    for outer in [Outer::Unit, Outer::Tuple("s", 1), Outer::Fields { rules: inner }] {
        let _ = ::std::format!("{outer:?}");
    }
    let paths = ::apitoolkit_actix::RedactRules::of::<Outer<u8>>().json_paths();
    ::std::assert_eq!(paths, ["$['Tuple'][0]", "$['Fields']['rules']['secret']"]);
}
