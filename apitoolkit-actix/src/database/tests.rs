use std::{
    future::{Future, pending, ready},
    pin::pin,
    task::{Context, Poll, Waker},
};

use super::*;

fn travels<T: Send + Sync>(value: T) -> T {
    value
}

fn db() -> DatabaseInfo {
    travels(DatabaseInfo::new("a", DatabaseVendor::Sqlite))
}

fn poll<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    pin!(future).poll(&mut Context::from_waker(Waker::noop()))
}

/// With nobody to record anything: what a call gives is what the caller gets.
#[test]
fn outputs_are_passed_on_as_they_are() {
    let db = db();
    let gives: Result<u8, String> = Ok(7);
    let mut future = travels(db.trace("SELECT 1", ready(gives.clone())).returned_rows(|_| 1));
    assert_eq!(poll(&mut future), Poll::Ready(gives));
    let fails: Result<u8, String> = Err("no luck".to_owned());
    let mut future = db.trace("SELECT 1", ready(fails.clone())).round_trips(|_| 1);
    assert_eq!(poll(&mut future), Poll::Ready(fails.clone()));
    assert_eq!(poll(&mut db.trace_any("SELECT 1", ready('c'))), Poll::Ready('c'));
    assert_eq!(poll(&mut db.trace_any("SELECT 1", pending::<()>())), Poll::Pending);
    assert_eq!(db.trace_sync("SELECT 1", || fails.clone()), fails);
    assert!(format!("{future:?} {:?}", db.enter("SELECT 'CANARY'")).starts_with("Statement"));
}

#[test]
fn a_database_is_shown_without_credentials() {
    let db = DatabaseInfo::new("mysql://app:CANARY@db/shop", DatabaseVendor::Mysql)
        .channel(Channel::Tcp("app:CANARY@db".to_owned(), 3306));
    assert_eq!(
        format!("{db:?}"),
        "DatabaseInfo { name: \"mysql://REDACTED:REDACTED@db/shop\", vendor: Mysql, \
         channel: Tcp(\"REDACTED:REDACTED@db\", 3306), .. }"
    );
    assert_eq!(format!("{:?}", Channel::InProcess), "InProcess");
    assert_eq!(format!("{:?}", Channel::UnixSocket("/a".into())), "UnixSocket(\"/a\")");
}

#[test]
fn a_changed_copy_leaves_the_original_alone() {
    let (plain, vendor) = (db(), DatabaseVendor::Sqlite);
    let socket = plain.clone().channel(Channel::UnixSocket("/a".into())).sql(false);
    assert_eq!((plain.place(), plain.language()), (&Channel::InProcess, vendor.language()));
    assert_eq!(socket.language(), language::Language::Commands);
    assert_eq!(socket.sql(true).language(), vendor.language());
}
