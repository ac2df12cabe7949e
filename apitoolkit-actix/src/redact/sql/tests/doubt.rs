//! Where dialects disagree, all the rest goes.

use super::{check, check_in};
use crate::redact::sql::Dialect;

#[test]
fn unterminated() {
    check("SELECT 1 WHERE a = 'CANARY", "SELECT ? WHERE a = ?…");
    check("SELECT $$CANARY", "SELECT ?…");
    check("SELECT /* CANARY", "SELECT ?…");
    check("SELECT \"CANARY", "SELECT ?…");
    check("SELECT `CANARY", "SELECT ?…");
    check("SELECT q'[CANARY]", "SELECT ?…");
    check_in(Dialect::Oracle, "SELECT q'[CANARY]", "SELECT ?…");
    check_in(Dialect::Postgres, r"SELECT E'CANARY\'", "SELECT ?…");
    check_in(Dialect::Postgres, "SELECT $a$CANARY$$", "SELECT ?…");
}

#[test]
fn backslashes() {
    // They escape the quote in MySQL, and not in the standard.
    check(r"SELECT 'a\' , 'CANARY'", "SELECT ?…");
    check(r"SELECT 'a\'CANARY'", "SELECT ?…");
    check(r"SELECT 'a\\', 1", "SELECT ?, ?");
    check(r"SELECT E'\'CANARY', 1", "SELECT ?…");
    check(r"SELECT `a\`, CANARY`", "SELECT ?…");
    check_in(Dialect::Postgres, r"SELECT 'a\' , 'CANARY'", "SELECT ?…");
    check_in(Dialect::SqlServer, r"SELECT E'\', 'CANARY'", "SELECT ?…");
    check(r"SELECT a \ CANARY", "SELECT a ?…");
}

#[test]
fn comments() {
    // Those that only some dialects know, with quotes in them.
    check("SELECT 1 # it's\n, 'CANARY'", "SELECT ? ?…");
    check("SELECT 1 #'\n, 'CANARY'", "SELECT ? ?…");
    check("SELECT 1 --it's\n, 'CANARY'", "SELECT ? ?…");
    check("SELECT 1 // it's\n, ' CANARY'", "SELECT ? ?…");
    check("SELECT 1 // /*\n, '*/ CANARY'", "SELECT ? ?…");
    check("SELECT /* /* */ CANARY */ 1", "SELECT ?…");
    check("SELECT /*! 'CANARY' */ 1", "SELECT ?…");
    check("SELECT /*M! ' */ 1, ' CANARY'", "SELECT ?…");
    // A carriage return ends the line for some.
    check("SELECT 1 -- it's\r, 'CANARY'\n, 2", "SELECT ? ?…");
    check("SELECT 1 -- a\rCANARY", "SELECT ? ?…");
}

#[test]
fn strings_of_other_forms() {
    // Three quotes, raw strings, the strings of Oracle and PostgreSQL.
    check("SELECT '''a'CANARY'''", "SELECT ?…");
    check("SELECT '''a' || CANARY || 'b'''", "SELECT ?…");
    check("SELECT \"\"\"a\" || CANARY || \"b\"\"\"", "SELECT ?…");
    check("SELECT '''CANARY'''", "SELECT ?");
    check(r"SELECT r'CANARY\'x'", "SELECT ?…");
    check("SELECT b\"CANARY\"", "SELECT ?…");
    check("SELECT q'[it's CANARY]'", "SELECT ?…");
    check("SELECT $x$, 'a $x$ CANARY'", "SELECT ?…");
    check("SELECT @$x$, $x$ CANARY $x$", "SELECT ?…");
    check("SELECT 'a'CANARY", "SELECT ?…");
}

#[test]
fn names_of_other_forms() {
    // In brackets for SQL Server, in backticks for MySQL: or neither of the two.
    check("SELECT [it's], ' CANARY'", "SELECT [it?…");
    check("SELECT [a]]'b], ' CANARY'", "SELECT [a]]?…");
    check("SELECT [a--b], CANARY", "SELECT [a?…");
    check("SELECT ARRAY['a', 'C'][1] FROM t", "SELECT ARRAY[?, ?][?] FROM t");
    check("SELECT a[i], 'C' FROM t", "SELECT a[i], ? FROM t");
    check("SELECT `it's`, ' CANARY'", "SELECT ?…");
    check("SELECT 'a\0', CANARY", "SELECT ?, CANARY");
    check("SELECT a\0CANARY", "SELECT a?…");
}
