/// One request as it came.
#[derive(Debug, Clone, Default)]
pub struct Received {
    /// Which of the accepted connections it came on, from 1.
    pub connection: usize,
    /// Request line and headers as sent, with the empty line.
    pub head: String,
    /// The body as sent, with the framing of its chunks; at most the first MiB.
    pub body: Vec<u8>,
    /// The body without framing; at most the first MiB.
    pub content: Vec<u8>,
    /// How long the body is, without framing, in bytes.
    pub length: u64,
    /// Whether all of it came.
    pub complete: bool,
}

impl Received {
    /// The request's method.
    #[must_use]
    pub fn method(&self) -> &str {
        self.head.split(' ').next().unwrap_or_default()
    }

    /// What the request line asks for.
    #[must_use]
    pub fn target(&self) -> &str {
        self.head.split(' ').nth(1).unwrap_or_default()
    }

    /// Every value of a header, in order.
    #[must_use]
    pub fn header(&self, name: &str) -> Vec<&str> {
        self.lines()
            .filter_map(|line| line.split_once(": "))
            .filter(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
            .collect()
    }

    /// The one value of a header that is there once.
    ///
    /// # Panics
    /// When it is not.
    #[must_use]
    pub fn the(&self, name: &str) -> &str {
        let values = self.header(name);
        assert_eq!(values.len(), 1, "{name} in {}", self.head);
        values.first().copied().unwrap_or_default()
    }

    /// The head without these headers, the others sorted: a client that keeps them in a hash map
    /// writes them in another order each time. Names and values are as sent.
    #[must_use]
    pub fn head_without(&self, names: &[&str]) -> String {
        let mut lines = self.lines();
        let first = lines.next().unwrap_or_default();
        let is_left_out = |line: &&str| {
            let name = line.split(':').next().unwrap_or_default();
            names.iter().any(|left_out| name.eq_ignore_ascii_case(left_out))
        };
        let mut rest: Vec<_> = lines.filter(|line| !is_left_out(line)).collect();
        // Stable: the values of one name keep their order.
        rest.sort_by_key(|line| line.split(':').next().map(str::to_ascii_lowercase));
        rest.insert(0, first);
        rest.join("\r\n")
    }

    fn lines(&self) -> impl Iterator<Item = &str> {
        self.head.split("\r\n").filter(|line| !line.is_empty())
    }
}
