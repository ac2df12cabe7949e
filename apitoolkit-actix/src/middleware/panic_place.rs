//! Where a panic happened, which only a panic hook is told.

use std::{
    any::{Any, TypeId},
    backtrace::Backtrace,
    cell::RefCell,
    panic::{self, PanicHookInfo},
    sync::Once,
    thread,
};

use super::scope;
use crate::{context::capture_backtrace, exchange::text};

/// The place of a panic.
#[derive(Debug)]
pub(super) struct Place {
    /// File, line and column.
    pub(super) at: String,
    pub(super) backtrace: Option<Backtrace>,
    payload: TypeId,
    message: String,
}

thread_local! {
    /// Of this thread's newest panic in an exchange.
    static LAST: RefCell<Option<Place>> = const { RefCell::new(None) };
}

/// Longest message that is compared, in bytes.
const MAX_COMPARED: usize = 256;

/// Listens to panics from now on, once for the process: whatever hook there was is called after, as
/// it would have been, and a hook that the app sets later takes the place of both.
pub(super) fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // A panicking thread must not change the hook.
        if thread::panicking() {
            return;
        }
        let next = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            remember(info);
            next(info);
        }));
    });
}

/// Where the panic with this payload happened, if that was on this thread, and last.
pub(super) fn take(payload: &(dyn Any + Send)) -> Option<Place> {
    let place = LAST.try_with(|last| last.try_borrow_mut().ok()?.take()).ok()??;
    // A panic that comes from elsewhere (`resume_unwind`) was not heard of here.
    let is_it = place.payload == payload.type_id() && place.message == compared(payload);
    is_it.then_some(place)
}

/// The message of a panic, if it has one.
pub(super) fn message(payload: &(dyn Any + Send)) -> Option<&str> {
    payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(|s| &**s))
}

/// Runs while a thread begins to panic, where another panic would be the end of the process.
fn remember(info: &PanicHookInfo<'_>) {
    let Some(location) = info.location().filter(|_| scope::is_inside()) else { return };
    let place = Place {
        at: location.to_string(),
        backtrace: capture_backtrace(),
        payload: info.payload().type_id(),
        message: compared(info.payload()).to_owned(),
    };
    // Without a place to keep it, the panic is told of without its place.
    let _ = LAST.try_with(|last| last.try_borrow_mut().map(|mut last| *last = Some(place)));
}

fn compared(payload: &(dyn Any + Send)) -> &str {
    text::head(message(payload).unwrap_or_default(), MAX_COMPARED)
}
