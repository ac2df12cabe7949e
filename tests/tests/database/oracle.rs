//! Whether a value survives is asked of a parser that somebody else wrote.
//!
//! `sqlparser` reads a statement in each of its dialects. Where it can, every literal that it finds
//! has to be gone from what we tell of the statement: text, summary, collection. It has to be one
//! dialect that we are not told of, and the one that we are.

use apitoolkit_actix::{Redactor, sql_summary};
use fastrand::Rng;
use sqlparser::{
    dialect::*,
    parser::Parser,
    tokenizer::{Token, Tokenizer, Word},
};

const SECRET: &str = "CANARY";

fn dialects() -> Vec<Box<dyn Dialect>> {
    vec![
        Box::new(AnsiDialect {}),
        Box::new(BigQueryDialect {}),
        Box::new(ClickHouseDialect {}),
        Box::new(DatabricksDialect {}),
        Box::new(DuckDbDialect {}),
        Box::new(GenericDialect {}),
        Box::new(HiveDialect {}),
        Box::new(MsSqlDialect {}),
        Box::new(MySqlDialect {}),
        Box::new(OracleDialect {}),
        Box::new(PostgreSqlDialect {}),
        Box::new(RedshiftSqlDialect {}),
        Box::new(SnowflakeDialect {}),
        Box::new(SparkSqlDialect {}),
        Box::new(SQLiteDialect {}),
        Box::new(TeradataDialect {}),
    ]
}

/// How often the secret is in names and placeholders, where it may stay, and in values.
#[derive(Debug, Default)]
struct Found {
    names: usize,
    values: usize,
}

/// What a dialect finds; `None` if this is no statement to it.
fn found(dialect: &dyn Dialect, sql: &str) -> Option<Found> {
    Parser::parse_sql(dialect, sql).ok()?;
    let tokens = Tokenizer::new(dialect, sql).tokenize().ok()?;
    let tokens: Vec<_> =
        tokens.iter().filter(|token| !matches!(token, Token::Whitespace(_))).collect();
    let mut found = Found::default();
    for (at, token) in tokens.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|before| tokens.get(before).copied());
        let after = tokens.get(at + 1).copied();
        match token {
            // A mistake of the parser's: there are no such names.
            Token::Word(Word { value, quote_style: None, .. })
                if value.contains(|c: char| c.is_whitespace() || "'\"#".contains(c)) =>
            {
                return None;
            }
            Token::Word(word) => found.names += count(&word.value),
            Token::Placeholder(name) => found.names += count(name),
            // It takes these for values where only names can stand.
            Token::DoubleQuotedString(name) if is_place_of_name(before, after) => {
                found.names += count(name);
            }
            token => found.values += count(&token.to_string()),
        }
    }
    Some(found)
}

fn is_place_of_name(before: Option<&Token>, after: Option<&Token>) -> bool {
    const TABLES: [&str; 5] = ["FROM", "JOIN", "INTO", "UPDATE", "TABLE"];
    let follows_word = matches!(
        before,
        Some(Token::Word(word)) if TABLES.iter().any(|t| word.value.eq_ignore_ascii_case(t))
    );
    follows_word || before == Some(&Token::Period) || after == Some(&Token::Period)
}

fn count(text: &str) -> usize {
    text.matches(SECRET).count()
}

/// Checks a statement against all dialects; returns how many of them found the secret in a value.
fn check(redactor: &Redactor, dialects: &[Box<dyn Dialect>], sql: &str) -> usize {
    let (text, summary) = (redactor.sql(sql), sql_summary(sql));
    let mut readers = 0;
    for dialect in dialects {
        let Some(found) = found(&**dialect, sql) else { continue };
        readers += usize::from(found.values > 0);
        assert!(
            count(&text) <= found.names && count(&summary) <= found.names,
            "{dialect:?}: {sql:?}\n-> {text:?}\n-> {summary:?}\n{found:?}"
        );
    }
    readers
}

/// Statements as people write them, of many dialects, with a secret in every value.
const CORPUS: &[&str] = &[
    "SELECT * FROM users WHERE name = 'CANARY' AND note = 'it''s CANARY'",
    "SELECT u.id FROM users AS u LEFT JOIN orders o ON o.user_id = u.id WHERE o.ref IN ('CANARY', 'CANARY2')",
    "INSERT INTO users (name, email) VALUES ('CANARY', 'CANARY@x'), ('b', 'CANARY')",
    "UPDATE users SET name = 'CANARY', age = 7 WHERE id = 3",
    "DELETE FROM sessions WHERE token = 'CANARY'",
    "WITH t AS (SELECT 'CANARY' AS a) SELECT a FROM t WHERE a <> 'CANARY'",
    "SELECT CASE WHEN a = 'CANARY' THEN 1 ELSE 2 END FROM t GROUP BY a HAVING a > 'CANARY'",
    "SELECT DATE '2026-01-01', INTERVAL '1' DAY, TIMESTAMP 'CANARY' FROM t",
    "SELECT $$CANARY$$, $tag$ CANARY $tag$ FROM t",
    r"SELECT E'\'CANARY', E'a\nCANARY' FROM t",
    "SELECT N'CANARY', X'CA', U&'CANARY' FROM t",
    "SELECT data->>'CANARY' FROM t WHERE data @> '{\"a\": \"CANARY\"}'",
    "SELECT data #>> '{a,CANARY}' FROM t",
    "SELECT * FROM t WHERE a = ANY(ARRAY['CANARY', 'b'])",
    "SELECT [name] FROM [users] WHERE [name] = 'CANARY'",
    "SELECT [it's], ' CANARY' FROM t",
    "SELECT [a]]'b], ' CANARY' FROM t",
    "SELECT TOP 10 name FROM [recent] WHERE name = N'CANARY'",
    "SELECT `name` FROM `users` WHERE `name` = \"CANARY\"",
    r#"SELECT name FROM users WHERE name = "it\"s CANARY" AND b = 'it\'s CANARY'"#,
    "INSERT INTO t (a) VALUES (\"CANARY\") ON DUPLICATE KEY UPDATE a = \"CANARY\"",
    "SELECT a FROM t # it's\nWHERE a = 'CANARY'",
    "SELECT a FROM t -- it's\nWHERE a = 'CANARY'",
    "SELECT a FROM t /* it's */ WHERE a = 'CANARY'",
    "SELECT a FROM t // it's\nWHERE a = 'CANARY'",
    "SELECT '''it's , CANARY''' FROM t",
    "SELECT \"\"\"a \" , CANARY \"\"\" FROM t",
    "SELECT a -- \r, 'b\n CANARY' FROM t",
    "SELECT '''CANARY''', \"\"\"CANARY\"\"\" FROM t",
    "SELECT r'CANARY\\', b'CANARY', rb'CANARY' FROM t",
    "SELECT q'[it's CANARY]', q'{CANARY}' FROM dual",
    "SELECT * FROM t WHERE a LIKE 'CANARY%' ESCAPE '\\'",
    "MERGE INTO a USING b ON a.id = b.id WHEN MATCHED THEN UPDATE SET x = 'CANARY'",
    "CREATE TABLE t (a VARCHAR(10) DEFAULT 'CANARY')",
    "ALTER USER u WITH PASSWORD 'CANARY'",
    "CREATE ROLE r LOGIN PASSWORD 'CANARY'",
    "COPY t FROM 'CANARY.csv' WITH (FORMAT csv)",
    "SET x = 'CANARY'",
    "EXPLAIN SELECT * FROM t WHERE a = 'CANARY'",
    "CALL register('CANARY', 42)",
    "BEGIN; INSERT INTO t VALUES ('CANARY'); COMMIT",
    "SELECT TRIM(BOTH 'CANARY' FROM name), SUBSTRING('CANARY' FROM 2) FROM t",
    "SELECT a FROM t WHERE b BETWEEN 'CANARY' AND 'CANARY' ORDER BY a LIMIT 10 OFFSET 20",
    "SELECT a FROM 'CANARY'",
];

#[test]
fn no_value_of_a_real_statement_survives() {
    let (redactor, dialects) = (Redactor::builder().build().unwrap(), dialects());
    for sql in CORPUS {
        let readers = check(&redactor, &dialects, sql);
        assert!(readers > 0, "no dialect reads {sql:?}");
    }
}

/// What is between quotes, and around them.
const SCRAPS: &[&str] = &[
    "'", "''", "\"", "\"\"", "`", "\\", "\\'", "\\\"", "$", "$$", "$a$", "--", "-- ", "/*", "*/",
    "#", "//", "[", "]", "(", ")", ",", ";", " ", "\n", "\r", "a", "x", SECRET, SECRET, SECRET,
    "q'", "E'", "1", ".", "!", "?", ":", "@", "0",
];

fn scraps(rng: &mut Rng, most: usize) -> String {
    (0..rng.usize(..most)).filter_map(|_| rng.choice(SCRAPS).copied()).collect()
}

fn literal(rng: &mut Rng) -> String {
    let (inside, behind) = (scraps(rng, 5), scraps(rng, 3));
    match rng.u8(..22) {
        0 => format!("'{}'", inside.replace('\'', "''")),
        1 => format!("\"{inside}\""),
        2 => format!("`{inside}`"),
        3 => format!("$${inside}$$"),
        4 => format!("$a${inside}$a$"),
        5 => format!("E'{inside}'"),
        6 => format!("N'{inside}'"),
        7 => format!("X'{inside}'"),
        8 => format!("[{inside}]"),
        9 => format!("/*{inside}*/"),
        10 => format!("--{inside}\n"),
        11 => format!("#{inside}\n"),
        12 => format!("//{inside}\n"),
        13 => format!("r'{inside}'"),
        14 => format!("'''{inside}'''"),
        15 => format!("\"\"\"{inside}\"\"\""),
        16 => format!("q'[{inside}]'"),
        17 => format!("U&'{inside}'"),
        18 => format!("-- {inside}\r{behind}\n"),
        19 => format!("a{inside}"),
        _ => format!("'{inside}'"),
    }
}

fn expression(rng: &mut Rng) -> String {
    match rng.u8(..8) {
        0 => "a".to_owned(),
        1 => "1".to_owned(),
        2 => format!("a = {}", literal(rng)),
        3 => format!("f({})", literal(rng)),
        4 => format!("a IN ({}, {})", literal(rng), literal(rng)),
        5 => format!("{} a", literal(rng)),
        _ => literal(rng),
    }
}

fn statement(rng: &mut Rng) -> String {
    let (a, b, c) = (expression(rng), literal(rng), literal(rng));
    match rng.u8(..8) {
        0 => format!("SELECT {a}, {b} FROM t WHERE {c}"),
        1 => format!("SELECT {a} FROM {b} WHERE a = {c}"),
        2 => format!("INSERT INTO t (a, b) VALUES ({b}, {c})"),
        3 => format!("UPDATE t SET a = {b}, b = {c} WHERE {a}"),
        4 => format!("DELETE FROM t WHERE {a} AND b = {b}"),
        5 => format!("SELECT * FROM t {b} WHERE a = {c}"),
        6 => format!("SELECT {a} AS {b}, {c} FROM t"),
        _ => format!("SELECT {b}, {c}"),
    }
}

#[test]
fn no_value_of_a_random_statement_survives() {
    let (redactor, dialects) = (Redactor::builder().build().unwrap(), dialects());
    let mut rng = Rng::with_seed(73);
    let mut readers = 0;
    for _ in 0..8_000 {
        let sql = statement(&mut rng);
        if sql.contains(SECRET) {
            readers += check(&redactor, &dialects, &sql);
        }
    }
    // Most of them are nonsense, but enough are statements.
    assert!(readers > 4_000, "{readers}");
}
