//! Makes the calls of one row and counts what they allocate. A program of its own, because counting
//! takes time and instructions.

use std::alloc::System;

use tracking_allocator::Allocator;

#[global_allocator]
static ALLOCATOR: Allocator<System> = Allocator::system();

fn main() {
    apitoolkit_middleware_bench::row::main();
}
