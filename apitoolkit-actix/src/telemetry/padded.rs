use std::ops::Deref;

/// A value that shares its cache line with no other: what one thread writes all the time slows no
/// other that reads or writes something beside it.
#[derive(Debug, Default)]
#[repr(align(64))]
pub(super) struct Padded<T>(pub(super) T);

impl<T> Deref for Padded<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}
