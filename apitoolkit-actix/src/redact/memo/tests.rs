use super::*;
use crate::redact::Policy;

/// Names and values, and which are marked, as they are seen.
fn seen(headers: &[(&[u8], &[u8], bool)]) -> Vec<(Vec<u8>, usize, bool)> {
    let seen = headers.iter();
    seen.map(|(name, value, marked)| ([*name, *value].concat(), name.len(), *marked)).collect()
}

fn list(seen: &[(Vec<u8>, usize, bool)]) -> impl Iterator<Item = Header<'_>> {
    seen.iter().map(|(line, name_end, marked)| Header::new(line, *name_end, *marked))
}

/// As one header of a request.
fn header(memo: &mut Memo, lists: &Lists, name: &[u8], value: &[u8], marked: bool) -> String {
    let mut told = Vec::new();
    let header = seen(&[(name, value, marked)]);
    memo.headers(lists, Headers::Single, list(&header), |name, values, _| {
        let [value] = values else { panic!("{values:?}") };
        told.push((HeaderName::new(name.as_str()), value.clone().into_owned()));
    });
    let [(seen, value)] = &told[..] else { panic!("{told:?}") };
    let text = String::from_utf8_lossy(name);
    assert_eq!(seen.as_str(), text);
    assert_eq!(seen.request_attribute(), format!("http.request.header.{text}"));
    assert_eq!(seen.response_attribute(), format!("http.response.header.{text}"));
    value.clone()
}

fn lists() -> Lists {
    Lists::new(&Policy { headers: vec!["x-internal".into()], ..Policy::default() })
}

/// Every header three times: what is remembered says the same as what was worked out.
#[test]
fn what_is_remembered_is_what_the_rules_say() {
    let (lists, mut memo) = (lists(), Memo::default());
    let headers: [(&str, &[u8], bool); 11] = [
        ("accept", b"application/json", false),
        ("accept", b"text/plain;q=0.9", false),
        ("accept-encoding", b"gzip", false),
        ("authorization", b"Bearer abc", false),
        ("x-internal", b"1", false),
        ("x-marked", b"1", true),
        ("x-marked", b"1", false),
        ("cookie", b"sid=0123456789abcdef0123456789abcdef; theme=dark", false),
        ("referer", b"https://h/?token=abc&page=2", false),
        ("x-latin", b"caf\xe9", false),
        ("x-note", b"Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", false),
    ];
    for (name, value, sensitive) in headers.iter().chain(&headers).chain(&headers) {
        let redacted = header(&mut memo, &lists, name.as_bytes(), value, *sensitive);
        assert_eq!(*redacted, *header::redact(&lists, name, value, *sensitive), "{name}");
    }
}

#[test]
fn every_value_of_a_name_is_told_with_it() {
    let (lists, mut memo) = (lists(), Memo::default());
    let headers: [(&[u8], &[u8], bool); 6] = [
        (b"accept", b"text/html", false),
        (b"accept", b"text/plain", false),
        (b"authorization", b"Bearer abc", false),
        (b"x-marked", b"1", true),
        (b"x-marked", b"2", false),
        (b"accept-language", b"en", false),
    ];
    for _ in 0..3 {
        let mut told = Vec::new();
        memo.headers(&lists, Headers::OfResponse, list(&seen(&headers)), |name, values, _| {
            told.push(format!("{}: {}", name.as_str(), values.join(" | ")));
        });
        let expected = [
            "accept: text/html | text/plain",
            "authorization: [CLIENT_REDACTED]",
            "x-marked: [CLIENT_REDACTED] | 2",
            "accept-language: en",
        ];
        assert_eq!(told, expected);
    }
}

#[test]
fn no_value_that_a_rule_changes_is_kept() {
    let (lists, mut memo) = (lists(), Memo::default());
    for value in ["a=1; sid=0123456789abcdef0123456789abcdef", "theme=dark"] {
        header(&mut memo, &lists, b"cookie", value.as_bytes(), false);
    }
    header(&mut memo, &lists, b"authorization", b"Bearer abc", false);
    header(&mut memo, &lists, b"x-once", b"hidden", true);
    let kept: Vec<_> = memo.names.iter().flat_map(|known| &known.clean).collect();
    assert_eq!(kept, [&Box::from("theme=dark")]);
}

#[test]
fn it_is_bounded_and_learns_again() {
    let (lists, mut memo) = (lists(), Memo::default());
    for n in 0..10 * MAX_NAMES {
        for value in 0..8 {
            let (name, value) = (format!("x-{n}"), format!("v{value}"));
            header(&mut memo, &lists, name.as_bytes(), value.as_bytes(), false);
        }
    }
    assert_eq!((memo.names.len(), memo.values), (MAX_NAMES, MAX_VALUES_OF_ALL));
    let held: usize = memo.names.iter().map(|known| known.clean.len()).sum();
    assert_eq!(held, MAX_VALUES_OF_ALL);
    for _ in 0..=PATIENCE {
        header(&mut memo, &lists, b"x-0", b"new", false);
    }
    let clean = |memo: &Memo| memo.names[memo.places[&b"x-0"[..]]].clean.clone();
    assert!(clean(&memo).contains("new"));
    let held: usize = memo.names.iter().map(|known| known.clean.len()).sum();
    assert_eq!(held, memo.values);
    header(&mut memo, &lists, b"x-0", "v".repeat(MAX_LENGTH + 1).as_bytes(), false);
    assert!(clean(&memo).iter().all(|value| value.len() <= MAX_LENGTH));
}

/// What is made of a header is there again for the same, of the same kind of list, and for no other.
#[test]
fn what_is_made_of_a_header_is_of_that_header() {
    let (lists, mut memo) = (lists(), Memo::default());
    let random = &mut fastrand::Rng::with_seed(11);
    let names: [&[u8]; 5] = [b"accept", b"authorization", b"accept-language", b"cookie", b"x-a"];
    let values: [&[u8]; 5] =
        [b"", b"a", b"text/plain", b"sid=0123456789abcdef0123456789abcdef", b"caf\xe9"];
    let mut again = 0;
    for _ in 0..5_000 {
        let mut headers: Vec<(&[u8], &[u8], bool)> = Vec::new();
        for name in names {
            for _ in 0..random.choice([0, 1, 1, 1, 2]).unwrap() {
                let value = random.choice(values).unwrap();
                headers.push((name, value, random.u8(0..20) == 0));
            }
        }
        let which = random.choice([Headers::OfRequest, Headers::OfResponse]).unwrap();
        let mut told = Vec::new();
        memo.headers(&lists, which, list(&seen(&headers)), |name, values, made| {
            let now = format!("{which:?} {} {values:?}", name.as_str());
            if let Some(Made { bytes, .. }) = made {
                again += usize::from(!bytes.is_empty());
                assert!(bytes.is_empty() || *bytes == now.as_bytes(), "{now}");
                *bytes = now.into_bytes();
            }
            let values = values.iter().map(|value| value.clone().into_owned());
            told.extend(values.map(|value| (name.as_str().to_owned(), value)));
        });
        let expected: Vec<_> = headers
            .iter()
            .map(|(name, value, marked)| {
                let name = str::from_utf8(name).unwrap();
                (name.to_owned(), header::redact(&lists, name, value, *marked).into_owned())
            })
            .collect();
        assert_eq!(told, expected);
    }
    assert!(again > 1_000, "{again}");
}
