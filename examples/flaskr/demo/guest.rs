//! Somebody who only reads, and tries what does not work.

use actix_web::http::StatusCode;

use super::{Result, Visitor};

pub(super) struct Guest {
    visitor: Visitor,
}

impl Guest {
    pub(super) fn new(visitor: Visitor) -> Self {
        Self { visitor }
    }

    /// Comes so many times; how many requests were sent in all.
    pub(super) async fn visit(&mut self, rounds: u32) -> Result<usize> {
        let visitor = &mut self.visitor;
        for _ in 0..rounds {
            visitor.open("/", StatusCode::OK).await?;
            visitor.open("/auth/login", StatusCode::OK).await?;
            let guess = [("username", "sonja"), ("password", "a-guess")];
            visitor.submit("/auth/login", &guess, StatusCode::UNPROCESSABLE_ENTITY).await?;
            visitor.open("/create", StatusCode::SEE_OTHER).await?;
            visitor.open("/1/update", StatusCode::SEE_OTHER).await?;
            // No route matches either: the first has a name by the rule for clean URLs.
            visitor.open("/1/update/", StatusCode::NOT_FOUND).await?;
            visitor.open("/archive", StatusCode::NOT_FOUND).await?;
        }
        Ok(visitor.requests)
    }
}
