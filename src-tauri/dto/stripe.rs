//! Stripe as the owner sets it up: the key of which only the end is shown, and whether Stripe takes it.

use serde::{Deserialize, Serialize};
use specta::Type;

/// Stripe at this till.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct StripeStatusDto {
    /// Offered at the till.
    pub enabled: bool,
    /// Simulated (practice mode): no key is needed.
    pub simulated: bool,
    /// Where Stripe is, or a stand-in for it.
    pub api_base: String,
    /// Stripe's name of the reader on the counter; empty when there is none.
    pub reader: String,
    /// The key in the keyring; none when there is none, or the keyring does not tell.
    pub key: Option<StripeKeyDto>,
    /// The secret of the webhook is in the keyring.
    pub has_webhook_secret: bool,
    /// Cards can be taken now.
    pub up: bool,
    /// Why not, one line; empty when they can.
    pub problem: String,
    /// The last test of the connection; none when there was none since the till was opened.
    pub check: Option<StripeCheckDto>,
}

/// What may be told of a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct StripeKeyDto {
    /// It moves real money.
    pub live: bool,
    /// It may do only what it was given, as a till's key should.
    pub restricted: bool,
    /// Its last four characters.
    pub last4: String,
}

/// A test of the connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct StripeCheckDto {
    /// When (RFC 3339).
    pub at: String,
    /// What stands in the way, one line; empty when nothing does.
    pub problem: String,
}

/// Which secret of Stripe's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum StripeSecretDto {
    /// The key to the account.
    Key,
    /// What webhooks are signed with.
    Webhook,
}

/// Keeps a secret of Stripe's in the keyring. It is never read back.
#[derive(Clone, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct StripeSecretSetRequest {
    /// Which one.
    pub name: StripeSecretDto,
    /// The secret.
    pub secret: String,
}

/// Removes a secret of Stripe's from the keyring.
#[derive(Clone, Copy, Debug, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct StripeSecretForgetRequest {
    /// Which one.
    pub name: StripeSecretDto,
}
