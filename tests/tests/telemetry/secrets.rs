//! The project's key and the headers' values arrive, and are shown nowhere else. Nothing about
//! exporting is traced, where a key would be too.

use apitoolkit_actix::{Protocol, testing::Signal};

use crate::{
    log,
    support::{builder, collector, exchanges, record},
};

const KEY: &str = "KEY-CANARY-4711";
const TOKEN: &str = "TOKEN-CANARY-0815";

#[test]
fn the_key_is_received_as_attribute_and_header_and_shown_nowhere() {
    for protocol in [Protocol::Grpc, Protocol::HttpProtobuf] {
        let collector = collector();
        let endpoint = match protocol {
            Protocol::Grpc => collector.endpoint(),
            _ => collector.http_endpoint(),
        };
        let builder = builder(&collector)
            .endpoint(endpoint)
            .protocol(protocol)
            .api_key(KEY)
            .header("x-extra", TOKEN);
        let mut shown = vec![format!("{builder:?}")];
        let telemetry = builder.build().unwrap();
        exchanges(&telemetry, 1, "ok");
        record(&telemetry, "hello");
        telemetry.check().unwrap();
        telemetry.flush().unwrap();
        shown.push(format!("{telemetry:?}"));
        shown.push(format!("{:?}", telemetry.tracer_provider()));
        shown.push(format!("{:?}", telemetry.meter_provider()));
        shown.push(format!("{:?}", telemetry.logger_provider()));
        collector.stop();
        exchanges(&telemetry, 1, "ok");
        let check = telemetry.check().unwrap_err();
        let error = telemetry.shutdown().unwrap_err();
        shown.extend([format!("{check:?} {check}"), format!("{error:?} {error}")]);
        shown.extend(log::lines(|_| true).into_iter().map(|line| line.text));
        for text in shown {
            assert!(!text.contains(KEY) && !text.contains(TOKEN), "{text}");
        }

        let resources = [
            collector.spans()[0].resource.clone(),
            collector.metrics()[0].resource.clone(),
            collector.logs()[0].resource.clone(),
        ];
        for resource in resources {
            assert_eq!(resource.str("at-project-key"), Some(KEY));
            assert_eq!(resource.str("service.name"), Some("tests"));
            assert_eq!(resource.duplicates(), [""; 0]);
        }
        let requests = collector.requests();
        for signal in [Signal::Traces, Signal::Metrics, Signal::Logs] {
            assert!(requests.iter().any(|request| request.signal() == signal), "{signal}");
        }
        for request in &requests {
            let sent = |name| request.headers().filter(|h| h.0 == name).map(|h| h.1).collect();
            let (key, extra): (Vec<_>, Vec<_>) = (sent("x-api-key"), sent("x-extra"));
            assert_eq!((key, extra), (vec![KEY.as_bytes()], vec![TOKEN.as_bytes()]));
        }
        collector.assert_absent_except(KEY, &["x-api-key", "at-project-key"]);
        collector.assert_absent_except(TOKEN, &["x-extra"]);
    }
}

#[test]
fn a_key_among_the_resource_attributes_is_the_same_key() {
    let collector = collector();
    let telemetry = builder(&collector)
        .environment([("OTEL_RESOURCE_ATTRIBUTES", format!("at-project-key={KEY},team=blue"))])
        .build()
        .unwrap();
    exchanges(&telemetry, 1, "ok");
    telemetry.flush().unwrap();
    let shown = format!("{telemetry:?} {:?}", telemetry.tracer_provider());
    assert!(!shown.contains(KEY) && shown.contains("team"), "{shown}");
    let resource = collector.spans()[0].resource.clone();
    let mut keys: Vec<_> = resource.iter().map(|(key, _)| key.to_owned()).collect();
    keys.sort();
    assert_eq!(
        keys,
        [
            "at-project-key",
            "service.name",
            "team",
            "telemetry.sdk.language",
            "telemetry.sdk.name",
            "telemetry.sdk.version"
        ]
    );
    assert_eq!(resource.str("at-project-key"), Some(KEY));
    telemetry.shutdown().unwrap();
}

#[test]
fn exporting_is_not_traced() {
    for protocol in [Protocol::Grpc, Protocol::HttpProtobuf] {
        let collector = collector();
        let endpoint = match protocol {
            Protocol::Grpc => collector.endpoint(),
            _ => collector.http_endpoint(),
        };
        // A name, so that it is looked up, on whatever thread that happens.
        let endpoint = endpoint.replace("127.0.0.1", "localhost");
        let telemetry = builder(&collector).endpoint(endpoint).protocol(protocol).build().unwrap();
        exchanges(&telemetry, 3, "ok");
        record(&telemetry, "hello");
        telemetry.shutdown().unwrap();
        assert_eq!(collector.spans().len(), 3);
    }
    // What this binary's other tests did is among it: all the better.
    let ours = |line: &log::Line| {
        let of_exporting = ["apitoolkit-export", "apitoolkit-worker"].contains(&&*line.thread);
        !line.is_span && !of_exporting && line.target == "apitoolkit_actix"
    };
    let foreign = log::lines(|line| !ours(line));
    assert!(foreign.is_empty(), "{foreign:#?}");
}
