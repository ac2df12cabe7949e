//! Under which names the explorer answers.

use std::net::{IpAddr, Ipv6Addr};

/// The name in `Host`, without its port; absent if it is none.
pub(super) fn name(host: &str) -> Option<&str> {
    if let Some(bracketed) = host.strip_prefix('[') {
        let (address, port) = bracketed.split_once(']')?;
        let is_port = port.is_empty() || port.strip_prefix(':').is_some_and(is_number);
        return (is_port && address.parse::<Ipv6Addr>().is_ok()).then_some(address);
    }
    let name = match host.split_once(':') {
        Some((name, port)) if is_number(port) => name,
        Some(_) => return None,
        None => host,
    };
    (!name.is_empty()).then_some(name)
}

fn is_number(port: &str) -> bool {
    !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit())
}

/// Whether the explorer answers under this `Host`.
///
/// Names are what a stranger's page can make point here, so each has to be known; an address is what
/// it says, and if others than this machine are let in (`remote`), any address will do.
pub(super) fn is_allowed(host: &str, allowed: &[String], remote: bool) -> bool {
    let Some(name) = name(host) else { return false };
    if let Ok(address) = name.parse::<IpAddr>() {
        let named = allowed.iter().any(|allowed| allowed == name);
        return address.to_canonical().is_loopback() || remote || named;
    }
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    let matches = |allowed: &str| {
        let allowed = allowed.to_ascii_lowercase();
        match allowed.starts_with('.') {
            true => name.len() > allowed.len() && name.ends_with(&allowed),
            false => name == allowed,
        }
    };
    matches("localhost") || matches(".localhost") || allowed.iter().any(|name| matches(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_by_any_of_its_names() {
        for host in [
            "localhost",
            "localhost:8080",
            "LOCALHOST.",
            "app.localhost:80",
            "127.0.0.1:8080",
            "127.8.9.1",
            "[::1]:8080",
            "[::1]",
            "[::ffff:127.0.0.1]:1",
        ] {
            assert!(is_allowed(host, &[], false), "{host}");
        }
    }

    #[test]
    fn nothing_else() {
        for host in [
            "",
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "evil.example:8080",
            "xlocalhost",
            "10.0.0.1",
            "192.168.1.5:80",
            "0.0.0.0:8080",
            "[::1",
            "[::1]x",
            "[localhost]",
            "localhost:80:90",
            "localhost:x",
            "user@localhost",
            ":8080",
            "2130706433.example",
        ] {
            assert!(!is_allowed(host, &[], false), "{host}");
        }
    }

    #[test]
    fn what_the_app_allows() {
        let allowed = ["app.test".to_owned(), ".Internal".to_owned(), "10.0.0.1".to_owned()];
        for (host, answers) in [
            ("app.test:8080", true),
            ("APP.test", true),
            ("x.app.test", false),
            ("a.internal", true),
            (".internal", false),
            ("internal", false),
            ("10.0.0.1:80", true),
            ("10.0.0.2", false),
        ] {
            assert_eq!(is_allowed(host, &allowed, false), answers, "{host}");
        }
        assert!(is_allowed("10.0.0.2:80", &[], true), "an address cannot be made to point here");
        assert!(!is_allowed("evil.example", &[], true), "a name can");
    }
}
