//! Mistakes in the builder: the error names the option and the value, and never a credential.

use std::time::Duration;

use apitoolkit_actix::{ConfigError, Telemetry, TelemetryBuilder};

fn error(change: impl FnOnce(TelemetryBuilder) -> TelemetryBuilder) -> String {
    let builder =
        Telemetry::builder().environment(std::iter::empty::<(String, String)>()).install(false);
    let error = change(builder).build().expect_err("a mistake");
    assert!(matches!(error, ConfigError::Option { .. }), "{error:?}");
    assert!(!format!("{error:?}").contains("CANARY"), "{error:?}");
    error.to_string()
}

#[test]
fn each_names_the_option_the_value_and_what_would_be_right() {
    let hour = Duration::from_secs(3_601);
    for (error, expected) in [
        (
            error(|b| b.sample_ratio(1.5)),
            "sample_ratio = \"1.5\": expected a number from 0.0 to 1.0",
        ),
        (
            error(|b| b.sample_ratio(f64::NAN)),
            "sample_ratio = \"NaN\": expected a number from 0.0 to 1.0",
        ),
        (error(|b| b.queue_size(0)), "queue_size = \"0\": expected 1 to 1048576"),
        (
            error(|b| b.queue_size(usize::MAX)),
            "queue_size = \"18446744073709551615\": expected 1 to 1048576",
        ),
        (error(|b| b.batch_size(0)), "batch_size = \"0\": expected 1 to 1048576"),
        (
            error(|b| b.memory_budget(1)),
            "memory_budget = \"1\": expected 65536 to 18446744073709551615",
        ),
        (
            error(|b| b.schedule_delay(Duration::ZERO)),
            "schedule_delay = \"0ns\": expected more than 0 and at most an hour",
        ),
        (
            error(|b| b.timeout(Duration::ZERO)),
            "timeout = \"0ns\": expected more than 0 and at most an hour",
        ),
        (
            error(|b| b.shutdown_timeout(hour)),
            "shutdown_timeout = \"3601s\": expected more than 0 and at most an hour",
        ),
        (
            error(|b| b.endpoint("ftp://h")),
            "endpoint = \"ftp://h\": scheme \"ftp\" is not known; use http:// or https://",
        ),
        (
            error(|b| b.endpoint("http://u:CANARY@h:4317")),
            "endpoint = \"http://REDACTED@h:4317\": credentials in the URL are not sent; use \
             OTEL_EXPORTER_OTLP_HEADERS",
        ),
        (
            error(|b| b.api_key("CANARY with spaces")),
            "api_key = \"…\": expected visible ASCII characters and no spaces",
        ),
        (
            error(|b| b.header("x y", "CANARY")),
            "header = \"x y\": not a header: a name is a token, a value is visible ASCII, and what \
             the protocol sets by itself cannot be set",
        ),
        (
            error(|b| b.header("content-type", "CANARY")),
            "header = \"content-type\": not a header: a name is a token, a value is visible ASCII, \
             and what the protocol sets by itself cannot be set",
        ),
    ] {
        assert_eq!(error, expected);
    }
}
