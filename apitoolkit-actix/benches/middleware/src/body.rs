//! JSON bodies with secrets in them.

use bytes::Bytes;
use serde_json::json;

use crate::rows::Body;

/// What is redacted in bodies. Each matches in each user.
pub(crate) const PATHS: [&str; 3] =
    ["$.users[*].email", "$.users[*].addresses[*].zip", "$.users[*].card.number"];
/// Parts of what the paths match.
pub(crate) const SECRETS: [&str; 3] = ["@example.org", "12345", "4111111111111111"];
/// What no path matches.
pub(crate) const PLAIN: &str = "Anytown";
/// The response where no other is asked for.
pub(crate) const SMALL: &[u8] = br#"{"id":7,"title":"Hello"}"#;

impl Body {
    pub(crate) fn response(self) -> Bytes {
        match self {
            Self::Response(kib) => users(kib),
            Self::None | Self::Request(_) => Bytes::from_static(SMALL),
        }
    }

    pub(crate) fn request(self) -> Option<Bytes> {
        match self {
            Self::Request(kib) => Some(users(kib)),
            Self::None | Self::Response(_) => None,
        }
    }
}

/// Exactly so many KiB of users.
fn users(kib: usize) -> Bytes {
    let size = kib * 1024;
    let document = |count: usize, rest: usize| {
        let users: Vec<_> = (0..count).map(user).collect();
        json!({ "rest": "-".repeat(rest), "users": users }).to_string()
    };
    let count = (1..).take_while(|count| document(*count, 0).len() <= size).last();
    let count = count.expect("a user fits");
    let text = document(count, size - document(count, 0).len());
    assert_eq!(text.len(), size);
    text.into()
}

fn user(id: usize) -> serde_json::Value {
    json!({
        "id": id,
        "name": format!("User Number {id}"),
        "email": format!("user{id}@example.org"),
        "addresses": [
            { "street": "1 Main St", "city": "Anytown", "state": "CA", "zip": "12345" },
            { "street": "9 High St", "city": "Elsewhere", "state": "NY", "zip": "12345-6" },
        ],
        "card": { "number": "4111111111111111", "expires": "12/28" },
    })
}
