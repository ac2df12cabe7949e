//! What spans and metrics say of a statement, and of where it runs.

use opentelemetry::{KeyValue, StringValue, Value};

use super::{
    info::{Channel, DatabaseInfo},
    statement::Statement,
};
use crate::{exchange::text::head, redact::Redactor, semconv};

/// Longest name or address, in bytes.
const MAX_NAME: usize = 255;
/// `network.transport` of a socket in the file system.
const UNIX: &str = "unix";

/// Which database, and where: nothing of it secret.
#[derive(Debug)]
pub(super) struct Place {
    system: StringValue,
    namespace: Option<StringValue>,
    address: Option<StringValue>,
    port: Option<u16>,
    is_socket: bool,
}

impl Place {
    pub(super) fn new(info: &DatabaseInfo, redactor: &Redactor) -> Self {
        let (address, port) = match info.place() {
            Channel::InProcess => (None, None),
            Channel::Tcp(host, port) => (Some(clean(host, redactor)), Some(*port)),
            Channel::UnixSocket(path) => (Some(clean(&path.to_string_lossy(), redactor)), None),
        };
        Self {
            system: info.vendor().name().to_owned().into(),
            namespace: Some(clean(info.name(), redactor)).filter(|name| !name.as_str().is_empty()),
            address: address.filter(|address| !address.as_str().is_empty()),
            port,
            is_socket: matches!(info.place(), Channel::UnixSocket(_)),
        }
    }
}

/// A name that may be a URL, or a list of settings with a password among them.
pub(super) fn clean(name: &str, redactor: &Redactor) -> StringValue {
    // Cut behind, or a password that the end cuts in two would not be known any more.
    let url = redactor.url(name);
    head(&redactor.text(&url), MAX_NAME).to_owned().into()
}

/// Attributes in the making.
pub(super) struct Attributes(Vec<KeyValue>);

impl Attributes {
    pub(super) fn of_span(place: &Place, statement: &Statement) -> Self {
        let mut attributes = Self(Vec::with_capacity(12));
        attributes.place(place);
        attributes.statement(statement);
        attributes.some(semconv::DB_QUERY_TEXT, statement.text.clone());
        if place.is_socket {
            attributes.some(semconv::NETWORK_PEER_ADDRESS, place.address.clone());
            attributes.some(semconv::NETWORK_TRANSPORT, Some(UNIX.into()));
        }
        attributes
    }

    /// # Cardinality
    /// As many series as there are databases, times the summaries that are measured, times the
    /// types of errors.
    pub(super) fn of_metric(place: &Place, statement: &Statement) -> Self {
        let mut attributes = Self(Vec::with_capacity(8));
        attributes.place(place);
        if statement.is_measured {
            attributes.statement(statement);
        } else {
            attributes.some(semconv::DB_OPERATION_NAME, statement.operation.clone());
        }
        attributes
    }

    pub(super) fn some(&mut self, key: &'static str, value: Option<StringValue>) {
        if let Some(value) = value {
            self.0.push(KeyValue::new(key, Value::String(value)));
        }
    }

    pub(super) fn finish(self) -> Vec<KeyValue> {
        self.0
    }

    fn place(&mut self, place: &Place) {
        self.some(semconv::DB_SYSTEM_NAME, Some(place.system.clone()));
        self.some(semconv::DB_NAMESPACE, place.namespace.clone());
        self.some(semconv::SERVER_ADDRESS, place.address.clone());
        if let Some(port) = place.port {
            self.0.push(KeyValue::new(semconv::SERVER_PORT, i64::from(port)));
        }
    }

    fn statement(&mut self, statement: &Statement) {
        self.some(semconv::DB_OPERATION_NAME, statement.operation.clone());
        self.some(semconv::DB_COLLECTION_NAME, statement.collection.clone());
        self.some(semconv::DB_QUERY_SUMMARY, statement.summary.clone());
    }
}
