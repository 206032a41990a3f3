//! What is written together: a batch of records, committed in one transaction or not at all.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use ledger::Entry;
use money::Money;
use payment::sale::Effect;
use payment::stream::{Group, Instruction, Settlement, SettlementEvent};
use payment::{
    InvoiceId, ParcelId, PaymentId, Payout, PayoutEvent, PayoutId, RailId, Sale, SaleEvent, SettlementId,
    Stray, StrayEvent, StrayId, Sweep, SweepEvent, SweepId, Timestamp,
};

/// Everything one transaction writes. Records go into the journal in their order.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// What happened.
    pub records: Vec<Record>,
    /// What rails must remember, in order.
    pub rail_changes: Vec<RailChange>,
    /// How far rails' events were read.
    pub cursors: Vec<RailCursor>,
    /// The settings, all of them, when they were changed.
    pub settings: Option<SettingsChange>,
    /// Alerts the owner has read.
    pub alerts_acknowledged: Vec<AlertAcknowledged>,
}

impl Batch {
    /// Nothing to write?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
            && self.rail_changes.is_empty()
            && self.cursors.is_empty()
            && self.settings.is_none()
            && self.alerts_acknowledged.is_empty()
    }

    /// Takes over another batch, which comes after this one.
    pub fn absorb(&mut self, later: Self) {
        self.records.extend(later.records);
        self.rail_changes.extend(later.rail_changes);
        self.cursors.extend(later.cursors);
        self.settings = later.settings.or(self.settings.take());
        self.alerts_acknowledged.extend(later.alerts_acknowledged);
    }
}

/// One thing that happened.
#[derive(Clone, Debug)]
pub enum Record {
    /// To a sale.
    Sale(Box<SaleRecord>),
    /// To a stray payment.
    Stray(Box<StrayRecord>),
    /// Micropayments that were handed in together.
    Parcel(Box<ParcelRecord>),
    /// To a settlement of a payer's tab.
    Settlement(Box<SettlementRecord>),
    /// To a payout.
    Payout(Box<PayoutRecord>),
    /// To a sweep.
    Sweep(Box<SweepRecord>),
    /// An instruction that could not be carried out.
    DeadLetter(Box<DeadLetterRecord>),
    /// Something that could not be applied. It raises an alert of the same kind.
    Finding(FindingRecord),
}

/// An event of a sale with what it did.
#[derive(Clone, Debug)]
pub struct SaleRecord {
    /// What happened.
    pub event: SaleEvent,
    /// Who said so.
    pub source: Source,
    /// When it was recorded; folding the journal gives the event this time again.
    pub at: Timestamp,
    /// The entries it posts.
    pub entries: Vec<Entry>,
    /// What it asks for: offers become rows of the outbox, alerts are raised.
    pub effects: Vec<Effect>,
    /// The sale after it; `version` numbers the event.
    pub after: Sale,
}

/// An event of a stray payment with what it did.
#[derive(Clone, Debug)]
pub struct StrayRecord {
    /// What happened.
    pub event: StrayEvent,
    /// Who said so.
    pub source: Source,
    /// When it was recorded.
    pub at: Timestamp,
    /// The entries it posts.
    pub entries: Vec<Entry>,
    /// What it asks for: alerts are raised.
    pub effects: Vec<Effect>,
    /// The stray payment after it; `version` numbers the event.
    pub after: Stray,
}

/// A parcel of micropayments. The writer gives them their numbers, in the order of `taken`.
#[derive(Clone, Debug)]
pub struct ParcelRecord {
    /// Its id.
    pub id: ParcelId,
    /// Who handed it in.
    pub source: Source,
    /// When it was taken.
    pub at: Timestamp,
    /// What was handed in.
    pub instructions: Arc<[Instruction]>,
    /// Those that are taken.
    pub taken: Vec<TakenInstruction>,
    /// What is booked: the sums of those that are taken.
    pub groups: Vec<Group>,
}

/// What the desk decided about an instruction.
#[derive(Clone, Debug)]
pub struct TakenInstruction {
    /// Its place among the instructions handed in, from 0.
    pub index: usize,
    /// Where the money comes in.
    pub rail: RailId,
    /// The number of the route that matched, from 1; 0 for the built-in one.
    pub route: u16,
    /// Why the route's fallback was taken.
    pub route_note: Option<String>,
    /// What taking it costs, in its currency.
    pub fee: Money,
    /// It was a dead letter before.
    pub was_dead_letter: bool,
}

/// An event of a settlement with what it did. One that opens takes all that is on the tab when its turn in the batch
/// comes: the parcels before it in the same batch are on it already.
#[derive(Clone, Debug)]
pub struct SettlementRecord {
    /// What happened.
    pub event: SettlementEvent,
    /// Who said so.
    pub source: Source,
    /// When it was recorded.
    pub at: Timestamp,
    /// The entries it posts.
    pub entries: Vec<Entry>,
    /// The settlement after it; `version` numbers the event.
    pub after: Settlement,
}

/// An event of a payout with what it did.
#[derive(Clone, Debug)]
pub struct PayoutRecord {
    /// What happened.
    pub event: PayoutEvent,
    /// When it was recorded.
    pub at: Timestamp,
    /// The entries it posts.
    pub entries: Vec<Entry>,
    /// The payout after it; `version` numbers the event. Its rail said so.
    pub after: Payout,
}

/// An event of a sweep with what it did.
#[derive(Clone, Debug)]
pub struct SweepRecord {
    /// What happened.
    pub event: SweepEvent,
    /// Who said so.
    pub source: Source,
    /// When it was recorded.
    pub at: Timestamp,
    /// The entries it posts.
    pub entries: Vec<Entry>,
    /// The sweep after it; `version` numbers the event.
    pub after: Sweep,
}

/// An instruction that could not be carried out although nothing is wrong with it.
#[derive(Clone, Debug)]
pub struct DeadLetterRecord {
    /// What was to be done.
    pub instruction: Instruction,
    /// Why it was not, one line.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

/// Something refused, kept where the owner sees it.
#[derive(Clone, Debug)]
pub struct FindingRecord {
    /// What it is about, in words: a rail and a reference, or an id.
    pub subject: String,
    /// A stable name of its kind, `mismatch`.
    pub kind: &'static str,
    /// Why it was refused, one line.
    pub reason: String,
    /// The facts as they came. Never holds a secret.
    pub payload: String,
    /// When.
    pub at: Timestamp,
}

/// Who said that something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A person at this till.
    Till,
    /// The command line.
    Cli,
    /// Time passing.
    Clock,
    /// A rail.
    Rail(RailId),
}

impl fmt::Display for Source {
    /// The stored name: `till`, `cli`, `clock`, `rail-bitcoin`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Till => f.write_str("till"),
            Self::Cli => f.write_str("cli"),
            Self::Clock => f.write_str("clock"),
            Self::Rail(rail) => write!(f, "rail-{rail}"),
        }
    }
}

/// What a rail must remember.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RailChange {
    /// The rail.
    pub rail: RailId,
    /// Its own state; opaque.
    pub change_set: Option<Vec<u8>>,
    /// The highest observation number it has used; a lower one than is stored changes nothing.
    pub last_observation: u64,
    /// It has finished a full scan since the last restore.
    pub scanned: bool,
}

/// How far a rail's events were read. What comes after it was not, or not surely.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RailCursor {
    /// The rail.
    pub rail: RailId,
    /// The rail's own word for the place; opaque.
    pub cursor: String,
    /// The processor's time at that place.
    pub as_of: Timestamp,
}

/// New settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsChange {
    /// Every setting by its key. A stored key that is missing here is removed.
    pub rows: BTreeMap<String, String>,
    /// When.
    pub at: Timestamp,
}

/// An alert was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlertAcknowledged {
    /// Its number.
    pub alert: i64,
    /// When.
    pub at: Timestamp,
}

/// Whom a transfer belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransferOwner {
    /// A payment of a sale.
    Sale(InvoiceId, PaymentId),
    /// It is a stray payment.
    Stray(StrayId),
}

/// A sale, a stray payment, a parcel of micropayments, a settlement, a payout or a sweep: what events happen to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A sale.
    Sale(InvoiceId),
    /// A stray payment.
    Stray(StrayId),
    /// A parcel of micropayments.
    Parcel(ParcelId),
    /// A settlement of a payer's tab.
    Settlement(SettlementId),
    /// A payout to the shop's bank.
    Payout(PayoutId),
    /// A sweep to the owner's own wallet.
    Sweep(SweepId),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sale(id) => id.fmt(f),
            Self::Stray(id) => id.fmt(f),
            Self::Parcel(id) => id.fmt(f),
            Self::Settlement(id) => id.fmt(f),
            Self::Payout(id) => id.fmt(f),
            Self::Sweep(id) => id.fmt(f),
        }
    }
}

/// What a commit wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Committed {
    /// First event of the batch; one above `last_event` when it had none.
    pub first_event: i64,
    /// Last event in the journal.
    pub last_event: i64,
    /// Hash of that event: the head of the chain.
    pub head: [u8; 32],
}

/// The numbers that come next. Both are gap-free: a rolled-back batch uses none up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counters {
    /// Of a sale.
    pub next_sale_number: u32,
    /// Of a receipt.
    pub next_receipt_number: u32,
}

/// Something a rail was asked for and has not answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueOffer {
    /// Number in the outbox; they are due in this order.
    pub outbox_id: i64,
    /// The sale.
    pub invoice: InvoiceId,
    /// The rail.
    pub rail: RailId,
    /// What to ask.
    pub attempt: payment::rail::Attempt,
}

/// A card payment that something is to be asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueCard {
    /// The sale.
    pub invoice: InvoiceId,
    /// The payment.
    pub payment: PaymentId,
}

/// A settlement that waits for its rail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnderWay {
    /// Its running number, in the order of opening.
    pub number: i64,
    /// Its newest event.
    pub last_event: i64,
    /// Its state.
    pub settlement: Settlement,
}

/// An instruction whose id was used before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownInstruction {
    /// Half of the SHA-256 of what it said: another digest is another wish.
    pub digest: [u8; 16],
    /// What became of it.
    pub became: Became,
}

/// What became of an instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Became {
    /// It was taken.
    Micropayment(PaymentId),
    /// It could not be carried out.
    DeadLetter {
        /// Why.
        reason: String,
    },
}
