mod cuts;
mod doubt;

use std::sync::LazyLock;

use super::Thinner;
use crate::redact::{BodyText, Captured, Gap, Redactor, Scratch, Side, WithheldReason};

const TYPE: &[u8] = b"multipart/form-data; boundary=XX";

/// What is kept of a form that comes in chunks.
fn thinned<'c>(chunks: impl IntoIterator<Item = &'c [u8]>) -> (Vec<u8>, Vec<Gap>) {
    let mut thinner = Thinner::new(&[TYPE], &[]).unwrap();
    let (mut kept, mut gaps) = (Vec::new(), Vec::new());
    for mut rest in chunks {
        while !rest.is_empty() {
            let passed = thinner.pass(&kept, rest);
            if passed.left_out > 0 {
                gaps.push(Gap { at: kept.len(), bytes: passed.left_out });
            }
            let (taken, piece) = (passed.taken, passed.kept.to_vec());
            kept.extend(piece);
            rest = &rest[taken..];
        }
    }
    (kept, gaps)
}

fn captured(
    content_type: &[u8],
    content_encoding: &[&[u8]],
    bytes: &[u8],
    gaps: &[Gap],
) -> Result<String, WithheldReason> {
    static REDACTOR: LazyLock<Redactor> = LazyLock::new(|| Redactor::builder().build().unwrap());
    let captured = Captured {
        content_type: &[content_type],
        content_encoding,
        bytes,
        gaps,
        truncated: false,
        total: bytes.len() as u64,
        cap: 16 << 20,
    };
    match REDACTOR.captured(Side::Request, &captured, &mut Scratch::default()) {
        BodyText::Content(content) => Ok(String::from_utf8(content.into_owned()).unwrap()),
        BodyText::Withheld(withheld) => Err(withheld.reason()),
        BodyText::Empty => Ok(String::new()),
    }
}

fn rendered(bytes: &[u8], gaps: &[Gap]) -> Result<String, WithheldReason> {
    captured(TYPE, &[], bytes, gaps)
}

fn part(head: &str, content: &str) -> String {
    format!("--XX\r\nContent-Disposition: form-data; {head}\r\n\r\n{content}\r\n")
}

fn form(parts: &[String]) -> String {
    format!("{}--XX--\r\n", parts.concat())
}

const FILE: &str = "name=f; filename=CANARY.png\r\nContent-Type: image/png";
