//! What a request costs with the middleware, beside the bare app and beside the middlewares of
//! other libraries, in the same run.
//!
//! ```sh
//! cargo bench -p apitoolkit-actix --bench middleware
//! ```
//!
//! The other libraries are dependencies of a package of its own, `benches/middleware`, which this
//! builds and runs: they turn on features of shared dependencies that would change what the tests
//! test. CONTRIBUTING.md says how to read the table.
#![expect(clippy::expect_used, reason = "a bench may fail")]

use std::{
    env,
    path::Path,
    process::{Command, exit},
};

const TABLE: [&str; 3] = ["--bin", "apitoolkit-middleware-bench", "--"];

fn main() {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/middleware/Cargo.toml");
    assert!(manifest.exists(), "{} is in the repository only", manifest.display());
    let cargo = |verb: &str| {
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.args([verb, "--quiet", "--release", "--manifest-path"]).arg(&manifest);
        cargo
    };
    // All programs of the package: running one does not build the others.
    let built = cargo("build").status().expect("cargo");
    assert!(built.success(), "{} does not build", manifest.display());
    let run = cargo("run").args(TABLE).args(env::args_os().skip(1)).status().expect("cargo");
    exit(run.code().unwrap_or(1));
}
