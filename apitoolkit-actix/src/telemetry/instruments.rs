use std::sync::Arc;

use opentelemetry::metrics::{Histogram, Meter, MeterProvider as _};
use opentelemetry_sdk::metrics::SdkMeterProvider;

use super::{active_requests::ActiveRequests, series::Series, source};
use crate::semconv;

/// The instruments of HTTP and database metrics, made once for each telemetry.
#[derive(Debug)]
pub(crate) struct Instruments {
    pub(super) http: Series,
    pub(crate) db_client_duration: Histogram<f64>,
    pub(crate) active_requests: Arc<ActiveRequests>,
}

/// The histograms of HTTP exchanges.
#[derive(Debug)]
pub(super) struct Http {
    pub(super) server_duration: Histogram<f64>,
    pub(super) server_request_size: Histogram<u64>,
    pub(super) server_response_size: Histogram<u64>,
    pub(super) client_duration: Histogram<f64>,
}

/// What the semantic conventions advise for `http.*.request.duration`, in seconds.
const HTTP_SECONDS: [f64; 14] =
    [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];
/// What they advise for `db.client.operation.duration`, in seconds.
const DB_SECONDS: [f64; 9] = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0];
/// They advise nothing for sizes: from one packet to a large upload, in bytes.
const BYTES: [f64; 10] = [
    0.0,
    128.0,
    1_024.0,
    4_096.0,
    16_384.0,
    65_536.0,
    262_144.0,
    1_048_576.0,
    16_777_216.0,
    268_435_456.0,
];

impl Instruments {
    /// With a meter that may be anybody's.
    pub(crate) fn new(meter: &Meter) -> Self {
        Self::with(meter, false)
    }

    /// Of a meter provider of the user's own.
    pub(crate) fn of_provider(provider: &SdkMeterProvider) -> Self {
        Self::of_sdk(&provider.meter_with_scope(source::scope()))
    }

    /// With a meter of the SDK's.
    pub(super) fn of_sdk(meter: &Meter) -> Self {
        Self::with(meter, true)
    }

    fn with(meter: &Meter, binds: bool) -> Self {
        let active_requests = Arc::new(ActiveRequests::default());
        active_requests.register(meter);
        Self {
            active_requests,
            http: Series::new(http(meter), binds),
            db_client_duration: seconds(
                meter,
                semconv::METRIC_DB_CLIENT_OPERATION_DURATION,
                "How long database operations took.",
                &DB_SECONDS,
            ),
        }
    }
}

fn http(meter: &Meter) -> Http {
    Http {
        server_duration: seconds(
            meter,
            semconv::METRIC_HTTP_SERVER_REQUEST_DURATION,
            "How long requests took, to the last byte of the response's body.",
            &HTTP_SECONDS,
        ),
        server_request_size: bytes(
            meter,
            semconv::METRIC_HTTP_SERVER_REQUEST_BODY_SIZE,
            "The size of request bodies, as they were on the wire.",
        ),
        server_response_size: bytes(
            meter,
            semconv::METRIC_HTTP_SERVER_RESPONSE_BODY_SIZE,
            "The size of response bodies, as they were on the wire.",
        ),
        client_duration: seconds(
            meter,
            semconv::METRIC_HTTP_CLIENT_REQUEST_DURATION,
            "How long outgoing requests took, to the last byte of the response's body.",
            &HTTP_SECONDS,
        ),
    }
}

fn seconds(
    meter: &Meter,
    name: &'static str,
    description: &'static str,
    bounds: &[f64],
) -> Histogram<f64> {
    meter
        .f64_histogram(name)
        .with_unit("s")
        .with_description(description)
        .with_boundaries(bounds.to_vec())
        .build()
}

fn bytes(meter: &Meter, name: &'static str, description: &'static str) -> Histogram<u64> {
    meter
        .u64_histogram(name)
        .with_unit("By")
        .with_description(description)
        .with_boundaries(BYTES.to_vec())
        .build()
}
