use std::sync::Arc;

use super::*;
use crate::exchange::{Budget, Fields};

fn chunk(text: &'static str) -> Bytes {
    Bytes::from_static(text.as_bytes())
}

fn is_shared(body: &BodyBuffer) -> bool {
    body.kept.as_ref().is_some_and(Kept::is_shared)
}

#[test]
fn counts_without_keeping() {
    let mut body = BodyBuffer::default();
    body.push(b"abc");
    body.end();
    assert_eq!((body.total(), body.bytes()), (3, &b""[..]));
    assert!(!body.is_partial() && !body.is_captured());
}

#[test]
fn keeps_up_to_the_cap_and_says_when_more_came() {
    let budget = Budget::new(1_000);
    let mut body = BodyBuffer::capturing(5, Reservation::empty(&budget), None);
    body.push_shared(&chunk("abc"));
    assert!(is_shared(&body));
    body.push_shared(&chunk("defg"));
    body.push_shared(&chunk("h"));
    body.end();
    assert_eq!((body.total(), body.bytes()), (8, &b"abcde"[..]));
    assert!(body.is_partial());
    assert_eq!(budget.used(), 5);
}

#[test]
fn a_chunk_over_the_cap_is_copied_not_pinned() {
    let budget = Budget::new(1_000);
    let mut body = BodyBuffer::capturing(2, Reservation::empty(&budget), None);
    body.push_shared(&chunk("abc"));
    assert!(!is_shared(&body));
    assert_eq!(body.bytes(), b"ab");
}

#[test]
fn exactly_the_cap_is_not_truncated() {
    let budget = Budget::new(1_000);
    let mut body = BodyBuffer::capturing(3, Reservation::empty(&budget), None);
    body.push(b"abc");
    body.end();
    assert!(!body.is_partial());
}

#[test]
fn an_unfinished_body_is_partial() {
    let mut body = BodyBuffer::default();
    body.push(b"abc");
    assert!(body.is_partial());
}

#[test]
fn what_the_budget_refuses_is_shed_whole() {
    let budget = Budget::new(4);
    let mut body = BodyBuffer::capturing(100, Reservation::empty(&budget), None);
    body.push(b"abc");
    body.push(b"de");
    body.push(b"f");
    assert!(body.is_shed());
    assert_eq!((body.total(), body.bytes(), budget.used()), (6, &b""[..], 0));
    assert!(!body.shed(), "shed once");
}

const FILE: &str = "--b\r\nContent-Disposition: form-data; name=f; filename=a\r\n\r\n";

fn form(budget: &Arc<Budget>, cap: usize) -> BodyBuffer {
    let mut fields = Fields::default();
    fields.push("content-type", b"multipart/form-data; boundary=b", false);
    let form = Form::announced(&fields);
    assert!(form.is_some());
    BodyBuffer::capturing(cap, Reservation::empty(budget), form)
}

#[test]
fn files_of_a_form_are_counted_and_not_kept() {
    let budget = Budget::new(1_000);
    let mut body = form(&budget, 200);
    body.push_shared(&chunk(FILE));
    for _ in 0..100 {
        body.push_shared(&chunk("0123456789"));
    }
    body.push(b"\r\n--b--");
    body.end();
    assert_eq!(body.bytes(), [FILE, "\r\n--b--"].concat().as_bytes());
    assert_eq!(body.gaps(), [Gap { at: FILE.len(), bytes: 1_000 }]);
    assert_eq!(body.total(), FILE.len() as u64 + 1_007);
    assert!(!body.is_partial());
    assert_eq!(budget.used(), body.bytes().len() + size_of::<Gap>());
    assert!(body.shed() && body.gaps().is_empty() && budget.used() == 0);
}

#[test]
fn the_rest_of_a_form_is_held_to_the_cap() {
    let budget = Budget::new(10_000);
    let parts = [FILE, "x\r\n"].concat().repeat(10);
    let mut body = form(&budget, 200);
    for chunk in parts.as_bytes().chunks(33) {
        body.push(chunk);
    }
    body.end();
    assert!(body.is_partial() && body.bytes().len() == 200 && body.gaps().len() < 5);
    assert_eq!(body.total(), parts.len() as u64);
    assert_eq!(budget.used(), 200 + size_of_val(body.gaps()));
}

#[test]
fn a_form_that_the_budget_refuses_is_shed_whole() {
    let parts = [FILE, "x\r\n"].concat().repeat(10);
    for limit in 0..1_500 {
        let budget = Budget::new(limit);
        let mut body = form(&budget, 1_000);
        body.push(parts.as_bytes());
        body.push(b"--b--");
        assert!(!body.is_shed() || (body.bytes().is_empty() && body.gaps().is_empty()));
        assert_eq!(budget.used(), body.bytes().len() + size_of_val(body.gaps()));
    }
}
