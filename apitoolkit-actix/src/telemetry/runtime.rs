use std::{sync::mpsc, thread};

use opentelemetry::Context;
use tokio::{runtime, sync::oneshot};

use super::notice;
use crate::error::ConfigError;

/// A thread with a Tokio runtime of its own, on which nothing is traced.
#[derive(Debug)]
pub(crate) struct Runtime {
    handle: runtime::Handle,
    stop: Option<oneshot::Sender<()>>,
}

impl Runtime {
    pub(crate) fn start() -> Result<Self, ConfigError> {
        let runtime = runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(ConfigError::Thread)?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel();
        let (ready, is_ready) = mpsc::channel();
        thread::Builder::new()
            .name("apitoolkit-export".into())
            .spawn(move || {
                let _quiet = notice::mute_this_thread();
                let _untraced = Context::new().with_telemetry_suppressed().attach();
                let _ = ready.send(());
                // Ends when told to, and when whoever could tell is gone.
                let _ = runtime.block_on(stopped);
                runtime.shutdown_background();
            })
            .map_err(ConfigError::Thread)?;
        // Nothing is spawned before the thread has stopped tracing itself.
        let _ = is_ready.recv();
        Ok(Self { handle, stop: Some(stop) })
    }

    pub(crate) fn handle(&self) -> &runtime::Handle {
        &self.handle
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
    }
}
