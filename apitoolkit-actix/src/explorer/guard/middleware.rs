use std::{net::IpAddr, sync::Arc};

use actix_web::{
    HttpRequest, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method, StatusCode,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
    middleware::Next,
};

use super::{Refusal, Token, host, site::Sent};
use crate::explorer::pages;

/// Who may look.
#[derive(Debug)]
pub(in crate::explorer) struct Access {
    /// Where the explorer is mounted.
    pub(in crate::explorer) base: String,
    /// Absent if none could be made: then nobody may.
    pub(in crate::explorer) token: Option<Token>,
    pub(in crate::explorer) hosts: Vec<String>,
    /// Whether others than this machine may.
    pub(in crate::explorer) remote: bool,
    /// Of the app's socket: browsers keep cookies by host and not by port.
    pub(in crate::explorer) port: u16,
}

/// Headers by which proxies say for whom they ask.
const PROXIES: [&str; 3] = ["forwarded", "x-forwarded-for", "x-real-ip"];
/// A month.
const COOKIE_SECONDS: u32 = 30 * 24 * 60 * 60;

impl Access {
    fn check(&self, request: &HttpRequest) -> Result<(), Refusal> {
        if !self.remote {
            is_local(request)?;
        }
        let host = host_of(request);
        if !host::is_allowed(host, &self.hosts, self.remote) {
            return Err(Refusal::Host(host.chars().take(255).collect()));
        }
        let headers = request.headers();
        let value = |name: &str| headers.get(name).map(HeaderValue::as_bytes);
        let changes = !matches!(*request.method(), Method::GET | Method::HEAD);
        let bearer = self.token.as_ref().ok_or(Refusal::NoToken)?.is_bearer(headers);
        let (origin, site) = (value("origin"), value("sec-fetch-site"));
        Sent { host, origin, site, changes, bearer }.check()
    }

    fn is_known(&self, request: &HttpRequest) -> bool {
        let Some(token) = &self.token else { return false };
        token.is_bearer(request.headers()) || token.is_cookie(&self.cookie(), request.headers())
    }

    /// The address that was asked without the token in it, if the right token was in it.
    fn without_token(&self, request: &HttpRequest) -> Option<String> {
        let rest = |pair: &&str| !pair.starts_with("token=");
        let query = request.query_string();
        let token = query.split('&').find_map(|pair| pair.strip_prefix("token="))?;
        if !self.token.as_ref()?.is(token.as_bytes()) {
            return None;
        }
        let query: Vec<_> = query.split('&').filter(rest).collect();
        let mark = if query.is_empty() { "" } else { "?" };
        // Not what was asked, which may begin with two slashes and so name another host.
        let path = request.path().strip_prefix(&self.base).unwrap_or_default();
        Some([&self.base, path, mark, &query.join("&")].concat())
    }

    fn cookie(&self) -> String {
        format!("apitoolkit_explorer_{}", self.port)
    }

    /// Keeps the browser logged in, also when the app restarts.
    fn logged_in(&self, location: &str) -> HttpResponse {
        let token = self.token.as_ref().map_or("", Token::reveal);
        let cookie = format!(
            "{}={token}; Path={}; Max-Age={COOKIE_SECONDS}; HttpOnly; SameSite=Strict",
            self.cookie(),
            self.base
        );
        HttpResponse::SeeOther()
            .insert_header((header::LOCATION, location))
            .insert_header((header::SET_COOKIE, cookie))
            .finish()
    }
}

impl Token {
    fn is_bearer(&self, headers: &HeaderMap) -> bool {
        let sent = headers.get(header::AUTHORIZATION).map(HeaderValue::as_bytes);
        sent.and_then(|sent| sent.strip_prefix(b"Bearer ")).is_some_and(|sent| self.is(sent))
    }

    fn is_cookie(&self, name: &str, headers: &HeaderMap) -> bool {
        let cookies = headers.get_all(header::COOKIE).filter_map(|value| value.to_str().ok());
        let mut pairs = cookies.flat_map(|cookies| cookies.split(';'));
        pairs.any(|pair| {
            pair.trim().split_once('=').is_some_and(|(n, v)| n == name && self.is(v.as_bytes()))
        })
    }
}

/// Lets nobody through who may not look, and tells browsers what the pages may do: nothing but what
/// comes from here.
pub(in crate::explorer) async fn guard(
    access: Arc<Access>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let checked = access.check(request.request());
    let mut response = match checked {
        Err(refusal) => refused(request, &access.base, &refusal),
        Ok(()) => match access.without_token(request.request()) {
            Some(location) if request.method() == Method::GET => {
                let response = access.logged_in(&location);
                request.into_response(response)
            }
            _ if access.is_known(request.request()) => {
                next.call(request).await?.map_into_boxed_body()
            }
            _ => refused(request, &access.base, &Refusal::Token),
        },
    };
    protect(response.headers_mut());
    Ok(response)
}

fn refused(request: ServiceRequest, base: &str, refusal: &Refusal) -> ServiceResponse {
    let status = match refusal {
        Refusal::Token => StatusCode::UNAUTHORIZED,
        _ => StatusCode::FORBIDDEN,
    };
    let accept = request.headers().get(header::ACCEPT).map(HeaderValue::as_bytes);
    let page = accept.is_some_and(|accept| accept.starts_with(b"text/html"));
    let mut response = HttpResponse::build(status);
    let response = if page {
        // Its link is one of this page, and so may be followed.
        let own = request.path().strip_prefix(base);
        let own = own.map(|rest| [base, rest, "?", request.query_string()].concat());
        let is_asked = matches!(refusal, Refusal::Site(_)) && request.method() == Method::GET;
        let again = own.filter(|_| is_asked);
        let page = match refusal {
            Refusal::Token => pages::login_needed(base),
            _ => {
                let option = refusal.option();
                pages::refused(&refusal.to_string(), option.as_deref(), again.as_deref())
            }
        };
        response.content_type("text/html; charset=utf-8").body(page.into_string())
    } else {
        let option = refusal.option().map(|option| format!(" {option} allows it."));
        let text = format!("{refusal}{}\n", option.unwrap_or_default());
        response.content_type("text/plain; charset=utf-8").body(text)
    };
    request.into_response(response)
}

fn is_local(request: &HttpRequest) -> Result<(), Refusal> {
    let local = |address: IpAddr| address.to_canonical().is_loopback();
    // Who comes through a socket file is not known.
    if !request.peer_addr().is_some_and(|peer| local(peer.ip())) {
        return Err(Refusal::Remote);
    }
    for header in PROXIES {
        for value in request.headers().get_all(header) {
            let of_here = |text: &str| text.trim().parse().is_ok_and(local);
            if !value.to_str().is_ok_and(|value| value.split(',').all(of_here)) {
                return Err(Refusal::Proxied(header));
            }
        }
    }
    Ok(())
}

/// The host that was asked, as the request itself says it and nobody on the way.
fn host_of(request: &HttpRequest) -> &str {
    let authority = request.uri().authority().map(|authority| authority.as_str());
    let header = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    match (authority, header) {
        // Whoever says two things is not believed.
        (Some(authority), Some(header)) if authority != header => "",
        (Some(host), _) | (None, Some(host)) => host,
        (None, None) => "",
    }
}

/// What every answer says.
fn protect(headers: &mut HeaderMap) {
    const ALWAYS: [(&str, &str); 6] = [
        (
            "content-security-policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
             connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        ),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ];
    for (name, value) in ALWAYS {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}
