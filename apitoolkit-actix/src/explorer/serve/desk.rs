use std::{
    net::SocketAddr,
    sync::{Arc, OnceLock},
    time::SystemTime,
};

use actix_web::{HttpRequest, HttpResponse};
use maud::Markup;

use crate::{
    ApiToolkit,
    config::Config,
    explorer::{
        feed::Feed,
        guard::Token,
        pages::{Health, Standing, View},
        record::Record,
        replay::reachable,
        store::{Bounds, File, Store},
    },
    redact::Explainer,
    telemetry::{self, Source, Stats, Way},
};

/// What the handlers of one worker have at hand.
#[derive(Debug)]
pub(in crate::explorer) struct Desk {
    pub(super) config: Arc<Config>,
    /// Absent only if the rules do not compile, and then there would be no toolkit.
    pub(super) explainer: Option<Arc<Explainer>>,
    source: Option<Arc<Source>>,
    /// Which part of all requests is recorded.
    sampled: f64,
    pub(super) store: Arc<Store>,
    /// Absent where there is nothing to look on at.
    pub(super) feed: Option<Arc<Feed>>,
    token: Option<Token>,
    /// Where the app listens.
    pub(super) address: SocketAddr,
    pub(super) tls: bool,
    base: String,
}

impl Desk {
    pub(in crate::explorer) fn open(
        toolkit: &ApiToolkit,
        address: SocketAddr,
        tls: bool,
        base: &str,
    ) -> Self {
        let config = Arc::clone(toolkit.config());
        let source = toolkit.source();
        let feed = source.as_deref().and_then(|source| feed(source, &config));
        let store = feed.as_ref().map_or_else(|| Arc::clone(nothing()), |f| Arc::clone(f.store()));
        let token = token(config.explorer.token.as_deref());
        let explainer = Explainer::new(&config.policy).ok().map(Arc::new);
        let base = base.to_owned();
        let sampled = source.as_ref().map_or(1.0, |source| source.sampled());
        Self { config, explainer, source, sampled, store, feed, token, address, tls, base }
    }

    pub(in crate::explorer) fn token(&self) -> Option<&Token> {
        self.token.as_ref()
    }

    /// Scheme and address under which the app is reached from this machine.
    pub(in crate::explorer) fn origin(&self) -> String {
        let scheme = if self.tls { "https" } else { "http" };
        format!("{scheme}://{}", reachable(self.address))
    }

    pub(super) fn base(&self) -> &str {
        &self.base
    }

    pub(super) fn service(&self) -> &str {
        let of_telemetry = || self.source.as_ref().and_then(|s| s.service_name.as_deref());
        self.config.service_name.as_deref().or_else(of_telemetry).unwrap_or("this app")
    }

    /// Absent where the telemetry is not ours.
    pub(super) fn stats(&self) -> Option<Stats> {
        let source = self.source.as_ref().filter(|source| !source.foreign)?;
        Some(source.pipeline.stats())
    }

    /// How many spans came faster than they were taken in.
    pub(super) fn missed(&self) -> u64 {
        self.feed.as_ref().map_or(0, |feed| feed.missed())
    }

    /// The record that a path names: its id, `latest`, or the `apitoolkit.msg_id` of its exchange.
    pub(super) fn find(&self, id: &str) -> Option<Arc<Record>> {
        match id.parse() {
            Ok(id) => self.store.get(id),
            Err(_) if id == "latest" => self.store.latest(),
            Err(_) => self.store.by_msg_id(id),
        }
    }

    /// Answers with what `page` makes of a view.
    pub(super) fn page(
        &self,
        request: &HttpRequest,
        page: impl FnOnce(&View<'_>) -> Markup,
    ) -> HttpResponse {
        let markup = self.show(request, page);
        HttpResponse::Ok().content_type("text/html; charset=utf-8").body(markup.into_string())
    }

    pub(super) fn show<T>(&self, request: &HttpRequest, show: impl FnOnce(&View<'_>) -> T) -> T {
        let host = request.headers().get("host").and_then(|host| host.to_str().ok());
        let scheme = if self.tls { "https" } else { "http" };
        let origin = host.map_or_else(|| self.origin(), |host| format!("{scheme}://{host}"));
        let health = self.health();
        show(&View {
            base: &self.base,
            origin: &origin,
            now: SystemTime::now(),
            store: &self.store,
            service: self.service(),
            health: &health,
        })
    }

    fn health(&self) -> Health {
        let outlet = self.source.as_ref().map(|source| source.outlet());
        let standing = match outlet.as_ref().map(|outlet| &outlet.way) {
            None | Some(Way::Nowhere) => Standing::Off,
            Some(Way::Foreign) => Standing::Foreign,
            Some(Way::Explorer) => Standing::Here,
            Some(Way::Out(endpoint)) => Standing::Sending { endpoint: endpoint.clone() },
        };
        Health {
            standing,
            stats: self.stats(),
            last_failure: outlet.as_ref().and_then(|outlet| outlet.last_failure.clone()),
            sampled: self.sampled,
            missed: self.missed(),
        }
    }
}

/// The store of a process that has nothing to show.
fn nothing() -> &'static Arc<Store> {
    static NOTHING: OnceLock<Arc<Store>> = OnceLock::new();
    NOTHING.get_or_init(|| Arc::new(Store::new(Bounds::default())))
}

/// What fills the store of some telemetry: whoever mounts the explorer first says how.
fn feed(source: &Source, config: &Config) -> Option<Arc<Feed>> {
    let options = &config.explorer;
    let bounds = Bounds { bytes: options.memory, age: options.max_age };
    let feed = Feed::of(source.watch()?, || {
        let store = Arc::new(Store::new(bounds));
        let mut file = None;
        if let Some(path) = &options.file {
            match File::open(path, bounds) {
                Ok(opened) => file = Some(opened),
                Err(error) => telemetry::warn(&format!("the explorer forgets: {error}")),
            }
        }
        (store, file)
    });
    feed.map_err(|error| telemetry::warn(&format!("the explorer shows nothing: {error}"))).ok()
}

/// The token that the app says; without one, that of all explorers of this process.
fn token(given: Option<&str>) -> Option<Token> {
    static FOUND: OnceLock<Option<Token>> = OnceLock::new();
    match given {
        Some(given) => Token::find(Some(given)),
        None => FOUND.get_or_init(|| Token::find(None)).clone(),
    }
}
