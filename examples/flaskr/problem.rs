//! What goes wrong in handlers, and what the visitor sees of it.

use actix_web::{HttpResponse, ResponseError, error::BlockingError, http::StatusCode};
use argon2::password_hash;

use crate::pages;

/// Returned from a handler it is the answer, and the exchange tells of it with its sources.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Problem {
    #[error("there is no such page")]
    NotFound,
    #[error("log in first")]
    NotLoggedIn,
    #[error("this post is somebody else's")]
    Forbidden,
    #[error("the form was not filled in as it should be")]
    Malformed,
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
    #[error("the password could not be hashed")]
    Password(#[from] password_hash::Error),
    #[error("no thread was free")]
    Busy(#[from] BlockingError),
    #[error("the session could not be kept")]
    Session(#[from] actix_session::SessionInsertError),
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::NotLoggedIn => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::Busy(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Database(_) | Self::Password(_) | Self::Session(_) => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
        }
    }

    /// The sources are for us, not for the visitor.
    fn error_response(&self) -> HttpResponse {
        let status = self.status_code();
        let page = pages::problem(status, &self.to_string());
        HttpResponse::build(status)
            .content_type("text/html; charset=utf-8")
            .body(page.into_string())
    }
}
