//! Attribute and derive macros of `apitoolkit-actix`.
//!
//! The crate is a dependency of `apitoolkit-actix`, which re-exports what it holds; nothing needs
//! it directly. It holds no macro yet: `#[traced_service]` and `#[derive(Redact)]` come with the
//! next releases.
