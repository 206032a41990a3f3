//! The judge: stands outside the till, is told of every commit and every answer, and knows what really happened on the
//! chain. It keeps books of its own, so that what the till says can be held against them.
//!
//! | | invariant | where |
//! |---|---|---|
//! | I1 | what was answered is committed, and what is committed is in the file after a crash | here, `file` |
//! | | a charge that reaches the acquirer, or a call to the processor of cards, is in the committed books before | `calls`, `counter` |
//! | I2 | every entry balances, and the entries of a sale or a charge are what its state asks for | `books` |
//! | | a charge takes exactly what is on a payer's tab; payers owe what is on tabs and not charged | `tabs`, `file` |
//! | I3 | events and versions follow each other without a gap; the file's chain verifies | here, `file` |
//! | I4 | one intent is one payment, with one address | here, `parcels` |
//! | | a charge or a card takes money once, and is never sent while its outcome is not known | `calls`, `counter` |
//! | I5 | every transfer on the chain has one owner, or waits where it is seen | here, `rest` |
//! | | what the acquirer took is charged in the books, or set aside where the owner sees it | `tabs` |
//! | | at rest the books say of cards and payouts what the processor says | `counter` |
//! | I6 | nothing is paid on less than the shop's policy asks for, and nothing the rail never said | `evidence`, `tabs`, `counter` |
//! | I7 | entries are only added; what is undone is undone by a reversal | `books` |
//! | I8 | no address is shown twice | here |
//! | I11 | every wait ends | `rest` |
//! | I12 | the same seed leaves the same rows | the runs themselves |

mod books;
mod calls;
pub(crate) mod counter;
mod evidence;
pub(crate) mod file;
mod parcels;
mod rest;
mod tabs;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use engine::{Command, Reply};
use money::Money;
use payment::sale::Effect;
use payment::stream::{Instruction, Settlement};
use payment::{
    InvoiceId, Observation, PaymentId, Sale, SaleEvent, SettlementId, Stray, StrayEvent, StrayId, TransferRef,
};
use settings::Settings;
use store::{Batch, Committed, FindingRecord, Record, SaleRecord, StrayRecord, TransferOwner};

use self::calls::Calls;
use self::counter::Counter;
use self::tabs::{Part, Tabs};
use super::acquirer::Acquirer;
use super::outside::Outside;
use super::processor::CardHost;

/// An invariant that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Broken {
    pub(crate) invariant: &'static str,
    pub(crate) what: String,
}

pub(crate) type Verdict = Result<(), Broken>;

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} does not hold: {}", self.invariant, self.what)
    }
}

/// Says what is wrong when something is not as it must be.
pub(crate) fn must(invariant: &'static str, is_so: bool, what: impl FnOnce() -> String) -> Verdict {
    if is_so { Ok(()) } else { Err(Broken { invariant, what: what() }) }
}

/// An address that customers can see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) address: String,
    pub(crate) invoice: InvoiceId,
    pub(crate) payment: PaymentId,
    pub(crate) coins: Money,
}

/// What is committed, as the judge saw it happen.
pub(crate) struct Judge {
    pub(crate) outside: Arc<Outside>,
    pub(crate) acquirer: Arc<Acquirer>,
    pub(crate) processor: Arc<CardHost>,
    pub(crate) sales: BTreeMap<InvoiceId, Sale>,
    pub(crate) strays: BTreeMap<StrayId, Stray>,
    /// Addresses in the order they were shown.
    pub(crate) shown: Vec<Shown>,
    pub(crate) settings: Settings,
    pub(crate) findings: Vec<FindingRecord>,
    /// Alerts raised so far; they are numbered from 1.
    pub(crate) alerts: i64,
    /// Names of the states that sales have been in.
    pub(crate) states: BTreeSet<&'static str>,
    /// What happened to settlements, cards and payouts.
    pub(crate) sights: BTreeSet<&'static str>,
    pub(crate) settlements: BTreeMap<SettlementId, Settlement>,
    /// Instructions that could not be carried out yet.
    pub(crate) letters: BTreeMap<String, Instruction>,
    /// Events so far, and the hash of the last.
    pub(crate) head: (i64, [u8; 32]),
    /// In force before the last batch: it may hold a payment that began under them.
    settings_before: Settings,
    sale_versions: BTreeMap<(InvoiceId, u32), Sale>,
    stray_versions: BTreeMap<(StrayId, u32), Stray>,
    payments: BTreeMap<PaymentId, InvoiceId>,
    /// Instructions taken, and the payment that each became, once somebody was told.
    instructions: BTreeMap<String, Option<PaymentId>>,
    /// What is on payers' tabs, and what settlements took from them.
    tabs: Tabs,
    parts: BTreeMap<SettlementId, Vec<Part>>,
    calls: Calls,
    counter: Counter,
    owners: BTreeMap<TransferRef, TransferOwner>,
    readings: BTreeMap<TransferRef, Observation>,
}

impl Judge {
    pub(crate) fn of(
        acquirer: Arc<Acquirer>,
        processor: Arc<CardHost>,
        settings: Settings,
        head: (i64, [u8; 32]),
    ) -> Self {
        Self {
            outside: acquirer.outside().clone(),
            acquirer,
            processor,
            sales: BTreeMap::new(),
            strays: BTreeMap::new(),
            shown: Vec::new(),
            settings_before: settings.clone(),
            settings,
            findings: Vec::new(),
            alerts: 0,
            states: BTreeSet::new(),
            sights: BTreeSet::new(),
            settlements: BTreeMap::new(),
            letters: BTreeMap::new(),
            head,
            sale_versions: BTreeMap::new(),
            stray_versions: BTreeMap::new(),
            payments: BTreeMap::new(),
            instructions: BTreeMap::new(),
            tabs: Tabs::new(),
            parts: BTreeMap::new(),
            calls: Calls::default(),
            counter: Counter::default(),
            owners: BTreeMap::new(),
            readings: BTreeMap::new(),
        }
    }

    /// A batch was committed.
    pub(crate) fn note(&mut self, batch: &Batch, committed: &Committed) -> Verdict {
        let is_event = |record: &&Record| !matches!(record, Record::Finding(_) | Record::DeadLetter(_));
        let events = i64::try_from(batch.records.iter().filter(is_event).count()).unwrap();
        let expected = (self.head.0 + 1, self.head.0 + events);
        // An event where one was already is one that was acknowledged and is gone.
        let invariant = if committed.first_event < expected.0 { "I1" } else { "I3" };
        must(invariant, (committed.first_event, committed.last_event) == expected, || {
            format!("events {expected:?} were expected, committed is {committed:?}")
        })?;
        self.head = (committed.last_event, committed.head);
        self.settings_before = self.settings.clone();
        if let Some(change) = &batch.settings {
            self.settings = Settings::from_rows(&change.rows, &self.settings).unwrap();
        }
        for record in &batch.records {
            match record {
                Record::Sale(record) => self.note_sale(record)?,
                Record::Stray(record) => self.note_stray(record)?,
                Record::Parcel(parcel) => self.note_parcel(parcel)?,
                Record::Settlement(record) => self.note_settlement(record)?,
                // It is kept for somebody to decide, and no money has moved.
                Record::DeadLetter(letter) => {
                    let instruction = letter.instruction.clone();
                    self.letters.insert(instruction.id().to_owned(), instruction);
                }
                Record::Payout(record) => self.note_payout(record)?,
                // Nobody wishes for one on these days.
                Record::Sweep(record) => {
                    must("I3", false, || format!("{} was never asked for", record.after.id))?
                }
                Record::Finding(finding) => {
                    self.alerts += 1;
                    self.findings.push(finding.clone());
                }
            }
        }
        Ok(())
    }

    /// Somebody was answered.
    pub(crate) fn answered(&mut self, asked: &Command, reply: &Reply) -> Verdict {
        let is_committed = match reply {
            Reply::Parcel(outcomes) => {
                let Command::TakeParcel { instructions, .. } = asked else {
                    return must("I1", false, || format!("{outcomes:?} is no answer to {asked:?}"));
                };
                return self.answered_parcel(instructions, outcomes);
            }
            Reply::Sale(sale) => self.sale_versions.get(&(sale.id, sale.version)) == Some(sale),
            Reply::Stray(stray) => self.stray_versions.get(&(stray.id, stray.version)) == Some(stray),
            Reply::TabsSettled { .. }
            | Reply::UnderWay(_)
            | Reply::DueCards(_)
            | Reply::Tended(_)
            | Reply::Mismatch
            | Reply::Done => true,
        };
        must("I1", is_committed, || format!("answered and not committed: {reply:?}"))
    }

    fn note_sale(&mut self, record: &SaleRecord) -> Verdict {
        let after = &record.after;
        let before = self.sales.get(&after.id);
        let version_before = before.map_or(0, |sale| sale.version);
        must("I3", after.version == version_before + 1, || {
            format!("sale {}: version {} follows {version_before}", after.number, after.version)
        })?;
        books::only_added(before.map_or(&[], Sale::entries), &record.entries, after.entries())?;
        self.alerts += alerts(&record.effects);
        self.note_sale_event(record)?;
        books::check_sale(after)?;
        self.check_evidence(after)?;
        self.states.insert(after.standing().unwrap().state.name());
        self.sales.insert(after.id, after.clone());
        self.sale_versions.insert((after.id, after.version), after.clone());
        Ok(())
    }

    fn note_sale_event(&mut self, record: &SaleRecord) -> Verdict {
        let invoice = record.after.id;
        match &record.event {
            SaleEvent::CashTaken { payment, .. } => self.note_payment(invoice, *payment),
            SaleEvent::Card { payment, event } => self.note_card(invoice, *payment, event),
            SaleEvent::PaymentStarted { payment, terms } => {
                self.note_payment(invoice, *payment)?;
                self.check_policy(terms)
            }
            SaleEvent::Offered { payment, address } => self.note_address(record, *payment, address),
            SaleEvent::TransferObserved { payment, observation } => {
                self.note_reading(TransferOwner::Sale(invoice, *payment), observation)
            }
            SaleEvent::StrayAdopted { payment, observation, .. } => {
                self.note_payment(invoice, *payment)?;
                let to = TransferOwner::Sale(invoice, *payment);
                let from = self.owners.insert(observation.reference.clone(), to);
                let is_assigned = matches!(from, Some(TransferOwner::Stray(_)));
                must("I5", is_assigned, || {
                    format!("{} was no stray payment: {from:?}", observation.reference)
                })
            }
            SaleEvent::Opened { .. }
            | SaleEvent::OfferFailed { .. }
            | SaleEvent::QuoteEnded { .. }
            | SaleEvent::PaymentCancelled { .. }
            | SaleEvent::Cancelled
            | SaleEvent::Voided { .. }
            | SaleEvent::ReceiptIssued { .. }
            | SaleEvent::ReceiptPrinted => Ok(()),
        }
    }

    fn note_stray(&mut self, record: &StrayRecord) -> Verdict {
        let after = &record.after;
        let before = self.strays.get(&after.id);
        let version_before = before.map_or(0, |stray| stray.version);
        must("I3", after.version == version_before + 1, || {
            format!("{}: version {} follows {version_before}", after.id, after.version)
        })?;
        books::only_added(before.map_or(&[], Stray::entries), &record.entries, after.entries())?;
        self.alerts += alerts(&record.effects);
        if let StrayEvent::Found { observation, .. } | StrayEvent::Observed { observation } = &record.event {
            self.note_reading(TransferOwner::Stray(after.id), observation)?;
        }
        books::check_stray(after)?;
        self.strays.insert(after.id, after.clone());
        self.stray_versions.insert((after.id, after.version), after.clone());
        Ok(())
    }

    fn note_payment(&mut self, invoice: InvoiceId, payment: PaymentId) -> Verdict {
        let earlier = self.payments.insert(payment, invoice);
        must("I4", earlier.is_none(), || format!("{payment} was made twice"))
    }

    fn note_address(&mut self, record: &SaleRecord, payment: PaymentId, address: &str) -> Verdict {
        let (invoice, chain) = (record.after.id, record.after.payment(payment).and_then(|p| p.chain()));
        let coins = chain.unwrap().terms.quote.coin;
        must("I4", self.shown.iter().all(|shown| shown.payment != payment), || {
            format!("{payment} got a second address")
        })?;
        must("I8", self.shown.iter().all(|shown| shown.address != address), || {
            format!("{address} was shown twice")
        })?;
        self.shown.push(Shown { address: address.to_owned(), invoice, payment, coins });
        Ok(())
    }

    fn note_reading(&mut self, owner: TransferOwner, observation: &Observation) -> Verdict {
        let reference = &observation.reference;
        let known = *self.owners.entry(reference.clone()).or_insert(owner);
        must("I5", known == owner, || format!("{reference} is counted for {known:?} and {owner:?}"))?;
        must("I6", self.outside.has_told(observation), || format!("the rail never said {observation:?}"))?;
        self.readings.insert(reference.clone(), observation.clone());
        Ok(())
    }
}

fn alerts(effects: &[Effect]) -> i64 {
    i64::try_from(effects.iter().filter(|effect| matches!(effect, Effect::Alert(_))).count()).unwrap()
}
