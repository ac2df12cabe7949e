use std::{
    collections::BTreeSet,
    io::{self, Write as _},
    sync::{Arc, Mutex, PoisonError},
};

use actix_web::{
    dev::{AppService, HttpServiceFactory},
    middleware::from_fn,
    web,
};

use super::{
    guard::{Access, guard},
    serve::{self, Desk},
};
use crate::{
    ApiToolkit,
    telemetry::{self, Throttle},
};

/// The explorer's pages, to be mounted in an app; made by [`ApiToolkit::explorer`].
#[derive(Debug)]
#[must_use = "mount it: App::new().service(toolkit.explorer(\"/_apitoolkit\"))"]
pub struct Explorer {
    toolkit: ApiToolkit,
    path: String,
    remote: bool,
}

/// Where it is mounted if the path cannot be used.
const DEFAULT_PATH: &str = "/_apitoolkit";

impl ApiToolkit {
    /// Pages of the app itself that show every exchange as it leaves: requests with what happened
    /// in them, outgoing calls, statements, errors, response times, and what each rule redacted.
    ///
    /// `path` is where they are found, such as `/_apitoolkit`. A link with a token is printed on
    /// standard error when the server starts; requests to the pages are not recorded.
    ///
    /// ```no_run
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// use apitoolkit_actix::{ApiToolkit, Telemetry};
    /// use actix_web::{App, HttpServer};
    ///
    /// let telemetry = Telemetry::from_env()?;
    /// let toolkit = ApiToolkit::builder().build()?;
    /// HttpServer::new(move || {
    ///     App::new().wrap(toolkit.clone()).service(toolkit.explorer("/_apitoolkit"))
    /// })
    /// .bind("127.0.0.1:8080")?
    /// .run()
    /// .await?;
    /// telemetry.shutdown()?;
    /// # Ok(()) }
    /// ```
    ///
    /// What it shows is kept in memory ([`explorer_memory`], [`explorer_max_age`]), once for each
    /// [`Telemetry`](crate::Telemetry). Whoever records with a tracer provider of their own sees
    /// nothing here.
    ///
    /// # Security
    /// It answers to peers on this machine, under names of this machine
    /// ([`explorer_hosts`]), to pages of its own, and to whoever has the token
    /// ([`explorer_token`]): all four. Mount it on the `App`; in a scope, `path` has to be the whole
    /// path.
    ///
    /// [`explorer_memory`]: crate::Builder::explorer_memory
    /// [`explorer_max_age`]: crate::Builder::explorer_max_age
    /// [`explorer_hosts`]: crate::Builder::explorer_hosts
    /// [`explorer_token`]: crate::Builder::explorer_token
    pub fn explorer(&self, path: &str) -> Explorer {
        let path = usable(path);
        self.owns(&path);
        Explorer { toolkit: self.clone(), path, remote: false }
    }
}

impl Explorer {
    /// Answers to other machines too. Defaults to this machine alone.
    ///
    /// # Security
    /// Whoever can reach the app and has the token sees its traffic, redacted, and can send requests
    /// to it again; over plain HTTP the token can be read on the way. Names of hosts still have to be
    /// allowed by [`explorer_hosts`](crate::Builder::explorer_hosts).
    pub fn danger_allow_remote(mut self) -> Self {
        self.remote = true;
        self
    }
}

impl HttpServiceFactory for Explorer {
    fn register(self, config: &mut AppService) {
        let address = config.config().local_addr();
        let tls = config.config().secure();
        let desk = Desk::open(&self.toolkit, address, tls, &self.path);
        let access = Arc::new(Access {
            base: self.path.clone(),
            token: desk.token().cloned(),
            hosts: self.toolkit.config().explorer.hosts.clone(),
            remote: self.remote,
            port: address.port(),
        });
        announce(&access, &desk);
        let access_of_each = move |request, next| guard(Arc::clone(&access), request, next);
        web::scope(&self.path)
            .app_data(web::Data::new(desk))
            .configure(serve::routes)
            .wrap(from_fn(access_of_each))
            .register(config);
    }
}

/// A path that begins with a slash, ends without one and holds no pattern.
fn usable(path: &str) -> String {
    let is_plain =
        |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'-' | b'_' | b'.' | b'~');
    let trimmed = path.trim_matches('/');
    if !trimmed.is_empty() && trimmed.bytes().all(is_plain) && !trimmed.contains("//") {
        return ["/", trimmed].concat();
    }
    static ONCE: Throttle = Throttle::minute();
    if ONCE.ready() {
        telemetry::warn(&format!(
            "explorer({path:?}): expected a path of letters, digits and -_.~, such as \
             {DEFAULT_PATH:?}, where it is mounted now"
        ));
    }
    DEFAULT_PATH.to_owned()
}

/// Says where the explorer is, once for each place, however many workers there are.
fn announce(access: &Access, desk: &Desk) {
    static SAID: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let Some(token) = &access.token else { return };
    let link = format!("{}{}/?token={}", desk.origin(), access.base, token.reveal());
    let mut said = SAID.lock().unwrap_or_else(PoisonError::into_inner);
    if said.insert(link.clone()) {
        // Standard error may be closed, which is no reason to fail.
        let _ = writeln!(io::stderr(), "apitoolkit: explorer at {link}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_can_be_mounted() {
        for (path, mounted) in [
            ("/_apitoolkit", "/_apitoolkit"),
            ("_apitoolkit/", "/_apitoolkit"),
            ("/ops/explorer", "/ops/explorer"),
            ("", DEFAULT_PATH),
            ("/", DEFAULT_PATH),
            ("//evil.example", "/evil.example"),
            ("/a//b", DEFAULT_PATH),
            ("/{tail}*", DEFAULT_PATH),
            ("/a b", DEFAULT_PATH),
        ] {
            assert_eq!(usable(path), mounted, "{path}");
        }
    }
}
