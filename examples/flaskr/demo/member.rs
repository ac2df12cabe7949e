//! Somebody who writes.

use actix_web::http::{Method, StatusCode};

use super::{MEMBERS, Result, Visitor};

/// Of everybody who visits in the demo.
const PASSWORD: &str = "correct-horse-battery";

/// What they write about, in turn.
const POSTS: [(&str, &str); 12] = [
    ("The first strawberries", "Three of them, and the blackbird had two."),
    ("A bread that works", "Less yeast, more time.\nThe night does the rest."),
    ("What the owl said", "Nothing. But it looked as if it knew."),
    ("Cycling home in the rain", "Wet, and happy all the same."),
    ("On sharpening pencils", "A knife, patience, and nobody who calls."),
    ("The library is open again", "Go and see. They have kept the creaking stairs."),
    ("Letters", "I have written one, on paper, and had forgotten where the stamp goes."),
    ("The map of the old town", "Two of the wells are still there. The third is a bakery."),
    ("Soup, again", "Leek and potato, as long as there is leek."),
    ("A stone from the beach", "It was blue as long as it was wet."),
    ("Learning to whistle", "The dog is not impressed."),
    ("Winter tyres", "The first snow came an hour after I had put them off."),
];

pub(super) struct Writer {
    visitor: Visitor,
    username: &'static str,
    /// What they write about next.
    next: usize,
}

impl Writer {
    /// Somebody who writes about other things than those with another number.
    pub(super) fn new(visitor: Visitor, username: &'static str, number: usize) -> Self {
        Self { visitor, username, next: number }
    }

    /// Registers, unless an earlier demo has done so in this database, and logs in.
    pub(super) async fn arrive(&mut self) -> Result<()> {
        let visitor = &mut self.visitor;
        visitor.open("/auth/register", StatusCode::OK).await?;
        let name = ("username", self.username);
        let fields = [name, ("password", PASSWORD), ("repeat", PASSWORD)];
        let (status, _) = visitor.send(Method::POST, "/auth/register", &fields).await?;
        if !matches!(status, StatusCode::SEE_OTHER | StatusCode::UNPROCESSABLE_ENTITY) {
            return Err(format!("{} could not register: {status}", self.username).into());
        }
        visitor.open("/auth/login", StatusCode::OK).await?;
        let fields = [name, ("password", PASSWORD)];
        visitor.submit("/auth/login", &fields, StatusCode::SEE_OTHER).await
    }

    /// Comes so many times, and logs out; how many requests were sent in all.
    pub(super) async fn visit(&mut self, rounds: u32) -> Result<usize> {
        for round in 0..rounds {
            self.write(round).await?;
        }
        self.visitor.submit("/auth/logout", &[], StatusCode::SEE_OTHER).await?;
        Ok(self.visitor.requests)
    }

    /// Writes a post, changes it, and sometimes thinks better of it, forgets the title, or takes
    /// somebody else's post for their own.
    pub(super) async fn write(&mut self, round: u32) -> Result<()> {
        let visitor = &mut self.visitor;
        visitor.open("/", StatusCode::OK).await?;
        visitor.open("/create", StatusCode::OK).await?;
        if round % 3 == 1 {
            let untitled = [("title", ""), ("body", "Not yet.")];
            visitor.submit("/create", &untitled, StatusCode::UNPROCESSABLE_ENTITY).await?;
        }
        let (title, body) = POSTS[self.next % POSTS.len()];
        self.next += MEMBERS.len();
        let draft = [("title", title), ("body", body)];
        visitor.submit("/create", &draft, StatusCode::SEE_OTHER).await?;
        let page = visitor.open("/", StatusCode::OK).await?;
        let own = ids(&page, "href=\"/", "/update\"").next().ok_or("the new post is not there")?;
        let update = format!("/{own}/update");
        visitor.open(&update, StatusCode::OK).await?;
        let body = format!("{body}\n\nLater: still true.");
        visitor.submit(&update, &[draft[0], ("body", &body)], StatusCode::SEE_OTHER).await?;
        if round % 3 == 2 {
            visitor.submit(&format!("/{own}/delete"), &[], StatusCode::SEE_OTHER).await?;
        }
        // The oldest: the newest may be deleted meanwhile.
        let is_others = |id: &&str| !page.contains(&format!("href=\"/{id}/update\""));
        let others = ids(&page, "id=\"post-", "\"").filter(is_others).last();
        if let Some(others) = others.filter(|_| round.is_multiple_of(3)) {
            let (status, _) =
                visitor.send(Method::POST, &format!("/{others}/update"), &draft).await?;
            // Not found, if its author deleted it all the same.
            if !matches!(status, StatusCode::FORBIDDEN | StatusCode::NOT_FOUND) {
                return Err(format!("somebody else's post: {status}").into());
            }
        }
        Ok(())
    }
}

/// What stands between a prefix and a suffix in a page, wherever that is.
fn ids<'a>(page: &'a str, prefix: &'a str, suffix: &'a str) -> impl Iterator<Item = &'a str> {
    page.split(prefix).skip(1).filter_map(move |rest| rest.split_once(suffix)).map(|(id, _)| id)
}
