use apitoolkit_actix::Redact;

#[derive(Redact)]
#[serde(into = "String")]
struct User {
    #[redact]
    name: u8,
}

#[derive(Redact)]
#[serde(rename_all = "camel_case")]
struct Cased {
    #[redact]
    name: u8,
}

#[derive(Redact)]
union Bits {
    a: u8,
    b: i8,
}

fn main() {}
