//! Outside of any exchange the process's telemetry records. Only one can be installed.

use apitoolkit_actix::{testing::Collector, trace_service};
use apitoolkit_tests::{SOON, telemetry};

use crate::{
    children,
    support::{DB, is_statement},
};

#[test]
fn a_statement_of_no_request_is_a_root_or_a_service_s_child() {
    let name = "outside::a_statement_of_no_request_is_a_root_or_a_service_s_child";
    children::run(name, &[], child);
}

fn child() {
    let collector = Collector::start().unwrap();
    let telemetry = telemetry(&collector).install(true).build().unwrap();
    drop(DB.enter("SELECT a FROM roots"));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(trace_service("Nightly", "purge", async {
        DB.trace_any("DELETE FROM session WHERE token = 'CANARY'", async {}).await;
    }));
    let spans = collector.wait_for(is_statement, 2, SOON).unwrap();
    telemetry.flush().unwrap();
    let root = spans.iter().find(|span| span.name == "SELECT roots").unwrap();
    assert_eq!(root.parent_span_id, None);
    assert_eq!(collector.span_tree(&root.trace_id), "SELECT roots [CLIENT] Unset\n");
    let child = spans.iter().find(|span| span.name == "DELETE session").unwrap();
    assert_eq!(
        collector.span_tree(&child.trace_id),
        "Nightly.purge [INTERNAL] Unset\n  DELETE session [CLIENT] Unset\n"
    );
    assert_eq!(collector.spans().len(), 3);
    collector.assert_absent("CANARY");
    telemetry.shutdown().unwrap();
    // Nothing is installed any more: nothing is recorded, and nothing fails.
    assert_eq!(runtime.block_on(DB.trace_any("SELECT 1", async { 7 })), 7);
    assert_eq!(collector.spans().len(), 3);
}
