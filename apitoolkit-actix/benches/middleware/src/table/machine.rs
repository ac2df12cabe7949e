use std::{env, fs, process::Command, thread};

const LOCK: &str = include_str!("../../Cargo.lock");
const CRATES: [&str; 10] = [
    "actix-web",
    "opentelemetry_sdk",
    "opentelemetry-instrumentation-actix-web",
    "tracing",
    "tracing-actix-web",
    "tracing-opentelemetry",
    "tracing-subscriber",
    "sentry",
    "sentry-actix",
    "apitoolkit-actix",
];

/// What the figures were measured on and of.
pub(super) fn print(valgrind: Option<&str>) {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    println!("{}, {cores} cores; {}; {}\n", cpu(), rustc(), valgrind.unwrap_or("no valgrind"));
    let crates = CRATES.map(|name| format!("{name} {}", versions(name).join(" and ")));
    println!("{}\n", crates.join(", "));
}

fn cpu() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    model.map_or_else(|| env::consts::ARCH.to_owned(), |(_, model)| model.to_owned())
}

fn rustc() -> String {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output();
    let version = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    version.unwrap_or_else(|_| "rustc unknown".to_owned())
}

/// The versions of a crate that are built.
fn versions(name: &str) -> Vec<&'static str> {
    let packages = LOCK.split("[[package]]").filter_map(|package| {
        let value = |key: &str| {
            let line = package.lines().find_map(|line| line.strip_prefix(key))?;
            Some(line.trim_start_matches(" = ").trim_matches('"'))
        };
        (value("name")? == name).then(|| value("version"))?
    });
    packages.collect()
}
