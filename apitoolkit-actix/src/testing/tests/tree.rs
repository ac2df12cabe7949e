//! Traces as text.

use opentelemetry_proto::tonic::trace::v1 as proto;

use super::{collector, export, span, traces};

fn node(id: u8, parent: u8, name: &str, start: u64) -> proto::Span {
    proto::Span {
        span_id: vec![id; 8],
        parent_span_id: if parent == 0 { Vec::new() } else { vec![parent; 8] },
        start_time_unix_nano: start,
        ..span(name)
    }
}

async fn rendered(spans: Vec<proto::Span>) -> String {
    let collector = collector();
    export(&collector, traces(spans)).await.unwrap();
    collector.span_tree("abababababababababababababababab")
}

#[tokio::test]
async fn children_stand_below_their_parent_in_start_order() {
    let mut failed = node(3, 1, "late child", 30);
    failed.kind = proto::span::SpanKind::Client.into();
    failed.status = Some(proto::Status {
        code: proto::status::StatusCode::Error.into(),
        message: "ignored".to_owned(),
    });
    let spans = vec![
        node(4, 2, "grandchild", 25),
        failed,
        node(2, 1, "early child", 20),
        node(1, 0, "root", 10),
        node(6, 9, "stranger", 5),
    ];
    assert_eq!(
        rendered(spans).await,
        "stranger [SERVER] Unset (parent elsewhere)\n\
         root [SERVER] Unset\n\
         \x20 early child [SERVER] Unset\n\
         \x20   grandchild [SERVER] Unset\n\
         \x20 late child [CLIENT] Error\n"
    );
}

#[tokio::test]
async fn rings_and_the_same_span_twice_are_shown() {
    assert_eq!(
        rendered(vec![node(1, 2, "a", 1), node(2, 1, "b", 2)]).await,
        "a [SERVER] Unset (its parents form a ring)\nb [SERVER] Unset (its parents form a ring)\n"
    );
    let twice = rendered(vec![node(1, 0, "a", 1), node(1, 0, "a", 1), node(2, 1, "b", 2)]).await;
    assert_eq!(twice, "a [SERVER] Unset\n  b [SERVER] Unset\na [SERVER] Unset\n");
    let own_parent = rendered(vec![node(1, 1, "a", 1)]).await;
    assert_eq!(own_parent, "a [SERVER] Unset (its parents form a ring)\n");
}

#[tokio::test]
async fn a_deep_trace_does_not_overflow_the_stack() {
    let chain = (1..3_000_u64)
        .map(|n| proto::Span {
            span_id: n.to_be_bytes().to_vec(),
            parent_span_id: if n == 1 { Vec::new() } else { (n - 1).to_be_bytes().to_vec() },
            ..span("s")
        })
        .collect();
    assert_eq!(rendered(chain).await.lines().count(), 2_999);
}
