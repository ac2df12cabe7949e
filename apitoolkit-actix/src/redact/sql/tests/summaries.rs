use crate::redact::sql::{Dialect, SqlStatement, sql_summary, summary::Summary};

fn read(sql: &str) -> Summary {
    SqlStatement::read(sql, Dialect::Unknown).summary
}

#[test]
fn summaries() {
    for (sql, summary) in [
        ("SELECT * FROM users WHERE id = 1", "SELECT users"),
        ("select a, b from public.users u", "SELECT public.users"),
        ("SELECT * FROM songs, artists WHERE x", "SELECT songs artists"),
        ("SELECT * FROM a JOIN b ON a.id = b.id LEFT JOIN c USING (id)", "SELECT a b c"),
        ("INSERT INTO posts (title) VALUES ('SELECT x FROM y')", "INSERT posts"),
        ("INSERT INTO orders SELECT * FROM carts", "INSERT orders SELECT carts"),
        ("INSERT OR REPLACE INTO t (a) VALUES (1)", "INSERT t"),
        ("REPLACE INTO t (a) VALUES (REPLACE(x, 'a', 'b'))", "REPLACE t"),
        ("UPDATE users SET a = 1", "UPDATE users"),
        ("UPDATE a SET x = 1 FROM b WHERE a.id = b.id", "UPDATE a b"),
        ("DELETE FROM \"sessions\" WHERE x", "DELETE sessions"),
        ("CREATE TABLE IF NOT EXISTS `t` (id int)", "CREATE TABLE t"),
        ("CREATE UNIQUE INDEX i ON t USING btree (a)", "CREATE INDEX i"),
        ("CREATE OR REPLACE VIEW v AS SELECT * FROM t", "CREATE VIEW v SELECT t"),
        ("DROP TABLE t", "DROP TABLE t"),
        ("SELECT * FROM (SELECT id FROM inner_t) x, c", "SELECT SELECT inner_t c"),
        ("SELECT (SELECT COUNT(*) FROM b) FROM a", "SELECT SELECT b a"),
        ("WITH x AS (SELECT 1 FROM a) SELECT * FROM x", "SELECT a SELECT x"),
        (
            "WITH x AS (DELETE FROM a RETURNING *) INSERT INTO b SELECT * FROM x",
            "DELETE a INSERT b SELECT x",
        ),
        ("SELECT EXTRACT(YEAR FROM created), TRIM(BOTH FROM name) FROM t", "SELECT t"),
        ("SELECT a FROM t WHERE b IS DISTINCT FROM \"C\"", "SELECT t"),
        ("SELECT lock, begin, replace(a, b, c) FROM t", "SELECT t"),
        ("SELECT p.id FROM post p JOIN user u ON p.author_id = u.id", "SELECT post user"),
        ("SELECT 1 FROM t FOR UPDATE", "SELECT t"),
        ("INSERT INTO t (a) VALUES (1) ON CONFLICT DO UPDATE SET a = 1", "INSERT t"),
        ("MERGE INTO a USING b ON x WHEN MATCHED THEN UPDATE SET y = 1", "MERGE a b"),
        ("EXPLAIN ANALYZE SELECT * FROM t", "EXPLAIN ANALYZE SELECT t"),
        ("BEGIN; UPDATE t SET a = 1; COMMIT", "BEGIN UPDATE t COMMIT"),
        ("/* c */ BEGIN", "BEGIN"),
        ("COMMIT", "COMMIT"),
        ("TRUNCATE TABLE logs", "TRUNCATE logs"),
        ("CALL refresh(1)", "CALL refresh"),
        ("COPY t FROM STDIN", "COPY t"),
        ("SELECT 'CANARY", "SELECT"),
        ("SELECT * FROM 'CANARY' WHERE a", "SELECT"),
        ("INSERT INTO t FORMAT TSV\nselect a from CANARY", "INSERT t"),
        ("CANARY", ""),
        ("", ""),
    ] {
        assert_eq!(sql_summary(sql), summary, "{sql}");
        assert_eq!(read(sql).text, summary, "{sql}");
    }
}

#[test]
fn long_summaries_are_cut_between_words() {
    let tables: Vec<String> = (0..100).map(|i| format!("table_{i}")).collect();
    let summary = sql_summary(&format!("SELECT * FROM {}", tables.join(", ")));
    assert!(summary.len() <= 255 && summary.starts_with("SELECT table_0 table_1"));
    assert!(summary.split(' ').skip(1).all(|table| tables.iter().any(|t| t == table)));
}

#[test]
fn one_operation_and_one_table_are_named() {
    let one = |sql| {
        let Summary { operation, collection, .. } = read(sql);
        (operation, collection)
    };
    let users = || Some("users".to_owned());
    assert_eq!(one("select * from users where id = ?"), (Some("SELECT"), users()));
    assert_eq!(one("INSERT INTO users VALUES (?)"), (Some("INSERT"), users()));
    assert_eq!(one("UPDATE s.users SET a = ?"), (Some("UPDATE"), Some("s.users".to_owned())));
    assert_eq!(one("SELECT * FROM users JOIN posts"), (Some("SELECT"), None));
    assert_eq!(one("INSERT INTO users SELECT * FROM users"), (None, users()));
    assert_eq!(one("CALL refresh()"), (Some("CALL"), None));
    assert_eq!(one("CREATE INDEX i ON t (a)"), (Some("CREATE"), None));
    assert_eq!(one("COMMIT"), (Some("COMMIT"), None));
    assert_eq!(one("nonsense"), (None, None));
}
