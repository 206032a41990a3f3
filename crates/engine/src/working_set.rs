//! What a batch has changed so far, over what is committed. A command stages into layers of its own; when it is refused
//! they are dropped, when it succeeds the batch absorbs them. Reads see the newest layer first and the journal last.

mod cards;
mod payouts;
mod tabs;

use std::collections::BTreeMap;

use ledger::Account;
use money::{Currency, Money};
use payment::ids::{Id, Kind};
use payment::sale::{Applied, CardEvent, Effect, Refused};
use payment::stray::StrayApplied;
use payment::stream::{Instruction, ParcelError};
use payment::{
    InvoiceId, PaymentId, RailId, Sale, SaleEvent, Stray, StrayEvent, StrayId, Timestamp, TransferRef,
};
use settings::Settings;
use sha2::{Digest, Sha256};
use store::{
    AlertAcknowledged, Became, DeadLetterRecord, DueCard, FindingRecord, KnownInstruction, ParcelRecord,
    RailChange, ReadError, Record, SaleRecord, SettingsChange, Source, StrayRecord, TransferOwner, Writer,
};

use crate::command::EngineError;
use crate::feed::Change;
use crate::staged::Staged;

/// One command's view.
pub(crate) struct WorkingSet<'a> {
    writer: &'a Writer,
    batch: &'a Staged,
    /// What the command is sure of.
    kept: Staged,
    /// What it stages now.
    layer: Staged,
}

impl<'a> WorkingSet<'a> {
    pub(crate) fn new(writer: &'a Writer, batch: &'a Staged) -> Self {
        Self { writer, batch, kept: Staged::default(), layer: Staged::default() }
    }

    /// Everything the command staged.
    pub(crate) fn staged(mut self) -> Staged {
        self.kept.absorb(self.layer);
        self.kept
    }

    /// Stages something that may fail half-way: nothing of it is kept then, and everything before it is.
    pub(crate) fn attempt(
        &mut self,
        stage: impl FnOnce(&mut Self) -> Result<(), EngineError>,
    ) -> Result<(), EngineError> {
        self.kept.absorb(std::mem::take(&mut self.layer));
        stage(self).inspect_err(|_| self.layer = Staged::default())
    }

    fn newest<T>(&self, look: impl Fn(&Staged) -> Option<T>) -> Option<T> {
        [&self.layer, &self.kept, self.batch].into_iter().find_map(look)
    }

    pub(crate) fn sale(&self, id: InvoiceId) -> Result<Option<Sale>, EngineError> {
        match self.newest(|staged| staged.sales.get(&id).cloned()) {
            Some(sale) => Ok(Some(sale)),
            None => Ok(self.writer.sale(id)?),
        }
    }

    pub(crate) fn stray(&self, id: StrayId) -> Result<Option<Stray>, EngineError> {
        match self.newest(|staged| staged.strays.get(&id).cloned()) {
            Some(stray) => Ok(Some(stray)),
            None => Ok(self.writer.stray(id)?),
        }
    }

    pub(crate) fn open_sale(
        &mut self,
        id: InvoiceId,
        event: SaleEvent,
        source: Source,
        at: Timestamp,
    ) -> Result<Sale, EngineError> {
        let sale = Sale::open(id, &event, at)?;
        self.stage_sale(
            event,
            source,
            at,
            Applied { sale: sale.clone(), entries: Vec::new(), effects: Vec::new() },
        );
        Ok(sale)
    }

    /// Applies an event to a sale; one that changes nothing is not recorded. A sale that is paid for the first time
    /// gets its receipt number in the same commit.
    pub(crate) fn sale_event(
        &mut self,
        id: InvoiceId,
        event: &SaleEvent,
        source: Source,
        at: Timestamp,
    ) -> Result<Sale, EngineError> {
        let sale = self.sale(id)?.ok_or(EngineError::NoSuchSale)?;
        let Some(applied) = sale.apply(event, at)? else { return Ok(sale) };
        let sale = applied.sale.clone();
        self.stage_sale(event.clone(), source, at, applied);
        if sale.wants_receipt() {
            let number = self.next_receipt_number()?;
            return self.sale_event(id, &SaleEvent::ReceiptIssued { number }, source, at);
        }
        Ok(sale)
    }

    fn stage_sale(&mut self, event: SaleEvent, source: Source, at: Timestamp, applied: Applied) {
        let Applied { sale, entries, effects } = applied;
        for effect in &effects {
            match effect {
                Effect::RequestOffer { rail, attempt } => {
                    self.layer.offers.push((sale.id, *rail, attempt.clone()));
                }
                Effect::TendCard { rail, payment } if is_wish(&event) => {
                    self.tend(*rail, DueCard { invoice: sale.id, payment: *payment });
                }
                // Whoever brought what a processor told goes on by itself.
                Effect::TendCard { .. } => {}
                Effect::Alert(_) => self.layer.changes.push(Change::Status),
            }
        }
        if let SaleEvent::PaymentStarted { payment, terms } = &event {
            self.layer.quotes.push((sale.id, *payment, terms.quote.life_ms));
        }
        self.layer.changes.push(Change::Sale(sale.id, sale.version));
        self.layer.sales.insert(sale.id, sale.clone());
        let record = SaleRecord { event, source, at, entries, effects, after: sale };
        self.layer.batch.records.push(Record::Sale(Box::new(record)));
    }

    /// A stray payment's id follows from its transfer, so that finding it twice makes one.
    pub(crate) fn find_stray(
        &mut self,
        event: StrayEvent,
        source: Source,
        at: Timestamp,
    ) -> Result<(), EngineError> {
        let StrayEvent::Found { finding, observation } = &event else {
            return Err(Refused::NotOpen.into());
        };
        let id = told_id(finding.rail, observation.reference.as_str(), observation.seen_at);
        let key = (finding.rail, observation.reference.clone());
        let applied = Stray::open(id, &event)?;
        self.layer.transfers.insert(key, TransferOwner::Stray(id));
        self.stage_stray(event, source, at, applied);
        Ok(())
    }

    pub(crate) fn stray_event(
        &mut self,
        id: StrayId,
        event: &StrayEvent,
        source: Source,
        at: Timestamp,
    ) -> Result<Stray, EngineError> {
        let stray = self.stray(id)?.ok_or(EngineError::NoSuchStray)?;
        let Some(applied) = stray.apply(event)? else { return Ok(stray) };
        let after = applied.stray.clone();
        self.stage_stray(event.clone(), source, at, applied);
        Ok(after)
    }

    fn stage_stray(&mut self, event: StrayEvent, source: Source, at: Timestamp, applied: StrayApplied) {
        let StrayApplied { stray, entries, effects } = applied;
        if !effects.is_empty() {
            self.layer.changes.push(Change::Status);
        }
        self.layer.changes.push(Change::Stray(stray.id, stray.version));
        self.layer.strays.insert(stray.id, stray.clone());
        let record = StrayRecord { event, source, at, entries, effects, after: stray };
        self.layer.batch.records.push(Record::Stray(Box::new(record)));
    }

    /// Keeps what could not be applied, with its reason, where the owner sees it. The same about the same thing is kept
    /// once.
    pub(crate) fn find(&mut self, finding: FindingRecord) -> Result<(), EngineError> {
        let key = (finding.subject.clone(), finding.reason.clone());
        let is_known = self.newest(|staged| staged.findings.get(&key).map(|_| ())).is_some();
        if is_known || self.writer.is_found(&key.0, &key.1)? {
            return Ok(());
        }
        self.layer.findings.insert(key);
        self.layer.changes.push(Change::Status);
        self.layer.batch.records.push(Record::Finding(finding));
        Ok(())
    }

    pub(crate) fn owner_of_address(
        &self,
        rail: RailId,
        address: &str,
    ) -> Result<Option<(InvoiceId, PaymentId)>, EngineError> {
        let key = (rail, address.to_owned());
        match self.newest(|staged| staged.addresses.get(&key).copied()) {
            Some(owner) => Ok(Some(owner)),
            None => Ok(self.writer.owner_of_address(rail, address)?),
        }
    }

    pub(crate) fn own_address(&mut self, rail: RailId, address: &str, owner: (InvoiceId, PaymentId)) {
        self.layer.addresses.insert((rail, address.to_owned()), owner);
    }

    pub(crate) fn owner_of_transfer(
        &self,
        rail: RailId,
        reference: &TransferRef,
    ) -> Result<Option<TransferOwner>, EngineError> {
        let key = (rail, reference.clone());
        match self.newest(|staged| staged.transfers.get(&key).copied()) {
            Some(owner) => Ok(Some(owner)),
            None => Ok(self.writer.owner_of_transfer(rail, reference)?),
        }
    }

    pub(crate) fn own_transfer(
        &mut self,
        rail: RailId,
        reference: &TransferRef,
        (invoice, payment): (InvoiceId, PaymentId),
    ) {
        self.layer.transfers.insert((rail, reference.clone()), TransferOwner::Sale(invoice, payment));
    }

    /// What the books hold neither final nor withdrawn, the batch included.
    pub(crate) fn open_transfers(
        &self,
        rail: RailId,
    ) -> Result<Vec<(TransferRef, TransferOwner)>, EngineError> {
        let mut open: BTreeMap<TransferRef, TransferOwner> =
            self.writer.open_transfers(rail)?.into_iter().collect();
        let layers = [self.batch, &self.kept, &self.layer];
        for ((of, reference), owner) in layers.into_iter().flat_map(|staged| &staged.transfers) {
            if *of == rail {
                open.insert(reference.clone(), *owner);
            }
        }
        Ok(open.into_iter().collect())
    }

    pub(crate) fn remember(&mut self, rail: RailId, change_set: Option<Vec<u8>>) {
        if change_set.is_some() {
            let change = RailChange { rail, change_set, last_observation: 0, scanned: false };
            self.layer.batch.rail_changes.push(change);
        }
    }

    pub(crate) fn remember_report(
        &mut self,
        rail: RailId,
        change_set: Option<Vec<u8>>,
        highest: u64,
        scanned: bool,
    ) -> Result<(), EngineError> {
        let last_observation = highest.max(self.last_observation(rail)?);
        self.layer.observations.insert(rail, last_observation);
        let change = RailChange { rail, change_set, last_observation, scanned };
        self.layer.batch.rail_changes.push(change);
        Ok(())
    }

    /// The highest number the rail has used.
    pub(crate) fn last_observation(&self, rail: RailId) -> Result<u64, EngineError> {
        match self.newest(|staged| staged.observations.get(&rail).copied()) {
            Some(number) => Ok(number),
            None => Ok(self.writer.last_observation(rail)?),
        }
    }

    /// Somebody is to ask what a card payment needs.
    pub(crate) fn tend(&mut self, rail: RailId, due: DueCard) {
        self.layer.tends.push((rail, due));
    }

    pub(crate) fn change_settings(&mut self, settings: Settings, at: Timestamp) {
        self.layer.batch.settings = Some(SettingsChange { rows: settings.to_rows(), at });
        self.layer.settings = Some(settings);
        self.layer.changes.push(Change::Settings);
    }

    pub(crate) fn acknowledge(&mut self, alert: i64, at: Timestamp) {
        self.layer.batch.alerts_acknowledged.push(AlertAcknowledged { alert, at });
        self.layer.changes.push(Change::Status);
    }

    /// What became of an instruction, or of another one with its id.
    pub(crate) fn instruction(
        &self,
        instruction: &Instruction,
    ) -> Result<Option<KnownInstruction>, EngineError> {
        let fingerprint = instruction.fingerprint();
        match self.newest(|staged| staged.instructions.get(&fingerprint).cloned()) {
            Some(known) => Ok(Some(known)),
            None => Ok(self.writer.instruction(instruction)?),
        }
    }

    pub(crate) fn know_instruction(&mut self, instruction: &Instruction, became: Became) {
        let known = KnownInstruction { digest: *instruction.digest(), became };
        self.layer.instructions.insert(instruction.fingerprint(), known);
    }

    /// The number the next micropayment of this batch gets.
    pub(crate) fn number_micropayment(&mut self) -> i64 {
        let number = self.newest(|staged| staged.next_micropayment);
        let number = number.unwrap_or_else(|| self.writer.next_micropayment());
        self.layer.next_micropayment = Some(number + 1);
        number
    }

    /// What of a currency no conversion has taken yet.
    pub(crate) fn unconverted(&self, currency: Currency) -> Result<Money, EngineError> {
        match self.newest(|staged| staged.unconverted.get(&currency).copied()) {
            Some(left) => Ok(left),
            None => {
                let owed = self.writer.balance(Account::Unconverted, currency);
                Ok(owed.negated().map_err(ParcelError::from)?)
            }
        }
    }

    pub(crate) fn leave_unconverted(&mut self, left: Money) {
        self.layer.unconverted.insert(left.currency(), left);
    }

    pub(crate) fn stage_parcel(&mut self, parcel: ParcelRecord) {
        self.layer.batch.records.push(Record::Parcel(Box::new(parcel)));
    }

    pub(crate) fn stage_dead_letter(&mut self, letter: DeadLetterRecord) {
        self.know_instruction(&letter.instruction, Became::DeadLetter { reason: letter.reason.clone() });
        self.layer.changes.push(Change::Status);
        self.layer.batch.records.push(Record::DeadLetter(Box::new(letter)));
    }

    pub(crate) fn next_sale_number(&mut self) -> Result<u32, EngineError> {
        let number = match self.newest(|staged| staged.next_sale_number) {
            Some(number) => number,
            None => self.writer.counters()?.next_sale_number,
        };
        self.layer.next_sale_number = Some(number + 1);
        Ok(number)
    }

    fn next_receipt_number(&mut self) -> Result<u32, EngineError> {
        let number = match self.newest(|staged| staged.next_receipt_number) {
            Some(number) => number,
            None => self.writer.counters()?.next_receipt_number,
        };
        self.layer.next_receipt_number = Some(number + 1);
        Ok(number)
    }
}

impl From<ReadError> for EngineError {
    /// A file that can't be read now is another matter than a record that makes no sense.
    fn from(error: ReadError) -> Self {
        match error {
            full if full.is_full() => Self::DiskFull,
            ReadError::Pool(_)
            | ReadError::Connection(_)
            | ReadError::ReadsPending
            | ReadError::Interrupted(_) => Self::Storage(error.to_string()),
            ReadError::Event { .. }
            | ReadError::Fold { .. }
            | ReadError::Sweep { .. }
            | ReadError::Idle { .. }
            | ReadError::Entry { .. }
            | ReadError::Value { .. } => Self::Journal(error.to_string()),
        }
    }
}

/// An id for what a rail tells of under a name of its own: the same however often it is told.
fn told_id<K: Kind>(rail: RailId, reference: &str, at: Timestamp) -> Id<K> {
    let digest = Sha256::new().chain_update(rail.name()).chain_update([0]).chain_update(reference).finalize();
    let mut random = [0; 10];
    random.copy_from_slice(&digest[..10]);
    Id::generate(at, random)
}

/// Does somebody want something of a card payment?
const fn is_wish(event: &SaleEvent) -> bool {
    use CardEvent::{RefundAsked, RefundCalledOff, Started, Wished};
    let SaleEvent::Card { event, .. } = event else { return false };
    matches!(event, Started { .. } | Wished { .. } | RefundAsked { .. } | RefundCalledOff { .. })
}
