use apitoolkit_actix::traced_service;

#[traced_service(servce = "Blog", method = 7, skip = true, report_errors = "no")]
fn mistaken() {}

#[traced_service(service = "", service = "Blog", service = "Blog", handler, handler)]
fn repeated() {}

#[traced_service(skip, service = "Blog", attributes(id = 1))]
fn skipped() {}

#[traced_service(attributes(id), attributes = 1)]
fn described() {}

fn main() {
    // The functions are there: only the mistakes above are reported.
    mistaken();
    repeated();
    skipped();
    described();
}
