use std::time::Duration;

use super::Builder;

/// What [`ApiToolkit::explorer`](crate::ApiToolkit::explorer) keeps, and who may look at it.
impl Builder {
    /// How much memory the explorer may take, in bytes. Defaults to 67,108,864 (64 MiB); at least
    /// 1,048,576. The oldest exchanges make room for new ones.
    pub fn explorer_memory(mut self, bytes: usize) -> Self {
        self.options.explorer.memory = bytes;
        self
    }

    /// How long the explorer keeps an exchange. Defaults to 24 hours.
    pub fn explorer_max_age(mut self, age: Duration) -> Self {
        self.options.explorer.max_age = age;
        self
    }

    /// Names of hosts under which the explorer answers. Defaults to none: it answers to `localhost`,
    /// to names that end in `.localhost` and to addresses of the loopback interface. A name with a
    /// dot in front, `.test`, stands for all that end so.
    ///
    /// # Security
    /// A page of somebody else's may lead a browser here under a name of its own (DNS rebinding):
    /// name only what is yours.
    pub fn explorer_hosts<H: Into<String>>(mut self, hosts: impl IntoIterator<Item = H>) -> Self {
        self.options.explorer.hosts.extend(hosts.into_iter().map(Into::into));
        self
    }

    /// What opens the explorer: at least 16 letters, digits and `-_.~`. Defaults to the environment
    /// variable `APITOOLKIT_EXPLORER_TOKEN`, else to a random one that is kept in the user's state
    /// directory (`$XDG_STATE_HOME/apitoolkit/explorer-token`), so that a browser stays logged in
    /// when the app restarts.
    pub fn explorer_token(mut self, token: impl Into<String>) -> Self {
        self.options.explorer.token = Some(token.into());
        self
    }
}
