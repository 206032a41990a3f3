//! What a batch has changed so far, over what is committed. A command stages into its own layer; when it is refused
//! the layer is dropped, when it succeeds the batch absorbs it. Reads see the layer, then the batch, then the journal.

use std::collections::{BTreeMap, HashMap};

use payment::rail::Attempt;
use payment::sale::{Effect, Refused};
use payment::{
    InvoiceId, Observation, PaymentId, RailId, Sale, SaleEvent, Stray, StrayEvent, StrayId, Timestamp,
    TransferRef,
};
use settings::Settings;
use sha2::{Digest, Sha256};
use store::{
    AlertAcknowledged, Batch, FindingRecord, RailChange, ReadError, Record, SaleRecord, SettingsChange, Source, StrayRecord, TransferOwner, Writer,
};

use crate::command::EngineError;
use crate::desk::finding_kind;
use crate::feed::Change;

/// Everything a layer holds.
#[derive(Default)]
pub(crate) struct Staged {
    pub(crate) batch: Batch,
    pub(crate) settings: Option<Settings>,
    pub(crate) changes: Vec<Change>,
    pub(crate) offers: Vec<(InvoiceId, RailId, Attempt)>,
    pub(crate) quotes: Vec<(InvoiceId, PaymentId, u32)>,
    sales: HashMap<InvoiceId, Sale>,
    strays: HashMap<StrayId, Stray>,
    addresses: HashMap<(RailId, String), (InvoiceId, PaymentId)>,
    transfers: HashMap<(RailId, TransferRef), TransferOwner>,
    observations: BTreeMap<RailId, u64>,
    next_sale_number: Option<u32>,
    next_receipt_number: Option<u32>,
}

impl Staged {
    /// Takes over what a successful command staged.
    pub(crate) fn absorb(&mut self, layer: Self) {
        self.batch.absorb(layer.batch);
        self.settings = layer.settings.or(self.settings.take());
        self.changes.extend(layer.changes);
        self.offers.extend(layer.offers);
        self.quotes.extend(layer.quotes);
        self.sales.extend(layer.sales);
        self.strays.extend(layer.strays);
        self.addresses.extend(layer.addresses);
        self.transfers.extend(layer.transfers);
        self.observations.extend(layer.observations);
        self.next_sale_number = layer.next_sale_number.or(self.next_sale_number);
        self.next_receipt_number = layer.next_receipt_number.or(self.next_receipt_number);
    }
}

/// One command's view.
pub(crate) struct WorkingSet<'a> {
    writer: &'a mut Writer,
    batch: &'a Staged,
    pub(crate) layer: Staged,
}

impl<'a> WorkingSet<'a> {
    pub(crate) fn new(writer: &'a mut Writer, batch: &'a Staged) -> Self {
        Self { writer, batch, layer: Staged::default() }
    }

    pub(crate) fn sale(&mut self, id: InvoiceId) -> Result<Option<Sale>, EngineError> {
        match self.layer.sales.get(&id).or_else(|| self.batch.sales.get(&id)) {
            Some(sale) => Ok(Some(sale.clone())),
            None => self.writer.sale(id).map_err(unreadable),
        }
    }

    pub(crate) fn stray(&mut self, id: StrayId) -> Result<Option<Stray>, EngineError> {
        match self.layer.strays.get(&id).or_else(|| self.batch.strays.get(&id)) {
            Some(stray) => Ok(Some(stray.clone())),
            None => self.writer.stray(id).map_err(unreadable),
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
        self.stage_sale(event, source, at, payment::sale::Applied {
            sale: sale.clone(),
            entries: Vec::new(),
            effects: Vec::new(),
        });
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

    fn stage_sale(&mut self, event: SaleEvent, source: Source, at: Timestamp, applied: payment::sale::Applied) {
        let payment::sale::Applied { sale, entries, effects } = applied;
        for effect in &effects {
            match effect {
                Effect::RequestOffer { rail, attempt } => {
                    self.layer.offers.push((sale.id, *rail, attempt.clone()));
                }
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
        let id = stray_id(finding.rail, observation);
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

    fn stage_stray(
        &mut self,
        event: StrayEvent,
        source: Source,
        at: Timestamp,
        applied: payment::stray::StrayApplied,
    ) {
        let payment::stray::StrayApplied { stray, entries } = applied;
        self.layer.changes.push(Change::Stray(stray.id, stray.version));
        self.layer.strays.insert(stray.id, stray.clone());
        let record = StrayRecord { event, source, at, entries, after: stray };
        self.layer.batch.records.push(Record::Stray(Box::new(record)));
    }

    /// Keeps what could not be applied, with its reason, where the owner sees it.
    pub(crate) fn finding(
        &mut self,
        rail: RailId,
        observation: &Observation,
        refused: &Refused,
        at: Timestamp,
    ) -> Result<(), EngineError> {
        self.layer.changes.push(Change::Status);
        self.layer.batch.records.push(Record::Finding(FindingRecord {
            subject: format!("{rail} {}", observation.reference),
            kind: finding_kind(refused),
            reason: refused.to_string(),
            payload: format!("{observation:?}"),
            at,
        }));
        Ok(())
    }

    pub(crate) fn owner_of_address(
        &mut self,
        rail: RailId,
        address: &str,
    ) -> Result<Option<(InvoiceId, PaymentId)>, EngineError> {
        let key = (rail, address.to_owned());
        match self.layer.addresses.get(&key).or_else(|| self.batch.addresses.get(&key)) {
            Some(owner) => Ok(Some(*owner)),
            None => self.writer.owner_of_address(rail, address).map_err(unreadable),
        }
    }

    pub(crate) fn own_address(&mut self, rail: RailId, address: &str, owner: (InvoiceId, PaymentId)) {
        self.layer.addresses.insert((rail, address.to_owned()), owner);
    }

    pub(crate) fn owner_of_transfer(
        &mut self,
        rail: RailId,
        reference: &TransferRef,
    ) -> Result<Option<TransferOwner>, EngineError> {
        let key = (rail, reference.clone());
        match self.layer.transfers.get(&key).or_else(|| self.batch.transfers.get(&key)) {
            Some(owner) => Ok(Some(*owner)),
            None => self.writer.owner_of_transfer(rail, reference).map_err(unreadable),
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
        &mut self,
        rail: RailId,
    ) -> Result<Vec<(TransferRef, TransferOwner)>, EngineError> {
        let mut open: BTreeMap<TransferRef, TransferOwner> =
            self.writer.open_transfers(rail).map_err(unreadable)?.into_iter().collect();
        for ((of, reference), owner) in self.batch.transfers.iter().chain(&self.layer.transfers) {
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
    pub(crate) fn last_observation(&mut self, rail: RailId) -> Result<u64, EngineError> {
        match self.layer.observations.get(&rail).or_else(|| self.batch.observations.get(&rail)) {
            Some(number) => Ok(*number),
            None => self.writer.last_observation(rail).map_err(unreadable),
        }
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

    pub(crate) fn next_sale_number(&mut self) -> Result<u32, EngineError> {
        let number = match self.layer.next_sale_number.or(self.batch.next_sale_number) {
            Some(number) => number,
            None => self.writer.counters().map_err(unreadable)?.next_sale_number,
        };
        self.layer.next_sale_number = Some(number + 1);
        Ok(number)
    }

    fn next_receipt_number(&mut self) -> Result<u32, EngineError> {
        let number = match self.layer.next_receipt_number.or(self.batch.next_receipt_number) {
            Some(number) => number,
            None => self.writer.counters().map_err(unreadable)?.next_receipt_number,
        };
        self.layer.next_receipt_number = Some(number + 1);
        Ok(number)
    }
}

fn unreadable(error: ReadError) -> EngineError {
    EngineError::Journal(error.to_string())
}

fn stray_id(rail: RailId, observation: &Observation) -> StrayId {
    let digest = Sha256::new()
        .chain_update(rail.name())
        .chain_update([0])
        .chain_update(observation.reference.as_str())
        .finalize();
    let mut random = [0; 10];
    random.copy_from_slice(&digest[..10]);
    StrayId::generate(observation.seen_at, random)
}
