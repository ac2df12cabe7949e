//! Which parser a media type is for.

use super::media_type::MediaType;

/// What a body is, by its media type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Json,
    /// One JSON text a line.
    JsonLines,
    /// JSON texts after record separators (RFC 7464).
    JsonSequence,
    Form,
    Multipart,
    /// Server-sent events.
    Events,
    Plain,
    /// No type, or one that says nothing.
    Unstated,
    /// Text that names values in ways that are not parsed here.
    Opaque,
    /// Images, archives and the like.
    Binary,
    Unknown,
}

impl Kind {
    pub(super) fn of(media_type: &MediaType) -> Self {
        let essence = media_type.essence.as_str();
        match essence {
            "" | "application/octet-stream" | "binary/octet-stream" => Self::Unstated,
            // The name of a value is in `path`, the value beside it in `value`.
            "application/json-patch+json" => Self::Opaque,
            "application/json" | "text/json" | "application/x-json" | "text/x-json" => Self::Json,
            "application/x-ndjson"
            | "application/ndjson"
            | "application/jsonl"
            | "application/x-jsonl"
            | "application/jsonlines"
            | "application/x-jsonlines"
            | "application/json-lines"
            | "text/jsonl" => Self::JsonLines,
            "application/json-seq" => Self::JsonSequence,
            "application/x-www-form-urlencoded" => Self::Form,
            "multipart/form-data" => Self::Multipart,
            "text/event-stream" => Self::Events,
            "text/plain" => Self::Plain,
            _ => Self::of_family(essence),
        }
    }

    fn of_family(essence: &str) -> Self {
        let (top, sub) = essence.split_once('/').unwrap_or((essence, ""));
        let (_, suffix) = sub.rsplit_once('+').unwrap_or(("", ""));
        match (top, suffix) {
            ("image" | "audio" | "video" | "font" | "model", _)
            | (_, "zip" | "gzip" | "cbor" | "protobuf" | "ber" | "der" | "zstd") => Self::Binary,
            (_, "json") => Self::Json,
            (_, "json-seq") => Self::JsonSequence,
            (_, "xml" | "yaml") | ("text", _) => Self::Opaque,
            ("application", _) if OPAQUE.contains(&sub) => Self::Opaque,
            ("application", _)
                if BINARY.contains(&sub)
                    || sub.starts_with("grpc")
                    || sub.starts_with("vnd.openxmlformats-")
                    || sub.starts_with("vnd.ms-") =>
            {
                Self::Binary
            }
            _ => Self::Unknown,
        }
    }
}

const OPAQUE: &[&str] = &[
    "xml",
    "xhtml",
    "yaml",
    "x-yaml",
    "toml",
    "csv",
    "javascript",
    "x-javascript",
    "ecmascript",
    "graphql",
    "sql",
    "json5",
    "hjson",
    "x-sh",
];

const BINARY: &[&str] = &[
    "pdf",
    "zip",
    "gzip",
    "x-gzip",
    "x-tar",
    "x-7z-compressed",
    "x-rar-compressed",
    "vnd.rar",
    "x-bzip",
    "x-bzip2",
    "x-xz",
    "zstd",
    "wasm",
    "java-archive",
    "protobuf",
    "x-protobuf",
    "vnd.google.protobuf",
    "msgpack",
    "x-msgpack",
    "vnd.msgpack",
    "cbor",
    "avro",
    "x-avro",
    "bson",
    "msword",
    "font-woff",
    "x-font-ttf",
    "vnd.apache.parquet",
    "vnd.apache.arrow.stream",
    "x-sqlite3",
    "vnd.sqlite3",
    "ogg",
    "mp4",
    "postscript",
    "x-shockwave-flash",
];
