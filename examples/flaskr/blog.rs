//! The posts: reading, writing, changing and deleting them.

use actix_web::{
    HttpResponse,
    http::StatusCode,
    middleware::from_fn,
    web::{self, Data, Form, Path, ServiceConfig},
};
use serde::Deserialize;
use sqlx::SqlitePool;

use crate::{
    auth::login_required,
    page::{Page, redirect},
    pages,
    posts::{self, Post},
    problem::Problem,
    review::{self, Editors},
    users::Member,
};

/// In characters.
const MAX_TITLE: usize = 100;

pub(crate) fn routes(config: &mut ServiceConfig) {
    let create = web::resource("/create").wrap(from_fn(login_required));
    let update = web::resource("/{id}/update").wrap(from_fn(login_required));
    let delete = web::resource("/{id}/delete").wrap(from_fn(login_required));
    config
        .route("/", web::get().to(index))
        .service(create.get(create_page).post(create_post))
        .service(update.get(update_page).post(update_post))
        .service(delete.post(delete_post));
}

/// What is written into the form of a post.
#[derive(Deserialize)]
struct Draft {
    title: String,
    body: String,
}

impl Draft {
    /// What has to be mended before it can be accepted.
    fn faults(&self) -> Vec<&'static str> {
        let checks = [
            (self.title.trim().is_empty(), "A title is required."),
            (self.title.chars().count() > MAX_TITLE, "The title is too long."),
        ];
        checks.into_iter().filter_map(|(is_wrong, fault)| is_wrong.then_some(fault)).collect()
    }
}

async fn index(page: Page, pool: Data<SqlitePool>) -> Result<HttpResponse, Problem> {
    let posts = posts::latest(&pool).await?;
    Ok(page.show(StatusCode::OK, "Posts", &pages::blog::index(&posts, page.member())))
}

async fn create_page(page: Page) -> HttpResponse {
    page.show(StatusCode::OK, "New post", &pages::blog::create("", "", &[]))
}

async fn create_post(
    page: Page,
    author: Member,
    pool: Data<SqlitePool>,
    editors: Data<Editors>,
    Form(draft): Form<Draft>,
) -> Result<HttpResponse, Problem> {
    let faults = draft.faults();
    if !faults.is_empty() {
        let form = pages::blog::create(&draft.title, &draft.body, &faults);
        return Ok(page.show(StatusCode::UNPROCESSABLE_ENTITY, "New post", &form));
    }
    posts::add(&pool, author.id, &draft.title, &draft.body).await?;
    let is_told = review::inform(&editors, &author).await;
    page.flash("Your post is published.")?;
    if !is_told {
        page.flash("The editors could not be told of it.")?;
    }
    Ok(redirect("/"))
}

async fn update_page(
    page: Page,
    member: Member,
    pool: Data<SqlitePool>,
    id: Path<i64>,
) -> Result<HttpResponse, Problem> {
    let post = own_post(&pool, *id, &member).await?;
    let form = pages::blog::update(post.id, &post.title, &post.body, &[]);
    Ok(page.show(StatusCode::OK, "Edit post", &form))
}

async fn update_post(
    page: Page,
    member: Member,
    pool: Data<SqlitePool>,
    id: Path<i64>,
    Form(draft): Form<Draft>,
) -> Result<HttpResponse, Problem> {
    let post = own_post(&pool, *id, &member).await?;
    let faults = draft.faults();
    if !faults.is_empty() {
        let form = pages::blog::update(post.id, &draft.title, &draft.body, &faults);
        return Ok(page.show(StatusCode::UNPROCESSABLE_ENTITY, "Edit post", &form));
    }
    posts::update(&pool, post.id, &draft.title, &draft.body).await?;
    page.flash("Your changes are saved.")?;
    Ok(redirect("/"))
}

async fn delete_post(
    page: Page,
    member: Member,
    pool: Data<SqlitePool>,
    id: Path<i64>,
) -> Result<HttpResponse, Problem> {
    let post = own_post(&pool, *id, &member).await?;
    posts::delete(&pool, post.id).await?;
    page.flash("Your post is gone.")?;
    Ok(redirect("/"))
}

/// A post that the member may change.
async fn own_post(pool: &SqlitePool, id: i64, member: &Member) -> Result<Post, Problem> {
    let post = posts::by_id(pool, id).await?.ok_or(Problem::NotFound)?;
    if post.author_id == member.id { Ok(post) } else { Err(Problem::Forbidden) }
}
