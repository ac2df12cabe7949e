use apitoolkit_actix::Redact;

#[derive(Redact)]
struct User<'a> {
    #[redact(nested)]
    name: String,
    #[redact(nested)]
    numbers: &'a [Option<u64>],
    #[redact(nested)]
    #[serde(serialize_with = "hex")]
    card: Card,
}

#[derive(Redact)]
struct Card;

fn main() {}
