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
    /// The account; none when nobody was reached, or the key may not read it.
    pub account: Option<StripeAccountDto>,
    /// Everything that a till needs of a key, in the order of Stripe's own page; empty when nobody was reached.
    pub permissions: Vec<StripePermissionDto>,
}

/// The shop's account at Stripe.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct StripeAccountDto {
    /// Stripe's name for it (`acct_…`).
    pub id: String,
    /// What its owner calls it; empty when nothing.
    pub name: String,
    /// It may take payments.
    pub takes_payments: bool,
    /// It may pay out to the shop's bank.
    pub pays_out: bool,
}

/// Something that a till needs of its key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct StripePermissionDto {
    /// Its name on Stripe's page for keys.
    pub name: String,
    /// It is to be changed, too, and not only read.
    pub write: bool,
    /// What the till does with it, English.
    pub reason: String,
    /// The key has it.
    pub granted: bool,
}

/// A card reader of the shop's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct StripeReaderDto {
    /// Stripe's name for it (`tmr_…`): what the settings take.
    pub id: String,
    /// What the shop calls it.
    pub label: String,
    /// What it is, in Stripe's word, such as `bbpos_wisepos_e`.
    pub device: String,
    /// It was heard within the last two minutes: an offline reader takes no cards.
    pub online: bool,
    /// When it was heard last (RFC 3339); empty when never.
    pub heard_at: String,
    /// It is doing something.
    pub busy: bool,
}

/// Makes a reader the shop's.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct StripeReaderRegisterRequest {
    /// What the reader shows when it is asked to pair.
    pub code: String,
    /// What the shop calls it.
    pub label: String,
    /// Where it stands: needed for the first reader only.
    pub place: Option<StripePlaceDto>,
}

/// Where a reader stands.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct StripePlaceDto {
    /// The name of the shop or branch.
    pub name: String,
    /// Two letters (ISO 3166-1), such as `DE`.
    pub country: String,
    /// Street and number.
    pub line: String,
    /// The town.
    pub city: String,
    /// The postal code.
    pub postal_code: String,
    /// The state; empty where the country has none.
    pub state: String,
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
