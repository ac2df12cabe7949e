//! What an [`Observer`](super::Observer) tells the middleware of a call that it makes.
//!
//! A request of `awc` has no place for it, so it is told by the thread: a client calls its
//! middleware while the request is sent, and for each redirect while the answer is waited for.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use actix_web::http::Uri;
use opentelemetry::Context;

use crate::client::options::Options;

/// One call of an observer, over all its redirects.
#[derive(Debug)]
pub(super) struct Active {
    pub(super) options: Options,
    /// What the call is made in.
    pub(super) parent: Context,
    timed_out: Cell<bool>,
    /// How often the middleware was called.
    sends: Cell<u32>,
    /// Where the request went last.
    last: RefCell<Uri>,
    /// Whether the last answer sends the client on.
    redirected: Cell<bool>,
}

/// A call of the middleware while an observer makes one.
pub(super) enum Made {
    /// The observer's, sent so many times before: because of redirects, or by middleware that tries
    /// again.
    Itself(Rc<Active>, u32),
    /// Another one: middleware may need a token first, or a body's stream make a call.
    Meanwhile(Rc<Active>),
}

thread_local! {
    static ACTIVE: RefCell<Option<Rc<Active>>> = const { RefCell::new(None) };
}

impl Active {
    pub(super) fn new(options: Options, parent: Context) -> Rc<Self> {
        Rc::new(Self {
            options,
            parent,
            timed_out: Cell::new(false),
            sends: Cell::new(0),
            last: RefCell::default(),
            redirected: Cell::new(false),
        })
    }

    /// Runs what makes the client call its middleware for this call.
    pub(super) fn during<T>(self: &Rc<Self>, work: impl FnOnce() -> T) -> T {
        struct Restore(Option<Rc<Active>>);
        impl Drop for Restore {
            fn drop(&mut self) {
                ACTIVE.set(self.0.take());
            }
        }
        let _restore = Restore(ACTIVE.replace(Some(Rc::clone(self))));
        work()
    }

    /// What the middleware is being called for, while an observer makes a call.
    pub(super) fn made(uri: &Uri) -> Option<Made> {
        let active = ACTIVE.with_borrow(Clone::clone)?;
        let sends = active.sends.get();
        let is_next = sends == 0 || active.redirected.take() || *active.last.borrow() == *uri;
        if !is_next {
            return Some(Made::Meanwhile(active));
        }
        active.sends.set(sends.saturating_add(1));
        active.last.replace(uri.clone());
        Some(Made::Itself(active, sends))
    }

    /// The callee sends the client on.
    pub(super) fn redirected(&self) {
        self.redirected.set(true);
    }

    /// Whether the call ever got to the middleware.
    pub(super) fn was_seen(&self) -> bool {
        self.sends.get() > 0
    }

    /// The client gave the call up because it took too long.
    pub(super) fn time_out(&self) {
        self.timed_out.set(true);
    }

    pub(super) fn has_timed_out(&self) -> bool {
        self.timed_out.get()
    }
}
