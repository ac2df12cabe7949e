use std::fmt;

/// Why a request is not answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::explorer) enum Refusal {
    /// The peer is not on this machine.
    Remote,
    /// A proxy passed it on for somebody who is not on this machine.
    Proxied(&'static str),
    /// The name under which it was asked, which is none of those allowed.
    Host(String),
    /// Another page made the browser ask.
    Site(String),
    /// There is no token, or a wrong one.
    Token,
    /// No token could be made, so nobody may look.
    NoToken,
}

impl Refusal {
    /// The option that would allow it, as it is written.
    pub(in crate::explorer) fn option(&self) -> Option<String> {
        match self {
            Self::Remote | Self::Proxied(_) => {
                Some("toolkit.explorer(\"/…\").danger_allow_remote()".to_owned())
            }
            Self::Host(host) => {
                Some(format!("ApiToolkit::builder().explorer_hosts([{:?}])", name_of(host)))
            }
            Self::NoToken => Some("ApiToolkit::builder().explorer_token(\"…\")".to_owned()),
            Self::Site(_) | Self::Token => None,
        }
    }
}

fn name_of(host: &str) -> &str {
    super::host::name(host).unwrap_or(host)
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Remote => f.write_str("The explorer answers only to this machine."),
            Self::Proxied(header) => write!(
                f,
                "The request came through a proxy ({header}) from somewhere that is not this machine."
            ),
            Self::Host(host) if host.is_empty() => f.write_str("The request names no host."),
            Self::Host(host) => write!(f, "The explorer does not answer under the name {host}."),
            Self::Site(from) => write!(f, "Another page ({from}) asked for this one."),
            Self::Token => f.write_str(
                "Open the link that the app printed when it started: it holds the token.",
            ),
            Self::NoToken => f.write_str("No token could be made, so nobody may look."),
        }
    }
}
