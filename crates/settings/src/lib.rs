//! The shop's settings: typed, checked as a whole, read from and printed as the stable TOML form.
//!
//! Every setting is one row of the key table: its path in the form, how it is read and how it is shown. The settings
//! file ([`Settings::parse`]), the command line ([`Settings::get`], [`Settings::with`]) and the database rows
//! ([`Settings::to_rows`], [`Settings::from_rows`]) all go through that table, so they cannot disagree.
//!
//! Nothing is ever half applied: whoever changes settings gets new ones or one line that says what is wrong and, for a
//! file, on which line. Secrets are no settings and are refused.

mod bitcoin;
mod cash;
mod error;
mod evm;
mod field;
mod flat;
mod form;
mod key;
mod metrics;
mod policy;
mod print;
mod rates;
mod row;
mod shop;
mod stream;
mod stripe;
mod tax;

use money::{Currency, Money};
use payment::stream::{FeeRow, RouteRow, SettlementRow};
use payment::{Policy, QuotedRate, RailId, Timestamp};

use crate::stream::{fee, route, settlement};

pub use bitcoin::{Bitcoin, Network};
pub use cash::Cash;
pub use error::{Hint, Place, Problem, SettingsError};
pub use evm::{EvmChain, EvmToken, NATIVE_DECIMALS};
pub use metrics::Metrics;
pub use payment::Mode;
pub use policy::{PolicyRow, PolicyScope, depth, depth_name};
pub use rates::{Rates, fixed_rate};
pub use shop::{Language, Shop};
pub use stripe::Stripe;
pub use tax::Tax;

/// All settings of one till.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The mode of the data file they belong to. Not in the form: a file is imported into a mode.
    pub mode: Mode,
    /// `[shop]`
    pub shop: Shop,
    /// `[tax]`
    pub tax: Tax,
    /// `[cash]`
    pub cash: Cash,
    /// `[rates]`
    pub rates: Rates,
    /// `[[policy]]`: the first row that matches wins.
    pub policy: Vec<PolicyRow>,
    /// `[[route]]`: the first row that matches wins; without rows only cash is taken.
    pub routes: Vec<RouteRow>,
    /// `[[fee]]`: the first row that matches wins.
    pub fees: Vec<FeeRow>,
    /// `[[settlement]]`: at most one row for a rail and a currency.
    pub settlements: Vec<SettlementRow>,
    /// `[rail.bitcoin]`
    pub bitcoin: Bitcoin,
    /// `[[rail.evm]]`: one row for a chain.
    pub evm: Vec<EvmChain>,
    /// `[rail.stripe]`
    pub stripe: Stripe,
    /// `[metrics]`
    pub metrics: Metrics,
    /// The first run is done. A fact about the till that is stored with its settings, but not in the form.
    pub setup_done: bool,
}

impl Settings {
    /// What a new till starts with.
    ///
    /// Practice is a café that can sell at once and takes simulated cards; sandbox is the same on a regtest node and in
    /// cash; live has no rate until its
    /// owner sets one, and bitcoin switched off until there is a wallet.
    #[must_use]
    pub fn defaults(mode: Mode) -> Self {
        let shop = Shop::defaults(mode);
        let currency = shop.currency;
        Self {
            mode,
            shop,
            tax: Tax::defaults(),
            cash: Cash::defaults(currency),
            rates: Rates::defaults(mode, currency),
            policy: Vec::new(),
            routes: route::defaults(mode),
            fees: fee::defaults(mode, currency),
            settlements: settlement::defaults(mode, currency),
            bitcoin: Bitcoin::defaults(mode),
            evm: evm::defaults(mode),
            stripe: Stripe::defaults(mode),
            metrics: Metrics::default(),
            setup_done: false,
        }
    }

    /// Checks every setting by itself, against the others and against the mode.
    ///
    /// # Errors
    /// The first problem in the order of the form, with the key it is about.
    pub fn check(&self) -> Result<(), Problem> {
        self.shop.check()?;
        self.tax.check()?;
        self.cash.check(self.shop.currency)?;
        self.rates.check()?;
        policy::check(&self.policy, self.shop.currency)?;
        route::check(&self.routes, self.shop.currency)?;
        fee::check(&self.fees, self.shop.currency)?;
        settlement::check(&self.settlements)?;
        self.bitcoin.check(self.mode)?;
        evm::check(&self.evm, self.mode)?;
        self.stripe.check(self.mode)?;
        self.metrics.check()
    }

    /// What is safe and what is final for `amount` (in the shop's currency) paid in a coin of a rail: the first row that
    /// matches, else what is usual on the coin's chain.
    #[must_use]
    pub fn policy_for(&self, rail: RailId, coin: Currency, amount: Money) -> Policy {
        let row = self.policy.iter().find(|row| row.matches(rail, coin, amount));
        row.map_or_else(|| policy::usual(coin, Some(amount)), |row| row.policy)
    }

    /// May a customer be asked for this coin? What was shown before is watched either way.
    #[must_use]
    pub fn takes(&self, coin: Currency) -> bool {
        match coin.chain_id() {
            Some(chain_id) => self.evm.iter().any(|chain| chain.chain_id == chain_id && chain.enabled),
            None => self.bitcoin.enabled,
        }
    }

    /// What is usually safe and final for a coin when nobody knows what the amount is worth.
    #[must_use]
    pub fn usual_policy(&self, coin: Currency) -> Policy {
        policy::usual(coin, None)
    }

    /// Notes, for settings that come into force now, since when the owner's prices stand: since those `before`, or since
    /// now when they are others.
    pub fn date_prices(&mut self, before: &Self, now: Timestamp) {
        self.rates.date(&before.rates, now);
    }

    /// The owner's fixed price of one `base` in `quote`, as old as it is. `None` when there is none.
    #[must_use]
    pub fn rate(&self, base: Currency, quote: Currency, now: Timestamp) -> Option<QuotedRate> {
        self.rates.quoted(base, quote, now)
    }

    /// How long a quote lives, in milliseconds.
    #[must_use]
    pub fn quote_life_ms(&self) -> u32 {
        u32::from(self.shop.quote_minutes) * 60_000
    }

    /// Changes the unit of account. Amounts of cash follow, because coins and notes are the currency's own, and so do
    /// the fees and settlements that a till starts with; those the owner wrote stay.
    pub(crate) fn adopt(&mut self, currency: Currency) {
        let before = self.shop.currency;
        if before == currency {
            return;
        }
        self.shop.currency = currency;
        self.cash = Cash { enabled: self.cash.enabled, ..Cash::defaults(currency) };
        self.rates.price_play_coins(self.mode, currency);
        if self.fees == fee::defaults(self.mode, before) {
            self.fees = fee::defaults(self.mode, currency);
        }
        if self.settlements == settlement::defaults(self.mode, before) {
            self.settlements = settlement::defaults(self.mode, currency);
        }
    }
}
