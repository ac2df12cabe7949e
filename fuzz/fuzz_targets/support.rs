//! What the targets of the text parsers share.
#![allow(dead_code, reason = "every target uses a part of it")]

use apitoolkit_actix::{Body, BodyText, Redactor, Scratch, Side};

/// Planted where it must not come out.
pub const SECRET: &str = "S3CRET-4711";

/// The text, without anything that looks like the secret, in two halves.
pub fn halves(data: &[u8]) -> (String, String) {
    let text = String::from_utf8_lossy(data).replace(SECRET, "");
    let half = (0..=text.len() / 2).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    let (a, b) = text.split_at(half);
    (a.to_owned(), b.to_owned())
}

pub fn redactor() -> Redactor {
    Redactor::builder().build().expect("the default rules")
}

#[track_caller]
pub fn no_secret(input: &str, output: &str) {
    assert!(!output.contains(SECRET), "{input:?} -> {output:?}");
}

/// Whether what stands between the markers is in the input, in order, from its beginning to its
/// end.
#[track_caller]
pub fn only_markers_differ(input: &str, output: &str, marker: &str) {
    let pieces: Vec<&str> = output.split(marker).collect();
    let mut rest = input;
    for (index, piece) in pieces.iter().enumerate() {
        let found = match (index, index + 1 == pieces.len()) {
            (0, true) => (rest == *piece).then_some(0),
            (0, false) => rest.starts_with(piece).then_some(0),
            (_, true) => rest.ends_with(piece).then(|| rest.len() - piece.len()),
            (_, false) => rest.find(piece),
        };
        let Some(at) = found else { panic!("{input:?} -> {output:?}: {piece:?}") };
        rest = &rest[at + piece.len()..];
    }
}

/// What leaves of a body; the marker and the reason if it is withheld.
pub fn leaves(redactor: &Redactor, body: &Body<'_>) -> String {
    match redactor.body(Side::Request, body, &mut Scratch::default()) {
        BodyText::Content(content) => String::from_utf8_lossy(&content).into_owned(),
        BodyText::Withheld(withheld) => {
            let shown = withheld.to_string();
            assert!(shown.len() < 200 && shown.starts_with("[CLIENT_REDACTED] ["), "{shown}");
            shown
        }
        BodyText::Empty => String::new(),
    }
}
