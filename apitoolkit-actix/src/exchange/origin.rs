use super::authority::Authority;

/// Where a request goes, as its target or its URL says.
#[derive(Debug, Clone, Default)]
pub(crate) struct Origin {
    /// Whether the connection (or an absolute request target) says TLS.
    pub(crate) https: bool,
    /// Of a call: its URL's scheme, where that is neither `http` nor `https`; empty if it has none.
    pub(crate) other_scheme: Option<Box<str>>,
    /// The authority of an absolute target or of `:authority`; may hold userinfo.
    pub(crate) authority: Option<Box<str>>,
}

impl Origin {
    /// That of a call's URL.
    pub(crate) fn of_url(scheme: Option<&str>, authority: Option<&str>) -> Self {
        Self {
            https: matches!(scheme, Some("https" | "wss")),
            other_scheme: match scheme {
                Some("http" | "https") => None,
                other => Some(other.unwrap_or_default().into()),
            },
            authority: authority.map(Into::into),
        }
    }

    /// Whom it addresses, without userinfo, and with the scheme's port if none is said.
    /// `parse` reads the authority.
    pub(crate) fn server(
        &self,
        parse: impl FnOnce(&str) -> Option<Authority>,
    ) -> Option<Authority> {
        let mut server = self.authority.as_deref().and_then(parse)?;
        server.port = server.port.or(match self.other_scheme.as_deref() {
            None | Some("ws" | "wss") => Some(if self.https { 443 } else { 80 }),
            Some(_) => None,
        });
        Some(server)
    }

    /// The scheme of the URL; empty if it has none.
    pub(crate) fn scheme(&self) -> &str {
        match &self.other_scheme {
            Some(scheme) => scheme,
            None if self.https => "https",
            None => "http",
        }
    }
}
