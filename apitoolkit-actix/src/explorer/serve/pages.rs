//! Handlers of what is looked at.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use maud::Markup;

use super::{Desk, asked::Asked, sheets::Prepared};
use crate::explorer::{
    live,
    pages::{self, Listing, Shares, Table, View},
    query::{self, By, Filter},
};

/// As many parts the time has in the small charts.
const BUCKETS: usize = 30;

pub(super) async fn exchanges(desk: web::Data<Desk>, request: HttpRequest) -> HttpResponse {
    let asked = Asked::of(&request);
    let (filter, mistakes) = Filter::read(request.query_string());
    let records = desk.store.newest_first();
    let before = asked.number("before");
    let page = query::page(&records, &filter, before, None);
    let known = query::suggest(&records);
    desk.page(&request, |view| {
        let selected = asked.number("sel").and_then(|id| view.store.get(id));
        let back = match filter.to_query() {
            query if query.is_empty() => format!("{}/", view.base),
            query => format!("{}/?{query}", view.base),
        };
        let selected = selected.map(|record| Prepared::new(&desk, record, Some(&back)));
        let sheet = selected.as_ref().map(Prepared::sheet);
        pages::exchanges(
            view,
            &Listing {
                filter: &filter,
                mistakes: &mistakes,
                page: &page,
                before,
                selected: sheet.as_ref(),
                paused: asked.text("paused").is_some(),
                known: &known,
            },
        )
    })
}

pub(super) async fn live(desk: web::Data<Desk>, request: HttpRequest) -> HttpResponse {
    let (filter, _) = Filter::read(request.query_string());
    let known = Asked::of(&request).number("since");
    let (store, asked) = (desk.store.clone(), request.clone());
    live::stream(&request, store, filter, known, move |record| {
        desk.show(&asked, |view| pages::row(view, record, record.took).into_string())
    })
}

pub(super) async fn exchange(
    desk: web::Data<Desk>,
    id: web::Path<String>,
    request: HttpRequest,
) -> HttpResponse {
    let asked = Asked::of(&request);
    // A link of this page; nobody else's is followed from it.
    let own = |back: &&str| back.strip_prefix(desk.base()).is_some_and(|b| b.starts_with('/'));
    let back = asked.text("back").filter(own);
    desk.one(&request, &id, |view, sheet| {
        let sheet = sheet.with_back(back);
        match asked.text("part") {
            Some("detail") => pages::detail(view, &sheet.sheet()),
            _ => pages::exchange(view, &sheet.sheet()),
        }
    })
}

pub(super) async fn compare(desk: web::Data<Desk>, request: HttpRequest) -> HttpResponse {
    let asked = Asked::of(&request);
    let other = asked.number("b").and_then(|id| desk.store.get(id));
    desk.one(&request, asked.text("a").unwrap_or_default(), |view, sheet| {
        let other = other.map(|record| Prepared::new(&desk, record, None));
        let other = other.as_ref().map(Prepared::sheet);
        pages::compare(view, &sheet.sheet(), other.as_ref())
    })
}

pub(super) async fn routes(desk: web::Data<Desk>, request: HttpRequest) -> HttpResponse {
    groups(&desk, &request, By::Route)
}

pub(super) async fn outgoing(desk: web::Data<Desk>, request: HttpRequest) -> HttpResponse {
    groups(&desk, &request, By::Outgoing)
}

pub(super) async fn statements(desk: web::Data<Desk>, request: HttpRequest) -> HttpResponse {
    groups(&desk, &request, By::Statement)
}

pub(super) async fn services(desk: web::Data<Desk>, request: HttpRequest) -> HttpResponse {
    groups(&desk, &request, By::Service)
}

fn groups(desk: &Desk, request: &HttpRequest, by: By) -> HttpResponse {
    let order = pages::order(Asked::of(request).text("sort").unwrap_or_default());
    let mut groups = query::groups(&desk.store.newest_first(), by, BUCKETS);
    groups.sort(order);
    desk.page(request, |view| pages::groups(view, &Table { by, groups: &groups, order }))
}

pub(super) async fn flow(desk: web::Data<Desk>, request: HttpRequest) -> HttpResponse {
    let records = desk.store.newest_first();
    desk.page(&request, |view| pages::flow(view, &query::flow(&records, view.service)))
}

pub(super) async fn errors(desk: web::Data<Desk>, request: HttpRequest) -> HttpResponse {
    let errors = query::errors(&desk.store.newest_first());
    desk.page(&request, |view| pages::errors(view, &errors))
}

pub(super) async fn breakdown(desk: web::Data<Desk>, request: HttpRequest) -> HttpResponse {
    let asked = Asked::of(&request);
    let (filter, _) = Filter::read(request.query_string());
    let records = desk.store.newest_first();
    let known = query::suggest(&records).attributes;
    let matching: Vec<_> = filter.of(&records).cloned().collect();
    let by = asked.text("by").unwrap_or_default();
    let breakdown = query::breakdown(&matching, by);
    let query = filter.to_query();
    desk.page(&request, |view| {
        pages::breakdown(view, &Shares { by, known: &known, breakdown: &breakdown, query: &query })
    })
}

pub(super) async fn redaction(desk: web::Data<Desk>, request: HttpRequest) -> HttpResponse {
    desk.redaction(&request, "", "", None)
}

pub(super) async fn health(desk: web::Data<Desk>, request: HttpRequest) -> HttpResponse {
    desk.page(&request, pages::health)
}

impl Desk {
    /// Answers with a page of the exchange `id`, or with why there is none.
    pub(super) fn one(
        &self,
        request: &HttpRequest,
        id: &str,
        page: impl FnOnce(&View<'_>, Prepared) -> Markup,
    ) -> HttpResponse {
        let record = self.find(id);
        let found = record.is_some();
        let markup = self.show(request, |view| match record {
            Some(record) => page(view, Prepared::new(self, record, None)),
            None => pages::missing(view, id),
        });
        let status = if found { StatusCode::OK } else { StatusCode::NOT_FOUND };
        HttpResponse::build(status)
            .content_type("text/html; charset=utf-8")
            .body(markup.into_string())
    }
}
