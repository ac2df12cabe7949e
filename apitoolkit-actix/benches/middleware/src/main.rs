//! Prints the table.

fn main() {
    apitoolkit_middleware_bench::table::main();
}
