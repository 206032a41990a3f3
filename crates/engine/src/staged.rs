//! What commands have changed and nobody has committed yet.

use std::collections::{BTreeMap, HashMap, HashSet};

use money::{Currency, Money};
use payment::rail::Attempt;
use payment::stream::{OnTab, Settlement, Tab};
use payment::{
    InvoiceId, PaymentId, Payout, PayoutId, RailId, Sale, SettlementId, Stray, StrayId, TransferRef,
};
use settings::Settings;
use store::{Batch, DueCard, KnownInstruction, Record, TransferOwner};

use crate::charging::Ring;
use crate::feed::Change;

/// A layer of changes: what is to be written, what follows from it once it is, and the states after it.
#[derive(Default)]
pub(crate) struct Staged {
    pub(crate) batch: Batch,
    pub(crate) settings: Option<Settings>,
    pub(crate) changes: Vec<Change>,
    pub(crate) offers: Vec<(InvoiceId, RailId, Attempt)>,
    /// Collectors to be told that there is something to do.
    pub(crate) rings: Vec<(RailId, Ring)>,
    /// Card payments that somebody wants something of.
    pub(crate) tends: Vec<(RailId, DueCard)>,
    /// Quotes that start, with their lives in milliseconds.
    pub(crate) quotes: Vec<(InvoiceId, PaymentId, u32)>,
    pub(crate) sales: HashMap<InvoiceId, Sale>,
    pub(crate) strays: HashMap<StrayId, Stray>,
    pub(crate) addresses: HashMap<(RailId, String), (InvoiceId, PaymentId)>,
    pub(crate) transfers: HashMap<(RailId, TransferRef), TransferOwner>,
    /// Subjects and reasons of findings.
    pub(crate) findings: HashSet<(String, String)>,
    pub(crate) observations: BTreeMap<RailId, u64>,
    /// What became of instructions, by their fingerprints.
    pub(crate) instructions: HashMap<u128, KnownInstruction>,
    pub(crate) tabs: HashMap<Tab, OnTab>,
    pub(crate) settlements: HashMap<SettlementId, Settlement>,
    pub(crate) payouts: HashMap<PayoutId, Payout>,
    /// What of a currency no conversion has taken yet.
    pub(crate) unconverted: HashMap<Currency, Money>,
    pub(crate) next_micropayment: Option<i64>,
    pub(crate) next_sale_number: Option<u32>,
    pub(crate) next_receipt_number: Option<u32>,
}

impl Staged {
    /// Takes over a later layer.
    pub(crate) fn absorb(&mut self, later: Self) {
        self.batch.absorb(later.batch);
        self.settings = later.settings.or(self.settings.take());
        self.changes.extend(later.changes);
        self.offers.extend(later.offers);
        self.rings.extend(later.rings);
        self.tends.extend(later.tends);
        self.quotes.extend(later.quotes);
        self.sales.extend(later.sales);
        self.strays.extend(later.strays);
        self.addresses.extend(later.addresses);
        self.transfers.extend(later.transfers);
        self.findings.extend(later.findings);
        self.observations.extend(later.observations);
        self.instructions.extend(later.instructions);
        self.tabs.extend(later.tabs);
        self.settlements.extend(later.settlements);
        self.payouts.extend(later.payouts);
        self.unconverted.extend(later.unconverted);
        self.next_micropayment = later.next_micropayment.or(self.next_micropayment);
        self.next_sale_number = later.next_sale_number.or(self.next_sale_number);
        self.next_receipt_number = later.next_receipt_number.or(self.next_receipt_number);
    }

    /// Would the journal gain an event?
    pub(crate) fn has_events(&self) -> bool {
        let is_event = |record: &Record| match record {
            Record::Sale(_)
            | Record::Stray(_)
            | Record::Parcel(_)
            | Record::Settlement(_)
            | Record::Payout(_)
            | Record::Sweep(_) => true,
            Record::DeadLetter(_) | Record::Finding(_) => false,
        };
        self.batch.records.iter().any(is_event)
    }
}
