use std::{
    collections::HashMap,
    env,
    path::PathBuf,
    process::Command,
    sync::{Mutex, PoisonError},
};

use serde_json::Value;

/// An example's program, built as `cargo test` has built it already; then this takes no time. A run of
/// its tests alone would else find an old one or none.
///
/// # Panics
/// When it does not compile.
#[must_use]
pub fn example(name: &'static str) -> PathBuf {
    static BUILT: Mutex<Option<HashMap<&str, PathBuf>>> = Mutex::new(None);
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    let built = built.get_or_insert_default();
    built.entry(name).or_insert_with(|| build(name)).clone()
}

#[expect(clippy::expect_used, reason = "a fixture")]
fn build(name: &str) -> PathBuf {
    // target/debug/deps/quickstart-0123456789abcdef
    let this = env::current_exe().expect("this program");
    let target = this.ancestors().nth(3).expect("a target directory");
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .args(["build", "--locked", "--workspace", "--example", name])
        .args((!cfg!(debug_assertions)).then_some("--release"))
        .args(["--message-format", "json-render-diagnostics", "--target-dir"])
        .arg(target)
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    // What cargo says of the package whose tests it runs is not so outside of them: build scripts that
    // look at it (ring's) would be run again, and whatever depends on them be built again.
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            cargo.env_remove(&*name);
        }
    }
    let built = cargo.output().expect("cargo runs");
    let errors = String::from_utf8_lossy(&built.stderr);
    assert!(built.status.success(), "{errors}");
    let executable = built.stdout.split(|byte| *byte == b'\n').find_map(|line| {
        let message: Value = serde_json::from_slice(line).ok()?;
        (message["target"]["name"] == name).then_some(())?;
        message["executable"].as_str().map(PathBuf::from)
    });
    executable.expect("cargo names the program")
}
