use apitoolkit_actix::Redact;

#[derive(Redact)]
#[redact(debgu, crate = apitoolkit_actix)]
struct User {
    #[redact(nestde)]
    name: u8,
    #[redact = "all"]
    email: u8,
    #[redact()]
    phone: u8,
}

#[derive(Redact)]
enum Event {
    #[redact(nested)]
    Made { by: u8 },
    #[redact]
    Gone,
}

fn main() {
    // The types are there: only the mistakes above are reported.
    let _ = apitoolkit_actix::RedactRules::of::<(User, Event)>();
}
