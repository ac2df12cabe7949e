//! What is a value goes, what is none stays.

use super::{check, check_in, stays, stays_in};
use crate::redact::sql::Dialect;

#[test]
fn literals_become_placeholders() {
    check(
        "SELECT * FROM users WHERE name='C' AND id = 42",
        "SELECT * FROM users WHERE name=? AND id = ?",
    );
    check("SELECT 'it''s C', ''", "SELECT ?, ?");
    check("SELECT $$C$$, $tag$ C $$ C $tag$ FROM t", "SELECT ?, ?…");
    check("SELECT $$C$$, $tag$ C C $tag$ FROM t", "SELECT ?, ? FROM t");
    check("SELECT X'4F', x'4f', B'01', N'C', U&'C' FROM t", "SELECT ?, ?, ?, ?, ? FROM t");
    check("SELECT 1, -2.5e+10, 0xFF, .5, 1e-3, 1_000", "SELECT ?, -?, ?, ?, ?, ?");
    check("WHERE id IN (1, 'C', 3) LIMIT 10", "WHERE id IN (?, ?, ?) LIMIT ?");
    check("INSERT INTO t VALUES ('C', 1), (\"C\", 2)", "INSERT INTO t VALUES (?, ?), (?, ?)");
    check("SELECT DATE '2026-01-01', _utf8'C'", "SELECT DATE ?, _utf8?");
    check("SELECT 'a' 'C', E'a\\n'", "SELECT ? ?, ?");
    check("WHERE a = 'õC' AND b = 2", "WHERE a = ? AND b = ?");
    check("SET x = 'C''' , y = ''''", "SET x = ? , y = ?");
    check(
        "WHERE id IN (a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11, 0c1eebc9-9c0b-4ef8-bb6d-6bb9bd380a11)",
        "WHERE id IN (?, ?)",
    );
    check("WHERE a = true AND b=FALSE", "WHERE a = ? AND b=?");
    check("WHERE price > $100.50 OR card = $4111111111111111", "WHERE price > ? OR card = ?");
}

#[test]
fn comments_go() {
    check("SELECT 1 -- C's\n, 2", "SELECT ? \n, ?");
    check("SELECT 1 -- C's\r\n, 2", "SELECT ? \n, ?");
    check("SELECT /* C's */ 1 /*+ hint */ FROM t", "SELECT  ?  FROM t");
    check("SELECT 1 --", "SELECT ? ");
    check("SELECT 1 # C\nFROM t", "SELECT ? \nFROM t");
    check("SELECT 1 // C\nFROM t", "SELECT ? \nFROM t");
    check("SELECT 1 /*!50000 C */", "SELECT ? ");
}

#[test]
fn parameterised_statements_stay() {
    stays("SELECT * FROM users WHERE id = ? AND x = $1 AND y = :name AND z = @p1 AND a = ?12");
    stays("SELECT u.id, `name` FROM `users` u JOIN orders AS o ON o.user_id = u.id");
    stays("SELECT \"users\".\"id\" FROM \"users\" WHERE (\"users\".\"id\" = $1)");
    stays("INSERT INTO \"users\" (\"name\", \"email\") VALUES ($1, $2) RETURNING \"users\".\"id\"");
    stays("UPDATE \"users\" SET name = $1 WHERE id = $2");
    stays("UPDATE users SET password = $1, token = :token WHERE password = hash");
    stays("SELECT a.id FROM a ORDER BY \"name\"");
    stays("SELECT x::text, t1.c2 FROM t1 WHERE a @> b AND c ->> d = e");
    stays("SELECT [id], [order] FROM [my table] WHERE a[i] = b[j]");
    stays("WHERE a IS TRUE OR b IS NOT FALSE AND c IS NULL");
    stays("DELETE FROM \"sessions\"");
    stays("BEGIN");
    stays("");
}

#[test]
fn double_quotes_are_names_only_where_they_must_be() {
    check("SELECT * FROM t WHERE a = \"C\"", "SELECT * FROM t WHERE a = ?");
    check("WHERE a IN (\"C\", \"D\")", "WHERE a IN (?, ?)");
    check("SELECT \"C\" FROM \"t\"", "SELECT ? FROM \"t\"");
    check("SELECT TRIM(LEADING 'x' FROM \"C\") FROM t", "SELECT TRIM(LEADING ? FROM ?) FROM t");
    check("SELECT a INTO x FROM t WHERE b IN (\"C\")", "SELECT a INTO x FROM t WHERE b IN (?)");
    check("INSERT INTO FUNCTION file(\"C\")", "INSERT INTO FUNCTION file(?)");
    check("INSERT INTO t (a) VALUES (f(\"C\"))", "INSERT INTO t (a) VALUES (f(?))");
    check(
        "SELECT 1 FROM t WHERE a IS DISTINCT FROM \"C\"",
        "SELECT ? FROM t WHERE a IS DISTINCT FROM ?",
    );
    stays("INSERT INTO s.t AS x (\"a\", \"b\") VALUES ($1, $2)");
    check("SELECT \"it\"\"s C\".x", "SELECT ?.x");
    check("CREATE USER x IDENTIFIED BY \"C\"", "CREATE USER x IDENTIFIED BY ?");
}

#[test]
fn passwords_without_quotes_go() {
    check("CREATE USER u PASSWORD C", "CREATE USER u PASSWORD ?");
    check(
        "CREATE USER u WITH ENCRYPTED PASSWORD 'C' LOGIN",
        "CREATE USER u WITH ENCRYPTED PASSWORD ? LOGIN",
    );
    check("ALTER USER u IDENTIFIED BY C!x-y;", "ALTER USER u IDENTIFIED BY ?;");
    check("ALTER USER u IDENTIFIED BY C REPLACE D", "ALTER USER u IDENTIFIED BY ? REPLACE ?");
    check("ALTER LOGIN u WITH PASSWORD = C, x = y", "ALTER LOGIN u WITH PASSWORD = ?, x = y");
    check(
        "GRANT ALL ON d TO u IDENTIFIED BY PASSWORD 'C'",
        "GRANT ALL ON d TO u IDENTIFIED BY PASSWORD ?",
    );
    check("ALTER USER u IDENTIFIED WITH sha2 BY `C`", "ALTER USER u IDENTIFIED WITH sha2 BY ?");
    check("SET PASSWORD = C", "SET PASSWORD = ?");
    check("SET app.jwt_secret TO C", "SET app.jwt_secret TO ?");
    check("SET LOCAL app.api_key = C", "SET LOCAL app.api_key = ?");
    check("PRAGMA key = C", "PRAGMA key = ?");
    check("CREATE ROLE r LOGIN PASSWORD $1", "CREATE ROLE r LOGIN PASSWORD ?");
    stays("CREATE TABLE t (id int PRIMARY KEY, n int)");
    stays("SET search_path TO app");
    // The names in double quotes that a known dialect has are no passwords either.
    check_in(Dialect::Postgres, "CREATE USER \"u\" PASSWORD \"C\"", "CREATE USER \"u\" PASSWORD ?");
}

#[test]
fn data_in_no_quotes_at_all_go() {
    check("INSERT INTO t FORMAT CSV\nCANARY,1", "INSERT INTO t FORMAT CSV\n?…");
    check("INSERT INTO t (a) FORMAT TSV CANARY", "INSERT INTO t (a) FORMAT TSV ?…");
    stays("INSERT INTO t (format, x) SELECT format FROM u");
    check("COPY t (a) FROM stdin;\n1\tCANARY\n\\.", "COPY t (a) FROM stdin;\n?…");
    stays("COPY t FROM STDIN");
    check("CONNECT u/CANARY@db", "CONNECT ?…");
    stays("SELECT 1 FROM t START WITH a CONNECT BY b".replace("1", "a").as_str());
}

#[test]
fn what_is_known_of_a_dialect_is_used() {
    let (pg, my, ms, ora) =
        (Dialect::Postgres, Dialect::MySql, Dialect::SqlServer, Dialect::Oracle);
    check_in(
        pg,
        "SELECT \"userId\", data #>> '{a,C}' FROM \"users\" WHERE \"email\" = 'C'",
        "SELECT \"userId\", data #>> ? FROM \"users\" WHERE \"email\" = ?",
    );
    check_in(pg, r"SELECT E'it\'s C', e'\\', $$it's C$$ FROM t", "SELECT ?, ?, ? FROM t");
    check_in(pg, "SELECT 1 --it's C\n, 2", "SELECT ? \n, ?");
    check_in(pg, "SELECT \"a C's\" FROM t", "SELECT ? FROM t");
    stays_in(pg, "SELECT a // b FROM t WHERE c[i] = ANY(d)");
    check_in(my, "SELECT 1 # it's C\nFROM t WHERE a = \"C\"", "SELECT ? \nFROM t WHERE a = ?");
    check_in(my, "SELECT 1 --'C'", "SELECT ? ?…");
    stays_in(ms, "SELECT a FROM #recent JOIN ##all ON b = c");
    check_in(ms, "SELECT [it's], 'C' FROM t", "SELECT [it?…");
    check_in(ora, "SELECT q'[it's C]', nq'{C}' FROM t", "SELECT ?, ? FROM t");
}
