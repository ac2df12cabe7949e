use std::borrow::Cow;

use super::redactor;
use crate::redact::{PathParam, Redactor};

fn url(url: &str) -> String {
    redactor().url(url).into_owned()
}

fn query(query: &str) -> String {
    redactor().query(query).into_owned()
}

#[test]
fn userinfo_never_leaves() {
    for (input, output) in [
        ("http://u:C@h/p?sig=C", "http://REDACTED:REDACTED@h/p?sig=REDACTED"),
        ("http://C@h/p", "http://REDACTED@h/p"),
        ("http://:C@h/p", "http://REDACTED:REDACTED@h/p"),
        ("http://u%40x:C%3A@h:80", "http://REDACTED:REDACTED@h:80"),
        ("http://u:C@x@h/", "http://REDACTED:REDACTED@h/"),
        ("http://u:C@[::1]:80/", "http://REDACTED:REDACTED@[::1]:80/"),
        ("//u:C@h/p", "//REDACTED:REDACTED@h/p"),
        ("postgres://u:C@h/db", "postgres://REDACTED:REDACTED@h/db"),
        ("HTTP:/u:C@h/", "HTTP:/REDACTED:REDACTED@h/"),
        ("https:\\\\u:C@h", "https:\\\\REDACTED:REDACTED@h"),
        (" http://u:C@h", " http://REDACTED:REDACTED@h"),
        ("u:C@h/p", "REDACTED:REDACTED@h/p"),
        // A separator in the password: what would be the port is none.
        ("http://u:C/D@h/p", "http://REDACTED:REDACTED@h/p"),
        ("http://u:C?D@h/p", "http://REDACTED:REDACTED@h/p"),
        ("http://u:C#D@h/p", "http://REDACTED:REDACTED@h/p"),
        ("http://proxy/http://u:C@h/", "http://proxy/http://REDACTED:REDACTED@h/"),
    ] {
        assert_eq!(url(input), output, "{input}");
    }
}

#[test]
fn everything_else_stays_byte_for_byte() {
    for same in [
        "",
        "/",
        "*",
        "http://h/a@b?c=d@e",
        "http://h:80/@x",
        "http://[::1]/p?a=%20+%zz&&=&b",
        "/users/42?x=1&x=2#top",
        "mailto:joe@example.com",
        "?a=b",
        "#fragment",
        "http://h/õ?ä=ö",
        "//h/path//more",
        "http://@h/",
        "data:text/plain;base64,QUJD",
    ] {
        assert!(matches!(redactor().url(same), Cow::Borrowed(_)), "{same} -> {}", url(same));
        assert_eq!(url(same), same);
    }
}

#[test]
fn query_names_are_decoded_before_they_are_compared() {
    for (input, output) in [
        ("a=1&token=C&b=2", "a=1&token=REDACTED&b=2"),
        ("?%74oken=C", "?%74oken=REDACTED"),
        ("%2574oken=C", "%2574oken=REDACTED"),
        ("token[]=C&token[]=D", "token[]=REDACTED&token[]=REDACTED"),
        ("token%5B%5D=C", "token%5B%5D=REDACTED"),
        ("user[password]=C", "user[password]=REDACTED"),
        (
            "X-Amz-Signature=C&x-amz-credential=C",
            "X-Amz-Signature=REDACTED&x-amz-credential=REDACTED",
        ),
        ("API_KEY=C&apiKey=C&api+key=C", "API_KEY=REDACTED&apiKey=REDACTED&api+key=REDACTED"),
        ("password==C", "password=REDACTED"),
        ("token=A;b=C", "token=REDACTED"),
        ("a=1;token=C;b=2", "a=1;token=REDACTED;b=2"),
        ("token", "token"),
        ("token=", "token="),
        ("code=C&state=C&page=2", "code=REDACTED&state=REDACTED&page=2"),
    ] {
        assert_eq!(query(input), output, "{input}");
    }
    let long = format!("a={}&sig={}", "x".repeat(8192), "C".repeat(8192));
    assert_eq!(query(&long), format!("a={}&sig=REDACTED", "x".repeat(8192)));
}

#[test]
fn urls_inside_of_values_are_followed() {
    assert_eq!(query("next=%2Freset%3Ftoken%3DC&a=1"), "next=REDACTED&a=1");
    assert_eq!(query("next=https%3A%2F%2Fu%3AC%40h%2F"), "next=REDACTED");
    assert_eq!(query("next=https://h/?sig=C"), "next=REDACTED");
    assert_eq!(query("next=%252Freset%253Fcode%253DC"), "next=REDACTED");
    assert_eq!(query("next=%2Fusers%3Fpage%3D2"), "next=%2Fusers%3Fpage%3D2");
    assert_eq!(query("auth_header=Bearer%20abc"), "auth_header=REDACTED");
    assert_eq!(query("q=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJDIn0.c2ln"), "q=REDACTED");
    // Nesting is bounded; what goes deeper goes whole.
    let mut nested = "token=CANARY".to_owned();
    for _ in 0..5 {
        nested = format!("n=/?{nested}");
    }
    assert!(!query(&nested).contains("CANARY"), "{}", query(&nested));
}

#[test]
fn fragments_and_matrix_parameters_are_read_as_queries() {
    assert_eq!(url("/cb#access_token=C&type=x"), "/cb#access_token=REDACTED&type=x");
    assert_eq!(url("/#/reset?token=C"), "/#/reset?token=REDACTED");
    assert_eq!(url("/a;jsessionid=C/b;v=1"), "/a;jsessionid=REDACTED/b;v=1");
    assert_eq!(url("/a&token=C"), "/a&token=REDACTED");
    assert_eq!(url("/proxy/https%3A%2F%2Fh%2F%3Ftoken%3DC/x"), "/proxy/REDACTED/x");
    assert_eq!(url("/proxy/http%3A%2F%2Fu%3AC%40h"), "/proxy/REDACTED");
    assert_eq!(url("/a%20b/c%2Fd"), "/a%20b/c%2Fd");
}

#[test]
fn pairs_are_decoded_and_redacted() {
    let pairs = redactor().query_pairs("a=1+2&a=%C3%B5&%74oken=C&flag&&x=1;token=C");
    let expected =
        [("a", "1 2"), ("a", "õ"), ("token", "REDACTED"), ("flag", ""), ("x", "1;token=REDACTED")];
    let expected: Vec<_> =
        expected.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    assert_eq!(pairs, expected);
}

#[test]
fn named_segments_go() {
    let redactor = Redactor::builder().redact_path_params(["tail"]).build().unwrap();
    let param = |name, start, end| PathParam { name, start, end, secret: false };
    assert_eq!(redactor.path("/reset/abc", &[param("token", 7, 10)]), "/reset/REDACTED");
    assert_eq!(
        redactor.path("/u/42/a/b/c", &[param("id", 3, 5), param("tail", 6, 11)]),
        "/u/42/REDACTED"
    );
    // Out of order, overlapping, empty.
    assert_eq!(
        redactor.path("/a/b/c", &[param("token", 5, 6), param("otp", 1, 2), param("pin", 3, 3)]),
        "/REDACTED/b/REDACTED"
    );
    assert_eq!(
        redactor.path("/abcdef/x", &[param("token", 1, 5), param("otp", 3, 7)]),
        "/REDACTED/x"
    );
    // Ranges that do not fit.
    for (start, end) in [(7, 99), (9, 7), (usize::MAX, usize::MAX), (2, 3)] {
        assert_eq!(redactor.path("/õ/abc", &[param("token", start, end)]), "/REDACTED", "{start}");
    }
    assert_eq!(redactor.path("/users/42", &[param("id", 7, 9)]), "/users/42");
    assert_eq!(redactor.path("/users/42", &[param("id", 7, 99)]), "/users/42");

    assert_eq!(redactor.path_param("token", "C"), "REDACTED");
    assert_eq!(redactor.path_param("tail", "C/D"), "REDACTED");
    assert_eq!(redactor.path_param("id", "42"), "42");
}
