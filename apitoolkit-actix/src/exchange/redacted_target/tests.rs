use std::sync::Arc;

use super::*;
use crate::exchange::PathParams;

const NAMES: [&str; 11] =
    ["page", "q", "sort", "token", "%74oken", "a;token", "", "na\"me", "é", "user", "password"];
const VALUES: [&str; 16] = [
    "",
    "1",
    "name",
    "longer-than-eight",
    "a%20b",
    "a+b",
    "100%",
    "a;token=C",
    "caf\u{e9}",
    "\"\\",
    "x@y",
    "Bearer%20abcdef0123456789",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
    "https://u:p@h/?token=C",
    "a=b",
    "ghp_0123456789abcdefghijklmnopqrstuvwxyz",
];

fn query(random: &mut fastrand::Rng, names: &[&str], values: &[&str]) -> String {
    let pairs = names.iter().map(|name| match random.u8(0..40) {
        0 => (*name).to_owned(),
        1 => String::new(),
        _ => format!("{name}={}", random.choice(values).unwrap()),
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// What is remembered of targets changes nothing about them.
#[test]
fn what_was_seen_before_leaves_as_what_was_not() {
    let redactors = [
        Redactor::builder().build().unwrap(),
        Redactor::builder().redact_names(["sort"]).build().unwrap(),
    ];
    let patterns = ["/users/{user}/posts/{post}", "/{token}/{page}/{page}", "/plain"];
    let routes = patterns.map(Arc::from);
    let usual = [&["page"][..], &["page", "sort"], &["q", "user", "page"], &[], &["page", "page"]];
    let random = &mut fastrand::Rng::with_seed(5);
    let mut memory = TargetMemory::default();
    let (mut hits, mut secrets) = (0, 0);
    for _ in 0..30_000 {
        let redactor = &redactors[usize::from(random.u8(0..8) == 0)];
        let at = random.usize(0..patterns.len());
        let values = [VALUES[1], VALUES[2], VALUES[3], random.choice(VALUES).unwrap()];
        let mut path = patterns[at].to_owned();
        while let (Some(from), Some(to)) = (path.find('{'), path.find('}')) {
            let value = random.choice(values).unwrap().replace(['/', '?'], ".");
            path.replace_range(from..=to, &value);
        }
        let query = match random.u8(0..4) {
            0 => {
                let names: Vec<_> = {
                    let count = random.u8(0..4);
                    (0..count).map(|_| random.choice(NAMES).unwrap()).collect()
                };
                query(random, &names, &VALUES)
            }
            1 => {
                let names = random.choice(usual).unwrap();
                query(random, names, &values)
            }
            // Most queries of a route have the same names.
            _ => query(random, usual[at], &values),
        };
        let mut exchange = Exchange::default();
        exchange.request.set_target(&format!("{path}?{query}"));
        exchange.path_params = PathParams::of_pattern(patterns[at], &path);
        if random.u8(0..10) == 0 {
            exchange.path_params.secret.push(random.usize(0..3));
        }
        if random.u8(0..10) == 0 {
            exchange.path_params.path = Some(path.to_uppercase().into());
        }
        exchange.route = (random.u8(0..10) > 0).then(|| Arc::clone(&routes[at]));
        exchange.secret_query = random.u8(0..20) == 0;

        let shape = memory.shapes.of(exchange.route.as_ref(), redactor);
        hits += usize::from(shape.query.write(&query, redactor, &mut String::new()).is_some());
        let seen = exchange.redact_target(redactor, &mut memory);
        let seen = (
            seen.path.into_owned(),
            seen.query.unwrap().into_owned(),
            seen.path_params.to_owned(),
            seen.query_params.to_owned(),
        );

        let mut shape = Shape::default();
        let names = shape.path.of(&exchange.path_params, redactor);
        let routed = exchange.path_params.path.as_deref().unwrap_or(&path);
        let mut path_params = String::new();
        exchange.write_path_params(routed, names, redactor, &mut path_params);
        let whole = match exchange.secret_query {
            true => Redactor::whole_query(&query),
            false => query.clone(),
        };
        let redacted = redactor.query(&whole).into_owned();
        let mut query_params = String::new();
        params::write_object(&mut query_params, Redactor::decoded_pairs(&redacted));
        secrets += usize::from(redacted != query);
        let path = exchange.redacted_path(names, redactor, false).into_owned();
        assert_eq!(seen, (path, redacted, path_params, query_params), "{query}");
    }
    assert!(hits > 6_000 && secrets > 3_000, "{hits} {secrets}");
}

#[test]
fn a_target_without_a_query_has_no_parameters() {
    let redactor = Redactor::builder().build().unwrap();
    let mut memory = TargetMemory::default();
    let mut exchange = Exchange::default();
    for (target, query, params) in
        [("/a?x=1", Some("x=1"), r#"{"x":"1"}"#), ("/a", None, "{}"), ("/a?", Some(""), "{}")]
    {
        exchange.request.set_target(target);
        let seen = exchange.redact_target(&redactor, &mut memory);
        assert_eq!((&*seen.path, seen.query.as_deref(), seen.query_params), ("/a", query, params));
    }
}
