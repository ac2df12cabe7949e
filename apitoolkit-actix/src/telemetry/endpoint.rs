use std::fmt;

use crate::error::ConfigError;

/// How spans, metrics and logs travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Protocol {
    /// OTLP over gRPC: `OTEL_EXPORTER_OTLP_PROTOCOL=grpc`.
    #[default]
    Grpc,
    /// OTLP over HTTP with protobuf bodies: `OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf`. Needs the
    /// cargo feature `http`.
    HttpProtobuf,
}

impl Protocol {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Grpc => "grpc",
            Self::HttpProtobuf => "http/protobuf",
        }
    }

    /// The port a receiver listens on for this protocol, unless told otherwise.
    pub(crate) fn default_port(self) -> u16 {
        match self {
            Self::Grpc => 4317,
            Self::HttpProtobuf => 4318,
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Where telemetry goes: a parsed and checked `http://` or `https://` URL without credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Endpoint {
    https: bool,
    authority: String,
    port: Option<u16>,
    /// Path of the URL without a trailing slash and without `/v1/traces` and the like.
    path: String,
}

const SIGNAL_PATHS: [&str; 3] = ["/v1/traces", "/v1/metrics", "/v1/logs"];

impl Endpoint {
    /// The endpoint used when none is given.
    pub(crate) fn default_for(protocol: Protocol) -> Self {
        let port = protocol.default_port();
        Self {
            https: false,
            authority: format!("localhost:{port}"),
            port: Some(port),
            path: String::new(),
        }
    }

    /// Parses a base URL, with or without a scheme, with or without a signal's path.
    ///
    /// Without a scheme, `insecure` or a loopback host means `http://`, anything else `https://`,
    /// as the OTLP exporter specification has it. Notes what was put right into `notes`.
    pub(crate) fn parse(
        option: &'static str,
        given: &str,
        protocol: Protocol,
        insecure: bool,
        notes: &mut Vec<String>,
    ) -> Result<Self, ConfigError> {
        let text = given.trim();
        let wrong = |reason: String| ConfigError::option(option, mask_userinfo(text), reason);
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) => (Some(scheme.to_ascii_lowercase()), rest),
            None => (None, text),
        };
        let https = match scheme.as_deref() {
            Some("http") => Some(false),
            Some("https") => Some(true),
            None => None,
            Some(other) => {
                let reason = format!("scheme {other:?} is not known; use http:// or https://");
                return Err(wrong(reason));
            }
        };
        let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        if authority.contains('@') {
            let reason = "credentials in the URL are not sent; use OTEL_EXPORTER_OTLP_HEADERS";
            return Err(wrong(reason.to_owned()));
        }
        let (host, port) = split_port(authority).map_err(&wrong)?;
        let https = https.unwrap_or_else(|| !insecure && !is_loopback(host));
        if https && !cfg!(feature = "tls") {
            return Err(wrong(
                "https needs the cargo feature `tls` of apitoolkit-actix; nothing is sent in \
                 clear instead"
                    .to_owned(),
            ));
        }
        if path.contains(['?', '#']) {
            return Err(wrong("a query or fragment has no meaning here".to_owned()));
        }
        let path = Self::base_path(path, protocol, notes);
        Ok(Self { https, authority: authority.to_owned(), port, path })
    }

    fn base_path(path: &str, protocol: Protocol, notes: &mut Vec<String>) -> String {
        let path = path.trim_end_matches('/');
        let base = SIGNAL_PATHS.iter().find_map(|signal| path.strip_suffix(signal));
        if let (Some(base), Protocol::HttpProtobuf) = (base, protocol) {
            notes.push(format!(
                "the OTLP endpoint's path {path:?} names one signal; {base:?} is taken as the base \
                 path and each signal's own path is added"
            ));
            return base.to_owned();
        }
        if protocol == Protocol::Grpc && !path.is_empty() {
            notes.push(format!("OTLP over gRPC has no path: {path:?} of the endpoint is ignored"));
            return String::new();
        }
        path.to_owned()
    }

    pub(crate) fn is_https(&self) -> bool {
        self.https
    }

    #[cfg(feature = "http")]
    pub(crate) fn port(&self) -> Option<u16> {
        self.port
    }

    /// The URL of a signal's path (`/v1/traces` …) for OTLP over HTTP.
    #[cfg(feature = "http")]
    pub(crate) fn signal_url(&self, signal: &str) -> String {
        format!("{self}{signal}")
    }
}

/// The URL, which holds no credentials: safe to log.
impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.https { "https" } else { "http" };
        write!(f, "{scheme}://{}{}", self.authority, self.path)
    }
}

fn split_port(authority: &str) -> Result<(&str, Option<u16>), String> {
    let after_bracket = authority.rfind(']').map_or(0, |at| at + 1);
    let (host, port) = match authority.get(after_bracket..).and_then(|rest| rest.rfind(':')) {
        Some(at) => authority.split_at(after_bracket + at),
        None => (authority, ""),
    };
    let host_ok = !host.is_empty()
        && host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-_[]:%".contains(&b))
        && (host.starts_with('[') || !host.contains(':'));
    if !host_ok {
        return Err(format!("{host:?} is not a host; expected something like {EXAMPLE}"));
    }
    if port.is_empty() {
        return Ok((host, None));
    }
    match port.get(1..).unwrap_or_default().parse() {
        Ok(number) if number > 0 => Ok((host, Some(number))),
        _ => Err(format!("{:?} is not a port from 1 to 65535", port.trim_start_matches(':'))),
    }
}

const EXAMPLE: &str = "http://localhost:4317";

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_matches(['[', ']']);
    bare.eq_ignore_ascii_case("localhost")
        || bare.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
}

/// The text with what stands before an `@` taken out: it may be a password.
fn mask_userinfo(text: &str) -> String {
    match text.rsplit_once('@') {
        Some((before, after)) => {
            let scheme = before.split_once("://").map_or("", |(scheme, _)| scheme);
            let separator = if scheme.is_empty() { "" } else { "://" };
            format!("{scheme}{separator}REDACTED@{after}")
        }
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str, protocol: Protocol) -> Result<(String, Vec<String>), String> {
        let mut notes = Vec::new();
        Endpoint::parse("endpoint", text, protocol, false, &mut notes)
            .map(|endpoint| (endpoint.to_string(), notes))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn base_urls() {
        for (text, url) in [
            ("http://localhost:4317", "http://localhost:4317"),
            ("http://localhost:4317/", "http://localhost:4317"),
            ("localhost:4317", "http://localhost:4317"),
            ("127.0.0.1:4317", "http://127.0.0.1:4317"),
            ("http://[::1]:4317", "http://[::1]:4317"),
            ("[::1]:4317", "http://[::1]:4317"),
            ("HTTP://otelcol.apitoolkit.io:4317", "http://otelcol.apitoolkit.io:4317"),
        ] {
            assert_eq!(parse(text, Protocol::Grpc), Ok((url.to_owned(), vec![])), "{text}");
        }
    }

    #[test]
    fn signal_paths_are_recognised_and_named() {
        let (url, notes) = parse("http://h:4318/otlp/v1/traces", Protocol::HttpProtobuf).unwrap();
        assert_eq!(url, "http://h:4318/otlp");
        assert!(notes[0].contains("/otlp/v1/traces"), "{notes:?}");
        let (url, notes) = parse("http://h:4317/v1/traces", Protocol::Grpc).unwrap();
        assert_eq!(url, "http://h:4317");
        assert!(notes[0].contains("no path"), "{notes:?}");
    }

    #[test]
    fn mistakes_are_named_and_credentials_are_not_repeated() {
        for (text, says) in [
            ("ftp://h:21", "scheme \"ftp\""),
            ("unix:///tmp/s", "scheme \"unix\""),
            ("http://u:CANARY@h:4317", "credentials"),
            ("u:CANARY@h:4317", "credentials"),
            ("http://h:0", "port"),
            ("http://h:99999", "port"),
            ("http://", "host"),
            ("http://a b:1", "host"),
            ("http://h:4318?x=1", "query"),
            ("::1", "host"),
        ] {
            let error = parse(text, Protocol::Grpc).unwrap_err();
            assert!(error.contains(says), "{text}: {error}");
            assert!(!error.contains("CANARY"), "{error}");
        }
    }

    #[cfg(not(feature = "tls"))]
    #[test]
    fn https_without_the_feature_is_refused_never_downgraded() {
        for text in ["https://h:4317", "collector.example:4317"] {
            assert!(parse(text, Protocol::Grpc).unwrap_err().contains("`tls`"), "{text}");
        }
    }
}
