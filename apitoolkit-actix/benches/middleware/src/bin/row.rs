//! Makes the calls of one row.

fn main() {
    apitoolkit_middleware_bench::row::main();
}
