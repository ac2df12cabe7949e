//! What the exporter's own threads say is not exported.

use apitoolkit_actix::{Telemetry, testing::Collector};
use serde_json::json;
use tracing::{Level, dispatcher, info, info_span, trace};

use crate::{children, support::only};

/// Where the receiver is: in the parent, since what that does would be logged in the child too.
const RECEIVER: &str = "APITOOLKIT_TESTS_RECEIVER";

/// In the child: logs at every level with a subscriber for the whole process, and exports.
fn speak(receiver: &str) {
    let telemetry = Telemetry::builder().endpoint(receiver).build().unwrap();
    let layer = telemetry.layer().level(Level::TRACE).root_spans(true);
    dispatcher::set_global_default(only(layer).into()).unwrap();
    for round in 0..3 {
        info_span!("round").in_scope(|| info!(round, "said"));
        trace!(round, "whispered");
        telemetry.flush().unwrap();
    }
    telemetry.shutdown().unwrap();
}

#[test]
fn exporting_is_not_heard_of_at_any_level() {
    if let Ok(receiver) = std::env::var(RECEIVER) {
        return speak(&receiver);
    }
    let collector = Collector::start().unwrap();
    let name = "exporting::exporting_is_not_heard_of_at_any_level";
    children::run(name, &[(RECEIVER, &collector.endpoint())], || ());
    let mut logs = collector.logs();
    logs.sort_by_key(|log| log.time);
    let seen: Vec<_> =
        logs.iter().map(|log| json!([log.body.to_json(), log.attributes.to_json()])).collect();
    let expected: Vec<_> = (0..3)
        .flat_map(|round| ["said", "whispered"].map(|text| json!([text, { "round": round }])))
        .collect();
    assert_eq!(seen, expected);
    let spans: Vec<_> = collector.spans().into_iter().map(|span| span.name).collect();
    assert_eq!(spans, ["round"; 3]);
}
