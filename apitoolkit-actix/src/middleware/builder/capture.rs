use super::Builder;
use crate::config::CapturePolicy;

/// Which bodies are captured.
impl Builder {
    /// Whether request bodies are captured. Defaults to false.
    pub fn capture_request_body(mut self, capture: bool) -> Self {
        self.options.capture_request_body = capture;
        self
    }

    /// Whether response bodies are captured. Defaults to false.
    pub fn capture_response_body(mut self, capture: bool) -> Self {
        self.options.capture_response_body = capture;
        self
    }

    /// How much of a body is captured, in bytes, also after decompression. Defaults to 65,536; at
    /// most 524,288. A body over it to which a rule applies is withheld, with its size. The files of
    /// a multipart form are not kept and do not count.
    pub fn max_body_bytes(mut self, bytes: usize) -> Self {
        self.options.max_body_bytes = bytes;
        self
    }

    /// Of which exchanges captured bodies are kept. Defaults to [`CapturePolicy::Always`].
    ///
    /// It says nothing about whether bodies are captured: `capture_request_body` and
    /// `capture_response_body` do.
    pub fn capture_policy(mut self, policy: CapturePolicy) -> Self {
        self.options.capture_policy = policy;
        self
    }
}
