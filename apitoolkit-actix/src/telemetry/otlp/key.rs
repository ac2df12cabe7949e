/// What stands around the key of an attribute with a short value: the tags and lengths of the
/// attribute, the key and the value, and what of which kind the value is.
pub(in crate::telemetry) const AROUND: usize = 8;

/// The key of an attribute, with the bytes that begin it in a span.
#[derive(Debug)]
pub(in crate::telemetry) struct Key<const N: usize> {
    pub(in crate::telemetry) name: &'static str,
    /// Its lengths are still to be filled in, but for that of the key.
    pub(super) head: [u8; N],
}

impl<const N: usize> Key<N> {
    pub(in crate::telemetry) const fn new(name: &'static str) -> Self {
        assert!(N == AROUND + name.len() && name.len() < 100);
        let mut head = [0; N];
        head[0] = super::attributes::ATTRIBUTE;
        head[2] = super::attributes::KEY;
        head[3] = name.len() as u8;
        let mut at = 0;
        while at < name.len() {
            head[4 + at] = name.as_bytes()[at];
            at += 1;
        }
        head[4 + at] = super::attributes::VALUE;
        Self { name, head }
    }
}

/// The [`Key`] of a name that is known beforehand.
macro_rules! key {
    ($name:expr) => {{
        const NAME: &str = $name;
        static KEY: $crate::telemetry::otlp::Key<{ $crate::telemetry::otlp::AROUND + NAME.len() }> =
            $crate::telemetry::otlp::Key::new(NAME);
        &KEY
    }};
}
pub(in crate::telemetry) use key;
