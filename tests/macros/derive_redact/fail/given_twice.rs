use apitoolkit_actix::Redact;

#[derive(Redact)]
#[redact(debug, debug)]
#[redact(debug)]
struct User {
    #[redact]
    #[redact(nested)]
    name: u8,
    #[redact(nested, nested)]
    email: (),
}

fn main() {}
