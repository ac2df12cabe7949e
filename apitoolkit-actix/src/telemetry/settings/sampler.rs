use opentelemetry_sdk::trace::Sampler;

use crate::{env::Env, error::ConfigError};

/// The builder's ratio, else what `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG` say.
pub(super) fn resolve(ratio: Option<f64>, env: &mut Env) -> Result<Sampler, ConfigError> {
    let named = named(env);
    match ratio {
        Some(ratio) if (0.0..=1.0).contains(&ratio) => {
            Ok(Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(ratio))))
        }
        Some(ratio) => {
            let reason = "expected a number from 0.0 to 1.0";
            Err(ConfigError::option("sample_ratio", ratio.to_string(), reason))
        }
        None => Ok(named.unwrap_or_else(|| Sampler::ParentBased(Box::new(Sampler::AlwaysOn)))),
    }
}

fn named(env: &mut Env) -> Option<Sampler> {
    let ratio = env.parse(&["OTEL_TRACES_SAMPLER_ARG"], |text| match text.parse::<f64>() {
        Ok(ratio) if (0.0..=1.0).contains(&ratio) => Ok(ratio),
        _ => Err("expected a number from 0.0 to 1.0; all is sampled".to_owned()),
    });
    let by_ratio = Sampler::TraceIdRatioBased(ratio.unwrap_or(1.0));
    env.parse(&["OTEL_TRACES_SAMPLER"], |name| match name {
        "always_on" => Ok(Sampler::AlwaysOn),
        "always_off" => Ok(Sampler::AlwaysOff),
        "traceidratio" => Ok(by_ratio),
        "parentbased_always_on" => Ok(Sampler::ParentBased(Box::new(Sampler::AlwaysOn))),
        "parentbased_always_off" => Ok(Sampler::ParentBased(Box::new(Sampler::AlwaysOff))),
        "parentbased_traceidratio" => Ok(Sampler::ParentBased(Box::new(by_ratio))),
        _ => Err("expected always_on, always_off, traceidratio, or parentbased_ and one of these"
            .to_owned()),
    })
}
