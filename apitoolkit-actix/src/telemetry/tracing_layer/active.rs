//! The contexts of entered `tracing` spans, each the current one of its thread until it is left.

use std::{cell::RefCell, mem};

use opentelemetry::{Context, ContextGuard};
use tracing::span::Id;

thread_local! {
    static ENTERED: RefCell<Entered> = const { RefCell::new(Entered(Vec::new())) };
}

/// Which layer's, which span's, and what takes the context off.
struct Entered(Vec<(usize, u64, ContextGuard)>);

/// Makes `context` the current one, until the span is left.
pub(super) fn enter(layer: usize, id: &Id, context: Context) {
    let guard = context.attach();
    ENTERED.with(|entered| entered.borrow_mut().0.push((layer, id.into_u64(), guard)));
}

/// Takes off what [`enter`] attached last for this span, if it did.
pub(super) fn leave(layer: usize, id: &Id) {
    let id = id.into_u64();
    // A thread that ends has nothing attached any more.
    let guard = ENTERED.try_with(|entered| {
        let Entered(entered) = &mut *entered.borrow_mut();
        let place = entered.iter().rposition(|(of, span, _)| (*of, *span) == (layer, id))?;
        Some(entered.remove(place))
    });
    // Not before the list is free again: this may end a span, and whoever hears of it may leave
    // another.
    drop(guard);
}

impl Drop for Entered {
    /// A thread that ends inside of a span: what its contexts lie on may be gone already.
    fn drop(&mut self) {
        mem::forget(mem::take(&mut self.0));
    }
}
