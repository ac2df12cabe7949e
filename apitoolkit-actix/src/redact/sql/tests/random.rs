use super::sanitize;
use crate::redact::sql::{Dialect, SqlStatement};

/// Values that stand where values stand never survive, whatever surrounds them.
#[test]
fn random_statements_never_leak() {
    let values = [
        "'CANARY'",
        "N'CANARY'",
        "$$CANARY$$",
        "E'a\\'CANARY'",
        "'it''s CANARY'",
        "/* CANARY */",
        "-- CANARY\n",
        "\"CANARY\"",
        "$x$CANARY'$x$",
        "'\\\\CANARY'",
        "'CANARY\\''",
    ];
    let noise = [
        "SELECT ",
        " FROM t ",
        " WHERE a = ",
        "(",
        ")",
        ", ",
        "'x'",
        " -- y\n",
        "1",
        " AND ",
        "\\",
        "$1",
        "\"u\".",
        " IN (",
        "/* z */",
        "VALUES (",
        "`c`",
        " LIKE ",
        "''",
        "#",
        "\n",
        "[",
        "]",
        "//",
        "'''",
        "q",
    ];
    let mut rng = fastrand::Rng::with_seed(7);
    for _ in 0..40_000 {
        let mut sql = String::new();
        for _ in 0..rng.usize(0..12) {
            sql.push_str(noise[rng.usize(..noise.len())]);
        }
        sql.push(' ');
        sql.push_str(values[rng.usize(..values.len())]);
        for _ in 0..rng.usize(0..6) {
            sql.push_str(noise[rng.usize(..noise.len())]);
        }
        // `"u"."CANARY"` and `FROM "CANARY"` are names.
        if sql.contains("\"CANARY\"") {
            continue;
        }
        let SqlStatement { text, summary } = SqlStatement::read(&sql, Dialect::Unknown);
        assert_eq!(text, sanitize(&sql, Dialect::Unknown));
        assert!(!text.contains("CANARY"), "{sql:?} -> {text:?}");
        assert!(!summary.text.contains("CANARY"), "{sql:?} -> {summary:?}");
    }
}
