//! In a trace that is not sampled, an annotated function allocates nothing.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    pin::pin,
    task::{Context as Task, Waker},
};

use apitoolkit_actix::traced_service;
use opentelemetry::{
    Context,
    trace::{SpanContext, SpanId, TraceContextExt as _, TraceFlags, TraceId, TraceState},
};

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[traced_service(attributes(number = number, text = text.to_owned()))]
fn plain(number: u8, text: &str) -> Result<u8, std::fmt::Error> {
    let _ = text;
    if number == 0 { Err(std::fmt::Error) } else { Ok(number) }
}

#[traced_service(service = "Blog")]
async fn waiting(number: u8) -> Result<u8, std::fmt::Error> {
    std::future::ready(()).await;
    plain(number, "text")
}

fn allocations(work: impl FnOnce()) -> usize {
    let before = ALLOCATIONS.get();
    work();
    ALLOCATIONS.get() - before
}

fn run(number: u8) {
    let mut future = pin!(waiting(number));
    assert!(future.as_mut().poll(&mut Task::from_waker(Waker::noop())).is_ready());
}

fn main() {
    assert_ne!(allocations(|| drop(vec![1])), 0, "they are counted");
    let parent = SpanContext::new(
        TraceId::from(1),
        SpanId::from(1),
        TraceFlags::NOT_SAMPLED,
        true,
        TraceState::NONE,
    );
    let _attached = Context::new().with_remote_span_context(parent).attach();
    assert_eq!(allocations(|| run(0)), 0);
    assert_eq!(allocations(|| run(1)), 0);
}
