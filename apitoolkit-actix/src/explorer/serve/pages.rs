//! Handlers of what is looked at. What goes over all that is kept does so on another thread: this one
//! serves the app.

use std::sync::Arc;

use actix_web::{Error, HttpRequest, HttpResponse, http::StatusCode, web};
use maud::Markup;

use super::{Desk, asked::Asked, sheets::Prepared};
use crate::explorer::{
    live,
    pages::{self, Listing, Shares, Table, View},
    query::{self, By, Filter},
};

/// As many parts the time has in the small charts.
const BUCKETS: usize = 30;

/// What a handler answers; an error only when the app ends.
type Answer = Result<HttpResponse, Error>;

pub(super) async fn exchanges(desk: web::Data<Desk>, request: HttpRequest) -> Answer {
    let asked = Asked::of(&request);
    let (filter, mistakes) = Filter::read(request.query_string());
    let before = asked.number("before");
    let (store, wanted) = (Arc::clone(&desk.store), filter.clone());
    let found = web::block(move || {
        let records = store.newest_first();
        (query::page(&records, &wanted, before, None), query::suggest(&records))
    });
    let (page, known) = found.await?;
    Ok(desk.page(&request, |view| {
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
    }))
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

pub(super) async fn routes(desk: web::Data<Desk>, request: HttpRequest) -> Answer {
    groups(&desk, &request, By::Route).await
}

pub(super) async fn outgoing(desk: web::Data<Desk>, request: HttpRequest) -> Answer {
    groups(&desk, &request, By::Outgoing).await
}

pub(super) async fn statements(desk: web::Data<Desk>, request: HttpRequest) -> Answer {
    groups(&desk, &request, By::Statement).await
}

pub(super) async fn services(desk: web::Data<Desk>, request: HttpRequest) -> Answer {
    groups(&desk, &request, By::Service).await
}

async fn groups(desk: &Desk, request: &HttpRequest, by: By) -> Answer {
    let order = pages::order(Asked::of(request).text("sort").unwrap_or_default());
    let store = Arc::clone(&desk.store);
    let groups = web::block(move || {
        let mut groups = query::groups(&store.newest_first(), by, BUCKETS);
        groups.sort(order);
        groups
    });
    let groups = groups.await?;
    Ok(desk.page(request, |view| pages::groups(view, &Table { by, groups: &groups, order })))
}

pub(super) async fn flow(desk: web::Data<Desk>, request: HttpRequest) -> Answer {
    let (store, service) = (Arc::clone(&desk.store), desk.service().to_owned());
    let flow = web::block(move || query::flow(&store.newest_first(), &service)).await?;
    Ok(desk.page(&request, |view| pages::flow(view, &flow)))
}

pub(super) async fn errors(desk: web::Data<Desk>, request: HttpRequest) -> Answer {
    let store = Arc::clone(&desk.store);
    let errors = web::block(move || query::errors(&store.newest_first())).await?;
    Ok(desk.page(&request, |view| pages::errors(view, &errors)))
}

pub(super) async fn breakdown(desk: web::Data<Desk>, request: HttpRequest) -> Answer {
    let by = Asked::of(&request).text("by").unwrap_or_default().to_owned();
    let (filter, _) = Filter::read(request.query_string());
    let query = filter.to_query();
    let (store, key) = (Arc::clone(&desk.store), by.clone());
    let found = web::block(move || {
        let records = store.newest_first();
        let matching: Vec<_> = filter.of(&records).cloned().collect();
        (query::suggest(&records).attributes, query::breakdown(&matching, &key))
    });
    let (known, breakdown) = found.await?;
    let shares = Shares { by: &by, known: &known, breakdown: &breakdown, query: &query };
    Ok(desk.page(&request, |view| pages::breakdown(view, &shares)))
}

pub(super) async fn redaction(desk: web::Data<Desk>, request: HttpRequest) -> Answer {
    desk.redaction(&request, "", "", None).await
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
