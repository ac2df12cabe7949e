//! What is left out, wherever the chunks are cut.

use fastrand::Rng;

use super::{FILE, form, part, rendered, thinned};

/// Begins like what ends a part, and is no such thing.
const LOOKALIKES: [&str; 12] = [
    "",
    "\r",
    "\r\n",
    "\r\n\r\n",
    "\r\n--",
    "\r\n--X",
    "\r\r\n--X",
    "\r\n--X\r\n--X",
    "\r\n\r\n--x\r\n",
    "x--XX",
    "x--XX--",
    "\n--XX\r\n\r\n--Xx\r",
];

fn lookalikes() -> String {
    let file = |content: &&str| part(FILE, &format!("{content}CANARY{content}"));
    let only = LOOKALIKES.iter().map(|content| part(FILE, content));
    let fields = LOOKALIKES.iter().map(|content| part("name=a", content));
    form(&LOOKALIKES.iter().map(file).chain(only).chain(fields).collect::<Vec<_>>())
}

#[test]
fn however_a_form_is_cut() {
    let inside = part("name=inside; filename=CANARY", "CANARY").replace("--XX", "--X");
    let small = form(&[
        part("name=title", "hello"),
        part(FILE, &inside),
        part("name=\"password\"", "s"),
        part(FILE, ""),
        part("name=g\r\nContent-Transfer-Encoding: base64", "CANARY"),
        part("name=h\r\nContent-Type: text/html", "\r\n--X"),
        "--XX \t\r\nContent-Disposition: form-data; name=none\r\n\r\n".to_owned(),
        part("name=after", "x"),
    ]);
    for form in [small, lookalikes()] {
        let body = form.as_bytes();
        let whole = thinned([body]);
        let wanted = rendered(body, &[]).unwrap();
        assert_eq!(rendered(&whole.0, &whole.1), Ok(wanted));
        for at in 0..=body.len() {
            assert_eq!(thinned([&body[..at], &body[at..]]), whole, "at {at}");
        }
        for size in 1..100 {
            assert_eq!(thinned(body.chunks(size)), whole, "in {size}");
        }
        let kept = String::from_utf8(whole.0).unwrap().replace("filename=CANARY.png", "");
        assert!(!kept.contains("CANARY"), "{kept}");
        let left_out: u64 = whole.1.iter().map(|gap| gap.bytes).sum();
        assert!(left_out > 0 && whole.1.iter().all(|gap| gap.bytes > 0));
    }
}

/// Whatever is made of pieces of forms is read the same.
#[test]
fn random_forms_are_read_alike_with_and_without_their_files() {
    let heads = [
        "Content-Disposition: form-data; name=a\r\n\r\n",
        "Content-Disposition: form-data; name=f; filename=a\r\n\r\n",
        "Content-Disposition: form-data; name=f; filename=a\r\nContent-Type: image/png\r\n\r\n",
        "Content-Disposition: form-data; name=g\r\nContent-Type: text/html\r\n\r\n",
        "Content-Disposition: form-data; name=h\r\n--XX: y\r\n\r\n",
        "Content-Disposition: form-data; filename=h\r\n\r\n",
        "X: \r\n\r\n",
        "\r\n\r\n",
    ];
    let ends = ["\r\n--XX\r\n", "\r\n--XX\r\n", "\r\n--XX\r\n", "\r\n--XX  \r\n", "--XX\r\n"];
    let bits = ["CANARY", "\r\n", "\r\n--X", "-", "XX", "\n", "--", "\r\n--XX", "\r\n\r\n", "é"];
    let mut rng = Rng::with_seed(25);
    let (mut read, mut left_out) = (0, 0);
    for _ in 0..60_000 {
        let mut body = String::from("--XX\r\n");
        for _ in 0..rng.usize(..6) {
            // Mostly the first ones, which are good.
            let end = heads.len() - rng.usize(..heads.len());
            body += heads[rng.usize(..end)];
            for _ in 0..rng.usize(..4) {
                body += bits[rng.usize(..rng.clone().usize(2..=bits.len()))];
            }
            body += ends[rng.usize(..ends.len())];
        }
        body.truncate(body.len() - 2);
        body += ["--\r\n", "--", "--\r\n", "", "\r\n"][rng.usize(..5)];
        if rng.u8(..20) == 0 {
            body = body.replacen("XX", "xx", 1);
        }
        let mut chunks = Vec::new();
        let mut rest = body.as_bytes();
        while !rest.is_empty() {
            let (chunk, later) = rest.split_at(rng.usize(1..=rest.len().min(30)));
            chunks.push(chunk);
            rest = later;
        }
        let (kept, gaps) = thinned(chunks);
        let wanted = rendered(body.as_bytes(), &[]);
        assert_eq!(rendered(&kept, &gaps), wanted, "{body:?}");
        read += usize::from(wanted.is_ok());
        left_out += gaps.len();
    }
    assert!(read > 5_000 && left_out > 5_000, "{read} {left_out}");
}

#[test]
fn a_form_without_files_is_kept_as_it_is() {
    let fields = form(&[
        part("name=a", "\r\n--X\r\n"),
        part("name=b\r\nContent-Type: text/plain; charset=utf-8", ""),
        part("name=c\r\nContent-Type: application/json", "{}"),
    ]);
    assert_eq!(thinned(fields.as_bytes().chunks(7)), (fields.into_bytes(), Vec::new()));
}

#[test]
fn many_files_and_large_ones() {
    let parts: Vec<String> = (0..10_000).map(|_| part(FILE, "CANARY")).collect();
    let (kept, gaps) = thinned(form(&parts).as_bytes().chunks(1_000));
    assert_eq!(gaps.len(), 10_000);
    let text = rendered(&kept, &gaps).unwrap();
    assert_eq!(text.matches("[image/png, 6 B]").count(), 10_000);

    let begin = part(FILE, "");
    let begin = begin.strip_suffix("\r\n").unwrap();
    let block = [b'\r'; 64 * 1024];
    let blocks = std::iter::repeat_n(&block[..], 1024);
    let chunks = [begin.as_bytes()].into_iter().chain(blocks).chain([&b"\r\n--XX--"[..]]);
    let (kept, gaps) = thinned(chunks);
    assert!(kept.len() < 200, "{}", kept.len());
    let wanted = r#"[{"name":"f","file":"[image/png, 67108864 B]"}]"#;
    assert_eq!(rendered(&kept, &gaps).as_deref(), Ok(wanted));
}
