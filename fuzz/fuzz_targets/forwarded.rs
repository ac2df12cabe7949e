//! `Host`, `Forwarded` and `X-Forwarded-*`: one header a line, its name, a colon and its value.
#![cfg_attr(fuzzing, no_main)]

use apitoolkit_actix::fuzzing::forwarded;

mod support;
use support::{SECRET, halves};

apitoolkit_fuzz::target!("forwarded", run);

const NAMES: [&str; 5] =
    ["host", "forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"];

fn run(data: &[u8]) {
    let headers: Vec<_> = data
        .split(|&byte| byte == b'\n')
        .filter_map(|line| {
            let colon = line.iter().position(|&byte| byte == b':')?;
            let (name, value) = line.split_at(colon);
            let name = NAMES.into_iter().find(|known| known.as_bytes() == name)?;
            Some((name, &value[1..]))
        })
        .collect();
    hosts(&headers);
    // Hosts are told in lower case, where the secret would be another one.
    let data = String::from_utf8_lossy(data).to_lowercase().replace(&SECRET.to_lowercase(), "");
    let (a, b) = halves(data.as_bytes());
    // Who logs in before an `@` is nobody's business; what follows it may be anything.
    let user = b.replace(['@', ',', ';', '"'], "");
    for value in [
        format!("for={a}:{SECRET}@{user}"),
        format!("host=\"{SECRET}@{user}\";{a}"),
        format!("{a};for=u:{SECRET}@h"),
    ] {
        for host in hosts(&[("forwarded", value.as_bytes())]) {
            assert!(!host.contains(&SECRET.to_lowercase()), "{value:?} -> {host:?}");
        }
    }
    for value in [format!("{SECRET}@{user}"), format!("u:{SECRET}@{user}, {a}")] {
        for host in hosts(&[("x-forwarded-for", value.as_bytes())]) {
            assert!(!host.contains(&SECRET.to_lowercase()), "{value:?} -> {host:?}");
        }
    }
}

fn hosts(headers: &[(&str, &[u8])]) -> Vec<String> {
    let hosts: Vec<_> = forwarded(headers).into_iter().flatten().collect();
    for host in &hosts {
        let sane = |byte: u8| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-_:%~".contains(&byte)
        };
        assert!((1..=255).contains(&host.len()) && host.bytes().all(sane), "{host:?}");
    }
    hosts
}
