//! What the status strip and the frame of every screen show.

use serde::{Deserialize, Serialize};
use specta::Type;

/// The till at a glance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct StatusDto {
    /// `practice`, `sandbox` or `live`.
    pub mode: String,
    /// Version of the program.
    pub version: String,
    /// True until the first-run wizard was finished.
    pub first_run: bool,
    /// `window` or `browser`: what this screen runs in.
    pub surface: String,
    /// Shop name.
    pub shop_name: String,
    /// `en`, `de`.
    pub language: String,
    /// Unit of account and its scale.
    pub currency: String,
    /// Digits after the decimal mark of the unit of account.
    pub scale: u8,
    /// Number the next sale will get.
    pub next_sale_number: u32,
    /// The till's clock (RFC 3339).
    pub now: String,
    /// The clock is behind what is in the books already: dates will be wrong until it is set.
    pub clock_is_behind: bool,
    /// Where the data files are.
    pub data_dir: String,
    /// Where the logs are.
    pub log_dir: String,
    /// Bitcoin.
    pub bitcoin: BitcoinStatusDto,
    /// EVM chains, in the order of the settings.
    pub chains: Vec<ChainStatusDto>,
    /// Cards.
    pub cards: CardsStatusDto,
    /// What of cards waits for the owner.
    pub cards_waiting: CardsWaitingDto,
    /// State of the books.
    pub ledger: LedgerStatusDto,
    /// State of the OS keyring.
    pub keyring: KeyringDto,
    /// Stray payments somebody has to decide about.
    pub strays_open: u32,
    /// Dead letters nobody has dealt with, and charges of tabs that were set aside.
    pub dead_letters_open: u32,
    /// Those of them that are charges of tabs.
    pub charges_set_aside: u32,
    /// Alerts not acknowledged, newest first.
    pub alerts: Vec<AlertDto>,
}

/// Health of the bitcoin rail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct BitcoinStatusDto {
    /// Offered at the till.
    pub enabled: bool,
    /// An account is set.
    pub set_up: bool,
    /// Simulated (practice mode).
    pub simulated: bool,
    /// Network name.
    pub network: String,
    /// Height of the tip, when known.
    pub tip_height: Option<u32>,
    /// Age of the newest block by the till's clock, seconds.
    pub tip_age_s: Option<u32>,
    /// Servers.
    pub servers: Vec<ServerDto>,
    /// What the owner should know although the rail works.
    pub notices: Vec<RailNoticeDto>,
    /// A rate for the shop's currency is there; without one bitcoin is not offered.
    pub has_rate: bool,
    /// The key is in this till's keyring; false for watch-only.
    pub has_key: bool,
}

/// Health of one EVM chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct ChainStatusDto {
    /// Its name (`Base`).
    pub name: String,
    /// Its number.
    pub chain_id: String,
    /// Offered at the till.
    pub enabled: bool,
    /// An account and a server are set.
    pub set_up: bool,
    /// Simulated (practice mode).
    pub simulated: bool,
    /// Height of the tip, when known.
    pub tip_height: Option<u32>,
    /// Age of the newest block by the till's clock, seconds.
    pub tip_age_s: Option<u32>,
    /// Servers; one without an address says why the chain can't be used at all.
    pub servers: Vec<ServerDto>,
}

/// Health of the rail that takes cards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct CardsStatusDto {
    /// Offered at the till.
    pub enabled: bool,
    /// There is a key of this mode, or none is needed.
    pub set_up: bool,
    /// Simulated (practice mode).
    pub simulated: bool,
    /// Cards can be taken now: there is no way to take them offline.
    pub up: bool,
    /// Why not, one line; empty when they can.
    pub problem: String,
}

/// What of cards waits for the owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Type)]
pub struct CardsWaitingDto {
    /// Payments whose money the bank lets go of within two days.
    pub held: u32,
    /// Disputes to be answered.
    pub disputes: u32,
    /// Payouts that do not add up, and that nobody has said they know of.
    pub payouts: u32,
}

/// Something about a rail the owner should know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct RailNoticeDto {
    /// `unpaid_in_a_row`: a code the screens translate.
    pub kind: String,
    /// How many.
    pub count: u32,
    /// From how many on it does harm.
    pub limit: u32,
}

/// One server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct ServerDto {
    /// Address without a password.
    pub address: String,
    /// Answers now.
    pub up: bool,
    /// Why not, one line.
    pub problem: String,
}

/// State of the books.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct LedgerStatusDto {
    /// The last check found nothing wrong.
    pub ok: bool,
    /// What it found, one line.
    pub problem: String,
    /// Events in the journal.
    pub events: u32,
    /// Head of the chain, hex.
    pub head: String,
}

/// State of the OS keyring.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum KeyringDto {
    /// Works.
    Available,
    /// Locked: unlock it to use the key.
    Locked,
    /// There is none.
    Absent,
    /// Not needed (practice mode).
    NotNeeded,
}

/// Something the owner must know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct AlertDto {
    /// Number of the alert.
    pub alert: u32,
    /// When (RFC 3339).
    pub at: String,
    /// `reversed`, `mismatch`, `dead_letter`…: a code the screens translate.
    pub kind: String,
    /// The sale or stray payment it is about, may be empty.
    pub subject: String,
    /// Number of the sale.
    pub sale_number: Option<u32>,
    /// One line in English.
    pub detail: String,
}

/// Acknowledges an alert.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct AlertRequest {
    /// Number of the alert.
    pub alert: u32,
}

/// A request without fields.
#[derive(Clone, Copy, Debug, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}
