//! What serde reads and does not write: aliases, other names, arrays for objects.

use apitoolkit_actix::{Redact, RedactRules};
use serde::Deserialize;

use crate::support::{exactly_read, read_as};

#[derive(Deserialize, Redact)]
#[serde(rename_all(deserialize = "camelCase", serialize = "SCREAMING_SNAKE_CASE"))]
#[expect(dead_code, reason = "only read")]
struct User {
    #[redact]
    #[serde(alias = "mail", alias = "e-mail")]
    user_email: String,
    #[serde(default)]
    name: String,
    #[serde(default, rename(deserialize = "readAs", serialize = "written_as"))]
    #[redact]
    renamed: Option<String>,
    #[serde(default, skip_deserializing)]
    #[redact]
    only_written: String,
}

#[test]
fn every_name_that_is_read() {
    exactly_read::<User>(r#"{"userEmail":"SECRET","name":"plain"}"#);
    exactly_read::<User>(r#"{"mail":"SECRET","readAs":"SECRET","user_email":"plain"}"#);
    exactly_read::<User>(r#"{"name":"plain","e-mail":"SECRET","unknown":"plain"}"#);
    assert_eq!(
        RedactRules::of::<User>().json_paths(),
        [
            "$['USER_EMAIL']",
            "$['userEmail']",
            "$['mail']",
            "$['e-mail']",
            "$['written_as']",
            "$['readAs']",
            "$['ONLY_WRITTEN']",
        ]
    );
}

#[test]
fn objects_may_come_as_arrays_and_then_nobody_knows_their_fields() {
    let hidden = r#"["[CLIENT_REDACTED]","[CLIENT_REDACTED]","[CLIENT_REDACTED]"]"#;
    read_as::<User>(r#"["SECRET","plain","SECRET"]"#, hidden);

    #[derive(Deserialize, Redact)]
    #[expect(dead_code, reason = "only read")]
    struct Team {
        #[redact(nested)]
        lead: User,
        #[redact(nested)]
        members: Vec<User>,
    }
    read_as::<Team>(
        r#"{"lead":["SECRET","plain","SECRET"],"members":[{"mail":"SECRET"}]}"#,
        &format!(r#"{{"lead":{hidden},"members":[{{"mail":"[CLIENT_REDACTED]"}}]}}"#),
    );

    #[derive(Deserialize, Redact)]
    #[expect(dead_code, reason = "only read")]
    enum External {
        Made {
            #[redact]
            by: String,
            at: u8,
        },
    }
    read_as::<External>(
        r#"{"Made":["SECRET",1]}"#,
        r#"{"Made":["[CLIENT_REDACTED]","[CLIENT_REDACTED]"]}"#,
    );

    #[derive(Deserialize, Redact)]
    #[serde(tag = "t", content = "c")]
    #[expect(dead_code, reason = "only read")]
    enum Adjacent {
        Made {
            #[redact]
            by: String,
        },
    }
    let two = r#"["[CLIENT_REDACTED]","[CLIENT_REDACTED]"]"#;
    read_as::<Adjacent>(r#"["Made",{"by":"SECRET"}]"#, two);

    #[derive(Deserialize, Redact)]
    #[serde(tag = "t")]
    #[expect(dead_code, reason = "only read")]
    enum Internal {
        Made {
            #[redact]
            by: String,
        },
    }
    read_as::<Internal>(r#"["Made","SECRET"]"#, two);
}
