//! A server that the app under test calls: it answers what a script says, and keeps what it was
//! sent, byte by byte.

mod answer;
mod connection;
mod gate;
mod received;
mod server;

pub use answer::Answer;
pub use gate::Gate;
pub use received::Received;
pub use server::Upstream;
