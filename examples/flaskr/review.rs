//! The editors hear of what authors write, so that they can review it.

use std::time::Duration;

use actix_web::{http::StatusCode, rt};
use apitoolkit_actix::{observe, report_current_error, traced_service};

use crate::{monitoring::Role, users::Member};

/// Where the editors are told, and how long it takes in the demo.
#[derive(Debug, Clone)]
pub(crate) struct Editors {
    /// The notification server, `http://127.0.0.1:8123`.
    pub(crate) url: String,
    /// Whether they take their time with [`SLOWLY_REVIEWED`], for demonstration purposes.
    pub(crate) slow: bool,
}

/// Whose posts take long to review in the demo.
pub(crate) const SLOWLY_REVIEWED: &str = "ada";
/// How long, in milliseconds.
const DELAY: std::ops::Range<u64> = 800..2_000;

/// Why the editors do not know.
#[derive(Debug, thiserror::Error)]
enum NotTold {
    #[error("the notification server could not be asked")]
    NotSent(#[from] awc::error::SendRequestError),
    #[error("the notification server answered with {0}")]
    Refused(StatusCode),
}

/// Has a new post reviewed if its author is no editor; false if the editors could not be told.
///
/// The post is there either way. So the error is reported, and the visitor is told.
pub(crate) async fn inform(editors: &Editors, author: &Member) -> bool {
    if Role::of(Some(author)) != Role::Author {
        return true;
    }
    let told = review(editors, author).await;
    if let Err(error) = &told {
        report_current_error(error);
    }
    told.is_ok()
}

/// A service of its own, in the trace of the request that it is called from.
#[traced_service(service = "BlogReview")]
async fn review(editors: &Editors, author: &Member) -> Result<(), NotTold> {
    if editors.slow && author.username == SLOWLY_REVIEWED {
        rt::time::sleep(Duration::from_millis(fastrand::u64(DELAY))).await;
    }
    send_notification(&editors.url).await
}

/// The other app learns of the trace from the request's headers.
async fn send_notification(url: &str) -> Result<(), NotTold> {
    let answer = observe().url_wildcard("/send").get(format!("{url}/send")).send().await?;
    let status = answer.status();
    if status.is_success() { Ok(()) } else { Err(NotTold::Refused(status)) }
}
