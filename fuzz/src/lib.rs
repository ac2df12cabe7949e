//! What all fuzz targets share.
//!
//! A target is one function from bytes, which panics if something is wrong. With `cargo fuzz` it
//! is driven by libFuzzer:
//!
//! ```text
//! cargo +nightly fuzz run json fuzz/corpus/json fuzz/seeds/json
//! ```
//!
//! On stable it is a plain test over its seeds and random mutations of them (`cargo test` in
//! `fuzz/`), and a program that goes on for as many seconds as it is told, or replays files:
//!
//! ```text
//! cargo run --release --bin json -- 600
//! cargo run --release --bin json -- fuzz/artifacts/json/crash-…
//! ```

use std::{
    env, fs, panic,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use fastrand::Rng;

/// The rest of a target: its entry point for libFuzzer, or `main` and a test.
///
/// ```text
/// #![cfg_attr(fuzzing, no_main)]
/// apitoolkit_fuzz::target!("json", run);
/// fn run(data: &[u8]) { … }
/// ```
#[macro_export]
macro_rules! target {
    ($name:literal, $run:path) => {
        #[cfg(fuzzing)]
        libfuzzer_sys::fuzz_target!(|data: &[u8]| $run(data));

        #[cfg(not(fuzzing))]
        fn main() {
            $crate::main($name, $run);
        }

        #[cfg(test)]
        #[test]
        fn seeds_and_mutations_of_them() {
            $crate::mutate($name, $run, 2_000, std::time::Duration::from_secs(60));
        }
    };
}

/// Replays the files named on the command line, or mutates seeds for the seconds given there.
pub fn main(name: &str, run: fn(&[u8])) {
    let mut args = env::args().skip(1).peekable();
    if let Some(seconds) = args.peek().and_then(|arg| arg.parse().ok()) {
        return mutate(name, run, usize::MAX, Duration::from_secs(seconds));
    }
    for path in args {
        run(&fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}")));
    }
}

/// Runs a target on its seeds, and on `rounds` mutations of them or for as long as `limit` allows.
pub fn mutate(name: &str, run: fn(&[u8]), rounds: usize, limit: Duration) {
    let seeds = seeds(name);
    seeds.iter().for_each(|seed| run(seed));
    let start = Instant::now();
    let mut rng = Rng::with_seed(1);
    for round in 0..rounds {
        if start.elapsed() > limit {
            println!("{name}: {round} mutations");
            break;
        }
        let data = mutation(&seeds, &mut rng);
        if let Err(panic) = panic::catch_unwind(|| run(&data)) {
            panic::resume_unwind(Box::new(format!(
                "{name}: see {:?} ({panic:?})",
                keep(name, &data)
            )));
        }
    }
}

/// Writes an input that makes a target panic to where libFuzzer would.
fn keep(name: &str, data: &[u8]) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("artifacts").join(name);
    fs::create_dir_all(&folder).expect("a writable folder");
    let path = folder.join("crash-mutation");
    fs::write(&path, data).expect("a writable folder");
    path
}

fn seeds(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(name);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("a readable folder").path()).collect();
    paths.sort();
    let seeds: Vec<_> = paths.iter().map(|path| fs::read(path).expect("a readable seed")).collect();
    assert!(!seeds.is_empty(), "no seeds in {folder:?}");
    seeds
}

/// A seed with up to eight things changed.
fn mutation(seeds: &[Vec<u8>], rng: &mut Rng) -> Vec<u8> {
    let mut data = rng.choice(seeds).expect("there are seeds").clone();
    for _ in 0..=rng.usize(..8) {
        let at = rng.usize(..=data.len());
        let end = rng.usize(at..=data.len().min(at + 32));
        match rng.u8(..6) {
            0 => drop(data.drain(at..end)),
            1 => data.insert(at, rng.u8(..)),
            2 => data.insert(at, *rng.choice(b"\"'\\{}[]().,:;=&?@$*%+- \r\n\0").expect("bytes")),
            3 => data.get_mut(at..end).into_iter().flatten().for_each(|byte| *byte ^= rng.u8(..)),
            // A part again, or a part of another seed.
            4 => {
                let part = data[at..end].to_vec();
                data.splice(at..at, part);
            }
            _ => {
                let other = rng.choice(seeds).expect("there are seeds");
                let from = rng.usize(..=other.len());
                let to = rng.usize(from..=other.len());
                data.splice(at..end, other[from..to].iter().copied());
            }
        }
        data.truncate(1 << 16);
    }
    data
}
