use super::{NameKind, NameSet, defaults};

fn set(kind: NameKind) -> NameSet {
    NameSet::new(kind, true, &[], &[])
}

fn strings(names: &[&str]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}

/// A name as eight people would write it.
fn spellings(name: &str) -> Vec<String> {
    let words: Vec<String> =
        name.split(['-', '_', '.', ' ']).map(str::to_ascii_lowercase).collect();
    let capitalised = |word: &String| {
        let mut chars = word.chars();
        chars.next().map(|c| c.to_ascii_uppercase()).into_iter().chain(chars).collect::<String>()
    };
    let pascal: String = words.iter().map(capitalised).collect();
    let camel: String =
        words[..1].iter().cloned().chain(words[1..].iter().map(capitalised)).collect();
    vec![
        name.to_owned(),
        name.to_ascii_uppercase(),
        words.join("-"),
        words.join("_"),
        words.join("."),
        words.join(" "),
        camel,
        pascal,
    ]
}

#[test]
fn every_default_in_every_spelling() {
    let kinds: [(NameKind, &[&[&str]]); 4] = [
        (NameKind::Header, &[defaults::HEADERS, defaults::WORDS, defaults::COMPOUND_WORDS]),
        (NameKind::Cookie, &[defaults::HEADERS, defaults::WORDS, defaults::COMPOUND_WORDS]),
        (NameKind::Query, &[defaults::QUERY]),
        (NameKind::Body, &[defaults::BODY, defaults::BODY_CONTAINING]),
    ];
    for (kind, lists) in kinds {
        let set = set(kind);
        for name in lists.iter().copied().flatten() {
            for spelling in spellings(name) {
                assert!(set.matches(&spelling), "{kind:?} {spelling}");
            }
        }
    }
}

#[test]
fn headers_and_cookies_go_by_word() {
    for kind in [NameKind::Header, NameKind::Cookie] {
        let set = set(kind);
        for name in [
            "x-my-token",
            "my.secret",
            "userAuth",
            "HTTPAuth",
            "X-APIkey",
            "aCcEsS_ToKeN",
            "token2",
            "2token",
            "x:token",
            "connect.sid",
            "sessionid",
            "csrftoken",
            "JSESSIONID",
            "PHPSESSID",
            "ASP.NET_SessionId",
            "__Host-session",
            "_my_app_session",
            "x-original-authorization",
        ] {
            assert!(set.matches(name), "{kind:?} {name}");
        }
        for name in [
            "accept",
            "author",
            "x-authority",
            "keyboard",
            "x-tokenizer",
            "x-ratelimit-remaining-tokens",
            "cardinal",
            "side",
            "www-authenticate",
            "content-type",
            "sec-websocket-key",
            "Idempotency-Key",
            "x-idempotency-key",
            "x-idempotencyKey",
            "theme",
            "",
            "-",
            "123",
        ] {
            assert!(!set.matches(name), "{kind:?} {name}");
        }
    }
}

#[test]
fn query_names_are_whole_or_parts() {
    let set = set(NameKind::Query);
    for name in
        ["token[]", "user[password]", "a[b][access_token]", "user.password", "[sig]", "sig]"]
    {
        assert!(set.matches(name), "{name}");
    }
    for name in ["page", "q", "encode", "statement", "tokenizer", "a[b]", "[]", "user.name", "."] {
        assert!(!set.matches(name), "{name}");
    }
}

#[test]
fn body_names_contain() {
    let set = set(NameKind::Body);
    for name in [
        "newPassword",
        "user_token",
        "tokens",
        "stripeSecretKey",
        "user[password]",
        "card.cvv",
        "a[b.pin][c]",
        "pass.word",
        "X-API-Key",
        "session id",
        "ſecret",
        "to\u{212a}en",
        "\u{a0}token",
    ] {
        assert!(set.matches(name), "{name}");
    }
    for name in [
        "key",
        "author",
        "authors",
        "authority",
        "email",
        "name",
        "compass",
        "pinned",
        "span",
        "panel",
        "company",
        "account",
        "ccs",
        "assaulted",
        "",
        "a[b]",
        "…",
        "日本語",
    ] {
        assert!(!set.matches(name), "{name}");
    }
}

#[test]
fn the_application_adds_and_keeps() {
    let set = NameSet::new(
        NameKind::Body,
        true,
        &strings(&["Employee-ID", "user[nick]", "pin", "", "--"]),
        &strings(&["session_id", "PIN", "otp", "user[token]"]),
    );
    for name in ["employeeId", "x[employee_id]", "employee.id", "user[nick]", "User[Nick]"] {
        assert!(set.matches(name), "{name}");
    }
    // Added and kept: the addition stands.
    assert!(set.matches("pin"));
    for name in ["sessionId", "a[session_id]", "otp", "a.otp", "user[token]", "", "-", "[]"] {
        assert!(!set.matches(name), "{name}");
    }
    // Only that very name is kept.
    for name in ["session", "session_id_2", "totp", "owner[token]"] {
        assert!(set.matches(name), "{name}");
    }

    let header = NameSet::new(NameKind::Header, true, &[], &strings(&["X-Api-Key", "x-my-token"]));
    assert!(!header.matches("x-api-key"));
    assert!(!header.matches("x_my_token"));
    assert!(header.matches("api-key"));
    let header = NameSet::new(NameKind::Header, true, &strings(&["idempotency-key"]), &[]);
    assert!(header.matches("Idempotency-Key"));
}

#[test]
fn without_defaults_only_additions_match() {
    for kind in [NameKind::Header, NameKind::Cookie, NameKind::Query, NameKind::Body] {
        let none = NameSet::new(kind, false, &[], &[]);
        assert!(none.is_empty());
        let some = NameSet::new(kind, false, &strings(&["mine"]), &[]);
        assert!(!some.is_empty());
        for name in ["authorization", "password", "token", "code", "user[password]"] {
            assert!(!none.matches(name), "{kind:?} {name}");
            assert!(!some.matches(name), "{kind:?} {name}");
        }
        assert!(some.matches("MINE"));
    }
}

#[test]
fn long_names_are_decided_right() {
    let set = NameSet::new(NameKind::Body, true, &["é".repeat(400)], &[]);
    let padding = "abc-é".repeat(2_000);
    assert!(set.matches(&format!("{padding}Pass-Word{padding}")));
    assert!(!set.matches(&padding));
    assert!(set.matches(&"É".repeat(400)));
    assert!(set.matches(&format!("{}otp", "_".repeat(5_000))));
    let header = self::set(NameKind::Header);
    assert!(header.matches(&format!("{padding}-token-{padding}")));
    assert!(!header.matches(&padding));
}
