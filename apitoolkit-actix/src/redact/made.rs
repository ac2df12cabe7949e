/// What somebody has made of something, so that it need not be made again of the same. Empty before.
#[derive(Debug, Default)]
pub(crate) struct Made {
    pub(crate) bytes: Vec<u8>,
    /// Of how many parts it is.
    pub(crate) parts: u32,
}

impl Made {
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.parts = 0;
    }
}
