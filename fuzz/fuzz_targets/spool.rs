//! The file of the spool: a byte that chooses its bound, and what is in it.
#![cfg_attr(fuzzing, no_main)]

use std::{
    env, fs, panic,
    path::PathBuf,
    process,
    sync::{Once, OnceLock},
};

use apitoolkit_actix::fuzzing::spool;

apitoolkit_fuzz::target!("spool", run);

fn run(data: &[u8]) {
    let Some((bound, content)) = data.split_first() else { return };
    expect_panics_of_the_queue();
    let dir = directory();
    let _ = fs::remove_dir_all(dir);
    fs::create_dir_all(dir).expect("a writable directory");
    fs::write(dir.join("traces.queue"), content).expect("a writable directory");
    // Below what a file has in headers alone, and up to more than there is.
    let max_bytes = u64::from(*bound) * 512;
    let (read, damage) = spool(dir, max_bytes).expect("only the disk fails");
    let bytes: usize = read.iter().map(Vec::len).sum();
    assert!(bytes <= content.len() + 8, "{bytes} B of {} B", content.len());
    let aside = fs::read_dir(dir).expect("a readable directory").filter(|entry| {
        let name = entry.as_ref().expect("an entry").file_name();
        name.to_string_lossy().contains("corrupt")
    });
    assert_eq!(aside.count(), usize::from(damage.is_some()), "{damage:?}");
    assert!(!dir.join("traces.queue").exists(), "everything was taken out");
}

/// In memory where there is a place for it: a disk would be worn out.
fn directory() -> &'static PathBuf {
    static DIRECTORY: OnceLock<PathBuf> = OnceLock::new();
    DIRECTORY.get_or_init(|| {
        let memory = PathBuf::from("/dev/shm");
        let root = if memory.is_dir() { memory } else { env::temp_dir() };
        root.join(format!("apitoolkit-fuzz-spool-{}", process::id()))
    })
}

/// The library catches what the crate of the queue panics at; libFuzzer's hook would not let it.
fn expect_panics_of_the_queue() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let hook = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !info.location().is_some_and(|place| place.file().contains("queue-file")) {
                hook(info);
            }
        }));
    });
}
