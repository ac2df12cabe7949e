//! Files that somebody or something else wrote to.

use std::fs;

use tracing::Level;

use super::support::{Dir, assert_accounted, away, numbers, spooled, spooling, wait_for};
use crate::{log, support::SOON};

/// What was set aside in a directory.
fn aside(dir: &Dir) -> Vec<String> {
    dir.files().into_iter().filter(|name| name.starts_with("traces.queue.corrupt-")).collect()
}

#[test]
fn a_damaged_file_is_set_aside_with_one_message_and_a_new_one_begun() {
    type Damage = fn(&mut Vec<u8>);
    let damages: [(&str, Damage); 6] = [
        ("random bytes", |bytes| bytes.fill_with(|| fastrand::u8(..))),
        ("zeros", |bytes| bytes.fill(0)),
        ("empty", Vec::clear),
        ("truncated", |bytes| bytes.truncate(8_192 + 100)),
        ("both headers", |bytes| {
            bytes[20] ^= 1;
            bytes[4_096 + 20] ^= 1;
        }),
        ("first request", |bytes| bytes[8_192 + 200] ^= 1),
    ];
    for (what, damage) in damages {
        let (collector, dir) = (away(), Dir::new());
        let telemetry = spooling(&collector, &dir).build().unwrap();
        spooled(&telemetry, 0..3);
        telemetry.shutdown().unwrap();
        let mut bytes = fs::read(dir.queue()).unwrap();
        damage(&mut bytes);
        fs::write(dir.queue(), &bytes).unwrap();

        let since = log::mark();
        let telemetry = spooling(&collector, &dir).build().expect(what);
        // Where only reading finds it, it is found and said a little later.
        let said = || since.said(Level::WARN, dir.path().to_str().unwrap());
        wait_for(&telemetry, |_| !said().is_empty());
        let warned = said();
        assert_eq!(warned.len(), 1, "{what}: {warned:?}");
        let aside = aside(&dir);
        assert_eq!(aside.len(), 1, "{what}: {:?}", dir.files());
        assert!(warned[0].contains("is damaged (") && warned[0].contains(&aside[0]), "{warned:?}");
        // As it was found, but for what came later into one that looked well at first.
        let kept = fs::read(dir.path().join(&aside[0])).unwrap();
        assert_eq!(kept.len(), bytes.len(), "{what}");

        spooled(&telemetry, 10..12);
        collector.restart().unwrap();
        let spans = collector.wait_for_spans(2, SOON).unwrap();
        assert_eq!(numbers(&spans), [10, 11], "{what}");
        let stats = wait_for(&telemetry, |stats| stats.exchanges_exported() == 2);
        assert_accounted(&stats);
    }
}

#[test]
fn what_this_process_put_there_is_counted_as_lost() {
    let (collector, dir) = (away(), Dir::new());
    let telemetry = spooling(&collector, &dir).build().unwrap();
    spooled(&telemetry, 0..3);
    // Under its feet, without another length: the file is the same.
    let mut bytes = fs::read(dir.queue()).unwrap();
    bytes[8_192 + 200] ^= 1;
    fs::write(dir.queue(), &bytes).unwrap();
    let stats = wait_for(&telemetry, |stats| stats.exchanges_dropped() == 3);
    assert_accounted(&stats);
    assert_eq!(stats.dropped_by_reason().collect::<Vec<_>>(), [("spool_damaged", 3)]);
    assert_eq!(stats.spans_dropped(), 3);
    assert_eq!(aside(&dir).len(), 1);
}

#[test]
fn three_are_kept() {
    let (collector, dir) = (away(), Dir::new());
    fs::create_dir_all(dir.path()).unwrap();
    for n in 0..5_u8 {
        fs::write(dir.queue(), [n; 100]).unwrap();
        drop(spooling(&collector, &dir).build().unwrap());
    }
    let mut kept: Vec<_> =
        aside(&dir).iter().map(|name| fs::read(dir.path().join(name)).unwrap()).collect();
    kept.sort();
    assert_eq!(kept, [[2; 100], [3; 100], [4; 100]]);
}
