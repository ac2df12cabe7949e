//! Who looks on while telemetry leaves: the explorer.

use std::{
    any::Any,
    fmt,
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use opentelemetry::{InstrumentationScope, logs::Severity};
use opentelemetry_sdk::{
    error::OTelSdkResult,
    logs::{LogProcessor, SdkLogRecord},
    trace::SpanData,
};

/// Sees what leaves, on the thread that ended it: it must not block, and must not panic.
pub(crate) trait Watcher: Any + Send + Sync + fmt::Debug {
    /// A span that ended and is to be exported; redacted, as it leaves.
    fn span(&self, span: &SpanData);

    /// An exchange that is to be exported: its span, encoded.
    fn exchange(&self, span: &[u8]);

    /// A log record that is to be exported, redacted.
    fn log(&self, record: &SdkLogRecord, scope: &InstrumentationScope);

    /// Telemetry shuts down: what was seen is dealt with by `until`, as far as it can be. May block.
    fn settle(&self, until: Instant);
}

/// Where one may look on. Without anybody who does, it costs one load.
#[derive(Debug, Clone, Default)]
pub(crate) struct Watch(Arc<OnceLock<Arc<dyn Watcher>>>);

impl Watch {
    /// Who looks on: whoever came first, for as long as the telemetry lives.
    #[cfg_attr(
        not(any(test, feature = "explorer")),
        expect(dead_code, reason = "used by the explorer")
    )]
    pub(crate) fn get_or_set(
        &self,
        watcher: impl FnOnce() -> Arc<dyn Watcher>,
    ) -> Arc<dyn Watcher> {
        Arc::clone(self.0.get_or_init(watcher))
    }

    /// Shows an ended span.
    pub(super) fn span(&self, span: &SpanData) {
        if let Some(watcher) = self.0.get() {
            watcher.span(span);
        }
    }

    /// Shows an exchange.
    pub(super) fn exchange<'s>(&self, span: impl FnOnce() -> &'s [u8]) {
        if let Some(watcher) = self.0.get() {
            watcher.exchange(span());
        }
    }

    /// Gives whoever looks on the time to deal with what was seen.
    pub(super) fn settle(&self, until: Instant) {
        if let Some(watcher) = self.0.get() {
            watcher.settle(until);
        }
    }
}

/// Shows log records to whoever looks on.
#[derive(Debug)]
pub(super) struct WatchedLogs(pub(super) Watch);

impl LogProcessor for WatchedLogs {
    fn emit(&self, record: &mut SdkLogRecord, scope: &InstrumentationScope) {
        if let Some(watcher) = self.0.0.get() {
            watcher.log(record, scope);
        }
    }

    /// Nothing is recorded for somebody who is not there.
    fn event_enabled(&self, _: Severity, _: &str, _: Option<&str>) -> bool {
        self.0.0.get().is_some()
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use opentelemetry::logs::{LogRecord as _, Logger as _, LoggerProvider as _};
    use opentelemetry_sdk::logs::SdkLoggerProvider;

    use super::*;

    #[derive(Debug, Default)]
    struct Seen(Mutex<Vec<String>>);

    impl Watcher for Seen {
        fn span(&self, span: &SpanData) {
            self.0.lock().unwrap().push(span.name.to_string());
        }

        fn exchange(&self, _: &[u8]) {}

        fn log(&self, record: &SdkLogRecord, scope: &InstrumentationScope) {
            let line = format!("{}: {:?}", scope.name(), record.body());
            self.0.lock().unwrap().push(line);
        }

        fn settle(&self, _until: Instant) {}
    }

    #[test]
    fn the_first_to_come_looks_on() {
        let watch = Watch::default();
        let first: Arc<Seen> = Arc::default();
        let set = |seen: &Arc<Seen>| {
            let seen: Arc<dyn Watcher> = Arc::clone(seen) as _;
            watch.get_or_set(|| seen)
        };
        let watcher: Arc<dyn Any + Send + Sync> = set(&first);
        assert!(Arc::ptr_eq(&watcher.downcast::<Seen>().unwrap(), &first));
        let watcher: Arc<dyn Any + Send + Sync> = set(&Arc::default());
        assert!(Arc::ptr_eq(&watcher.downcast::<Seen>().unwrap(), &first));
    }

    #[test]
    fn log_records_are_made_only_for_somebody() {
        let watch = Watch::default();
        let provider =
            SdkLoggerProvider::builder().with_log_processor(WatchedLogs(watch.clone())).build();
        let logger = provider.logger("app");
        assert!(!logger.event_enabled(Severity::Info, "app", None));
        let seen: Arc<Seen> = Arc::default();
        let watcher: Arc<dyn Watcher> = Arc::clone(&seen) as _;
        watch.get_or_set(|| watcher);
        assert!(logger.event_enabled(Severity::Info, "app", None));
        let mut record = logger.create_log_record();
        record.set_body("hello".into());
        logger.emit(record);
        assert_eq!(*seen.0.lock().unwrap(), [r#"app: Some(String(Static("hello")))"#]);
    }
}
