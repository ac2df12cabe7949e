//! serde's attributes are accepted with and without serde, whatever they say.
use apitoolkit_actix::Redact;

#[derive(Redact)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default, bound(serialize = "T: Copy"))]
#[serde(crate = "serde", expecting = "a user")]
struct User<T> {
    #[serde(default = "Default::default", borrow = "'a + 'b", with = "module")]
    #[redact]
    email: T,
    #[serde(getter = "User::name", serialize_with = "some::path")]
    name: T,
}

#[derive(Redact)]
#[serde(into = "String", try_from = "String")]
#[redact]
struct Card(#[allow(dead_code)] u64);

#[derive(Redact)]
#[serde(remote = "Foreign")]
struct Mirror {
    #[redact]
    secret: u8,
}

fn main() {
    let user = User { email: 1, name: 2 };
    assert_eq!(user.email + user.name + Mirror { secret: 1 }.secret, 4);
    let rules = apitoolkit_actix::RedactRules::of::<(User<u8>, Card)>();
    assert_eq!(rules.json_paths(), ["$[0]['email']", "$[1]"]);
}
