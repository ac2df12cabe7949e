use std::{collections::HashMap, net::IpAddr, sync::Arc};

use foldhash::quality::RandomState;

use super::authority::Authority;

/// As many peers and as many hosts are remembered: about 200 KiB at most. After that all are
/// forgotten.
const MAX: usize = 512;
/// The longest host that is remembered, with its port, in bytes.
const MAX_LENGTH: usize = 128;

/// Addresses that were seen before: most exchanges come from a few peers and are for one host.
#[derive(Debug, Default)]
pub(crate) struct Addresses {
    latest: Option<(IpAddr, Arc<str>)>,
    peers: HashMap<IpAddr, Arc<str>, RandomState>,
    hosts: HashMap<Box<str>, Authority, RandomState>,
}

impl Addresses {
    /// An address as text.
    pub(super) fn peer(&mut self, ip: IpAddr) -> Arc<str> {
        if let Some((latest, text)) = &self.latest
            && *latest == ip
        {
            return Arc::clone(text);
        }
        let text = self.other_peer(ip);
        self.latest = Some((ip, Arc::clone(&text)));
        text
    }

    fn other_peer(&mut self, ip: IpAddr) -> Arc<str> {
        if let Some(known) = self.peers.get(&ip) {
            return Arc::clone(known);
        }
        if self.peers.len() >= MAX {
            self.peers.clear();
        }
        let text: Arc<str> = ip.to_string().into();
        self.peers.insert(ip, Arc::clone(&text));
        text
    }

    /// As [`Authority::parse`].
    pub(super) fn host(&mut self, text: &str) -> Option<Authority> {
        if let Some(known) = self.hosts.get(text) {
            return Some(known.clone());
        }
        let host = Authority::parse(text)?;
        // What stands before an `@` may be a password.
        if text.len() <= MAX_LENGTH && !text.contains('@') {
            if self.hosts.len() >= MAX {
                self.hosts.clear();
            }
            self.hosts.insert(text.into(), host.clone());
        }
        Some(host)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_what_is_worked_out() {
        let mut addresses = Addresses::default();
        for _ in 0..2 {
            for ip in ["127.0.0.1", "10.0.0.255", "::1", "2001:db8::17", "::ffff:10.0.0.1"] {
                assert_eq!(&*addresses.peer(ip.parse().unwrap()), ip);
            }
            for text in ["h", "H:80", "[::1]:80", "u:secret@h", "h:x", "", "a b"] {
                assert_eq!(addresses.host(text), Authority::parse(text), "{text}");
            }
        }
        assert_eq!((addresses.peers.len(), addresses.hosts.len()), (5, 4));
    }

    #[test]
    fn it_is_bounded_and_learns_again() {
        let mut addresses = Addresses::default();
        for n in 0..u32::try_from(3 * MAX).unwrap() {
            addresses.peer(IpAddr::from(n.to_be_bytes()));
            addresses.host(&format!("h{n}"));
            assert!(addresses.peers.len() <= MAX && addresses.hosts.len() <= MAX);
        }
        addresses.host("new");
        assert!(addresses.hosts.contains_key("new"));
        let long = "h".repeat(MAX_LENGTH + 1);
        assert_eq!(addresses.host(&long), Authority::parse(&long));
        assert!(!addresses.hosts.contains_key(&*long));
    }
}
