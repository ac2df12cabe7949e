//! The app's side of the pipe to those who measure it.

use std::io;

use apitoolkit_actix::{Stats, Telemetry};
use serde::Serialize;

/// Prints what `tell` makes of the counts for each line of input, after sending everything if the
/// line is `flush`.
pub(crate) fn answer<T: Serialize>(
    telemetry: &Telemetry,
    tell: impl Fn(&Stats) -> T,
) -> io::Result<()> {
    for line in io::stdin().lines() {
        if line? == "flush"
            && let Err(error) = telemetry.flush()
        {
            eprintln!("{error}");
        }
        println!("{}", serde_json::to_string(&tell(&telemetry.stats()))?);
    }
    Ok(())
}
