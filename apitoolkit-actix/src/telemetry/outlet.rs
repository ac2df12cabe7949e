//! Where spans go, for whoever explains it to a person.

use opentelemetry::trace::{SpanKind, TraceId};
use opentelemetry_sdk::trace::{Sampler, SamplingDecision, ShouldSample as _};

use super::{Source, settings::Exporter, transport::Signal};

/// Where spans go, and how that goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outlet {
    pub(crate) way: Way,
    /// Why the newest export of traces failed; absent if it did not.
    pub(crate) last_failure: Option<String>,
}

/// Where spans go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Way {
    /// To a receiver, or to standard output: what it is called.
    Out(String),
    /// To the explorer alone.
    Explorer,
    /// Nowhere.
    Nowhere,
    /// To a provider that is not ours.
    Foreign,
}

impl Source {
    pub(crate) fn outlet(&self) -> Outlet {
        let way = match &self.traces {
            _ if self.foreign => Way::Foreign,
            None => Way::Nowhere,
            Some((Exporter::Explorer, _)) => Way::Explorer,
            Some((_, journal)) => Way::Out(journal.endpoint().to_owned()),
        };
        let journal = self.traces.as_ref().map(|(_, journal)| journal);
        Outlet {
            way,
            last_failure: journal.and_then(|journal| journal.last_failure(Signal::Traces)),
        }
    }

    /// Which part of the requests without a caller is recorded, from 0 to 1, as far as is known. It
    /// stays what it is, and takes a thousand questions to find out.
    pub(crate) fn sampled(&self) -> f64 {
        self.tracer.sampler().map_or(1.0, part)
    }
}

/// Which part of new traces a sampler takes: it is asked about some that are spread evenly.
fn part(sampler: &Sampler) -> f64 {
    const ASKED: u64 = 1_000;
    let taken = (0..ASKED).filter(|n| {
        // In the middle of each part, since the bounds may be rounded either way.
        let step = u64::MAX / ASKED;
        let id = u128::from(n * step + step / 2) | (1 << 64);
        let id = TraceId::from_bytes(id.to_be_bytes());
        let result = sampler.should_sample(None, id, "", &SpanKind::Server, &[], &[]);
        result.decision == SamplingDecision::RecordAndSample
    });
    taken.count() as f64 / ASKED as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_part_that_a_sampler_takes() {
        assert_eq!(part(&Sampler::AlwaysOn), 1.0);
        assert_eq!(part(&Sampler::AlwaysOff), 0.0);
        assert_eq!(part(&Sampler::TraceIdRatioBased(0.25)), 0.25);
        let below = Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(0.1)));
        assert_eq!(part(&below), 0.1);
    }
}
