//! Errors that are many, large or odd.

use std::{
    error::Error,
    sync::atomic::{AtomicU32, Ordering},
};

use apitoolkit_actix::report_error;

use crate::{
    errors::{app, assert_fine, reported},
    requests::get,
    support::{Told, errors},
};

#[test]
fn an_error_whose_text_misbehaves_is_told_of_all_the_same() {
    struct Odd;
    impl std::fmt::Debug for Odd {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("CANARY-debug")
        }
    }
    impl std::fmt::Display for Odd {
        fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            // Whoever wrote this may be in the middle of adding to the exchange.
            apitoolkit_actix::set_attribute("odd", true);
            panic!("in a Display")
        }
    }
    impl Error for Odd {}
    let span = reported(|request| report_error(request, &Odd));
    assert_fine(&span);
    assert_eq!(span.bool_attr("odd"), Some(true));
    let [told] = &errors(&span)[..] else { panic!() };
    assert_eq!(told.message, "… (its Display panicked)");
}

#[test]
fn ten_thousand_errors_are_thirty_two_and_a_number() {
    static ASKED: AtomicU32 = AtomicU32::new(0);
    #[derive(Debug)]
    struct Counted(u32);
    impl std::fmt::Display for Counted {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            ASKED.fetch_add(1, Ordering::SeqCst);
            write!(f, "{} token=CANARY-{}", self.0, self.0)
        }
    }
    impl Error for Counted {}
    let span = reported(|request| {
        for n in 0..10_000 {
            report_error(request, &Counted(n));
        }
    });
    assert_fine(&span);
    assert_eq!(ASKED.load(Ordering::SeqCst), 32, "no text is made of what is not kept");
    let counted = errors(&span)[0].error_type.clone();
    assert!(counted.ends_with("::Counted"), "{counted}");
    let mut expected: Vec<_> =
        (0..32).map(|n| Told::new(&counted, &format!("{n} token=[CLIENT_REDACTED]"))).collect();
    expected.push(Told::new("more_errors", "9968 more errors"));
    assert_eq!(errors(&span), expected);
}

#[test]
fn errors_of_a_megabyte_fit_into_one_span() {
    let app = app(|request| {
        let odd = "\u{1}".repeat(1 << 20);
        for n in 0..100 {
            report_error(request, &std::io::Error::other(format!("{n} {odd}")));
        }
    });
    app.same(get("/"));
    let span = app.held_one();
    let errors = errors(&span);
    assert!(errors.iter().all(|told| told.message.len() <= 8 * 1024), "messages are cut");
    let kept = errors.len() - 1;
    assert!((2..32).contains(&kept), "{kept}");
    let rest = format!("{} more errors", 100 - kept);
    assert_eq!(errors.last(), Some(&Told::new("more_errors", &rest)));
    let bytes = span.str_attr("apitoolkit.errors").unwrap().len();
    assert!(bytes < 512 * 1024, "no part of the span was left out for its size: {bytes} B");
}

/// Where a text is cut, half a secret would be no secret any more.
#[test]
fn a_secret_at_the_end_of_a_long_message_does_not_leave() {
    let span = reported(|request| {
        let url = "postgres://app:CANARY-1@db";
        // What is redacted before makes room for what comes late.
        let secrets = format!("password={} ", "y".repeat(5_000)).repeat(2);
        for (secrets, before) in [(secrets.as_str(), 12), ("", 12), ("", 8)] {
            // The end cuts it in its scheme, and between the password and the `@`.
            for n in [2, 11] {
                let text = "x ".repeat((before * 1024 - secrets.len()) / 2 - n);
                report_error(request, &std::io::Error::other(format!("{secrets}{text}{url}")));
            }
        }
    });
    let errors = errors(&span);
    assert!(errors.len() >= 4, "{}", errors.len());
    assert!(errors.iter().all(|told| told.message.len() <= 8 * 1024), "{errors:#?}");
}
