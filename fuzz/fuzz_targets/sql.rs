//! SQL statements.
#![cfg_attr(fuzzing, no_main)]

use apitoolkit_actix::sql_summary;

mod support;
use support::{SECRET, halves, no_secret, redactor};

apitoolkit_fuzz::target!("sql", run);

fn run(data: &[u8]) {
    let redactor = redactor();
    let (a, b) = halves(data);
    let text = format!("{a}{b}");
    assert!(redactor.sql(&text).len() <= 32 * 1024);
    assert!(sql_summary(&text).len() <= 255);
    // Text with neither quotes nor comments cannot change how what follows is read.
    let harmless = |text: &str| text.replace(['\'', '"', '`', '$', '/', '-', '#', '\\', '*'], " ");
    for literal in [
        format!("'{SECRET}'"),
        format!("'it''s {SECRET}'"),
        format!("$${SECRET}$$"),
        format!("$t${SECRET}'$t$"),
        format!("E'\\'{SECRET}'"),
        format!("N'{SECRET}"),
        format!("/* {SECRET} */"),
        format!("-- {SECRET}\n"),
        format!("'\\'{SECRET}'"),
    ] {
        for sql in [format!("{} {literal} {b}", harmless(&a)), format!("SELECT {literal}{b}")] {
            no_secret(&sql, &redactor.sql(&sql));
            no_secret(&sql, &sql_summary(&sql));
        }
    }
}
