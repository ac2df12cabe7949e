use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use super::{first_names, rows, section, sources};
use crate::{Telemetry, config::Options, telemetry::Settings};

const MIDDLEWARE: &str = "## The middleware";
const TELEMETRY: &str = "## Telemetry";

/// The setters of a builder, with their documentation. Hidden ones are nobody's.
fn setters(code: &[String]) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for code in code {
        let (mut doc, mut is_hidden) = (String::new(), false);
        for line in code.lines().map(str::trim) {
            if let Some(text) = line.strip_prefix("///") {
                doc += text;
            } else if line == "#[doc(hidden)]" {
                is_hidden = true;
            } else {
                if let Some(signature) = line.strip_prefix("pub fn ") {
                    let name = signature.split(['(', '<']).next().unwrap();
                    if name != "build" && !is_hidden {
                        found.insert(name.to_owned(), doc.clone());
                    }
                }
                (doc, is_hidden) = (String::new(), false);
            }
        }
    }
    found
}

fn of_middleware() -> BTreeMap<String, String> {
    setters(&sources("middleware/builder"))
}

fn of_telemetry() -> BTreeMap<String, String> {
    let builder = sources("telemetry").into_iter();
    setters(&builder.filter(|code| code.contains("\nimpl TelemetryBuilder {")).collect::<Vec<_>>())
}

#[test]
fn every_option_is_there_and_in_the_example() {
    for (heading, setters) in [(MIDDLEWARE, of_middleware()), (TELEMETRY, of_telemetry())] {
        assert!(setters.len() > 15, "{heading}: {}", setters.len());
        let setters: BTreeSet<_> = setters.into_keys().collect();
        assert_eq!(first_names(&rows(section(heading))), setters, "{heading}");
        for name in setters {
            let used = [format!(".{name}("), format!(".{name}::<")];
            let text = section(heading);
            assert!(used.iter().any(|used| text.contains(used)), "no example of {name}");
        }
    }
}

/// Each default as the page writes it.
#[test]
fn defaults_are_those_of_the_code() {
    let mut defaults = of_options();
    defaults.extend(of_documentation());
    check(MIDDLEWARE, &defaults);
    check(TELEMETRY, &of_settings());
}

fn check(heading: &str, defaults: &BTreeMap<&str, String>) {
    for row in rows(section(heading)) {
        let name = row[0].trim_matches('`');
        let default = defaults.get(name).unwrap_or_else(|| panic!("no default of {name} is known"));
        assert_eq!(row[2], default, "{name}");
    }
}

fn of_options() -> BTreeMap<&'static str, String> {
    let options = Options::default();
    let (policy, explorer, keep) = (&options.policy, &options.explorer, &options.keep);
    BTreeMap::from([
        ("service_name", some(options.service_name.as_deref())),
        ("service_version", some(options.service_version.as_deref())),
        ("tags", list(&options.tags)),
        ("application_id", some(options.application_id.as_deref())),
        ("virtual_host", some(options.virtual_host.as_deref())),
        ("context_root", some(options.context_root.as_deref())),
        ("convention", format!("`{:?}`", options.convention)),
        ("clean_urls", format!("`{}`", options.clean_urls.is_some())),
        ("capture_request_body", format!("`{}`", options.capture_request_body)),
        ("capture_response_body", format!("`{}`", options.capture_response_body)),
        ("max_body_bytes", number(options.max_body_bytes)),
        ("capture_policy", format!("`{:?}`", options.capture_policy)),
        ("redact_headers", list(&policy.headers)),
        ("redact_request_body", list(&policy.request_body)),
        ("redact_response_body", list(&policy.response_body)),
        ("redact_names", list(&policy.names)),
        ("redact_path_params", list(&policy.path_params)),
        ("default_body_rules", format!("`{}`", policy.default_body_rules)),
        ("body_patterns", format!("`{}`", policy.body_patterns)),
        ("danger_keep", list(&policy.keep)),
        ("ignore_paths", list(&options.ignore_paths)),
        ("ignore_status", list(&options.ignore_status)),
        ("always_keep", format!("`{}`, {}", keep.errors, some(keep.slower_than.map(time)))),
        ("trust_inbound", format!("`{:?}`", options.trust_inbound)),
        ("return_request_id", format!("`{}`", options.return_request_id)),
        ("debug", format!("`{}`", options.debug)),
        ("explorer_memory", number(explorer.memory)),
        ("explorer_max_age", time(explorer.max_age)),
        ("explorer_file", some(explorer.file.as_ref().map(|file| file.display()))),
        ("explorer_token", some(explorer.token.as_deref())),
        ("explorer_hosts", list(&explorer.hosts)),
        ("span_name", format!("`{}`", Options::default().compile().unwrap().span_name)),
    ])
}

/// What is no plain value: the setter's documentation says it, in words that the page shortens.
fn of_documentation() -> BTreeMap<&'static str, String> {
    let documented = of_middleware();
    let said = [
        ("clean_url_rule", "Defaults to no rule", "none"),
        ("redact", "Defaults to none", "none"),
        ("ignore", "Defaults to none", "none"),
        ("attributes", "Defaults to none", "none"),
        (
            "error_type",
            "Defaults to Actix's own errors and those of the standard library",
            "Actix's and the standard library's",
        ),
        ("panic_locations", "Defaults to true", "`true`"),
        ("telemetry", "Defaults to the process's installed one", "what is installed"),
        ("tracer_provider", "Defaults to the process's installed telemetry", "what is installed"),
        ("meter_provider", "Defaults to that of the telemetry", "that of the telemetry"),
    ];
    said.map(|(name, words, default)| {
        assert!(documented[name].contains(words), "{name}: {}", documented[name]);
        (name, default.to_owned())
    })
    .into()
}

fn of_settings() -> BTreeMap<&'static str, String> {
    let environment: [(&str, &str); 0] = [];
    let settings = Settings::resolve(&Telemetry::builder().environment(environment)).unwrap();
    let resource = |key: &'static str| settings.identity.resource.get(&key.into());
    let service = resource("service.name").unwrap().to_string();
    assert!(service.starts_with("unknown_service:"), "{service}");
    assert_eq!(format!("{:?}", settings.sampler), "ParentBased(AlwaysOn)");
    BTreeMap::from([
        ("endpoint", format!("`{}`", settings.wire.endpoint)),
        ("protocol", format!("`{:?}`", settings.wire.protocol)),
        ("api_key", some(settings.identity.project_key())),
        ("header", list(&settings.wire.headers.keys().collect::<Vec<_>>())),
        ("timeout", time(settings.wire.timeout)),
        ("compression", some(settings.wire.compression.map(|c| format!("{c:?}")))),
        ("service_name", "`unknown_service:` and the program's name".to_owned()),
        ("service_version", some(resource("service.version"))),
        ("resource_attribute", "none".to_owned()),
        ("sample_ratio", "1.0".to_owned()),
        ("traces_exporter", format!("`{:?}`", settings.traces)),
        ("metrics_exporter", format!("`{:?}`", settings.metrics)),
        ("logs_exporter", format!("`{:?}`", settings.logs)),
        ("queue_size", number(settings.spans.queue)),
        ("batch_size", number(settings.spans.batch)),
        ("schedule_delay", time(settings.spans.delay)),
        ("memory_budget", number(settings.budget)),
        ("shutdown_timeout", time(settings.shutdown_timeout)),
        ("spool", some(settings.spool.map(|spool| spool.dir.display().to_string()))),
        ("install", format!("`{}`", settings.install)),
        ("environment", "the process's".to_owned()),
    ])
}

fn some(value: Option<impl std::fmt::Display>) -> String {
    value.map_or_else(|| "none".to_owned(), |value| format!("`{value}`"))
}

fn list(values: &[impl std::fmt::Debug]) -> String {
    if values.is_empty() { "none".to_owned() } else { format!("{values:?}") }
}

/// `65,536`.
fn number(number: usize) -> String {
    let digits = number.to_string();
    let mut shown = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

fn time(time: Duration) -> String {
    let seconds = time.as_secs();
    if seconds >= 3_600 { format!("{} h", seconds / 3_600) } else { format!("{seconds} s") }
}
