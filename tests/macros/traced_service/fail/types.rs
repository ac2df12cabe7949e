use actix_web::web;
use apitoolkit_actix::traced_service;

struct Opaque;

#[traced_service(attributes(opaque = Opaque))]
fn value() {}

#[traced_service(request = Opaque)]
async fn request(_: web::Bytes) -> String {
    String::new()
}

fn main() {
    value();
}
