//! What `build()` refuses.

use std::{fs, io::Read as _, path::PathBuf};

use apitoolkit_actix::{ConfigError, Exporter};

use super::{
    killed::{child, told},
    support::{Dir, SMALL, away, spooled, spooling},
};

/// The option, the value and the reason of a refusal.
#[track_caller]
fn refusal(built: Result<apitoolkit_actix::Telemetry, ConfigError>) -> (String, String, String) {
    match built.expect_err("a refusal") {
        ConfigError::Option { option, value, reason, .. } => (option.to_owned(), value, reason),
        other => (String::new(), String::new(), other.to_string()),
    }
}

#[test]
fn a_directory_that_cannot_be_used() {
    let (collector, dir) = (away(), Dir::new());
    fs::create_dir_all(dir.path()).unwrap();
    let file = dir.path().join("file");
    fs::write(&file, "").unwrap();
    let mut unusable = vec![file.clone(), file.join("below")];
    if cfg!(target_os = "linux") {
        // Nobody may write there, whoever runs the tests.
        unusable.extend([PathBuf::from("/proc/spool"), PathBuf::from("/proc")]);
    }
    for path in unusable {
        let built = spooling(&collector, &dir).spool(&path, SMALL).build();
        let (option, value, reason) = refusal(built);
        assert_eq!((option.as_str(), value.as_str()), ("spool", path.to_str().unwrap()));
        assert!(reason.starts_with("the directory cannot be used: "), "{reason}");
    }
    let (_, value, reason) = refusal(spooling(&collector, &dir).spool("", SMALL).build());
    assert_eq!((value.as_str(), reason.as_str()), ("", "expected a directory"));
}

#[test]
fn a_bound_that_is_too_low() {
    let (collector, dir) = (away(), Dir::new());
    let (_, value, reason) =
        refusal(spooling(&collector, &dir).spool(dir.path(), SMALL - 1).build());
    assert_eq!(value, format!("{}, {}", dir.path().display(), SMALL - 1));
    assert_eq!(reason, "expected at least 8388608 bytes");
    assert!(!dir.path().exists());
}

#[test]
fn a_directory_that_another_telemetry_uses() {
    let (collector, dir) = (away(), Dir::new());
    let first = spooling(&collector, &dir).build().unwrap();
    let (_, _, reason) = refusal(spooling(&collector, &dir).build());
    assert!(reason.starts_with("another process or another `Telemetry` uses"), "{reason}");
    spooled(&first, 0..1);
    first.shutdown().unwrap();
    let next = spooling(&collector, &dir).build().expect("it is free again");
    next.shutdown().unwrap();
    assert_eq!(dir.files(), ["lock", "traces.queue"]);
}

#[test]
fn a_directory_that_another_process_uses() {
    const NAME: &str = "spool::mistakes::a_directory_that_another_process_uses";
    if let Some(telemetry) = told() {
        println!("{}", telemetry.build().expect_err("it is in use"));
        return;
    }
    let (collector, dir) = (away(), Dir::new());
    let _first = spooling(&collector, &dir).build().unwrap();
    let mut child = child(NAME, &dir, &collector.endpoint());
    let mut said = String::new();
    child.stdout.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(child.wait().unwrap().success(), "{said}");
    assert!(said.contains("spool = ") && said.contains("another process"), "{said}");
}

#[test]
fn where_no_traces_leave_by_otlp_the_directory_is_not_looked_at() {
    let (collector, dir) = (away(), Dir::new());
    for exporter in [Exporter::None, Exporter::Console] {
        let built = spooling(&collector, &dir).traces_exporter(exporter).build();
        drop(built.unwrap());
    }
    assert!(!dir.path().exists());
}
