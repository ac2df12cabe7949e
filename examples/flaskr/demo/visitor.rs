//! A browser, as far as the blog needs one.

use std::time::Duration;

use actix_web::{
    http::{
        Method, StatusCode,
        header::{COOKIE, SET_COOKIE},
    },
    rt,
};
use awc::Client;

use super::Result;

/// How long somebody looks at a page, in milliseconds.
const PAUSE: std::ops::Range<u64> = 10..80;

/// Keeps its cookie, and expects certain answers.
pub(super) struct Visitor {
    client: Client,
    url: String,
    cookie: Option<String>,
    /// How many requests it has sent.
    pub(super) requests: usize,
}

impl Visitor {
    pub(super) fn new(url: &str) -> Self {
        let client = Client::builder().disable_redirects().finish();
        Self { client, url: url.to_owned(), cookie: None, requests: 0 }
    }

    /// Asks for a page.
    pub(super) async fn open(&mut self, path: &str, expected: StatusCode) -> Result<String> {
        let (status, page) = self.send(Method::GET, path, &[]).await?;
        checked(&Method::GET, path, status, expected).map(|()| page)
    }

    /// Sends a form.
    pub(super) async fn submit(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
        expected: StatusCode,
    ) -> Result<()> {
        let (status, _) = self.send(Method::POST, path, fields).await?;
        checked(&Method::POST, path, status, expected)
    }

    /// Sends a request, and reads the answer to its end.
    pub(super) async fn send(
        &mut self,
        method: Method,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Result<(StatusCode, String)> {
        rt::time::sleep(Duration::from_millis(fastrand::u64(PAUSE))).await;
        let mut request = self.client.request(method.clone(), format!("{}{path}", self.url));
        if let Some(cookie) = &self.cookie {
            request = request.insert_header((COOKIE, cookie.as_str()));
        }
        let sent = if method == Method::POST { request.send_form(&fields) } else { request.send() };
        let mut answer = sent.await?;
        self.requests += 1;
        if let Some(cookie) = answer.headers().get(SET_COOKIE) {
            let (pair, _) = cookie.to_str()?.split_once(';').unwrap_or_default();
            self.cookie = Some(pair.to_owned()).filter(|pair| !pair.ends_with('='));
        }
        let page = String::from_utf8(answer.body().await?.to_vec())?;
        Ok((answer.status(), page))
    }
}

fn checked(method: &Method, path: &str, status: StatusCode, expected: StatusCode) -> Result<()> {
    if status == expected {
        return Ok(());
    }
    Err(format!("{method} {path}: expected {expected}, got {status}").into())
}
