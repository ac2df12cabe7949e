//! Traces on disk while the receiver is away.

mod bound;
mod damage;
mod killed;
mod mistakes;
mod outage;
mod restart;
mod support;
