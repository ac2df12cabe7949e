//! Visits of several users, so that there is something to look at.

mod guest;
mod member;
mod visitor;

use std::error::Error;

use futures_util::future::{join, try_join_all};

use self::{guest::Guest, member::Writer, visitor::Visitor};
use crate::{app::EXPLORER, review::SLOWLY_REVIEWED, say};

/// Whatever goes wrong is the end of the demo.
type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The admin, the editor and two authors.
const MEMBERS: [&str; 4] = ["sonja", "inanna", SLOWLY_REVIEWED, "grace"];
const GUESTS: usize = 2;

/// Plays the visits, and says what to look at. The blog goes on.
pub(crate) async fn run(url: String, rounds: u32) {
    let said = match play(&url, rounds).await {
        Ok(requests) => say(&summary(&url, requests)),
        Err(error) => say(&format!("The demo ended early: {error}")),
    };
    // Nobody reads: the blog goes on all the same.
    drop(said);
}

/// Plays the visits; how many requests they were.
async fn play(url: &str, rounds: u32) -> Result<usize> {
    let members = MEMBERS.iter().enumerate();
    let mut members: Vec<_> =
        members.map(|(number, name)| Writer::new(Visitor::new(url), name, number)).collect();
    for member in &mut members {
        member.arrive().await?;
    }
    // So that everybody else finds somebody else's post from the beginning.
    if let [first, ..] = &mut members[..] {
        first.write(0).await?;
    }
    let mut guests = [(); GUESTS].map(|()| Guest::new(Visitor::new(url)));
    let (members, guests) = join(
        try_join_all(members.iter_mut().map(|member| member.visit(rounds))),
        try_join_all(guests.iter_mut().map(|guest| guest.visit(rounds))),
    )
    .await;
    Ok(members?.into_iter().chain(guests?).sum())
}

fn summary(url: &str, requests: usize) -> String {
    let explorer = format!("{url}{EXPLORER}");
    let create = "method=POST&route=/create";
    format!(
        "The demo sent {requests} requests. Open the explorer's link once, and then:\n\n  \
         Who waits? The slowest tenth of new posts, by role:\n    \
         {explorer}/breakdown?by=user+role&{create}\n  \
         What for? Open one of these, and look at its trace:\n    \
         {explorer}/?{create}&attr=user+role%3Dauthor&min=500\n  \
         Who calls whom:\n    \
         {explorer}/flow\n  \
         Updates and deletions, grouped by their routes:\n    \
         {explorer}/routes\n  \
         What the database is asked:\n    \
         {explorer}/statements\n"
    )
}
