use bytes::Bytes;
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest, common::v1::KeyValue,
};
use prost::Message as _;

use crate::semconv;

/// What is kept of a request: whose it is, what it is worth, and its bytes without the key.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Record {
    /// The process that made it, by a number drawn at its start.
    pub(super) owner: u128,
    pub(super) spans: u64,
    pub(super) exchanges: u64,
    pub(super) body: Bytes,
}

/// What every record begins with; another layout gets another mark.
const MARK: [u8; 4] = *b"ATK1";

impl Record {
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(Self::HEADER + self.body.len());
        bytes.extend_from_slice(&MARK);
        bytes.extend_from_slice(&self.owner.to_le_bytes());
        bytes.extend_from_slice(&self.spans.to_le_bytes());
        bytes.extend_from_slice(&self.exchanges.to_le_bytes());
        bytes.extend_from_slice(&self.body);
        bytes
    }

    /// `None` when it is none of ours.
    pub(super) fn decode(bytes: Vec<u8>) -> Option<Self> {
        let (mark, rest) = bytes.split_first_chunk()?;
        let (owner, rest) = rest.split_first_chunk()?;
        let (spans, rest) = rest.split_first_chunk()?;
        let (exchanges, _) = rest.split_first_chunk()?;
        (*mark == MARK).then_some(())?;
        Some(Self {
            owner: u128::from_le_bytes(*owner),
            spans: u64::from_le_bytes(*spans),
            exchanges: u64::from_le_bytes(*exchanges),
            body: Bytes::from(bytes).slice(Self::HEADER..),
        })
    }

    const HEADER: usize = MARK.len() + size_of::<u128>() + 2 * size_of::<u64>();
}

/// A request without the project's key, which is a credential. Without a `key` there is none in it.
pub(super) fn without_key(body: &Bytes, key: Option<&KeyValue>) -> Option<Bytes> {
    if key.is_none() {
        return Some(body.clone());
    }
    edited(body, |attributes| attributes.retain(|kept| kept.key != semconv::PROJECT_KEY))
}

/// The request as it is to be sent: with the key, which may be a newer one.
pub(super) fn with_key(body: &Bytes, key: Option<&KeyValue>) -> Option<Bytes> {
    let Some(key) = key else { return Some(body.clone()) };
    // The key comes last, as it did.
    edited(body, |attributes| attributes.push(key.clone()))
}

fn edited(body: &Bytes, edit: impl Fn(&mut Vec<KeyValue>)) -> Option<Bytes> {
    let mut request = ExportTraceServiceRequest::decode(body.clone()).ok()?;
    for resource in request.resource_spans.iter_mut().filter_map(|spans| spans.resource.as_mut()) {
        edit(&mut resource.attributes);
    }
    Some(request.encode_to_vec().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_comes_back_as_it_was_and_nothing_else_does() {
        let record = Record { owner: 7, spans: 3, exchanges: 2, body: Bytes::from_static(b"abc") };
        let bytes = record.encode();
        assert_eq!(Record::decode(bytes.clone()), Some(record));
        let mut other = bytes.clone();
        other[3] = b'2';
        assert_eq!(Record::decode(other), None);
        assert_eq!(Record::decode(bytes[..Record::HEADER - 1].to_vec()), None);
        assert_eq!(Record::decode(Vec::new()), None);
    }
}
