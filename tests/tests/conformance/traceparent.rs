use std::collections::HashSet;

use super::{PARENT, Relay, TRACE, parent};

/// The request goes on, in the caller's trace or (`false`) in a new one, whatever it was sent.
fn continues(relay: &Relay, name: &str, line: &str) -> bool {
    let sent = relay.call(&[(name, line)]);
    assert_ne!(sent.parent, PARENT, "the call has a span of its own: {line:?}");
    sent.trace == TRACE
}

#[test]
fn without_a_parent_a_trace_begins() {
    let sent = Relay::start().call(&[]);
    assert_eq!((sent.flags & 1, sent.state.len()), (1, 0));
}

#[test]
fn a_valid_parent_is_continued_in_any_casing_of_the_name() {
    let relay = Relay::start();
    for name in ["traceparent", "TraceParent", "TrAcEpArEnT", "TRACEPARENT"] {
        assert!(continues(&relay, name, &parent("01")), "{name}");
    }
    for name in ["trace-parent", "trace.parent"] {
        assert!(!continues(&relay, name, &parent("01")), "{name}");
    }
}

#[test]
fn white_space_around_the_value_does_not_count() {
    let relay = Relay::start();
    for (before, after) in [(" ", ""), ("\t", ""), ("", " "), ("", "\t"), ("\t ", " \t")] {
        let line = format!("{before}{}{after}", parent("01"));
        assert!(continues(&relay, "traceparent", &line), "{line:?}");
    }
}

#[test]
fn two_parents_are_none() {
    let other = parent("01").replace(TRACE, "12345678901234567890123456789011");
    let sent = Relay::start().call(&[("traceparent", &other), ("traceparent", &parent("01"))]);
    assert!(![TRACE, "12345678901234567890123456789011"].contains(&sent.trace.as_str()));
}

#[test]
fn versions() {
    let relay = Relay::start();
    let of = |version: &str, rest: &str| format!("{version}-{TRACE}-{PARENT}-01{rest}");
    for (version, rest) in [("00", ""), ("cc", ""), ("cc", "-what-comes")] {
        assert!(continues(&relay, "traceparent", &of(version, rest)), "{version} {rest}");
    }
    for (version, rest) in [
        ("00", "."),
        ("00", "-what-comes"),
        ("cc", ".what-comes"),
        ("ff", ""),
        (".0", ""),
        ("0.", ""),
        ("000", ""),
        ("0000", ""),
        ("0", ""),
        ("CC", ""),
        ("", ""),
    ] {
        assert!(!continues(&relay, "traceparent", &of(version, rest)), "{version} {rest}");
    }
}

#[test]
fn ids_and_flags_have_their_length_and_their_characters() {
    let relay = Relay::start();
    let zeros = |n: usize| "0".repeat(n);
    let traces = [
        &zeros(32),
        &format!(".{}", &TRACE[1..]),
        &format!("{TRACE}3"),
        &TRACE[1..],
        "",
        &format!("A{}", &TRACE[1..]),
    ]
    .map(|trace| format!("00-{trace}-{PARENT}-01"));
    let parents = [
        &zeros(16),
        &format!(".{}", &PARENT[1..]),
        &format!("{PARENT}7"),
        &PARENT[1..],
        "",
        &format!("A{}", &PARENT[1..]),
    ]
    .map(|parent| format!("00-{TRACE}-{parent}-01"));
    let flags =
        [".0", "0.", "001", "1", "", "0A"].map(|flags| format!("00-{TRACE}-{PARENT}-{flags}"));
    for line in traces.iter().chain(&parents).chain(&flags) {
        assert!(!continues(&relay, "traceparent", line), "{line}");
    }
}

#[test]
fn flags_are_passed_on_as_far_as_the_specification_names_them() {
    let relay = Relay::start();
    for (sent, passed) in [("00", 0), ("01", 1), ("02", 2), ("03", 3), ("ff", 3), ("fc", 0)] {
        assert_eq!(relay.call(&[("traceparent", &parent(sent))]).flags, passed, "{sent}");
    }
}

#[test]
fn every_call_has_a_span_of_its_own() {
    let relay = Relay::start();
    for (line, continued) in [
        (Some(parent("01")), true),
        (Some(parent("00")), true),
        (None, false),
        (Some(parent("01").replace(TRACE, &"0".repeat(32))), false),
    ] {
        let headers: Vec<_> = line.iter().map(|line| ("traceparent", line.as_str())).collect();
        let calls = relay.calls(&headers, 3);
        let traces: HashSet<_> = calls.iter().map(|call| call.trace.as_str()).collect();
        assert_eq!(traces.len(), 1, "one request is one trace: {calls:?}");
        assert_eq!(traces.contains(TRACE), continued);
        // What is not sampled has no spans: its calls all come from the request.
        let parents: HashSet<_> = calls.iter().map(|call| call.parent.as_str()).collect();
        let sampled = calls[0].flags & 1 == 1;
        assert_eq!(parents.len(), if sampled { 3 } else { 1 }, "{calls:?}");
    }
}
