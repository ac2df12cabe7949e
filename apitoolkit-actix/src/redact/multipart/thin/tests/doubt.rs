//! What is kept, and what is withheld for what was left out.

use super::{FILE, TYPE, captured, form, part, rendered, thinned};
use crate::redact::{
    Gap, WithheldReason,
    multipart::{Thinner, head::MAX_HEAD},
};

/// From where it is not a form, and where a part is none.
#[test]
fn what_is_not_certain_is_kept() {
    let file = part(FILE, "CANARY");
    for head in [
        "filename=f",
        "name=f; filename=f; name=g",
        "name*=UTF-8''f; filename=f",
        "name=f; filename=f\r\n folded: x",
        "name=f; filename=f\r\nno colon",
        "name=f; filename=f\nX: y",
        "name=f; filename=f\r\nContent-Disposition: form-data; name=g",
    ] {
        let broken = part(head, "CANARY");
        let body = form(&[file.clone(), broken.clone(), file.clone()]);
        let (kept, gaps) = thinned([body.as_bytes()]);
        assert_eq!(gaps.len(), 1, "{head}");
        assert!(String::from_utf8_lossy(&kept).ends_with(&form(&[broken, file.clone()])));
        assert_eq!(rendered(&kept, &gaps), Err(WithheldReason::Unparseable), "{head}");
        assert_eq!(rendered(body.as_bytes(), &[]), Err(WithheldReason::Unparseable), "{head}");
    }
    let body = form(std::slice::from_ref(&file));
    for other in [
        body.replace("--XX", "--xx"),
        format!("preamble\r\n{body}"),
        format!("\u{feff}{body}"),
        body.replace("--XX\r\n", "--XX-\r\n"),
        body.replace("--XX\r\n", "--XX\r \n"),
        body.replace("--XX\r\n", "--XXX\r\n"),
        body.replace("\r\n", "\n"),
        "--XX--\r\n--XX\r\n".to_owned() + &body,
    ] {
        assert_eq!(thinned(other.as_bytes().chunks(5)), (other.into_bytes(), Vec::new()));
    }
}

#[test]
fn heads_are_bounded() {
    let rest = "Content-Disposition: form-data; name=f; filename=f\r\nX: \r\n\r\n".len();
    for (padding, is_left_out) in [(MAX_HEAD - rest, true), (MAX_HEAD - rest + 1, false)] {
        let head = format!("name=f; filename=f\r\nX: {}", "x".repeat(padding));
        let body = form(&[part(&head, "CANARY")]);
        for size in [1, 1_000, 100_000] {
            let (kept, gaps) = thinned(body.as_bytes().chunks(size));
            assert_eq!(gaps.len(), usize::from(is_left_out));
            assert_eq!(rendered(&kept, &gaps), rendered(body.as_bytes(), &[]));
            assert_eq!(rendered(&kept, &gaps).is_ok(), is_left_out);
        }
    }
}

#[test]
fn forms_that_end_too_early_are_withheld() {
    let body = form(&[part("name=a", "1"), part(FILE, "CANARY"), part(FILE, "\r\n--X")]);
    let end = body.rfind("--\r\n").unwrap();
    for length in 0..end + 2 {
        let (kept, gaps) = thinned([&body.as_bytes()[..length]]);
        let wanted = rendered(&body.as_bytes()[..length], &[]);
        assert_eq!(rendered(&kept, &gaps), wanted, "{length}");
        assert_eq!(wanted.is_err(), length > 0, "{length}");
    }
}

/// What was left out elsewhere than of a file is no form.
#[test]
fn gaps_in_other_places_withhold_the_form() {
    let body = form(&[
        part("name=a", ""),
        part(FILE, ""),
        "--XX\r\nContent-Disposition: form-data; name=b; filename=none\r\n\r\n".to_owned(),
        part(FILE, "kept"),
    ]);
    let body = body.as_bytes();
    let file = b"image/png\r\n\r\n";
    let right = body.windows(file.len()).position(|window| window == file).unwrap() + file.len();
    for at in 0..=body.len() + 1 {
        let gap = Gap { at, bytes: 5 };
        let is_read = rendered(body, &[gap]).is_ok();
        assert_eq!(is_read, at == right, "{at}");
        assert!(rendered(body, &[gap, gap]).is_err());
    }
    let gap = [Gap { at: right, bytes: 5 }];
    for content_type in [
        &b"application/json"[..],
        b"text/plain",
        b"multipart/form-data; boundary=YY",
        b"multipart/form-data; boundary=XX; charset=latin1",
    ] {
        assert!(captured(content_type, &[], body, &gap).is_err());
    }
    assert!(captured(TYPE, &[b"gzip"], body, &gap).is_err());
}

#[test]
fn only_forms_that_leave_no_doubt() {
    let is_thinned = |content_type: &[&[u8]], content_encoding: &[&[u8]]| {
        content_type.first().is_some_and(|first| Thinner::is_for(first))
            && Thinner::new(content_type, content_encoding).is_some()
    };
    assert!(is_thinned(&[TYPE], &[]));
    assert!(is_thinned(&[TYPE, TYPE], &[b"identity"]));
    assert!(is_thinned(&[b" Multipart/FORM-data;charset=UTF-8;Boundary=\"a b'c\""], &[]));
    for content_type in [
        &b"multipart/form-data"[..],
        b"multipart/form-data; boundary=",
        b"multipart/form-data; boundary=\"a\\\nb\"",
        b"multipart/form-data; boundary=X; boundary=Y",
        b"multipart/form-data; boundary=X, text/plain",
        b"multipart/form-data; boundary=X; charset=utf-16",
        b"multipart/form-data; boundary=X; charset=latin1",
        b"multipart/form-data-x; boundary=X",
        b"multipart/mixed; boundary=X",
        b"multipart/form-dat",
        b"application/json",
        b"",
    ] {
        assert!(!is_thinned(&[content_type], &[]), "{}", String::from_utf8_lossy(content_type));
    }
    assert!(!is_thinned(&[TYPE, b"text/plain"], &[]));
    assert!(!is_thinned(&[TYPE], &[b"gzip"]));
    assert!(!is_thinned(&[TYPE], &[b"identity", b"unknown"]));
}
