use apitoolkit_actix::Redact;

struct Address {
    _zip: u8,
}

#[derive(Redact)]
struct User {
    #[redact(nested)]
    address: Option<Address>,
}

fn main() {}
