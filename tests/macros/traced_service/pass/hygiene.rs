//! Nothing of the prelude, and no name of the expansion's, is needed or met.
#![no_implicit_prelude]
#![deny(warnings, clippy::pedantic, unused_qualifications)]
#![allow(non_upper_case_globals)]

use ::apitoolkit_actix::traced_service;

mod std {}
mod core {}
pub const span: u8 = 1;
pub const future: u8 = 1;
pub const output: u8 = 1;
pub const guard: u8 = 1;

#[traced_service(attributes(n = span))]
fn plain(number: u8) -> u8 {
    if number == 0 {
        return span;
    }
    number + future + output + guard
}

#[traced_service]
async fn waiting(text: &str) -> ::std::result::Result<usize, ::std::string::String> {
    ::std::future::ready(()).await;
    if text.is_empty() {
        return ::std::result::Result::Err(::std::string::String::new());
    }
    ::std::result::Result::Ok(text.len())
}

fn main() {
    ::std::assert_eq!(plain(0) + plain(1), 5);
    ::std::mem::drop(waiting("a"));
}
