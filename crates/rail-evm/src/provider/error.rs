//! Why a provider cannot be used at the moment. One line each, for the owner to read; no key of an address is ever in it.

use alloy::transports::{RpcError, TransportError, TransportErrorKind};
use thiserror::Error;

use crate::Endpoint;

/// So much of what a provider says is repeated.
const SAID_CHARS_MAX: usize = 160;
const TOO_MANY_REQUESTS: u16 = 429;
/// Codes of JSON-RPC errors that mean "too many requests" with some company.
const THROTTLED_CODES: [i64; 2] = [-32_005, 429];

/// A provider's failure.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum ProviderError {
    #[error("it does not answer")]
    Silent,
    #[error("it cannot be reached")]
    Unreachable,
    #[error("it wants fewer requests: use another provider or a larger plan")]
    Throttled,
    #[error("it refuses: {0}")]
    Refused(String),
    #[error("it serves chain {found} and not {wanted}: correct its address")]
    WrongChain { found: u64, wanted: u64 },
    #[error("it does not have the block it names")]
    NoBlock,
    #[error("it contradicts a finalized block at height {0}")]
    AgainstFinalized(u64),
    #[error("most other providers contradict it about block {0}")]
    Outvoted(u64),
    #[error("it is behind what was seen before")]
    Behind,
    #[error("it answers nonsense: {0}")]
    Nonsense(&'static str),
}

impl ProviderError {
    /// The client's error in our words.
    pub(super) fn of(error: &TransportError, endpoint: &Endpoint) -> Self {
        match error {
            RpcError::ErrorResp(said) if THROTTLED_CODES.contains(&said.code) => Self::Throttled,
            RpcError::ErrorResp(said) => Self::Refused(one_line(&endpoint.without_keys(&said.message))),
            RpcError::DeserError { .. } => Self::Nonsense("an answer of an unknown form"),
            RpcError::NullResp => Self::Nonsense("nothing where something must be"),
            RpcError::SerError(_) | RpcError::LocalUsageError(_) | RpcError::UnsupportedFeature(_) => {
                Self::Nonsense("a question it cannot be asked")
            }
            RpcError::Transport(kind) => Self::of_transport(kind),
        }
    }

    /// May the same question be answered a moment later?
    pub(super) const fn may_pass(&self) -> bool {
        matches!(self, Self::Unreachable | Self::Throttled)
    }

    fn of_transport(kind: &TransportErrorKind) -> Self {
        match kind {
            TransportErrorKind::HttpError(error)
            | TransportErrorKind::HttpErrorWithRetryAfter { error, .. } => match error.status {
                TOO_MANY_REQUESTS => Self::Throttled,
                status => Self::Refused(format!("HTTP status {status}")),
            },
            TransportErrorKind::MissingBatchResponse(_) => Self::Nonsense("a part of the answer is missing"),
            _ => Self::Unreachable,
        }
    }
}

/// The first line of what a provider said, and not too much of it.
fn one_line(said: &str) -> String {
    let line = said.lines().next().unwrap_or_default();
    line.chars().filter(|symbol| !symbol.is_control()).take(SAID_CHARS_MAX).collect()
}
