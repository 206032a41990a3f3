//! The password of a node's RPC.

use std::fmt;

/// A password that no formatting prints.
#[derive(Clone)]
pub struct RpcPassword(String);

impl RpcPassword {
    /// Takes over the text.
    #[must_use]
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// The text itself, for the one request header it is meant for.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for RpcPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RpcPassword(…)")
    }
}
