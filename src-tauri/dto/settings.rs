//! The shop's settings as the screens edit them.

use serde::{Deserialize, Serialize};
use specta::Type;

/// All settings. Sent whole and checked whole: a bad value changes nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct SettingsDto {
    /// Which settings these are. A change carries the revision it was made from and is refused as `settings_changed`
    /// when that is not in force any more.
    pub revision: String,
    /// `[shop]`
    pub shop: ShopDto,
    /// `[tax]`
    pub tax: TaxSettingsDto,
    /// `[cash]`
    pub cash: CashSettingsDto,
    /// `[rates]`
    pub rates: RatesDto,
    /// `[[policy]]`, first match wins.
    pub policy: Vec<PolicyDto>,
    /// `[rail.bitcoin]`
    pub bitcoin: BitcoinDto,
    /// `[[rail.evm]]`
    pub evm: Vec<EvmChainDto>,
    /// `[rail.stripe]`
    pub stripe: StripeDto,
}

/// The shop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct ShopDto {
    /// Name on screens and receipts.
    pub name: String,
    /// Unit of account, ISO 4217. Can't change once a sale is booked.
    pub currency: String,
    /// `en` or `de`.
    pub language: String,
    /// Lines under the name on the receipt.
    pub receipt_header: String,
    /// Lines at the end of the receipt.
    pub receipt_footer: String,
    /// How long a quote lives, minutes, 1 to 1440.
    pub quote_minutes: u16,
    /// Underpayment accepted, percent as decimal text, 0 to 5.
    pub tolerance_percent: String,
}

/// Tax.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct TaxSettingsDto {
    /// Prices typed contain the tax.
    pub included: bool,
    /// Rates offered on the keypad, percent as decimal text; the first is usual.
    pub rates: Vec<String>,
}

/// Cash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct CashSettingsDto {
    /// Cash is taken.
    pub enabled: bool,
    /// Smallest coin in the shop's currency as decimal text (`0.05`), rounded to for cash.
    pub smallest_coin: String,
    /// Notes and coins suggested, decimal text, ascending.
    pub notes: Vec<String>,
}

/// Rates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct RatesDto {
    /// Names of sources: `fixed`, or public ones in the owner's order.
    pub sources: Vec<String>,
    /// Those of them whose own price is taken while it agrees with the others.
    pub preferred: Vec<String>,
    /// Fixed rates: pair (`BTC/EUR`) and price as decimal text.
    pub fixed: Vec<FixedRateDto>,
    /// Spread in percent as decimal text, 0 to 20.
    pub spread_percent: String,
    /// Spreads of single coins.
    pub spreads: Vec<SpreadDto>,
    /// Stablecoins by symbol that are taken for what they promise.
    pub at_par: Vec<String>,
}

/// The spread of one coin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct SpreadDto {
    /// Its symbol (`USDC`), or symbol and chain (`USDC.8453`).
    pub coin: String,
    /// In percent as decimal text, 0 to 20.
    pub percent: String,
}

/// One fixed rate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct FixedRateDto {
    /// `BTC/EUR`.
    pub pair: String,
    /// Decimal text, positive.
    pub price: String,
}

/// What is safe and final for an amount on a rail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct PolicyDto {
    /// `bitcoin`, `evm`, or one chain: `evm:8453`.
    pub rail: String,
    /// Applies up to this amount in the shop's currency (decimal text); none for every amount.
    pub up_to: Option<String>,
    /// Before the goods go: 0 to 100 confirmations, or on an EVM chain `safe` or `finalized`.
    pub safe: String,
    /// When it is final, at least as deep: 1 to 1000 confirmations, or `safe` or `finalized`.
    pub r#final: String,
}

/// Bitcoin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct BitcoinDto {
    /// Offered at the till.
    pub enabled: bool,
    /// `bitcoin`, `testnet4`, `signet`, `regtest`.
    pub network: String,
    /// Key origin and account xpub, or a descriptor: watch-only. Empty when not set up.
    pub account: String,
    /// Servers by address scheme.
    pub servers: Vec<String>,
}

/// One EVM chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct EvmChainDto {
    /// Offered at the till.
    pub enabled: bool,
    /// What people call it (`Base`).
    pub name: String,
    /// Its number (EIP-155), decimal text.
    pub chain_id: String,
    /// The account's xpub, the same on every chain: watch-only. Empty when not set up.
    pub account: String,
    /// Servers by address, in the order they are asked.
    pub rpc: Vec<String>,
    /// What its own coin is called.
    pub native: String,
    /// The tokens taken there.
    pub tokens: Vec<EvmTokenDto>,
}

/// A token (ERC-20).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct EvmTokenDto {
    /// What it is called.
    pub symbol: String,
    /// Its contract.
    pub address: String,
    /// Digits after the point in its base units, 0 to 77.
    pub decimals: u8,
}

/// Cards through Stripe.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct StripeDto {
    /// Offered at the till.
    pub enabled: bool,
    /// Where Stripe is: `https://api.stripe.com`, or a stand-in's address in sandbox.
    pub api_base: String,
    /// Stripe's name of the reader on the counter (`tmr_…`). Empty when there is none.
    pub reader: String,
    /// When the money of a card is taken: `at_once` or `later`.
    pub capture: String,
}

/// Reads a settings file.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct SettingsImportRequest {
    /// The file's text (TOML). What it names is replaced, the rest is kept.
    pub text: String,
}

/// Changes one setting.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct SettingsPutRequest {
    /// Its key (`shop.name`).
    pub key: String,
    /// Its value as text.
    pub value: String,
}
