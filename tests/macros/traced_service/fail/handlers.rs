use actix_web::web;
use apitoolkit_actix::traced_service;
use serde::de::DeserializeOwned;

struct Api;

impl Api {
    #[traced_service(handler)]
    async fn create(&self) {}
}

#[traced_service(handler)]
async fn generic<T: DeserializeOwned>(body: web::Json<T>) -> String {
    drop(body);
    String::new()
}

#[traced_service(handler = false, request = Api)]
async fn neither(_: web::Bytes) {}

fn main() {
    drop(Api.create());
}
