use opentelemetry::InstrumentationScope;
use opentelemetry_proto::{
    tonic::collector::logs::v1::ExportLogsServiceRequest,
    transform::{
        common::tonic::ResourceAttributesWithSchema, logs::tonic::group_logs_by_resource_and_scope,
    },
};
use opentelemetry_sdk::{
    error::OTelSdkResult,
    logs::{LogBatch, LogExporter, SdkLogRecord},
};
use prost::Message as _;

use super::{Courier, Parcel};
use crate::telemetry::{request::MAX_REQUEST, transport::Signal};

/// Sends log records by OTLP.
#[derive(Debug)]
pub(crate) struct OtlpLogs {
    courier: Courier,
    resource: ResourceAttributesWithSchema,
}

type Record<'r> = (&'r SdkLogRecord, &'r InstrumentationScope);

impl OtlpLogs {
    /// The resource is given here, and not by the SDK, which must not see the project's key.
    pub(crate) fn new(courier: Courier, resource: ResourceAttributesWithSchema) -> Self {
        Self { courier, resource }
    }

    /// Packs records into requests that a receiver takes, halving them until they fit; returns the
    /// sizes of records that do not fit alone.
    fn pack(&self, records: &[Record<'_>], parcels: &mut Vec<Parcel>) -> Vec<usize> {
        let batch = LogBatch::new(records);
        let resource_logs = group_logs_by_resource_and_scope(&batch, &self.resource);
        let message = ExportLogsServiceRequest { resource_logs };
        let size = message.encoded_len();
        if size <= MAX_REQUEST {
            let items = records.len() as u64;
            parcels.push(Parcel { body: message.encode_to_vec().into(), items });
            return Vec::new();
        }
        drop(message);
        match records.split_at_checked(records.len() / 2) {
            Some((first, second)) if !first.is_empty() => {
                let mut over = self.pack(first, parcels);
                over.extend(self.pack(second, parcels));
                over
            }
            _ => vec![size],
        }
    }
}

impl LogExporter for OtlpLogs {
    async fn export(&self, batch: LogBatch<'_>) -> OTelSdkResult {
        let records: Vec<_> = batch.iter().collect();
        let mut parcels = Vec::new();
        let over = self.pack(&records, &mut parcels);
        let delivered = self.courier.deliver(Signal::Logs, parcels).await;
        match over.iter().max() {
            Some(size) => {
                let words = format!("{} log records are too large, up to {size} B", over.len());
                self.courier.refuse(Signal::Logs, over.len() as u64, words)
            }
            None => delivered,
        }
    }
}
