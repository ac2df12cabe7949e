//! `docs/troubleshooting.md`: what it says that the library prints is what the library prints, and every
//! reason for withholding a body is explained.

use std::collections::BTreeSet;

use crate::page::{quoted, read, rows, section, sources};

const PAGE: &str = "docs/troubleshooting.md";

/// The sources with texts that go over several lines put together.
fn texts() -> String {
    let mut parts = Vec::new();
    for part in sources().split("\\\n") {
        parts.push(if parts.is_empty() { part } else { part.trim_start() }.to_owned());
    }
    parts.concat()
}

#[test]
fn every_message_is_one_of_the_librarys() {
    let (page, texts) = (read(PAGE), texts());
    let mut found = 0;
    let tables = page.split("| It says | Then |\n").skip(1);
    for table in tables {
        let rows = table.lines().skip(1).take_while(|line| line.trim_start().starts_with('|'));
        for row in rows {
            let said = row.trim_start().trim_start_matches('|').split('|').next().unwrap();
            for message in quoted(said) {
                found += 1;
                // `…` stands for what differs from time to time.
                for part in message.split('…').map(str::trim).filter(|part| !part.is_empty()) {
                    assert!(texts.contains(part), "{part:?} is not said anywhere");
                }
            }
        }
    }
    assert!(found > 15, "{found} messages");
    for part in ["first export to ", " received"] {
        assert!(page.contains(part) && texts.contains(part), "{part}");
    }
}

#[test]
fn every_reason_for_withholding_a_body_is_explained() {
    let (page, source) = (read(PAGE), read("apitoolkit-actix/src/redact/body/withheld.rs"));
    let listed = rows(section(&page, "## `[CLIENT_REDACTED]` in place of a body"));
    let listed: BTreeSet<_> = listed.iter().flat_map(|row| quoted(row[0])).collect();
    let (_, after) = source.split_once("pub fn as_str").unwrap();
    let (reasons, _) = after.split_once("\n    }\n").unwrap();
    let mut reasons: BTreeSet<_> = reasons.split('"').skip(1).step_by(2).collect();
    assert!(reasons.len() >= 12);
    // How an unknown type is displayed where there is none.
    assert!(source.contains(r#""no content type""#));
    reasons.insert("no content type");
    assert_eq!(listed, reasons);
}

/// Both pages that say why something was lost name every reason.
#[test]
fn every_reason_for_a_loss_is_explained() {
    let page = read("docs/metrics-and-logs.md");
    let source = read("apitoolkit-actix/src/telemetry/stats.rs");
    let listed = rows(section(&page, "### What the library counts"));
    let listed: BTreeSet<_> = listed.iter().map(|row| row[0].trim_matches('`')).collect();
    let of_code: BTreeSet<_> = source
        .lines()
        .filter_map(|line| line.trim().split_once(" = \"")?.1.strip_suffix("\","))
        .collect();
    assert!(of_code.len() >= 9, "{of_code:?}");
    for reason in of_code {
        assert!(listed.contains(reason), "{reason}");
    }
}
