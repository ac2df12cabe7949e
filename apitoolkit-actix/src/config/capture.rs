use std::time::Duration;

use crate::error::ConfigError;

/// Of which exchanges the bodies are kept, where they are captured at all.
///
/// Whether an exchange is one of these shows at its end (except for [`Ratio`](Self::Ratio)): until
/// then its bodies count towards the memory budget.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub enum CapturePolicy {
    /// Of every exchange.
    #[default]
    Always,
    /// Of those that were answered with a 4xx or 5xx, broke off, or had an error reported.
    OnError,
    /// Of those that took at least so long.
    SlowerThan(Duration),
    /// Of this share of them, from 0 to 1, chosen at random when they begin.
    Ratio(f64),
}

impl CapturePolicy {
    pub(super) fn check(self) -> Result<(), ConfigError> {
        match self {
            Self::Ratio(ratio) if !(0.0..=1.0).contains(&ratio) => Err(ConfigError::option(
                "capture_policy",
                format!("Ratio({ratio})"),
                "expected a share from 0 to 1".to_owned(),
            )),
            _ => Ok(()),
        }
    }

    /// Whether the bodies of an exchange that begins now may be kept in the end.
    pub(crate) fn may_keep(self) -> bool {
        match self {
            Self::Ratio(ratio) => fastrand::f64() < ratio,
            _ => true,
        }
    }

    /// Whether the bodies of an exchange that has ended are kept.
    pub(crate) fn keeps(self, is_error: bool, took: Duration) -> bool {
        match self {
            Self::OnError => is_error,
            Self::SlowerThan(limit) => took >= limit,
            Self::Always | Self::Ratio(_) => true,
        }
    }
}
