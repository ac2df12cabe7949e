use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
    rc::Rc,
};

use super::*;

fn paths<T: Redact + ?Sized>() -> Vec<String> {
    RedactRules::of::<T>().json_paths()
}

struct Secret;

impl Redact for Secret {
    fn redact(rules: &mut RedactRules) {
        rules.sequence();
        rules.field("s", RedactRules::whole);
        rules.field("plain", |_| {});
    }
}

#[test]
fn containers_are_looked_through() {
    assert_eq!(paths::<Secret>(), ["$['s']"]);
    assert_eq!(paths::<Option<Box<Rc<&Secret>>>>(), ["$['s']"]);
    assert_eq!(paths::<Cow<'_, str>>(), [""; 0]);
    assert_eq!(paths::<Vec<[Secret; 2]>>(), ["$[*][*]['s']"]);
    assert_eq!(paths::<HashMap<u8, BTreeMap<String, Secret>>>(), ["$[*][*]['s']"]);
    assert_eq!(paths::<(u8, Secret, Secret)>(), ["$[1]['s']", "$[2]['s']"]);
    assert_eq!(paths::<Result<Secret, &[Secret]>>(), ["$['Ok']['s']", "$['Err'][*]['s']"],);
}

#[test]
fn objects_read_from_arrays_count_in_requests_only() {
    assert_eq!(RedactRules::of::<Vec<Secret>>().request_paths(), ["$[*][:]", "$[*]['s']"]);
}

#[test]
fn names_are_escaped() {
    struct Odd;
    impl Redact for Odd {
        fn redact(rules: &mut RedactRules) {
            for name in ["it's", "back\\slash", "new\nline", "\"", "é", ""] {
                rules.field(name, RedactRules::whole);
            }
        }
    }
    let expected =
        [r"$['it\'s']", r"$['back\\slash']", r"$['new\u000aline']", "$['\"']", "$['é']", "$['']"];
    assert_eq!(paths::<Odd>(), expected);
    assert_eq!(
        RedactRules::of::<Odd>().names(),
        ["it's", "back\\slash", "new\nline", "\"", "é", ""]
    );
    crate::Redactor::builder().redact_request_body(paths::<Odd>()).build().expect("valid paths");
}

#[test]
fn a_type_that_holds_itself_is_followed_to_any_depth() {
    struct Node;
    impl Redact for Node {
        fn redact(rules: &mut RedactRules) {
            rules.sequence();
            rules.field("secret", RedactRules::whole);
            rules.field("children", RedactRules::nested::<Vec<Self>>);
        }
    }
    assert_eq!(paths::<Node>(), ["$..['secret']"]);
    assert_eq!(
        RedactRules::of::<Node>().request_paths(),
        ["$[:]", "$..['secret']", "$..['children'][*][:]"]
    );
    assert_eq!(paths::<(u8, Node)>(), ["$[1]..['secret']"]);
    // The list is what comes again here, so nothing beside it is taken.
    assert_eq!(paths::<Vec<Node>>(), ["$[*]['secret']", "$..[*]['children'][*]['secret']"]);
}

#[test]
fn types_that_hold_each_other_are_followed_to_any_depth() {
    // `b.c.c.a.values[0]` is a secret: the way back to `A` leads through any number of `c`.
    struct A;
    struct B;
    impl Redact for A {
        fn redact(rules: &mut RedactRules) {
            rules.elements(RedactRules::whole);
            rules.field("b", RedactRules::nested::<B>);
        }
    }
    impl Redact for B {
        fn redact(rules: &mut RedactRules) {
            rules.field("c", RedactRules::nested::<Option<Box<Self>>>);
            rules.field("a", RedactRules::nested::<A>);
        }
    }
    assert_eq!(paths::<A>(), ["$[*]", "$..['b']..['a'][*]"]);
}

#[test]
fn a_type_too_large_to_follow_goes_whole() {
    // Each of these holds all of them: as many ways through them as there are orders.
    struct Knot<const N: u8>;
    impl<const N: u8> Redact for Knot<N> {
        fn redact(rules: &mut RedactRules) {
            rules.field("secret", RedactRules::whole);
            rules.field("0", RedactRules::nested::<Knot<0>>);
            rules.field("1", RedactRules::nested::<Knot<1>>);
            rules.field("2", RedactRules::nested::<Knot<2>>);
            rules.field("3", RedactRules::nested::<Knot<3>>);
            rules.field("4", RedactRules::nested::<Knot<4>>);
            rules.field("5", RedactRules::nested::<Knot<5>>);
            rules.field("6", RedactRules::nested::<Knot<6>>);
            rules.field("7", RedactRules::nested::<Knot<7>>);
        }
    }
    assert_eq!(paths::<Knot<0>>(), ["$"]);
    assert!(RedactRules::of::<Knot<0>>().top_level().all);
}

#[test]
fn the_top_level_is_what_forms_queries_and_paths_know() {
    let top = |names: &[&str], positions: &[usize], all| TopLevel {
        names: names.iter().map(|&name| name.to_owned()).collect(),
        positions: positions.to_vec(),
        all,
    };
    assert_eq!(RedactRules::of::<Secret>().top_level(), top(&["s"], &[], false));
    assert_eq!(RedactRules::of::<(u8, Secret)>().top_level(), top(&[], &[1], false));
    assert_eq!(RedactRules::of::<Vec<Secret>>().top_level(), top(&[], &[], true));
    let mut merged = top(&["a"], &[1], false);
    merged.merge(top(&["a", "b"], &[1, 2], true));
    assert_eq!(merged, top(&["a", "b"], &[1, 2], true));
}
