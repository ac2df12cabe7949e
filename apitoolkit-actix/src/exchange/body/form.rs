use crate::{
    exchange::Fields,
    redact::{Gap, Thinner},
};

/// A form whose files are left out of what is kept of it.
#[derive(Debug)]
pub(crate) struct Form {
    pub(super) thinner: Thinner,
    pub(super) gaps: Vec<Gap>,
}

impl Form {
    /// Whether this may be the `Content-Type` of one.
    pub(crate) fn may_be(content_type: &[u8]) -> bool {
        Thinner::is_for(content_type)
    }

    /// If that is what a head announces, in a way that leaves no doubt.
    pub(crate) fn announced(fields: &Fields) -> Option<Box<Self>> {
        if !Self::may_be(fields.all("content-type").next()?) {
            return None;
        }
        let all = |name| fields.all(name).collect::<Vec<_>>();
        let thinner = Thinner::new(&all("content-type"), &all("content-encoding"))?;
        Some(Box::new(Self { thinner, gaps: Vec::new() }))
    }
}
