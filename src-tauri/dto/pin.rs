//! The owner's PIN. It crosses from the window only, and never back.

use serde::{Deserialize, Serialize};
use specta::Type;

/// How the owner's PIN stands.
#[derive(Clone, Debug, Serialize, Type)]
pub struct PinStatusDto {
    /// There is one.
    pub is_set: bool,
    /// Seconds until it may be typed again; 0 when it may be typed now.
    pub wait_seconds: u32,
}

/// Asks whether this is the PIN. A wrong one is refused, and counted.
#[derive(Clone, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct PinCheckRequest {
    /// As typed.
    pub pin: String,
}

/// Sets a PIN of 6 to 12 digits.
#[derive(Clone, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct PinSetRequest {
    /// The present one; null when there is none.
    pub present: Option<String>,
    /// The new one.
    pub new: String,
}

/// Removes the PIN.
#[derive(Clone, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct PinForgetRequest {
    /// The PIN, or the words of a wallet of this till.
    pub proof: String,
}
