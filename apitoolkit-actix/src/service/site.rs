//! Where a span comes from in the source, and the names that follow from it.

use std::any::type_name;

/// An annotated function.
#[derive(Debug, Clone, Copy)]
pub struct Site {
    /// As given; else it follows from the function's path.
    pub service: Option<&'static str>,
    /// As given, else the function's name.
    pub method: &'static str,
    /// `{service}.{method}`, when both are known to the compiler.
    pub name: Option<&'static str>,
    /// The module that the function is in.
    pub module: &'static str,
}

/// How the compiler names a closure, behind the path of the function that it is in.
const CLOSURE: &str = "::{{closure}}";

/// The path of the function that a closure is written in: with the type for a method, which no
/// macro can know otherwise.
#[must_use]
pub fn path_of<C>(_: &C) -> &'static str {
    type_name::<C>().trim_end_matches(CLOSURE)
}

/// The path of the function whose future this is, or which it is written in.
pub(super) fn path_of_future<F>() -> Option<&'static str> {
    let name = type_name::<F>();
    name.ends_with(CLOSURE).then(|| name.trim_end_matches(CLOSURE))
}

impl Site {
    /// `code.function.name`.
    pub(super) fn function(&self, path: &str) -> String {
        match path.rsplit_once("::") {
            // A route macro has put the function into a method of its own.
            Some((owner, name)) if is_registration(owner) => format!("{}::{name}", self.module),
            _ => path.to_owned(),
        }
    }

    /// The service: as given, else what the function belongs to.
    pub(super) fn service<'p>(&self, path: &'p str) -> &'p str
    where
        Self: 'p,
    {
        self.service.unwrap_or_else(|| match path.rsplit_once("::") {
            Some((owner, _)) if is_registration(owner) => last(self.module),
            Some((owner, _)) => last(owner),
            None => last(self.module),
        })
    }
}

fn is_registration(owner: &str) -> bool {
    owner.ends_with("HttpServiceFactory>::register")
}

/// The last name of a path: `Repo` of `app::Repo<u8>` and of `<app::Repo<u8> as app::Find>`.
fn last(path: &str) -> &str {
    let path = path.strip_prefix('<').map_or(path, |inner| {
        let end = inner.find(" as ").unwrap_or(inner.len());
        inner.get(..end).unwrap_or(inner)
    });
    let plain = path.split('<').next().unwrap_or(path).trim_end_matches("::");
    plain.rsplit("::").next().unwrap_or(plain).trim_end_matches('>')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(path: &'static str) -> &'static str {
        let site = Site { service: None, method: "find", name: None, module: "app::users" };
        site.service(path)
    }

    #[test]
    fn the_service_is_what_the_function_belongs_to() {
        assert_eq!(service("app::users::find"), "users");
        assert_eq!(service("app::find"), "app");
        assert_eq!(service("app::users::Repo::find"), "Repo");
        assert_eq!(service("app::users::Repo<alloc::vec::Vec<u8>>::find"), "Repo");
        assert_eq!(service("<app::users::Repo as app::Find>::find"), "Repo");
        assert_eq!(service("<app::users::Repo<a::B> as app::Find<c::D>>::find"), "Repo");
        let registered =
            "<app::users::find as actix_web::service::HttpServiceFactory>::register::find";
        assert_eq!(service(registered), "users");
    }

    #[test]
    fn a_route_macro_leaves_no_trace_in_the_function_s_name() {
        let site = Site { service: None, method: "find", name: None, module: "app::users" };
        let registered =
            "<app::users::find as actix_web::service::HttpServiceFactory>::register::find";
        assert_eq!(site.function(registered), "app::users::find");
        assert_eq!(site.function("app::users::Repo::find"), "app::users::Repo::find");
    }

    #[test]
    fn paths_are_those_of_functions() {
        struct Repo;
        impl Repo {
            fn find() -> &'static str {
                path_of(&|| {})
            }
        }
        assert!(path_of(&|| {}).ends_with("site::tests::paths_are_those_of_functions"));
        assert_eq!(last(Repo::find().rsplit_once("::").expect("a path").0), "Repo");
        assert_eq!(path_of_future::<u8>(), None);
    }
}
