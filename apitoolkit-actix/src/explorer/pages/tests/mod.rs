//! Pages of a store that tests fill.

mod detail;
mod hostile;
mod list;
mod states;

use std::time::{Duration, SystemTime};

use super::{Health, Listing, Marks, Sheet, Standing, View, exchanges};
use crate::explorer::{
    query::{Filter, page, suggest},
    record::{Record, testing::Made},
    store::{Bounds, Store},
};

/// A store, and what a page has to know besides.
struct Shown {
    store: Store,
    health: Health,
}

impl Shown {
    fn new() -> Self {
        let store =
            Store::new(Bounds { bytes: 64 << 20, age: Duration::from_secs(u64::from(u32::MAX)) });
        let health = Health {
            standing: Standing::Sending { endpoint: "http://localhost:4317".to_owned() },
            stats: None,
            last_failure: None,
            sampled: 1.0,
            missed: 0,
        };
        Self { store, health }
    }

    fn with(made: impl IntoIterator<Item = Made>) -> Self {
        let shown = Self::new();
        made.into_iter().for_each(|made| drop(shown.store.push(made.span(), false)));
        shown
    }

    fn view(&self) -> View<'_> {
        View {
            base: "/_apitoolkit",
            origin: "http://127.0.0.1:8080",
            now: SystemTime::UNIX_EPOCH + Made::START + Duration::from_secs(90),
            store: &self.store,
            service: "shop",
            health: &self.health,
        }
    }

    /// The list that a query of a URL asks for.
    fn list(&self, query: &str, selected: Option<u64>) -> String {
        let (filter, mistakes) = Filter::read(query);
        let all = self.store.newest_first();
        let (page, known) = (page(&all, &filter, None, None), suggest(&all));
        let marks = Marks::default();
        let record = selected.and_then(|id| self.store.get(id));
        let sheet = record.as_deref().map(|record| sheet(record, &marks));
        let listing = Listing {
            filter: &filter,
            mistakes: &mistakes,
            page: &page,
            before: None,
            selected: sheet.as_ref(),
            paused: false,
            known: &known,
        };
        exchanges(&self.view(), &listing).into_string()
    }
}

fn sheet<'a>(record: &'a Record, marks: &'a Marks) -> Sheet<'a> {
    Sheet {
        record,
        marks,
        curl: Some("curl 'http://localhost:8080/'"),
        no_replay: None,
        back: "/_apitoolkit/",
    }
}
