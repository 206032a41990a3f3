//! A small shop for the tests: a data file in a folder of its own, and sales made through the machines.

use std::path::PathBuf;

use money::{Currency, Money, Percent, Rate};
use payment::sale::{Applied, PaymentTerms};
use payment::stray::{StrayApplied, StrayFinding, StrayReason};
use payment::transfer::WithdrawnReason;
use payment::{
    Cart, CartLine, InvoiceId, Level, Mark, Observation, PaymentId, Policy, Quote, QuotedRate, RailId, Sale,
    SaleEvent, SettlementId, Stray, StrayEvent, StrayId, Timestamp, TransferRef,
};
use store::{
    Batch, Committed, Mode, Opened, Reader, Record, SaleRecord, Source, Store, StoreOptions, StrayRecord,
    Verification, WriteError, Writer,
};
use tempfile::TempDir;

use super::parcels::ticket;

/// A morning in 2026.
pub(crate) const MORNING: i64 = 1_790_000_000_000;

/// A shop with its data file.
pub(crate) struct Shop {
    pub(crate) folder: TempDir,
    pub(crate) store: Store,
    pub(crate) writer: Writer,
    clock: i64,
    ids: u8,
}

impl Shop {
    pub(crate) async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::open_in(folder).await
    }

    pub(crate) async fn open_in(folder: TempDir) -> Self {
        let Opened { store, writer } = Store::open(options(&folder)).await.unwrap();
        // A shop that is opened again goes on at a later hour.
        let clock = MORNING + writer.head().0 * 1_000_000;
        Self { folder, store, writer, clock, ids: 0 }
    }

    /// Closes everything and gives the folder back.
    pub(crate) async fn close(self) -> TempDir {
        let Self { folder, store, writer, .. } = self;
        store.reader().close().await;
        drop(writer);
        drop(store);
        folder
    }

    pub(crate) fn path(&self) -> PathBuf {
        path(&self.folder)
    }

    pub(crate) fn reader(&self) -> Reader {
        self.store.reader()
    }

    pub(crate) fn now(&mut self) -> Timestamp {
        self.clock += 1_000;
        Timestamp::from_millis(self.clock)
    }

    pub(crate) fn invoice(&mut self) -> InvoiceId {
        let random = self.random();
        InvoiceId::generate(self.now(), random)
    }

    pub(crate) fn payment(&mut self) -> PaymentId {
        let random = self.random();
        PaymentId::generate(self.now(), random)
    }

    pub(crate) fn stray_id(&mut self) -> StrayId {
        let random = self.random();
        StrayId::generate(self.now(), random)
    }

    pub(crate) fn settlement_id(&mut self) -> SettlementId {
        let random = self.random();
        SettlementId::generate(self.now(), random)
    }

    fn random(&mut self) -> [u8; 10] {
        self.ids = self.ids.wrapping_add(1);
        [self.ids; 10]
    }

    /// Opens a sale of one line, not written yet.
    pub(crate) fn sale_opened(&mut self, minor: i64, what: &str) -> SaleRecord {
        let number = self.writer.counters().unwrap().next_sale_number;
        let event = opened(number, minor, what);
        let (id, at) = (self.invoice(), self.now());
        let after = Sale::open(id, &event, at).unwrap();
        SaleRecord { event, source: Source::Till, at, entries: vec![], effects: vec![], after }
    }

    /// Applies an event to a sale, not written yet.
    pub(crate) fn next(&mut self, sale: &Sale, event: SaleEvent, source: Source) -> SaleRecord {
        let at = self.now();
        let Applied { sale: after, entries, effects } = sale.apply(&event, at).unwrap().unwrap();
        SaleRecord { event, source, at, entries, effects, after }
    }

    /// Applies an event to a sale and writes it.
    pub(crate) fn record(&mut self, sale: &Sale, event: SaleEvent) -> Sale {
        let record = self.next(sale, event, Source::Till);
        self.write(record)
    }

    pub(crate) fn write(&mut self, record: SaleRecord) -> Sale {
        let after = record.after.clone();
        self.writer.write(&batch([Record::Sale(Box::new(record))])).unwrap();
        after
    }

    pub(crate) fn try_write(&mut self, record: SaleRecord) -> Result<Committed, WriteError> {
        self.writer.write(&batch([Record::Sale(Box::new(record))]))
    }

    /// Sells something for cash, receipt included.
    pub(crate) fn cash_sale(&mut self, minor: i64, what: &str) -> Sale {
        let opened = self.sale_opened(minor, what);
        let sale = self.write(opened);
        let payment = self.payment();
        let cash = sale.take_cash_for_rest(payment, eur(minor + 50), 1).unwrap();
        let sale = self.record(&sale, cash);
        let number = self.writer.counters().unwrap().next_receipt_number;
        self.record(&sale, SaleEvent::ReceiptIssued { number })
    }

    /// Opens a sale and starts a bitcoin payment that has its address.
    pub(crate) fn bitcoin_sale(&mut self, minor: i64, address: &str) -> (Sale, PaymentId) {
        let opened = self.sale_opened(minor, "Flat white");
        let sale = self.write(opened);
        let payment = self.payment();
        let sale = self.record(&sale, SaleEvent::PaymentStarted { payment, terms: terms(sale.due()) });
        let sale = self.record(&sale, SaleEvent::Offered { payment, address: address.to_owned() });
        (sale, payment)
    }

    /// Sees a transfer to a sale's payment.
    pub(crate) fn see(&mut self, sale: &Sale, payment: PaymentId, seen: Observation) -> Sale {
        let event = SaleEvent::TransferObserved { payment, observation: seen };
        let record = self.next(sale, event, Source::Rail(RailId::BITCOIN));
        self.write(record)
    }

    /// Finds a stray payment and writes it.
    pub(crate) fn stray_found(&mut self, seen: Observation) -> Stray {
        let record = self.stray_opened(seen);
        self.write_stray_record(record)
    }

    /// Finds a stray payment, not written yet.
    pub(crate) fn stray_opened(&mut self, seen: Observation) -> StrayRecord {
        let finding = StrayFinding {
            rail: RailId::BITCOIN,
            address: seen.address.clone(),
            shown_by: None,
            reason: StrayReason::UnknownAddress,
            policy: Policy::DEFAULT,
        };
        let event = StrayEvent::Found { finding, observation: seen };
        let (id, at) = (self.stray_id(), self.now());
        let StrayApplied { stray: after, entries, effects } = Stray::open(id, &event).unwrap();
        StrayRecord { event, source: Source::Rail(RailId::BITCOIN), at, entries, effects, after }
    }

    pub(crate) fn stray_record(&mut self, stray: &Stray, event: StrayEvent) -> StrayRecord {
        let at = self.now();
        let applied = stray.apply(&event).unwrap().unwrap();
        let (entries, effects, after) = (applied.entries, applied.effects, applied.stray);
        StrayRecord { event, source: Source::Till, at, entries, effects, after }
    }

    pub(crate) fn write_stray_record(&mut self, record: StrayRecord) -> Stray {
        let after = record.after.clone();
        self.writer.write(&batch([Record::Stray(Box::new(record))])).unwrap();
        after
    }

    /// A few sales of each kind, a stray payment, and something nobody could apply.
    pub(crate) fn fill(&mut self) {
        self.cash_sale(450, "Flat white");
        let (sale, payment) = self.bitcoin_sale(450, "bcrt1qone");
        let sale = self.see(&sale, payment, unconfirmed("aa:0", "bcrt1qone", 7_798, 1));
        let sale = self.see(&sale, payment, confirmed("aa:0", "bcrt1qone", 7_798, 3, 1));
        let number = self.writer.counters().unwrap().next_receipt_number;
        self.record(&sale, SaleEvent::ReceiptIssued { number });
        let (sale, payment) = self.bitcoin_sale(1_250, "bcrt1qtwo");
        self.see(&sale, payment, unconfirmed("bb:1", "bcrt1qtwo", 10_000, 5));
        self.stray_found(confirmed("cc:0", "bcrt1qold", 5_000, 7, 2));
        self.take([ticket("credit-1", 1), ticket("credit-2", 20)]);
        self.cash_sale(999, "Beans");
    }

    /// More of the same with other addresses, so that every account has a history.
    pub(crate) fn fill_again(&mut self) {
        let (sale, payment) = self.bitcoin_sale(450, "bcrt1qthree");
        let sale = self.see(&sale, payment, confirmed("dd:0", "bcrt1qthree", 9_000, 11, 1));
        let gone = Level::Withdrawn { reason: WithdrawnReason::Dropped };
        self.see(&sale, payment, seen("dd:0", "bcrt1qthree", 9_000, 12, gone));
        let stray = self.stray_found(confirmed("ee:0", "bcrt1qold", 5_000, 13, 2));
        let event = StrayEvent::Credited { customer: "Mona".to_owned(), value: eur(288), rate: rate() };
        let record = self.stray_record(&stray, event);
        self.write_stray_record(record);
        let sale = self.cash_sale(123, "Tea");
        self.record(&sale, SaleEvent::Voided { reason: "wrong cup".to_owned() });
        self.fill_tabs();
    }

    pub(crate) async fn verify(&self) -> Verification {
        self.reader().verify().await.unwrap()
    }
}

/// What a kill leaves of an open shop: its files as they are on the disk now.
pub(crate) fn killed(shop: &Shop) -> TempDir {
    let killed = tempfile::tempdir().unwrap();
    for added in ["", "-wal"] {
        let name = format!("till-practice.db{added}");
        std::fs::copy(shop.folder.path().join(&name), killed.path().join(&name)).unwrap();
    }
    killed
}

pub(crate) fn path(folder: &TempDir) -> PathBuf {
    folder.path().join("till-practice.db")
}

pub(crate) fn options(folder: &TempDir) -> StoreOptions {
    StoreOptions { path: path(folder), mode: Mode::Practice, now: Timestamp::from_millis(MORNING) }
}

pub(crate) fn batch(records: impl IntoIterator<Item = Record>) -> Batch {
    Batch { records: records.into_iter().collect(), ..Batch::default() }
}

pub(crate) fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::iso("EUR").unwrap())
}

pub(crate) fn sat(minor: i64) -> Money {
    Money::new(minor, Currency::BTC)
}

pub(crate) fn rate() -> QuotedRate {
    QuotedRate {
        market: Rate::parse(Currency::BTC, Currency::iso("EUR").unwrap(), "57710.00").unwrap(),
        spread: Percent::ZERO,
        source: "fixed".to_owned(),
        as_of: Timestamp::from_millis(MORNING),
        answers: Vec::new(),
    }
}

pub(crate) fn terms(due: Money) -> PaymentTerms {
    let quote = Quote::of(due, rate(), 900_000).unwrap();
    PaymentTerms { rail: RailId::BITCOIN, amount: due, quote, policy: Policy::DEFAULT }
}

pub(crate) fn opened(number: u32, minor: i64, what: &str) -> SaleEvent {
    let line = CartLine {
        description: what.to_owned(),
        quantity: 1,
        unit_price: eur(minor),
        tax: Percent::parse("20").unwrap(),
        note: String::new(),
    };
    let cart = Cart { lines: vec![line], tax_included: true, note: String::new() };
    let totals = cart.totals(Currency::iso("EUR").unwrap()).unwrap();
    SaleEvent::Opened { number, cart, totals, tolerance: Percent::ZERO }
}

pub(crate) fn unconfirmed(reference: &str, address: &str, minor: i64, number: u64) -> Observation {
    seen(reference, address, minor, number, Level::Unconfirmed { agreeing_servers: 2 })
}

pub(crate) fn confirmed(
    reference: &str,
    address: &str,
    minor: i64,
    number: u64,
    confirmations: u32,
) -> Observation {
    let block_hash = "0f".repeat(32);
    seen(
        reference,
        address,
        minor,
        number,
        Level::Confirmed { block_hash, height: 101, confirmations, mark: Mark::Head },
    )
}

pub(crate) fn seen(reference: &str, address: &str, minor: i64, number: u64, level: Level) -> Observation {
    Observation {
        reference: TransferRef::new(reference),
        number,
        address: address.to_owned(),
        amount: sat(minor),
        exact: None,
        level,
        seen_at: Timestamp::from_millis(MORNING + 60_000),
    }
}
