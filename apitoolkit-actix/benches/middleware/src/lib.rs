//! What a request costs with apitoolkit-actix and with its peers, in one table.
//!
//! Each row runs in a process of its own, because providers, subscribers and hubs are global: the
//! program `row` makes the calls and tells their time, or serves them over TCP; `counted-row` counts
//! allocations as well; the program that prints the tables starts them, by themselves and under
//! callgrind.

pub mod allocations;
mod app;
mod body;
mod checks;
mod drive;
mod measure;
mod peers;
mod rig;
pub mod row;
mod rows;
mod serve;
mod sink;
pub mod table;
mod tcp;

// Who sends requests over TCP, shared with the examples that load an app.
#[path = "../../../../examples/common/driver.rs"]
mod driver;
#[path = "../../../../examples/common/helper.rs"]
mod helper;
#[path = "../../../../examples/common/process.rs"]
mod process;
