use std::fmt;

use actix_web::{
    Error, HttpResponse, ResponseError,
    body::BoxBody,
    http::{StatusCode, header::HeaderValue},
};

use super::observe::REQUEST_ID;

/// An error whose answer has the request's id. It is made only where the app asks for it, and of
/// errors that middleware lets through: whoever looks for the type inside finds this one instead.
struct WithHeader {
    error: Error,
    id: HeaderValue,
}

pub(super) fn answer(error: Error, id: HeaderValue) -> Error {
    WithHeader { error, id }.into()
}

impl ResponseError for WithHeader {
    fn status_code(&self) -> StatusCode {
        self.error.as_response_error().status_code()
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        let mut response = self.error.error_response();
        response.headers_mut().insert(REQUEST_ID.clone(), self.id.clone());
        response
    }
}

impl fmt::Debug for WithHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl fmt::Display for WithHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}
