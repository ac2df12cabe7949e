//! A browser, as far as the blog needs one.

use std::net::SocketAddr;

use apitoolkit_tests::{Raw, Reply};
use url::form_urlencoded;

/// Keeps its cookie, and follows no redirect.
pub(crate) struct Browser {
    address: SocketAddr,
    cookie: Option<String>,
    /// The value of every cookie that it was ever given.
    pub(crate) cookies: Vec<String>,
}

impl Browser {
    pub(crate) fn new(address: SocketAddr) -> Self {
        Self { address, cookie: None, cookies: Vec::new() }
    }

    /// Asks for a page; its status and text.
    pub(crate) fn get(&mut self, path: &str) -> (u16, String) {
        self.send("GET", path, "")
    }

    /// Sends a form.
    pub(crate) fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> (u16, String) {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.send("POST", path, &form)
    }

    /// Registers and logs in.
    pub(crate) fn arrive(&mut self, username: &str, password: &str) {
        let name = ("username", username);
        let registration = [name, ("password", password), ("repeat", password)];
        assert_eq!(self.post("/auth/register", &registration).0, 303);
        self.log_in(username, password);
    }

    pub(crate) fn log_in(&mut self, username: &str, password: &str) {
        let credentials = [("username", username), ("password", password)];
        assert_eq!(self.post("/auth/login", &credentials).0, 303);
    }

    fn send(&mut self, method: &str, path: &str, form: &str) -> (u16, String) {
        let cookie = self.cookie.as_ref().map_or_else(String::new, |c| format!("cookie: {c}\r\n"));
        let length = form.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: flaskr.test\r\nconnection: close\r\n{cookie}\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\r\n\
             {form}"
        );
        let reply = Raw::connect(self.address).send(request).reply();
        self.keep_cookie(&reply);
        (reply.status, reply.text())
    }

    fn keep_cookie(&mut self, reply: &Reply) {
        let set = reply.head.lines().find_map(|line| line.strip_prefix("set-cookie: "));
        let Some((pair, _)) = set.and_then(|set| set.split_once(';')) else { return };
        let (_, value) = pair.split_once('=').expect("a name and a value");
        self.cookie = (!value.is_empty()).then(|| pair.to_owned());
        self.cookies.extend(self.cookie.as_ref().map(|_| value.to_owned()));
    }
}
