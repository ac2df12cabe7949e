//! Spans of exchanges: how they start, and what is written into them at the end.

mod attributes;
mod complete;
mod describe;
mod hyphenated;
mod json;
mod key_values;
mod standing;
mod start;
mod unfinished;
mod value;

pub(crate) use attributes::Attributes;
pub(crate) use complete::{Leaving, tell};
pub(crate) use describe::{Bodies, describe};
pub(crate) use standing::{Common, Standing};
pub(crate) use start::{start_call, start_exchange, start_kept, unsampled};
pub(crate) use unfinished::Unfinished;
pub(crate) use value::to_value;
