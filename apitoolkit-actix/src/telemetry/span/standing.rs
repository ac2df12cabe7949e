//! What exchanges have in common, as it was written before.

use std::sync::{Arc, Weak};

use crate::{
    config::Config,
    exchange::{Authority, Direction, Recent, RedactedExchange, is_same_text},
    redact::Made,
};

/// Kinds of exchanges and peers that were seen before, with what was made of them. Most exchanges are
/// of the kind of one before: of the same route and status, for the same host. Each is about 1 KiB.
#[derive(Debug, Default)]
pub(crate) struct Standing {
    kinds: Recent<Kind>,
    peers: Recent<Peer>,
}

/// What was made before of what an exchange has in common with others; empty if it is the first.
#[derive(Debug, Default)]
pub(crate) struct Common<'s> {
    /// Of what is [common](super::describe::common) to its kind. Absent if it has something of its own
    /// to say there.
    pub(super) kind: Option<&'s mut Made>,
    /// Of its peer's address. Absent if it is not the client's.
    pub(super) peer: Option<&'s mut Made>,
}

#[cfg(test)]
impl Common<'_> {
    /// Whether something was made before of all of it.
    pub(crate) fn is_known(&self) -> bool {
        let is_known = |made: &Option<&mut Made>| made.as_ref().is_some_and(|made| made.parts > 0);
        is_known(&self.kind) && is_known(&self.peer)
    }
}

/// A peer for whom no proxy spoke.
#[derive(Debug)]
struct Peer {
    address: Arc<str>,
    made: Made,
}

#[derive(Debug)]
struct Kind {
    config: Weak<Config>,
    sdk_type: &'static str,
    method: &'static str,
    route: Option<Arc<str>>,
    status: Option<u16>,
    scheme: Box<str>,
    server: Option<Authority>,
    version: Option<&'static str>,
    made: Made,
}

impl Standing {
    /// What was made of exchanges of this one's kind, and of its peer.
    pub(crate) fn of(
        &mut self,
        exchange: &RedactedExchange<'_>,
        config: &Arc<Config>,
    ) -> Common<'_> {
        let Self { kinds, peers } = self;
        Common { kind: Kind::among(kinds, exchange, config), peer: Peer::among(peers, exchange) }
    }
}

impl Kind {
    fn among<'k>(
        kinds: &'k mut Recent<Self>,
        exchange: &RedactedExchange<'_>,
        config: &Arc<Config>,
    ) -> Option<&'k mut Made> {
        let is_usual = exchange.failure.is_none() && exchange.method.original().is_none();
        if !is_usual || matches!(exchange.direction, Direction::Outgoing(call) if call.resends > 0)
        {
            return None;
        }
        let status = usize::from(exchange.status.unwrap_or_default());
        let method = exchange.method.name().as_ptr().addr();
        let is = |kind: &Self| kind.is(exchange, config);
        let new = || Self::new(exchange, config);
        Some(&mut kinds.find(exchange.route, method ^ status << 8, is, new).made)
    }

    fn new(exchange: &RedactedExchange<'_>, config: &Arc<Config>) -> Self {
        Self {
            config: Arc::downgrade(config),
            sdk_type: exchange.direction.sdk_type(),
            method: exchange.method.name(),
            route: exchange.route.cloned(),
            status: exchange.status,
            scheme: exchange.scheme.into(),
            server: exchange.server.clone(),
            version: exchange.protocol_version,
            made: Made::default(),
        }
    }

    /// Routes and words are compared by where they are, which is the same for all exchanges of a kind.
    fn is(&self, exchange: &RedactedExchange<'_>, config: &Arc<Config>) -> bool {
        is_same_text(self.route.as_ref(), exchange.route)
            && self.status == exchange.status
            && std::ptr::eq(self.config.as_ptr(), Arc::as_ptr(config))
            && std::ptr::eq(self.sdk_type, exchange.direction.sdk_type())
            && std::ptr::eq(self.method, exchange.method.name())
            && self.version.map(str::as_ptr) == exchange.protocol_version.map(str::as_ptr)
            && *self.scheme == *exchange.scheme
            && self.server == exchange.server
    }
}

impl Peer {
    fn among<'p>(
        peers: &'p mut Recent<Self>,
        exchange: &RedactedExchange<'_>,
    ) -> Option<&'p mut Made> {
        let address = exchange.peer_address.as_ref()?;
        let client = exchange.client_address.as_ref();
        if !client.is_some_and(|client| Arc::ptr_eq(client, address)) {
            return None;
        }
        let is = |peer: &Self| Arc::ptr_eq(&peer.address, address);
        let new = || Self { address: Arc::clone(address), made: Made::default() };
        Some(&mut peers.find(Some(address), 0, is, new).made)
    }
}
