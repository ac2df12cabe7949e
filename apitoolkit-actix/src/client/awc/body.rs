//! Noting a request body as the client sends it.

use std::{
    cell::{Cell, OnceCell, RefCell},
    future::{Ready, ready},
    io, mem,
    pin::Pin,
    rc::Rc,
    sync::PoisonError,
    task::{self, Poll, Waker, ready},
};

use actix_service::Service;
use actix_web::body::{BodySize, MessageBody};
use awc::{
    Client, ConnectRequest, ConnectResponse, FrozenClientRequest, error::SendRequestError,
    middleware::Transform,
};
use bytes::Bytes;

use crate::client::call::Tee;

/// The request with its body noted in `tee`: at once if it is there as a whole, else as it is sent.
pub(super) fn observe(request: &mut ConnectRequest, tee: Tee) {
    let ConnectRequest::Client(_, body, _) = request else { return };
    if matches!(body.size(), BodySize::Sized(_))
        && let Some(ConnectRequest::Client(_, bytes, _)) = mint(Bytes::new())
        && mem::discriminant(body) == mem::discriminant(&bytes)
    {
        // What `awc` can send again after a redirect stays so.
        if let Some(content) = content(body) {
            note(&tee, &content);
            if let Some(ConnectRequest::Client(_, again, _)) = mint(content) {
                *body = again;
            }
        }
        return;
    }
    let slot = Rc::new(Cell::new(None));
    let observed = ObservedBody { body: None, slot: Rc::clone(&slot), size: body.size(), tee };
    if let Some(ConnectRequest::Client(_, observed, _)) = mint(observed) {
        slot.set(Some(mem::replace(body, observed)));
    }
}

/// Takes the content out of a body that is there as a whole.
fn content(body: &mut (impl MessageBody + Unpin)) -> Option<Bytes> {
    match Pin::new(body).poll_next(&mut task::Context::from_waker(Waker::noop())) {
        Poll::Ready(Some(Ok(content))) => Some(content),
        _ => None,
    }
}

fn note(tee: &Tee, content: &Bytes) {
    let mut seen = tee.lock().unwrap_or_else(PoisonError::into_inner);
    seen.push_shared(content);
    seen.end();
}

/// A request body that notes what is read of it. Size, chunks and errors are those of the body that
/// it finds in its slot.
struct ObservedBody<B> {
    body: Option<B>,
    slot: Rc<Cell<Option<B>>>,
    size: BodySize,
    tee: Tee,
}

impl<B: MessageBody + Unpin> MessageBody for ObservedBody<B> {
    type Error = B::Error;

    fn size(&self) -> BodySize {
        self.size
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        cx: &mut task::Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        if let Some(body) = self.slot.take() {
            self.body = Some(body);
        }
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        let item = ready!(Pin::new(body).poll_next(cx));
        let mut seen = self.tee.lock().unwrap_or_else(PoisonError::into_inner);
        match &item {
            Some(Ok(chunk)) => seen.push_shared(chunk),
            Some(Err(_)) => seen.fail(),
            None => seen.end(),
        }
        drop(seen);
        Poll::Ready(item)
    }
}

thread_local! {
    static MINT: OnceCell<Option<FrozenClientRequest>> = const { OnceCell::new() };
    static KEPT: RefCell<Option<ConnectRequest>> = const { RefCell::new(None) };
}

/// Makes what [`mint`] needs on this thread, so that no request has to wait for it.
pub(super) fn warm_up() {
    MINT.with(|request| {
        request.get_or_init(minting_request);
    });
}

/// Makes of a body one of the type that `awc` sends.
///
/// That type is part of `awc`'s interface for middleware and has no public name (awc 3.11), so that
/// only `awc` can make one. Here a client does, whose innermost middleware keeps requests instead of
/// sending them.
fn mint(body: impl MessageBody + 'static) -> Option<ConnectRequest> {
    MINT.with(|request| {
        let request = request.get_or_init(minting_request).as_ref()?;
        // What it would answer is of no interest: it has been kept by now.
        drop(request.send_body(body));
        KEPT.take()
    })
}

fn minting_request() -> Option<FrozenClientRequest> {
    let client = Client::builder()
        .disable_redirects()
        .disable_timeout()
        .no_default_headers()
        .wrap(Keep)
        .finish();
    client.get("http://localhost/").no_decompress().freeze().ok()
}

/// Middleware, and its service, that keeps a request instead of sending it.
struct Keep;

impl<S> Transform<S, ConnectRequest> for Keep {
    type Transform = Self;

    fn new_transform(self, _: S) -> Self {
        self
    }
}

impl Service<ConnectRequest> for Keep {
    type Response = ConnectResponse;
    type Error = SendRequestError;
    type Future = Ready<Result<ConnectResponse, SendRequestError>>;

    actix_service::always_ready!();

    fn call(&self, request: ConnectRequest) -> Self::Future {
        KEPT.set(Some(request));
        ready(Err(SendRequestError::Send(io::ErrorKind::Other.into())))
    }
}
