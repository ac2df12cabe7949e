//! Every encoding, alone and on top of each other, at every alignment.

use std::{borrow::Cow, io::Write as _};

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD},
};
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

use super::{
    needle::{Encoding, Needles},
    places,
};

const SECRET: &str = "p@ss w\"ord/ünï-\u{1F511}";

fn find(text: impl AsRef<[u8]>) -> Option<Vec<Encoding>> {
    Needles::new([SECRET]).find(text.as_ref()).map(|found| found.encodings)
}

fn percent(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

fn form(text: &str) -> String {
    percent(text).replace("%20", "+")
}

fn json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn json_ascii(text: &str) -> String {
    text.encode_utf16().map(|unit| format!("\\u{unit:04X}")).collect()
}

#[test]
fn finds_it_in_clear_in_any_case() {
    assert_eq!(find(format!("..{SECRET}..")), Some(vec![]));
    assert_eq!(find(SECRET.to_ascii_uppercase()), Some(vec![]));
    assert_eq!(find("p@ss word/ünï"), None);
    assert_eq!(find(""), None);
}

#[test]
fn finds_base64_of_any_kind_at_any_alignment() {
    for engine in [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD] {
        for before in ["", "a", "ab", "abc", "{\"k\": \""] {
            let encoded = engine.encode(format!("{before}{SECRET}{before}"));
            for around in ["", "x", "xy", "xyz", "Basic ", "data:;base64,", "k="] {
                let text = format!("{around}{encoded}{around}");
                assert_eq!(find(&text), Some(vec![Encoding::Base64]), "{text}");
            }
        }
    }
    // As mail wraps it.
    let encoded = STANDARD.encode(SECRET.repeat(5));
    let wrapped: Vec<_> =
        encoded.as_bytes().chunks(10).map(|line| String::from_utf8_lossy(line)).collect();
    assert_eq!(find(wrapped.join("\r\n")), Some(vec![Encoding::Base64]));
}

#[test]
fn finds_percent_form_and_json() {
    assert_eq!(find(format!("/a?k={}&b", percent(SECRET))), Some(vec![Encoding::Percent]));
    assert_eq!(find(percent(&percent(&percent(SECRET)))), Some(vec![Encoding::Percent]));
    assert_eq!(find(format!("k={}", form(SECRET))), Some(vec![Encoding::Form]));
    assert_eq!(find(SECRET.replace(' ', "+")), Some(vec![Encoding::Form]));
    assert_eq!(find(format!("{{\"k\":{}}}", json(SECRET))), Some(vec![Encoding::Json]));
    assert_eq!(find(json_ascii(SECRET)), Some(vec![Encoding::Json]));
    assert_eq!(find(json_ascii(SECRET).to_lowercase()), Some(vec![Encoding::Json]));
    assert_eq!(find(json(SECRET).replace('/', "\\/")), Some(vec![Encoding::Json]));
}

#[test]
fn finds_compressed_data_with_something_around_it() {
    // Letters of uneven frequency, or the secret would be stored as it is.
    let mut state = 1_u32;
    let mut letter = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        if state >> 30 == 0 { 'p' } else { char::from(b'a' + (state >> 29) as u8) }
    };
    let filler: String = (0..4_000).map(|_| letter()).collect();
    let text = format!("{filler}{SECRET}{filler}");
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    let gzip = encoder.finish().unwrap();
    let zstd = compress_to_vec(text.as_bytes(), CompressionLevel::Fastest);
    for compressed in [gzip, zstd] {
        let around = [b"..", compressed.as_slice(), b".."].concat();
        assert_eq!(find(&around), Some(vec![Encoding::Compressed]));
        let encoded = STANDARD.encode(&compressed);
        assert_eq!(find(encoded), Some(vec![Encoding::Base64, Encoding::Compressed]));
    }
}

#[test]
fn finds_three_encodings_on_top_of_each_other() {
    type Encode = fn(&str) -> String;
    let encoders: [(&str, Encode); 5] = [
        ("json", json),
        ("json ascii", json_ascii),
        ("percent", percent),
        ("form", form),
        ("base64", |text| STANDARD.encode(text)),
    ];
    for (first, inner) in encoders {
        for (second, middle) in encoders {
            for (third, outer) in encoders {
                let text = outer(&middle(&inner(SECRET)));
                let found = find(&text);
                assert!(found.is_some(), "{first}, {second}, {third}: {text}");
                assert!(found.is_some_and(|encodings| encodings.len() <= 3));
            }
        }
    }
}

#[test]
fn broken_encodings_are_searched_as_far_as_they_go() {
    assert_eq!(find(format!("%zz%{}%4", percent(SECRET))), Some(vec![Encoding::Percent]));
    assert_eq!(
        find(format!("\\u12\\x\\ud800{}\\", json_ascii(SECRET))),
        Some(vec![Encoding::Json])
    );
    assert_eq!(find("\\u"), None);
    assert_eq!(find("\\ud83d\\ud83d\\"), None);
    assert_eq!(find([0x1f, 0x8b, 0x08, 0, 0, 0x28, 0xb5, 0x2f, 0xfd]), None);
}

#[test]
fn large_and_hostile_texts_take_no_more_than_seconds() {
    let started = std::time::Instant::now();
    for text in
        ["A".repeat(200_000), "\\".repeat(200_000), "%25".repeat(60_000), "+".repeat(100_000)]
    {
        assert_eq!(find(text), None);
    }
    assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
}

#[test]
fn an_excerpt_shows_the_surroundings_without_the_secret() {
    let found = Needles::new(["hunter2"]).find(b"{\"password\": \"HUNTER2\"}\n").unwrap();
    assert_eq!(found.excerpt, "{\\\"password\\\": \\\"<secret>\\\"}\\n");
}

#[test]
fn blanks_only_the_values_of_the_key() {
    let key_value = |key: &str, value: &str| {
        let mut any = Vec::new();
        prost::encoding::string::encode(1, &value.to_owned(), &mut any);
        let mut out = Vec::new();
        prost::encoding::string::encode(1, &key.to_owned(), &mut out);
        prost::encoding::bytes::encode(2, &any, &mut out);
        out
    };
    let message = [key_value("Api-Key", "secret-1"), key_value("other", "secret-2")].concat();
    let mut raw = Cow::Borrowed(message.as_slice());
    places::blank(&mut raw, "api-key");
    assert!(Needles::new(["secret-1"]).find(&raw).is_none());
    assert!(Needles::new(["secret-2"]).find(&raw).is_some());
    assert_eq!(raw.len(), message.len());

    // Nothing panics on what only looks like one.
    for cut in 0..message.len() {
        places::blank(&mut Cow::Borrowed(&message[..cut]), "api-key");
    }
}

#[test]
fn finds_any_of_several() {
    let needles = Needles::new(["first-one", "second-one"]);
    let found = needles.find(b"a=SECOND%2Done").unwrap();
    assert_eq!((found.secret, found.encodings.as_slice()), (1, &[Encoding::Percent][..]));
    assert!(needles.find(b"third-one").is_none());
    assert!(Needles::new([]).find(b"anything").is_none());
    // Nothing is everywhere: the safe way to be wrong.
    assert!(Needles::new([""]).find(b"").is_some());
}
