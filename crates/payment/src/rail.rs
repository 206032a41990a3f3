//! The names of the rails, and the port to every kind of money that is not in the drawer. Wire formats, clients and
//! their traps live behind it.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use money::{Currency, Money};
use thiserror::Error;

use crate::{Observation, PaymentId, Timestamp};

/// A future of a port method, boxed so that rails can be kept side by side.
pub type RailFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Which rail: by technology, such as `bitcoin`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RailId {
    name: &'static str,
    kind: RailKind,
}

/// How money moves on a rail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RailKind {
    /// The customer sends it to an address, and confirmations make it safe and final.
    Chain,
    /// The till charges it: micropayments gather on the payer's tab until one settlement takes them together.
    Charging,
    /// It is in the drawer at once.
    Drawer,
}

impl RailId {
    /// On-chain bitcoin.
    pub const BITCOIN: Self = Self { name: "bitcoin", kind: RailKind::Chain };
    /// Coins and notes.
    pub const CASH: Self = Self { name: "cash", kind: RailKind::Drawer };
    /// Coins and tokens of EVM chains: one account, whose every address is the same on all of them.
    pub const EVM: Self = Self { name: "evm", kind: RailKind::Chain };
    /// Cards by Stripe.
    pub const STRIPE: Self = Self { name: "stripe", kind: RailKind::Charging };

    const ALL: &'static [Self] = &[Self::BITCOIN, Self::EVM, Self::CASH, Self::STRIPE];

    /// The stable name, as stored.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// How money moves on it.
    #[must_use]
    pub const fn kind(self) -> RailKind {
        self.kind
    }

    /// Every rail.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied()
    }

    /// Finds a rail of any kind by its stored name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|rail| rail.name == name)
    }

    /// Finds a rail by its stored name where only one that is paid by address will do.
    #[must_use]
    pub fn chain_named(name: &str) -> Option<Self> {
        Self::named(name).filter(|rail| rail.kind == RailKind::Chain)
    }
}

impl fmt::Display for RailId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// How being paid in a coin is named on the command line, in lists and between screens and till: `bitcoin`,
/// `evm:8453/USDC`.
#[must_use]
pub fn method_name(rail: RailId, coin: Currency) -> String {
    match coin.chain_id() {
        Some(chain_id) => format!("{rail}:{chain_id}/{}", coin.symbol()),
        None => rail.name().to_owned(),
    }
}

/// A wish to be paid. Stored before the rail is called; the id is the rail's idempotency key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The payment, and the key: asking again with it gives the same answer.
    pub payment: PaymentId,
    /// What to ask for, in the rail's coin.
    pub amount: Money,
}

/// Where the customer can send the money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The payment it answers.
    pub payment: PaymentId,
    /// A fresh address, never offered before.
    pub address: String,
    /// What the rail must have stored before the address is shown: opaque to everybody else.
    pub change_set: Option<Vec<u8>>,
}

/// What the rail saw, and what it must remember of having seen it. Both are committed together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Readings of transfers.
    pub observations: Vec<Observation>,
    /// The rail's own state to store with them: opaque to everybody else.
    pub change_set: Option<Vec<u8>>,
    /// The observations are all transfers the rail knows of: what the books hold open and is not among them is gone.
    pub complete: bool,
    /// A full scan after a restore is done: ordinary watching may resume at the next start.
    pub scanned: bool,
}

/// What a rail is given back of what it asked to be stored.
#[derive(Clone, Debug, Default)]
pub struct RailMemory {
    /// Every change set in the order it was stored.
    pub change_sets: Vec<Vec<u8>>,
    /// The highest observation number stored; the next one must be above it.
    pub last_observation: u64,
    /// The database came from a backup: addresses shown after it are unknown here. Scan in full and skip ahead.
    pub restored: bool,
}

/// Takes reports and answers when they are committed.
pub trait ReportSink: Send + Sync {
    /// Commits a report. A rail may forget what it staged only after `Ok`.
    fn report<'a>(&'a self, rail: RailId, report: Report) -> RailFuture<'a, Result<(), NotCommitted>>;
}

/// A report was not committed: stop watching; the next start begins from what is stored.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("the report was not committed")]
pub struct NotCommitted;

/// What a call's failure allows the caller to do next.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum RailError {
    /// Final: the customer's bank or wallet said no.
    #[error("declined: {0}")]
    Declined(String),
    /// Nothing was sent: safe to try again.
    #[error("not sent: {0}")]
    NotSent(String),
    /// The answer never came: ask what became of it, never send again blindly.
    #[error("the outcome is not known: {0}")]
    Unknown(String),
    /// The shop's settings or keys must change first.
    #[error("not set up right: {0}")]
    Misconfigured(String),
    /// The other side broke its own rules: a defect or a change over there.
    #[error("unexpected answer: {0}")]
    Protocol(String),
}

/// The class of a failure, as recorded: what it allows next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RailFailureClass {
    /// Final: the customer's side said no.
    Declined,
    /// Nothing was sent.
    NotSent,
    /// The outcome is not known.
    Unknown,
    /// The shop must act.
    Misconfigured,
    /// The other side broke its rules.
    Protocol,
}

impl RailFailureClass {
    /// Every class with its stored name.
    pub const ALL: &'static [(Self, &'static str)] = &[
        (Self::Declined, "declined"),
        (Self::NotSent, "not_sent"),
        (Self::Unknown, "unknown"),
        (Self::Misconfigured, "misconfigured"),
        (Self::Protocol, "protocol"),
    ];

    /// The stored name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(class, _)| *class == self).map_or("unknown", |(_, name)| name)
    }
}

impl RailError {
    /// Its class.
    #[must_use]
    pub const fn class(&self) -> RailFailureClass {
        match self {
            Self::Declined(_) => RailFailureClass::Declined,
            Self::NotSent(_) => RailFailureClass::NotSent,
            Self::Unknown(_) => RailFailureClass::Unknown,
            Self::Misconfigured(_) => RailFailureClass::Misconfigured,
            Self::Protocol(_) => RailFailureClass::Protocol,
        }
    }

    /// The one line without its class.
    #[must_use]
    pub fn reason(&self) -> &str {
        match self {
            Self::Declined(reason)
            | Self::NotSent(reason)
            | Self::Unknown(reason)
            | Self::Misconfigured(reason)
            | Self::Protocol(reason) => reason,
        }
    }

    /// The same with every card number masked: what the other side says can't be refused, and goes into the books.
    #[must_use]
    pub fn masked(self) -> Self {
        let masked = |reason: String| card_numbers::masked(&reason).into_owned();
        match self {
            Self::Declined(reason) => Self::Declined(masked(reason)),
            Self::NotSent(reason) => Self::NotSent(masked(reason)),
            Self::Unknown(reason) => Self::Unknown(masked(reason)),
            Self::Misconfigured(reason) => Self::Misconfigured(masked(reason)),
            Self::Protocol(reason) => Self::Protocol(masked(reason)),
        }
    }
}

/// The newest block a rail knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tip {
    /// Its height.
    pub height: u32,
    /// Its hash.
    pub hash: String,
    /// The time it claims.
    pub time: Timestamp,
}

/// One counterparty's health.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerHealth {
    /// Its address, without any password.
    pub address: String,
    /// `None` while it answers, else why not.
    pub problem: Option<String>,
}

/// Something about a rail the owner should know although it still works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RailNotice {
    /// The latest addresses were shown and never paid to. A wallet restored from the words elsewhere stops looking after
    /// `limit` such addresses (BIP-44) and would not find what is paid to the next one.
    UnpaidInARow {
        /// How many.
        count: u32,
        /// With how many another wallet stops.
        limit: u32,
    },
}

/// A rail's health, for the status strip and for what the till may offer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RailHealth {
    /// The newest block, when known.
    pub tip: Option<Tip>,
    /// The counterparties.
    pub servers: Vec<ServerHealth>,
    /// What the owner should know beside them.
    pub notices: Vec<RailNotice>,
}

impl RailHealth {
    /// Does any counterparty answer?
    #[must_use]
    pub fn is_up(&self) -> bool {
        self.servers.iter().any(|server| server.problem.is_none())
    }
}

/// A payment link and the text to draw as its code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentLink {
    /// The link to copy or open.
    pub uri: String,
    /// The same link spelled so that its code is smallest (upper case where the standard allows it).
    pub code: String,
}

/// One kind of money that is not in the drawer.
pub trait Rail: Send + Sync {
    /// Its name.
    fn id(&self) -> RailId;

    /// The coins it can be asked for, in the shop's order; at least one.
    fn coins(&self) -> Vec<Currency>;

    /// The name of the network a coin of this rail moves on (`regtest`, `Base`).
    fn network(&self, coin: Currency) -> String;

    /// How the counterparties of that network are.
    fn health(&self, coin: Currency) -> RailHealth;

    /// The smallest amount of a coin worth asking for (dust is refused by the network).
    fn amount_min(&self, coin: Currency) -> Money;

    /// What the network takes for sending a coin today, in the network's own coin; `None` where the rail does not know.
    fn network_fee(&self, coin: Currency) -> Option<Money> {
        let _ = coin;
        None
    }

    /// The usual time between two blocks of a coin's network; `None` where the rail does not say.
    fn block_time(&self, coin: Currency) -> Option<Duration> {
        let _ = coin;
        None
    }

    /// A link for an amount of one of its coins to an address this rail offered.
    fn link(&self, address: &str, amount: Money) -> PaymentLink;

    /// Finds a fresh place to be paid at. Works while every server is down. The same attempt gets the same answer
    /// until it is committed and the next address after that.
    fn offer<'a>(&'a self, attempt: &'a Attempt) -> RailFuture<'a, Result<Offer, RailError>>;

    /// Watches until dropped: reports what it sees, waits for each report's commit, and rides out servers that fail.
    /// The first report of a watch is complete.
    fn watch<'a>(&'a self, sink: Arc<dyn ReportSink>) -> RailFuture<'a, Result<(), RailError>>;
}
