//! What is measured of the programs that make the calls.

mod allocated;
mod instructions;
mod time;

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

pub(crate) use allocated::allocated;
pub(crate) use instructions::{instructions, valgrind};
pub(crate) use time::times;

/// The same on the thread of the requests and on all threads together.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Threads<T> {
    pub(crate) request: T,
    pub(crate) all: T,
}

/// A program that is built beside this one.
pub(crate) fn program(name: &str) -> PathBuf {
    let this = env::current_exe().expect("this program");
    let program = this.with_file_name(format!("{name}{}", env::consts::EXE_SUFFIX));
    assert!(program.exists(), "{} is not built: build all programs", program.display());
    program
}

/// What a command prints, if it succeeds.
pub(crate) fn output(command: &mut Command, what: &str) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{what}: {error}"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{what}: {}\n{errors}", output.status);
    String::from_utf8(output.stdout).expect("text")
}

/// A directory that is gone when this is dropped.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new() -> Self {
        let path = env::temp_dir().join(format!("apitoolkit-bench-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a directory for callgrind's output");
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What is left over is the system's to tidy up.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
