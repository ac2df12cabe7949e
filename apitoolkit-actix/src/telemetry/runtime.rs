use std::{io, sync::mpsc, thread};

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
        let (stop, stopped) = oneshot::channel();
        let (ready, is_ready) = mpsc::channel();
        thread::Builder::new()
            .name("apitoolkit-export".into())
            .spawn(move || run(stopped, &ready))
            .map_err(ConfigError::Thread)?;
        // Nothing is spawned before the thread has stopped tracing itself.
        let handle = match is_ready.recv() {
            Ok(built) => built.map_err(ConfigError::Thread)?,
            Err(_) => return Err(ConfigError::Thread(io::ErrorKind::Other.into())),
        };
        Ok(Self { handle, stop: Some(stop) })
    }

    pub(crate) fn handle(&self) -> &runtime::Handle {
        &self.handle
    }
}

/// The runtime is made and dropped on its own thread: dropping one inside another, as that of an
/// Actix app, panics.
fn run(stopped: oneshot::Receiver<()>, ready: &mpsc::Sender<io::Result<runtime::Handle>>) {
    notice::mute_this_thread();
    let _untraced = Context::new().with_telemetry_suppressed().attach();
    let built = runtime::Builder::new_current_thread()
        .enable_all()
        // Where host names are looked up.
        .on_thread_start(notice::mute_this_thread)
        // Before anything is done that there may be something to say about.
        .on_thread_unpark(notice::stay_muted)
        .build();
    match built {
        Ok(runtime) => {
            let _ = ready.send(Ok(runtime.handle().clone()));
            // Ends when told to, and when whoever could tell is gone.
            let _ = runtime.block_on(stopped);
            runtime.shutdown_background();
        }
        Err(error) => {
            let _ = ready.send(Err(error));
        }
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
    }
}
