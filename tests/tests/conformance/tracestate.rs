use super::{Relay, TRACE, members, parent};

#[test]
fn it_is_passed_on_with_its_parent_and_never_without() {
    let relay = Relay::start();
    assert_eq!(relay.state(&["foo=1,bar=2"]), members("foo=1,bar=2"));
    assert_eq!(relay.call(&[("tracestate", "foo=1")]).state, []);
    let sent = relay.call(&[("traceparent", "ff-1-1-1"), ("tracestate", "foo=1")]);
    assert_ne!(sent.trace, TRACE);
    assert_eq!(sent.state, []);
}

#[test]
fn sampled_or_not() {
    let relay = Relay::start();
    for flags in ["00", "01", "02", "03"] {
        let sent = relay.call(&[("traceparent", &parent(flags)), ("tracestate", "a@b@c=1,b=2")]);
        assert_eq!(sent.state, members("a@b@c=1,b=2"), "{flags}");
    }
}

#[test]
fn names_of_the_header() {
    let relay = Relay::start();
    let parent = parent("00");
    for name in ["TraceState", "TrAcEsTaTe", "TRACESTATE"] {
        let sent = relay.call(&[("traceparent", &parent), (name, "foo=1")]);
        assert_eq!(sent.state, members("foo=1"), "{name}");
    }
    for name in ["trace-state", "trace.state"] {
        assert_eq!(relay.call(&[("traceparent", &parent), (name, "foo=1")]).state, [], "{name}");
    }
}

#[test]
fn several_lines_are_one_list_in_order() {
    let relay = Relay::start();
    let lines = ["foo=1,bar=2", "rojo=1,congo=2", "baz=3"];
    assert_eq!(relay.state(&lines), members("foo=1,bar=2,rojo=1,congo=2,baz=3"));
    assert_eq!(relay.state(&[""]), []);
    assert_eq!(relay.state(&["foo=1", ""]), members("foo=1"));
    assert_eq!(relay.state(&["", "foo=1"]), members("foo=1"));
}

#[test]
fn of_members_with_the_same_key_one_stays() {
    let relay = Relay::start();
    for lines in [&["foo=1,foo=1"][..], &["foo=1,foo=2"], &["foo=1", "foo=1"], &["foo=1", "foo=2"]]
    {
        assert_eq!(relay.state(lines), members("foo=1"), "{lines:?}");
    }
}

#[test]
fn every_allowed_character() {
    let relay = Relay::start();
    let lower: String = ('a'..='z').collect();
    let value: String = (' '..='~').filter(|c| *c != ',' && *c != '=').collect();
    for key in [format!("{lower}0123456789_-*/"), format!("{lower}_-*/@a-z0-9_-*/")] {
        assert_eq!(relay.state(&[&format!("{key}={value}")]), [(key, value.clone())]);
    }
}

#[test]
fn white_space_around_members_does_not_count() {
    let relay = Relay::start();
    for line in ["foo=1 \t , \t bar=2, \t baz=3", "foo=1\t \t,\t \tbar=2,\t \tbaz=3"] {
        assert_eq!(relay.state(&[line]), members("foo=1,bar=2,baz=3"), "{line:?}");
    }
    for line in [" foo=1", "\tfoo=1", "foo=1 ", "foo=1\t", "\t foo=1 \t"] {
        assert_eq!(relay.state(&[line]), members("foo=1"), "{line:?}");
    }
}

#[test]
fn keys() {
    let relay = Relay::start();
    for key in ["foo@", "foo@@bar", "foo@bar@baz"] {
        let line = format!("{key}=1,bar=2");
        assert_eq!(relay.state(&[&line]), members(&line), "{key}");
    }
    for key in ["foo ", "FOO", "foo.bar", "@foo", "", "é"] {
        assert_eq!(relay.state(&[&format!("{key}=1,bar=2")]), [], "{key}");
    }
    let vendor = |tenant, system| format!("{}@{}", "t".repeat(tenant), "v".repeat(system));
    for key in ["z".repeat(256), vendor(241, 14), vendor(242, 1), vendor(1, 15)] {
        assert_eq!(
            relay.state(&["foo=1", &format!("{key}=1")]),
            members(&format!("foo=1,{key}=1"))
        );
    }
    assert_eq!(relay.state(&["foo=1", &format!("{}=1", "z".repeat(257))]), []);
}

#[test]
fn values() {
    let relay = Relay::start();
    assert_eq!(relay.state(&["foo=bar=baz"]), []);
    assert_eq!(relay.state(&["foo=,bar=3"]), []);
    let longest = format!("foo={}", "v".repeat(256));
    assert_eq!(relay.state(&[&longest]), members(&longest));
    assert_eq!(relay.state(&[&format!("foo={}", "v".repeat(257))]), []);
}

#[test]
fn thirty_two_members() {
    let relay = Relay::start();
    let lines = |last: usize| {
        [1..=10, 11..=20, 21..=30, 31..=last]
            .map(|range| range.map(|n| format!("bar{n:02}={n:02}")).collect::<Vec<_>>().join(","))
    };
    let most = lines(32);
    let sent = relay.state(&most.each_ref().map(String::as_str));
    assert_eq!(sent, members(&most.join(",")));
    assert_eq!(relay.state(&lines(33).each_ref().map(String::as_str)), []);
}
