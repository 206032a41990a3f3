//! The password of a node's RPC.

use std::fmt;

/// A password that no formatting prints.
#[derive(Clone)]
pub struct RpcPassword(String);

impl RpcPassword {
    /// Takes over the text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
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
