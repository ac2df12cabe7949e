//! What the types of errors are called.

use std::{any::type_name, error::Error};

/// What `actix_web::Error` tells of the type inside of it.
pub(crate) const ACTIX: &str = "actix_web::Error";
/// What a trait object tells of the type inside of it.
pub(crate) const DYN: &str = "dyn Error";

/// The name of a type as people write it.
pub(crate) fn of_type<T: ?Sized>() -> &'static str {
    tidy(type_name::<T>())
}

/// The name of the type of an error whose type is hidden, if it is one that we know.
pub(crate) fn of_error(error: &(dyn Error + 'static)) -> &'static str {
    macro_rules! known {
        ($($ty:ty),* $(,)?) => {
            $(if error.is::<$ty>() { return of_type::<$ty>(); })*
        };
    }
    known!(
        std::io::Error,
        std::fmt::Error,
        std::num::ParseFloatError,
        std::num::ParseIntError,
        std::num::TryFromIntError,
        std::str::ParseBoolError,
        std::str::Utf8Error,
        std::string::FromUtf8Error,
        std::net::AddrParseError,
        std::env::VarError,
        std::sync::mpsc::RecvError,
        std::time::SystemTimeError,
        tokio::task::JoinError,
        tokio::time::error::Elapsed,
        serde_json::Error,
    );
    DYN
}

/// Whether a name says nothing of the error but that it is one.
pub(crate) fn is_generic(name: &str) -> bool {
    [ACTIX, DYN, BOX, "anyhow::Error", "eyre::Report"].contains(&name)
}

const BOX: &str = "Box<dyn Error>";

fn tidy(name: &'static str) -> &'static str {
    match name.trim_start_matches('&').trim_start_matches("mut ") {
        "str" => "&str",
        "actix_web::error::error::Error" => ACTIX,
        name if name.starts_with("dyn core::error::Error") => DYN,
        name if name.starts_with("alloc::boxed::Box<dyn core::error::Error") => BOX,
        name => super::text::head(name, MAX_NAME),
    }
}

/// Longest name, in bytes: those of generic types know no end.
const MAX_NAME: usize = 255;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_have_the_names_that_people_write() {
        assert_eq!(of_type::<std::io::Error>(), "std::io::error::Error");
        assert_eq!(of_type::<&&std::fmt::Error>(), "core::fmt::Error");
        assert_eq!(of_type::<&str>(), "&str");
        assert_eq!(of_type::<dyn Error>(), DYN);
        assert_eq!(of_type::<dyn Error + Send + Sync>(), DYN);
        assert_eq!(of_type::<Box<dyn Error + Send + Sync>>(), BOX);
        type Long = (super::super::Exchange, super::super::Exchange, super::super::Exchange);
        assert_eq!(of_type::<((Long, Long, Long), (Long, Long, Long))>().len(), MAX_NAME);
    }

    #[test]
    fn known_types_are_found_behind_a_trait_object() {
        let io: Box<dyn Error> = std::io::Error::other("x").into();
        assert_eq!(of_error(&*io), "std::io::error::Error");
        let text: Box<dyn Error> = "x".into();
        assert_eq!(of_error(&*text), DYN);
    }
}
