use std::fmt;

use opentelemetry::KeyValue;
use opentelemetry_proto::{
    tonic::common::v1::{AnyValue, KeyValue as ProtoKeyValue, any_value},
    transform::common::tonic::ResourceAttributesWithSchema,
};
use opentelemetry_sdk::{
    Resource,
    resource::{ResourceDetector as _, TelemetryResourceDetector},
};

use super::parse;
use crate::{env::Env, error::ConfigError, semconv, telemetry::TelemetryBuilder};

/// Who is sending: the resource, and apart from it the project's key.
///
/// The SDK's providers show their resource in `Debug`, and the console exporters print it. The key
/// is a credential, so they are given a resource without it; it is added on the way to the wire.
#[derive(Clone)]
pub(crate) struct Identity {
    pub(crate) resource: Resource,
    project_key: Option<String>,
}

impl Identity {
    /// The resource as a receiver is to see it, with the key.
    pub(crate) fn for_wire(&self) -> ResourceAttributesWithSchema {
        let mut resource = self.for_console();
        resource.attributes.0.extend(self.key_attribute());
        resource
    }

    /// The resource as anybody may see it.
    pub(crate) fn for_console(&self) -> ResourceAttributesWithSchema {
        (&self.resource).into()
    }

    /// The resource attribute that holds the key.
    pub(crate) fn key_attribute(&self) -> Option<ProtoKeyValue> {
        let value = any_value::Value::StringValue(self.project_key.clone()?);
        Some(ProtoKeyValue {
            key: semconv::PROJECT_KEY.to_owned(),
            value: Some(AnyValue { value: Some(value) }),
            ..ProtoKeyValue::default()
        })
    }

    pub(crate) fn project_key(&self) -> Option<&str> {
        self.project_key.as_deref()
    }
}

/// Without the key.
impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("resource", &self.resource).finish_non_exhaustive()
    }
}

pub(super) fn api_key(
    builder: &TelemetryBuilder,
    env: &mut Env,
) -> Result<Option<String>, ConfigError> {
    let named = env.text("APITOOLKIT_API_KEY");
    match (&builder.api_key, named) {
        (Some(given), _) => checked_key("api_key", given).map(Some),
        (None, Some(named)) => checked_key("APITOOLKIT_API_KEY", &named).map(Some),
        (None, None) => Ok(None),
    }
}

fn checked_key(option: &'static str, key: &str) -> Result<String, ConfigError> {
    let key = key.trim();
    if key.is_empty() || !key.bytes().all(|b| b.is_ascii_graphic()) {
        // The key is a credential: it is not repeated.
        let reason = "expected visible ASCII characters and no spaces";
        return Err(ConfigError::option(option, "…", reason));
    }
    Ok(key.to_owned())
}

pub(super) fn resolve(
    builder: &TelemetryBuilder,
    api_key: Option<String>,
    env: &mut Env,
) -> Identity {
    let mut attributes = Vec::new();
    if let Some(text) = env.text("OTEL_RESOURCE_ATTRIBUTES") {
        match parse::attributes(&text) {
            Ok(parsed) => attributes = parsed,
            // The text may hold the project's key: only the place is named.
            Err(at) => env.warn(format!(
                "OTEL_RESOURCE_ATTRIBUTES is ignored: entry {at} is not key=value, percent-encoded"
            )),
        }
    }
    attributes.extend(builder.resource_attributes.iter().cloned());
    let mut project_key = api_key;
    attributes.retain(|(key, value)| {
        let is_key = key == semconv::PROJECT_KEY;
        if is_key {
            project_key.get_or_insert_with(|| value.clone());
        }
        !is_key
    });
    let named = attributes.iter().any(|(key, _)| key == semconv::SERVICE_NAME);
    let name = builder.service_name.clone().or_else(|| env.text("OTEL_SERVICE_NAME"));
    if let Some(name) = name.or_else(|| (!named).then(default_service_name)) {
        attributes.push((semconv::SERVICE_NAME.to_owned(), name));
    }
    if let Some(version) = &builder.service_version {
        attributes.push((semconv::SERVICE_VERSION.to_owned(), version.clone()));
    }
    let sdk = TelemetryResourceDetector.detect();
    let resource = Resource::builder_empty()
        .with_attributes(sdk.iter().map(|(key, value)| KeyValue::new(key.clone(), value.clone())))
        .with_attributes(attributes.into_iter().map(|(key, value)| KeyValue::new(key, value)))
        .build();
    Identity { resource, project_key }
}

/// `unknown_service:` and the program's name, as the semantic conventions ask.
fn default_service_name() -> String {
    let program = std::env::current_exe().ok();
    let name = program.as_deref().and_then(|path| path.file_name()).and_then(|name| name.to_str());
    name.map_or_else(|| "unknown_service".to_owned(), |name| format!("unknown_service:{name}"))
}
