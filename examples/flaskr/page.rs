//! What every page has: who looks at it, and the messages that wait for them.

use std::future::{Ready, ready};

use actix_session::{Session, SessionExt as _};
use actix_web::{
    FromRequest, HttpRequest, HttpResponse,
    dev::Payload,
    http::{StatusCode, header::LOCATION},
};
use maud::Markup;

use crate::{auth::member_of, pages, problem::Problem, users::Member};

/// What the session holds of messages for the next page.
const FLASHES: &str = "flashes";

/// A page for whoever sent the request.
pub(crate) struct Page {
    member: Option<Member>,
    session: Session,
}

impl Page {
    /// Who looks at it, if they have logged in.
    pub(crate) fn member(&self) -> Option<&Member> {
        self.member.as_ref()
    }

    /// Leaves a message for the next page that is shown.
    pub(crate) fn flash(&self, message: &str) -> Result<(), Problem> {
        let mut messages = self.flashes();
        messages.push(message.to_owned());
        Ok(self.session.insert(FLASHES, messages)?)
    }

    /// The page, with every message that waits.
    pub(crate) fn show(&self, status: StatusCode, title: &str, content: &Markup) -> HttpResponse {
        let page = pages::document(title, self.member(), &self.flashes(), content);
        HttpResponse::build(status)
            .content_type("text/html; charset=utf-8")
            .body(page.into_string())
    }

    /// Takes the messages that wait.
    fn flashes(&self) -> Vec<String> {
        // To remove what is not there would be a change too, and send the cookie again.
        if !self.session.contains_key(FLASHES) {
            return Vec::new();
        }
        self.session.remove_as(FLASHES).and_then(Result::ok).unwrap_or_default()
    }
}

impl FromRequest for Page {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self { member: member_of(request), session: request.get_session() }))
    }
}

/// Sends a browser on, after what it was asked to do was done.
pub(crate) fn redirect(path: &'static str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, path)).finish()
}
