use std::time::Duration;

use opentelemetry_proto::tonic::{
    collector::metrics::v1::ExportMetricsServiceRequest,
    common::v1::KeyValue,
    metrics::v1::{Metric, ResourceMetrics as ProtoResourceMetrics, ScopeMetrics},
    resource::v1::Resource as ProtoResource,
};
use opentelemetry_sdk::{
    error::OTelSdkResult,
    metrics::{Temporality, data::ResourceMetrics, exporter::PushMetricExporter},
};
use prost::Message as _;

use super::{Courier, Parcel};
use crate::telemetry::{request::MAX_REQUEST, transport::Signal};

/// Sends metrics by OTLP, cumulative as the specification has it by default.
#[derive(Debug)]
pub(crate) struct OtlpMetrics {
    courier: Courier,
    project_key: Option<KeyValue>,
}

impl OtlpMetrics {
    pub(crate) fn new(courier: Courier, project_key: Option<KeyValue>) -> Self {
        Self { courier, project_key }
    }

    fn pack(&self, metrics: &ResourceMetrics) -> Vec<Parcel> {
        let request = ExportMetricsServiceRequest::from(metrics);
        let mut parcels = Vec::new();
        for mut of_resource in request.resource_metrics {
            let scopes = std::mem::take(&mut of_resource.scope_metrics);
            let mut resource = of_resource.resource.unwrap_or_default();
            resource.attributes.extend(self.project_key.clone());
            let mut open = Open::new(&resource, of_resource.schema_url);
            for scope in scopes {
                open.add_scope(scope, &mut parcels);
            }
            open.close(&mut parcels);
        }
        parcels
    }
}

impl PushMetricExporter for OtlpMetrics {
    async fn export(&self, metrics: &ResourceMetrics) -> OTelSdkResult {
        self.courier.deliver(Signal::Metrics, self.pack(metrics)).await
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _timeout: Duration) -> OTelSdkResult {
        Ok(())
    }

    fn temporality(&self) -> Temporality {
        Temporality::Cumulative
    }
}

/// A request that still has room.
struct Open<'r> {
    resource: &'r ProtoResource,
    schema_url: String,
    scopes: Vec<ScopeMetrics>,
    size: usize,
    items: u64,
}

impl<'r> Open<'r> {
    fn new(resource: &'r ProtoResource, schema_url: String) -> Self {
        Self { resource, schema_url, scopes: Vec::new(), size: 0, items: 0 }
    }

    /// Adds a scope's metrics, metric by metric, and closes the request whenever it is full.
    fn add_scope(&mut self, mut scope: ScopeMetrics, parcels: &mut Vec<Parcel>) {
        let metrics = std::mem::take(&mut scope.metrics);
        let overhead = scope.encoded_len();
        let mut part = scope.clone();
        for metric in metrics {
            let size = metric_size(&metric);
            if self.size + overhead + size > MAX_REQUEST && self.items > 0 {
                self.scopes.push(std::mem::replace(&mut part, scope.clone()));
                self.close(parcels);
            }
            self.size += size;
            self.items += 1;
            part.metrics.push(metric);
        }
        self.size += overhead;
        self.scopes.push(part);
    }

    fn close(&mut self, parcels: &mut Vec<Parcel>) {
        let mut scope_metrics = std::mem::take(&mut self.scopes);
        scope_metrics.retain(|scope| !scope.metrics.is_empty());
        let items = std::mem::take(&mut self.items);
        self.size = 0;
        if items == 0 {
            return;
        }
        let message = ExportMetricsServiceRequest {
            resource_metrics: vec![ProtoResourceMetrics {
                resource: Some(self.resource.clone()),
                scope_metrics,
                schema_url: self.schema_url.clone(),
            }],
        };
        parcels.push(Parcel { body: message.encode_to_vec().into(), items });
    }
}

/// With its tag and length.
fn metric_size(metric: &Metric) -> usize {
    metric.encoded_len() + 8
}
