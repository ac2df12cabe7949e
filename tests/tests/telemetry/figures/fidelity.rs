use std::fmt::Write as _;

use apitoolkit_actix::{Body, BodyText, Redactor, Scratch, Side};
use apitoolkit_tests::of;
use fastrand::Rng;

const MARKER: &str = "\"[CLIENT_REDACTED]\"";
const SECRET: &str = "secret-4711";

/// A document as it is sent, and as it has to leave.
#[derive(Default)]
struct Pair {
    sent: String,
    left: String,
    selected: usize,
}

impl Pair {
    /// The same in both.
    fn both(&mut self, text: &str) {
        self.sent.push_str(text);
        self.left.push_str(text);
    }

    fn space(&mut self, rng: &mut Rng) {
        const SPACES: [&str; 6] = ["", "", "", " ", "\n\t", "\r\n  "];
        self.both(SPACES[rng.usize(..SPACES.len())]);
    }

    fn value(&mut self, rng: &mut Rng, depth: usize) {
        let kinds = if depth == 0 { 4 } else { 7 };
        match rng.usize(..kinds) {
            0 => self.both(["true", "false", "null"][rng.usize(..3)]),
            1 | 2 => {
                let number = number(rng);
                self.both(&number);
            }
            3 => {
                let text = text(rng);
                self.both(&text);
            }
            4 => self.array(rng, depth - 1),
            _ => self.object(rng, depth - 1),
        }
    }

    fn array(&mut self, rng: &mut Rng, depth: usize) {
        self.both("[");
        self.space(rng);
        for n in 0..rng.usize(..5) {
            if n > 0 {
                self.both(",");
                self.space(rng);
            }
            self.value(rng, depth);
            self.space(rng);
        }
        self.both("]");
    }

    fn object(&mut self, rng: &mut Rng, depth: usize) {
        self.both("{");
        self.space(rng);
        for n in 0..rng.usize(..6) {
            if n > 0 {
                self.both(",");
                self.space(rng);
            }
            self.member(rng, depth);
            self.space(rng);
        }
        self.both("}");
    }

    fn member(&mut self, rng: &mut Rng, depth: usize) {
        // Two by name however it is written, one by path.
        const SELECTED: [&str; 5] = [
            r#""password""#,
            r#""Api_Key""#,
            r#""pass\u0077ord""#,
            r#""chosen""#,
            r#""ch\u006fsen""#,
        ];
        const KEYS: [&str; 6] =
            [r#""a""#, r#""""#, r#""näme""#, r#""a\"b""#, r#""$""#, r#""Chosen""#];
        let is_selected = rng.u8(..5) == 0;
        let keys: &[&str] = if is_selected { &SELECTED } else { &KEYS };
        self.both(keys[rng.usize(..keys.len())]);
        self.space(rng);
        self.both(":");
        self.space(rng);
        if !is_selected {
            return self.value(rng, depth);
        }
        let mut value = Self::default();
        value.value(rng, depth);
        // Whatever it is, all of it goes.
        let _ = write!(self.sent, r#"[{},"{SECRET}"]"#, value.sent);
        self.left.push_str(MARKER);
        self.selected += 1;
    }
}

fn number(rng: &mut Rng) -> String {
    match rng.u8(..5) {
        0 => rng.i64(..).to_string(),
        1 => format!("-0.{:03}E+{}", rng.u16(..1_000), rng.u16(..400)),
        2 => format!("{}00000000000000000001", rng.u64(1..)),
        3 => "1.0".to_owned(),
        _ => "-0".to_owned(),
    }
}

/// Text that does not begin as JSON does: what does is looked into, and withheld if it is cut off.
fn text(rng: &mut Rng) -> String {
    const PARTS: [&str; 10] =
        ["a", "ü", "\u{2028}", "😀", r"\ud83d\ude00", r"\/", r#"\""#, r"\\", r"\u0000", "  {[:,"];
    let parts: String = (0..rng.usize(..8)).map(|_| PARTS[rng.usize(..PARTS.len())]).collect();
    format!("\"t{parts}\"")
}

/// Of random documents leaves, byte for byte, what no rule selects; what one does is a marker.
#[test]
fn random_documents_keep_what_is_not_selected() {
    let count = of(20_000, 1_000_000);
    let redactor = Redactor::builder().redact_response_body(["$..chosen"]).build().unwrap();
    let content_type: &[&[u8]] = &[b"application/json"];
    let (mut scratch, mut rng) = (Scratch::default(), Rng::with_seed(17));
    let (mut bytes, mut selected, mut untouched) = (0, 0, 0);
    for n in 0..count {
        let mut pair = Pair::default();
        pair.space(&mut rng);
        pair.object(&mut rng, 4);
        pair.space(&mut rng);
        let body = Body::new(pair.sent.as_bytes()).content_type(content_type).cap(1 << 20);
        let BodyText::Content(left) = redactor.body(Side::Response, &body, &mut scratch) else {
            panic!("document {n} was withheld: {}", pair.sent);
        };
        let left = String::from_utf8_lossy(&left);
        assert_eq!(left, pair.left, "document {n}: {}", pair.sent);
        assert!(!left.contains(SECRET), "document {n}");
        bytes += pair.sent.len();
        selected += pair.selected;
        untouched += usize::from(pair.selected == 0);
    }
    assert!(selected > count / 2 && untouched > count / 20, "{selected} {untouched}");
    println!(
        "figure: {count} random documents of {bytes} bytes, {selected} values selected: all other \
         bytes identical"
    );
}
