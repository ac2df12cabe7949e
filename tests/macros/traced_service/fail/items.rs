use apitoolkit_actix::traced_service;

#[traced_service]
struct Service;

trait Find {
    #[traced_service]
    fn find(&self);
}

#[traced_service]
const fn constant() -> u8 {
    1
}

const ONE: u8 = constant();

fn main() {
    let _ = (Service, ONE);
}
