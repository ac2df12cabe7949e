use awc::cookie::Cookie;

use super::ObservedRequest;

impl ObservedRequest {
    /// As `awc::ClientRequest::cookie`.
    pub fn cookie(self, cookie: Cookie<'_>) -> Self {
        self.map(|request| request.cookie(cookie))
    }
}
