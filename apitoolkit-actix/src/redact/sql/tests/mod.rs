mod doubt;
mod random;
mod summaries;
mod values;

use std::borrow::Cow;

use super::{Dialect, SqlStatement, sanitize};

#[track_caller]
fn check(sql: &str, expected: &str) {
    check_in(Dialect::Unknown, sql, expected);
}

#[track_caller]
fn check_in(dialect: Dialect, sql: &str, expected: &str) {
    assert_eq!(sanitize(sql, dialect), expected, "{sql}");
}

#[track_caller]
fn stays(sql: &str) {
    stays_in(Dialect::Unknown, sql);
}

#[track_caller]
fn stays_in(dialect: Dialect, sql: &str) {
    let text = sanitize(sql, dialect);
    assert!(matches!(text, Cow::Borrowed(_)), "{sql} -> {text}");
    assert_eq!(SqlStatement::read(sql, dialect).text, sql);
}

#[test]
fn statements_are_bounded() {
    let list = vec!["'CANARY'"; 20_000].join(",");
    let long = format!("SELECT * FROM t WHERE a IN ({list})");
    let redacted = sanitize(&long, Dialect::Unknown);
    assert!(redacted.len() <= 32 * 1024, "{}", redacted.len());
    assert!(redacted.ends_with("… [cut, 180028 B]") && !redacted.contains("CANARY"));
    // Short enough to be left whole, and one byte longer than that.
    let whole = format!("SELECT {}", "a".repeat(32 * 1024 - 7));
    stays(&whole);
    let redacted = sanitize(&format!("{whole}a"), Dialect::Unknown).into_owned();
    assert!(redacted.len() <= 32 * 1024 && redacted.ends_with("… [cut, 32769 B]"));
}

/// What lies behind the part that is read could change what the part means.
#[test]
fn what_is_cut_off_is_reckoned_with() {
    let quote = "'''it', CANARY ";
    let tail = "x".repeat(64 * 1024);
    let sql = format!("SELECT {quote}{tail}'''");
    let text = sanitize(&sql, Dialect::Unknown);
    assert_eq!(text, format!("SELECT ?…… [cut, {} B]", sql.len()));
    // Without the tail there is no such quote to be closed.
    check("SELECT '''it', a", "SELECT ?, a");
}

#[test]
fn time_grows_with_the_length_and_no_faster() {
    for unit in [
        "'",
        "''",
        "'''",
        "\"\"\"",
        "$",
        "$a",
        "$a$",
        "--",
        "/*",
        "(",
        ")",
        "[",
        "]",
        "[[]",
        "]]",
        "\"a\"",
        "q'[",
        "E'\\",
        "`",
        "#",
        "//",
        "PASSWORD ",
        "\"",
        "a.",
        "((\"x\"",
        "-",
        "0",
        "\\'",
        "/*/",
        "SELECT ",
        "FROM a, ",
        "INSERT FORMAT ",
        "a.b.c,",
        "'' ",
        "\r",
        "-- \r",
    ] {
        for dialect in [Dialect::Unknown, Dialect::Postgres] {
            let input = format!("CREATE {}", unit.repeat(64 * 1024 / unit.len()));
            let start = std::time::Instant::now();
            let _ = SqlStatement::read(&input, dialect);
            // Some milliseconds; quadratic, it would be more than a minute.
            assert!(start.elapsed().as_secs() < 2, "{unit} {dialect:?}: {:?}", start.elapsed());
        }
    }
}
