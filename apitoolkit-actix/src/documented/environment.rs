use std::collections::{BTreeMap, BTreeSet};

use super::{above_headings, first_names, names, rows, section, sources};
use crate::{Telemetry, telemetry::Settings};

/// What only means something beside another variable.
fn beside(name: &str) -> Option<(&'static str, &'static str)> {
    match name {
        "OTEL_TRACES_SAMPLER_ARG" => Some(("OTEL_TRACES_SAMPLER", "traceidratio")),
        "OTEL_EXPORTER_OTLP_INSECURE" => Some(("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317")),
        _ => None,
    }
}

/// Everything that variables decide, in an order that is always the same.
fn settings(variables: &[(&str, &str)]) -> Result<String, String> {
    let builder = Telemetry::builder().environment(variables.iter().copied());
    let settings = Settings::resolve(&builder).map_err(|error| error.to_string())?;
    assert_eq!(settings.notes, [""; 0], "{variables:?}");
    let Settings { wire, traces, metrics, logs, sampler, limits, propagation, spans, .. } =
        &settings;
    let Settings { records, metric_interval, trace_timeout, identity, .. } = &settings;
    let resource: BTreeMap<_, _> =
        identity.resource.iter().map(|(key, value)| (key.as_str(), value.to_string())).collect();
    Ok(format!(
        "{wire:?} {traces:?} {metrics:?} {logs:?} {sampler:?} {limits:?} {propagation:?} {spans:?} \
         {records:?} {metric_interval:?} {trace_timeout:?} {resource:?}"
    ))
}

fn with(name: &'static str, value: Option<&'static str>) -> Result<String, String> {
    let variables: Vec<_> = beside(name).into_iter().chain(value.map(|v| (name, v))).collect();
    settings(&variables)
}

fn table() -> Vec<Vec<&'static str>> {
    rows(above_headings(section("## Environment variables")))
}

/// A value that can be set: alone between backticks, or a number.
fn literal(cell: &'static str) -> Option<&'static str> {
    if cell.parse::<f64>().is_ok() {
        return Some(cell);
    }
    let inside = cell.strip_prefix('`')?.strip_suffix('`')?;
    (!inside.contains('`')).then_some(inside)
}

#[test]
fn setting_a_variable_to_its_default_changes_nothing() {
    let mut set = 0;
    for row in table() {
        let name = names(row[0]).next().unwrap();
        match literal(row[2]) {
            Some(default) => {
                set += 1;
                assert_eq!(with(name, Some(default)), with(name, None), "{name}={default}");
            }
            None => assert!(
                ["none", "`unknown_service:` and the program's name"].contains(&row[2]),
                "{name}: {}",
                row[2]
            ),
        }
    }
    assert!(set > 20, "{set} variables have a default that can be set");
}

#[test]
fn setting_a_variable_to_its_example_changes_something() {
    for row in table() {
        let name = names(row[0]).next().unwrap();
        let example = literal(row[3]).unwrap_or_else(|| panic!("no example of {name}"));
        assert_ne!(with(name, Some(example)), with(name, None), "{name}={example}");
    }
}

/// The names of variables in the code, where it is not a comment.
fn in_code() -> BTreeSet<String> {
    let is_part = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    let mut found = BTreeSet::new();
    for code in sources("") {
        for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
            for word in line.split(|c| !is_part(c)) {
                // What ends so is put together with something else.
                let is_ours =
                    word.starts_with("APITOOLKIT_") && line.contains(&format!("\"{word}\""));
                if (word.starts_with("OTEL_") || is_ours) && !word.ends_with('_') {
                    found.insert(word.to_owned());
                }
            }
        }
    }
    found
}

#[test]
fn every_variable_that_is_read_is_there_and_no_other() {
    let mut listed = first_names(&table());
    let elsewhere = first_names(&rows(section("### Read elsewhere")));
    let is_ours = |name: &&String| name.starts_with("OTEL_") || name.starts_with("APITOOLKIT_");
    listed.extend(elsewhere.iter().filter(is_ours).cloned());
    assert!(listed.len() > 25);
    assert_eq!(in_code(), listed);
    let explorer = sources("explorer").concat();
    for name in ["XDG_STATE_HOME", "HOME", "LOCALAPPDATA"] {
        assert!(elsewhere.contains(name) && explorer.contains(&format!("\"{name}\"")), "{name}");
    }
}

#[test]
fn what_is_not_honoured_is_not_read() {
    let read = in_code();
    let rows = rows(section("### Not honoured"));
    let ignored = first_names(&rows);
    assert!(ignored.len() > 15);
    for name in &ignored {
        assert!(!read.contains(name), "{name}");
    }
    for signal in ["TRACES", "METRICS", "LOGS"] {
        assert!(ignored.contains(&format!("OTEL_EXPORTER_OTLP_{signal}_*")));
        for what in names(rows[0][1]) {
            let name = format!("OTEL_EXPORTER_OTLP_{signal}{what}");
            let builder = Telemetry::builder().environment([(&name, "x")]);
            let notes = Settings::resolve(&builder).unwrap().notes;
            assert!(matches!(&notes[..], [note] if note.contains(&name)), "{name}: {notes:?}");
        }
    }
}
