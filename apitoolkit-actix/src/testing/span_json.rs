//! A span as JSON, whole or what is the same in every run.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::{Attributes, Span, origin::unix_nanos};

/// # As JSON
impl Span {
    /// The whole span as JSON, with sorted keys; times are nanoseconds since 1970.
    #[must_use]
    pub fn to_json(&self) -> Json {
        let mut json = self.to_stable_json(&[]);
        if let Json::Object(fields) = &mut json {
            let volatile = json!({
                "trace_id": self.trace_id,
                "span_id": self.span_id,
                "parent_span_id": self.parent_span_id,
                "start_unix_nanos": unix_nanos(self.start),
                "end_unix_nanos": unix_nanos(self.end),
                "flags": self.flags,
                "resource": self.resource.to_json(),
            });
            if let Json::Object(volatile) = volatile {
                fields.extend(volatile);
            }
        }
        sorted(json)
    }

    /// What of the span is the same in every run, for comparing whole spans: everything but ids,
    /// times, trace flags and the resource.
    ///
    /// The values of the attributes named in `masked` (ports, generated ids) become `"*"`, in the
    /// span and in its events; their presence is still compared.
    ///
    /// ```no_run
    /// # use apitoolkit_actix::testing::Span;
    /// # fn compare(span: &Span) {
    /// assert_eq!(
    ///     span.to_stable_json(&["server.port"])["attributes"],
    ///     serde_json::json!({ "http.request.method": "GET", "server.port": "*" }),
    /// );
    /// # }
    /// ```
    #[must_use]
    pub fn to_stable_json(&self, masked: &[&str]) -> Json {
        let attributes = |attributes: &Attributes| {
            let mut json = attributes.to_json();
            for name in masked {
                if let Some(value) = json.get_mut(*name) {
                    *value = json!("*");
                }
            }
            json
        };
        let events = self.events.iter().map(
            |event| json!({ "name": event.name, "attributes": attributes(&event.attributes) }),
        );
        let links =
            self.links.iter().map(|link| json!({ "attributes": attributes(&link.attributes) }));
        sorted(json!({
            "name": self.name,
            "kind": self.kind.to_string(),
            "trace_state": self.trace_state,
            "status": { "code": self.status.code.to_string(), "message": self.status.message },
            "attributes": attributes(&self.attributes),
            "events": events.collect::<Vec<_>>(),
            "links": links.collect::<Vec<_>>(),
            "scope": { "name": self.scope.name, "version": self.scope.version },
        }))
    }
}

/// Sorts the outermost keys; those inside are sorted where they are made.
fn sorted(json: Json) -> Json {
    match json {
        Json::Object(fields) => {
            fields.into_iter().collect::<BTreeMap<_, _>>().into_iter().collect()
        }
        other => other,
    }
}
