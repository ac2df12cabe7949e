//! What compiles, what does not, and what is said about it.

#[test]
fn the_compiler_s_messages() {
    let cases = trybuild::TestCases::new();
    for name in ["derive_redact", "traced_service"] {
        cases.pass(format!("macros/{name}/pass/*.rs"));
        cases.compile_fail(format!("macros/{name}/fail/*.rs"));
    }
}
