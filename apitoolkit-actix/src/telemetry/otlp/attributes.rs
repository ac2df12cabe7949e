//! Attributes of a span.

use std::borrow::Cow;

use base64_simd::STANDARD;
use opentelemetry::{KeyValue, Value};
use opentelemetry_proto::tonic::common::v1 as proto;
use prost::Message as _;

use super::{
    Key,
    wire::{begin, field, field_len, tag, varint, varint_len},
};
use crate::{
    exchange,
    redact::Made,
    telemetry::span::{Attributes, to_value},
};

/// `Span.attributes`.
pub(super) const ATTRIBUTE: u8 = tag(9);
/// `KeyValue.key`.
pub(super) const KEY: u8 = tag(1);
/// `KeyValue.value`.
pub(super) const VALUE: u8 = tag(2);
/// `AnyValue.string_value`.
const STRING: u8 = tag(1);
/// `AnyValue.int_value`, a number and not of a length.
const INT: u8 = 3 << 3;
/// `AnyValue.array_value`.
const ARRAY: u8 = tag(5);
/// `ArrayValue.values`.
const ITEM: u8 = tag(1);
/// Lengths below this take one byte.
const SHORT: usize = 0x80;

/// Writes the attributes of a span, as many as it may have.
#[derive(Debug)]
pub(in crate::telemetry) struct AttributeWriter<'w> {
    out: &'w mut Vec<u8>,
    /// What was added before the end: it comes after the method.
    earlier: &'w [KeyValue],
    room: u32,
    /// How many found no room.
    over: u32,
}

impl<'w> AttributeWriter<'w> {
    pub(super) fn new(out: &'w mut Vec<u8>, earlier: &'w [KeyValue], most: u32) -> Self {
        Self { out, earlier, room: most, over: 0 }
    }

    /// How many attributes found no room.
    pub(super) fn over(self) -> u32 {
        self.over
    }

    /// An attribute as the API has it.
    pub(in crate::telemetry) fn key_value(&mut self, key: &str, value: Value) {
        if self.has_room() {
            let attribute =
                proto::KeyValue { key: key.to_owned(), value: Some(value.into()), key_strindex: 0 };
            begin(self.out, ATTRIBUTE, attribute.encoded_len());
            attribute.encode_raw(self.out);
        }
    }

    fn has_room(&mut self) -> bool {
        let has_room = self.room > 0;
        if has_room {
            self.room -= 1;
        } else {
            self.over = self.over.saturating_add(1);
        }
        has_room
    }

    /// Writes everything up to a value, which takes so many bytes.
    fn begin(&mut self, key: &str, value: usize) {
        begin(self.out, ATTRIBUTE, field_len(key.len()) + field_len(value));
        field(self.out, KEY, key.as_bytes());
        begin(self.out, VALUE, value);
    }

    /// Writes everything up to the text that is the value, and is so long.
    fn begin_text<const N: usize>(&mut self, key: &Key<N>, length: usize) {
        // The attribute is all of the head, less its own tag and length, and the text.
        let whole = N - 2 + length;
        if whole < SHORT {
            let mut head = key.head;
            head[1] = whole as u8;
            head[N - 3] = length as u8 + 2;
            head[N - 2] = STRING;
            head[N - 1] = length as u8;
            self.out.extend_from_slice(&head);
        } else {
            self.begin(key.name, field_len(length));
            begin(self.out, STRING, length);
        }
    }

    /// A list of one text, as most headers are.
    #[inline]
    fn list_of_one(&mut self, key: &str, text: &str) {
        let length = text.len();
        let whole = key.len() + length + 10;
        if whole < SHORT {
            let (whole, length) = (whole as u8, length as u8);
            self.out.extend_from_slice(&[ATTRIBUTE, whole, KEY, key.len() as u8]);
            self.out.extend_from_slice(key.as_bytes());
            let value = [VALUE, length + 6, ARRAY, length + 4, ITEM, length + 2, STRING, length];
            self.out.extend_from_slice(&value);
        } else {
            let item = field_len(length);
            self.begin(key, field_len(field_len(item)));
            begin(self.out, ARRAY, field_len(item));
            begin(self.out, ITEM, item);
            begin(self.out, STRING, length);
        }
        self.out.extend_from_slice(text.as_bytes());
    }

    fn text_of(&mut self, key: &str, text: &str) {
        self.begin(key, field_len(text.len()));
        field(self.out, STRING, text.as_bytes());
    }
}

impl Attributes for AttributeWriter<'_> {
    fn method<const N: usize>(&mut self, key: &Key<N>, method: &'static str) {
        self.text(key, method);
        for KeyValue { key, value, .. } in self.earlier {
            self.key_value(key.as_str(), value.clone());
        }
    }

    fn text<const N: usize>(&mut self, key: &Key<N>, text: &str) {
        self.ascii(key, text.as_bytes());
    }

    fn ascii<const N: usize>(&mut self, key: &Key<N>, text: &[u8]) {
        if self.has_room() {
            self.begin_text(key, text.len());
            self.out.extend_from_slice(text);
        }
    }

    fn joined<const N: usize>(&mut self, key: &Key<N>, parts: [&str; 3]) {
        if self.has_room() {
            self.begin_text(key, parts.iter().map(|part| part.len()).sum());
            parts.iter().for_each(|part| self.out.extend_from_slice(part.as_bytes()));
        }
    }

    fn base64<const N: usize>(&mut self, key: &Key<N>, bytes: &[u8]) {
        if self.has_room() {
            self.begin_text(key, bytes.len().div_ceil(3) * 4);
            STANDARD.encode_append(bytes, self.out);
        }
    }

    fn number<const N: usize>(&mut self, key: &Key<N>, number: i64) {
        if !self.has_room() {
            return;
        }
        // As Protocol Buffers have it, a negative one takes ten bytes.
        let number = number as u64;
        let length = varint_len(number);
        let mut head = key.head;
        head[1] = (N - 3 + length) as u8;
        head[N - 3] = 1 + length as u8;
        head[N - 2] = INT;
        self.out.extend_from_slice(&head[..N - 1]);
        varint(self.out, number);
    }

    #[inline]
    fn texts(&mut self, key: &str, texts: &[impl AsRef<str>]) {
        if !self.has_room() {
            return;
        }
        if let [text] = texts {
            return self.list_of_one(key, text.as_ref());
        }
        let item = |text: &str| field_len(field_len(text.len()));
        let items = texts.iter().map(|text| item(text.as_ref())).sum::<usize>();
        self.begin(key, field_len(items));
        begin(self.out, ARRAY, items);
        for text in texts.iter().map(AsRef::as_ref) {
            begin(self.out, ITEM, field_len(text.len()));
            field(self.out, STRING, text.as_bytes());
        }
    }

    #[inline]
    fn once(&mut self, made: Option<&mut Made>, tell: impl FnOnce(&mut Self)) {
        // Those that were added earlier stand among them.
        let Some(made) = made.filter(|_| self.earlier.is_empty()) else { return tell(self) };
        if made.parts > 0 && made.parts <= self.room {
            self.room -= made.parts;
            self.out.extend_from_slice(&made.bytes);
            return;
        }
        let (from, room, over) = (self.out.len(), self.room, self.over);
        tell(self);
        if made.parts == 0 && self.over == over {
            made.parts = room - self.room;
            made.bytes.extend_from_slice(self.out.get(from..).unwrap_or_default());
        }
    }

    fn value(&mut self, key: Cow<'static, str>, value: exchange::Value) {
        match value {
            exchange::Value::Text(text) => {
                if self.has_room() {
                    self.text_of(&key, &text);
                }
            }
            other => self.key_value(&key, to_value(other)),
        }
    }
}
