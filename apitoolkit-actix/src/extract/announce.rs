//! What a macro writes into a handler's signature.
//!
//! The types of the arguments are all that it knows, so the rules are put together from types: a
//! list of pairs that ends with `()`, each part of which is an [`Announcement`].

use std::{
    any::TypeId,
    collections::HashMap,
    fmt,
    future::Future,
    marker::PhantomData,
    pin::Pin,
    sync::{Arc, PoisonError, RwLock},
    task::{self, Poll, ready},
};

use actix_web::{
    FromRequest, HttpRequest,
    dev::{HttpServiceFactory, Payload},
};
use pin_project_lite::pin_project;

use super::{ExtractorRules, HandlerRules, RedactExtractor, rules::announce};
use crate::redact::types::Redact;

/// Answers questions about a type by constants: the inherent one if its bound holds, else that of
/// [`Otherwise`].
#[derive(Debug)]
pub struct Is<T: ?Sized>(PhantomData<T>);

impl<T: RedactExtractor + ?Sized> Is<T> {
    /// It is a [`RedactExtractor`].
    pub const EXTRACTOR: bool = true;
}

impl<T: Redact + ?Sized> Is<T> {
    /// It is [`Redact`].
    pub const REDACT: bool = true;
}

impl<T: HttpServiceFactory> Is<T> {
    /// It is what a route macro makes of a function.
    pub const ROUTE: bool = true;
}

/// The answers for all other types.
pub trait Otherwise {
    /// It is no [`RedactExtractor`].
    const EXTRACTOR: bool = false;
    /// It is not [`Redact`].
    const REDACT: bool = false;
    /// It is nothing that a route macro made.
    const ROUTE: bool = false;
}

impl<T: ?Sized> Otherwise for Is<T> {}

/// Part of what a handler announces.
pub trait Announcement: 'static {
    /// Adds it.
    fn add(rules: &mut ExtractorRules);
}

impl Announcement for () {
    fn add(_: &mut ExtractorRules) {}
}

impl<A: Announcement, B: Announcement> Announcement for (A, B) {
    fn add(rules: &mut ExtractorRules) {
        A::add(rules);
        B::add(rules);
    }
}

/// An argument, and whether it is a [`RedactExtractor`].
#[derive(Debug)]
pub struct Argument<T, const EXTRACTOR: bool>(PhantomData<T>);

impl<T: RedactExtractor + 'static> Announcement for Argument<T, true> {
    fn add(rules: &mut ExtractorRules) {
        rules.extractor::<T>();
    }
}

impl<T: 'static> Announcement for Argument<T, false> {
    fn add(_: &mut ExtractorRules) {}
}

/// `request = T`, and whether `T` is [`Redact`]. If it is not, an error says so elsewhere, once.
#[derive(Debug)]
pub struct RequestBody<T: ?Sized, const REDACT: bool>(PhantomData<T>);

impl<T: ?Sized + 'static> Announcement for RequestBody<T, false> {
    fn add(_: &mut ExtractorRules) {}
}

impl<T: Redact + ?Sized + 'static> Announcement for RequestBody<T, true> {
    fn add(rules: &mut ExtractorRules) {
        rules.request_body::<T>();
    }
}

/// `response = T`; see [`RequestBody`].
#[derive(Debug)]
pub struct ResponseBody<T: ?Sized, const REDACT: bool>(PhantomData<T>);

impl<T: ?Sized + 'static> Announcement for ResponseBody<T, false> {
    fn add(_: &mut ExtractorRules) {}
}

impl<T: Redact + ?Sized + 'static> Announcement for ResponseBody<T, true> {
    fn add(rules: &mut ExtractorRules) {
        rules.response_body::<T>();
    }
}

/// `capture_request_body = ON`.
#[derive(Debug)]
pub struct CaptureRequest<const ON: bool>;

impl<const ON: bool> Announcement for CaptureRequest<ON> {
    fn add(rules: &mut ExtractorRules) {
        rules.capture_request_body(ON);
    }
}

/// `capture_response_body = ON`.
#[derive(Debug)]
pub struct CaptureResponse<const ON: bool>;

impl<const ON: bool> Announcement for CaptureResponse<ON> {
    fn add(rules: &mut ExtractorRules) {
        rules.capture_response_body(ON);
    }
}

/// A parameter of type `T` that announces `A` if `ON`; else just a `T`.
#[derive(Debug)]
pub struct When<T, A, const ON: bool>(PhantomData<(T, A)>);

/// See [`When`].
pub trait Slot {
    /// The parameter's type.
    type Argument;
    /// What the function's body works with.
    type Value;
    /// Takes the value out of the argument.
    fn take(argument: Self::Argument) -> Self::Value;
}

impl<T: 'static, A: Announcement> Announcement for When<T, A, true> {
    fn add(rules: &mut ExtractorRules) {
        A::add(rules);
    }
}

impl<T: 'static, A: 'static> Announcement for When<T, A, false> {
    fn add(_: &mut ExtractorRules) {}
}

impl<T, A> Slot for When<T, A, false> {
    type Argument = T;
    type Value = T;
    fn take(argument: T) -> T {
        argument
    }
}

impl<T, A> Slot for When<T, A, true> {
    type Argument = Announced<T, A>;
    type Value = T;
    fn take(argument: Announced<T, A>) -> T {
        argument.into_inner()
    }
}

/// Extracts a `T`, and before that announces `A`.
pub struct Announced<T, A> {
    value: T,
    announcement: PhantomData<A>,
}

impl<T, A> Announced<T, A> {
    /// What was extracted.
    pub fn into_inner(self) -> T {
        self.value
    }
}

impl<T, A> fmt::Debug for Announced<T, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Announced").finish_non_exhaustive()
    }
}

impl<T: FromRequest, A: Announcement> FromRequest for Announced<T, A> {
    type Error = T::Error;
    type Future = AnnouncedFuture<T, A>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        // Actix begins all of a handler's extractions before it polls the first of them.
        announce(request, compiled::<A>);
        AnnouncedFuture { future: T::from_request(request, payload), announcement: PhantomData }
    }
}

pin_project! {
    /// The future of [`Announced`].
    pub struct AnnouncedFuture<T: FromRequest, A> {
        #[pin]
        future: T::Future,
        announcement: PhantomData<A>,
    }
}

impl<T: FromRequest, A> Future for AnnouncedFuture<T, A> {
    type Output = Result<Announced<T, A>, T::Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Self::Output> {
        let extracted = ready!(self.project().future.poll(cx));
        Poll::Ready(extracted.map(|value| Announced { value, announcement: PhantomData }))
    }
}

impl<T: FromRequest, A> fmt::Debug for AnnouncedFuture<T, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnnouncedFuture").finish_non_exhaustive()
    }
}

/// The rules of `A`, put together once in the life of the process.
pub(super) fn compiled<A: Announcement>() -> Arc<HandlerRules> {
    static COMPILED: RwLock<Option<HashMap<TypeId, Arc<HandlerRules>>>> = RwLock::new(None);
    let id = TypeId::of::<A>();
    let known = COMPILED.read().unwrap_or_else(PoisonError::into_inner);
    if let Some(rules) = known.as_ref().and_then(|known| known.get(&id)) {
        return Arc::clone(rules);
    }
    drop(known);
    // Not under the lock: a user's implementation may do anything.
    let rules = Arc::new(collected::<A>(ExtractorRules::default()));
    let mut known = COMPILED.write().unwrap_or_else(PoisonError::into_inner);
    Arc::clone(known.get_or_insert_default().entry(id).or_insert(rules))
}

/// What `A` adds to rules.
pub(super) fn collected<A: Announcement>(mut rules: ExtractorRules) -> HandlerRules {
    A::add(&mut rules);
    rules.finish()
}
