//! The flows that are played on troubled disks: everything a till writes. A new kind of record gets a flow here.

use std::collections::BTreeMap;

use payment::rail::RailFailureClass;
use payment::stream::SettlementEvent;
use payment::stream::settlement::Bill;
use payment::transfer::WithdrawnReason;
use payment::{Level, Mark, RailId, SaleEvent, StrayEvent, Timestamp};
use store::{AlertAcknowledged, Batch, FindingRecord, RailChange, Record, SettingsChange, Source};

use super::script::{Before, Teller};
use crate::journal::parcels::ticket;
use crate::journal::settlements::{annas_tab, charged, set_aside};
use crate::journal::shop::*;

/// A flow.
pub(crate) struct Flow {
    pub(crate) name: &'static str,
    pub(crate) before: Before,
    /// Acts that always find the disk sound when operations fail: those that another flow is about.
    pub(crate) spared: usize,
    pub(crate) play: fn(&mut Teller),
}

const fn flow(name: &'static str, spared: usize, play: fn(&mut Teller)) -> Flow {
    Flow { name, before: Before::Closed, spared, play }
}

/// Data files of older versions.
const FIRST_SALE: &[u8] = include_bytes!("../fixtures/first-sale.db");
const STREAM: &[u8] = include_bytes!("../fixtures/stream.db");

/// Every flow.
pub(crate) const FLOWS: &[Flow] = &[
    Flow { name: "first start", before: Before::Nothing, spared: 0, play: start },
    Flow { name: "start", before: Before::Closed, spared: 0, play: start },
    Flow { name: "start after a kill", before: Before::Killed, spared: 0, play: start },
    Flow { name: "migration", before: Before::Older(FIRST_SALE), spared: 0, play: start },
    Flow { name: "migration of a stream", before: Before::Older(STREAM), spared: 0, play: start },
    Flow { name: "first day", before: Before::Nothing, spared: 1, play: cash_sale },
    flow("cash sale", 1, cash_sale),
    flow("bitcoin sale", 1, bitcoin_sale),
    flow("reversed payment", 5, reversed_payment),
    flow("voided sale", 4, voided_sale),
    flow("cancelled sale", 2, cancelled_sale),
    flow("rush", 1, rush),
    flow("parcels", 1, parcels),
    flow("settlements", 1, settlements),
    flow("stray payment", 1, stray_payment),
    flow("finding", 1, finding),
    flow("settings", 1, settings),
    flow("refused batch", 1, refused_batch),
    flow("log copied", 2, log_copied),
    flow("backup", 2, backup),
    flow("restore", 4, restore),
    flow("closed and opened", 2, closed_and_opened),
];

/// The log reaches the length at which a commit copies it: 16 MB, so it is played at fewer moments.
pub(crate) const FULL_LOG: Flow = flow("full log", 1, full_log);

fn start(teller: &mut Teller) {
    teller.open();
    teller.close();
}

fn cash_sale(teller: &mut Teller) {
    teller.open();
    sell_for_cash(teller, 450, "Flat white");
}

fn open_sale(teller: &mut Teller) -> payment::Sale {
    let opened = teller.shop().sale_opened(450, "Tea");
    teller.record(opened)
}

fn sell_for_cash(teller: &mut Teller, minor: i64, what: &str) -> payment::Sale {
    let opened = teller.shop().sale_opened(minor, what);
    let sale = teller.record(opened);
    let payment = teller.shop().payment();
    let cash = sale.take_cash_for_rest(payment, eur(minor + 50), 1).unwrap();
    let paid = teller.shop().next(&sale, cash, Source::Till);
    let sale = teller.record(paid);
    let number = teller.shop().writer.counters().unwrap().next_receipt_number;
    let issued = teller.shop().next(&sale, SaleEvent::ReceiptIssued { number }, Source::Till);
    teller.record(issued)
}

/// What the wallet must remember goes into the same commit as the address and each reading.
fn remembered(number: u64) -> RailChange {
    let change_set = Some(vec![u8::try_from(number).unwrap(); 300]);
    RailChange { rail: RailId::BITCOIN, change_set, last_observation: number, scanned: number == 1 }
}

fn with_memory(record: store::SaleRecord, number: u64) -> Batch {
    Batch { rail_changes: vec![remembered(number)], ..batch([Record::Sale(Box::new(record))]) }
}

fn offered(teller: &mut Teller) -> (payment::Sale, payment::PaymentId) {
    let sale = open_sale(teller);
    let payment = teller.shop().payment();
    let started = SaleEvent::PaymentStarted { payment, terms: terms(sale.due()) };
    let started = teller.shop().next(&sale, started, Source::Till);
    let sale = teller.record(started);
    let event = SaleEvent::Offered { payment, address: "bcrt1qflow".to_owned() };
    let offered = teller.shop().next(&sale, event, Source::Rail(RailId::BITCOIN));
    let sale = offered.after.clone();
    teller.write(with_memory(offered, 20));
    (sale, payment)
}

fn see(
    teller: &mut Teller,
    sale: &payment::Sale,
    payment: payment::PaymentId,
    level: Level,
    number: u64,
) -> payment::Sale {
    let observation = seen("f0:0", "bcrt1qflow", 7_798, number, level);
    let event = SaleEvent::TransferObserved { payment, observation };
    let record = teller.shop().next(sale, event, Source::Rail(RailId::BITCOIN));
    let after = record.after.clone();
    teller.write(with_memory(record, number));
    after
}

fn in_block() -> Level {
    Level::Confirmed { block_hash: "0f".repeat(32), height: 101, confirmations: 1, mark: Mark::Head }
}

fn bitcoin_sale(teller: &mut Teller) {
    teller.open();
    let (sale, payment) = offered(teller);
    let sale = see(teller, &sale, payment, Level::Unconfirmed { agreeing_servers: 2 }, 21);
    let sale = see(teller, &sale, payment, in_block(), 23);
    let number = teller.shop().writer.counters().unwrap().next_receipt_number;
    let issued = teller.shop().next(&sale, SaleEvent::ReceiptIssued { number }, Source::Till);
    teller.record(issued);
}

fn reversed_payment(teller: &mut Teller) {
    teller.open();
    let (sale, payment) = offered(teller);
    let sale = see(teller, &sale, payment, in_block(), 21);
    see(teller, &sale, payment, Level::Withdrawn { reason: WithdrawnReason::Replaced }, 23);
    let read = AlertAcknowledged { alert: 1, at: Timestamp::from_millis(MORNING) };
    teller.write(Batch { alerts_acknowledged: vec![read], ..Batch::default() });
}

fn voided_sale(teller: &mut Teller) {
    teller.open();
    let sale = sell_for_cash(teller, 450, "Tea");
    let event = SaleEvent::Voided { reason: "wrong cup".to_owned() };
    let voided = teller.shop().next(&sale, event, Source::Till);
    teller.record(voided);
}

fn cancelled_sale(teller: &mut Teller) {
    teller.open();
    let sale = open_sale(teller);
    let cancelled = teller.shop().next(&sale, SaleEvent::Cancelled, Source::Till);
    teller.record(cancelled);
}

/// Many sales in one commit.
fn rush(teller: &mut Teller) {
    teller.open();
    let next = teller.shop().writer.counters().unwrap().next_sale_number;
    let mut records = Vec::new();
    for number in next..next + 30 {
        let event = opened(number, 450, "Flat white");
        let (id, at) = (teller.shop().invoice(), teller.shop().now());
        let after = payment::Sale::open(id, &event, at).unwrap();
        let opened =
            store::SaleRecord { event, source: Source::Till, at, entries: vec![], effects: vec![], after };
        let payment = teller.shop().payment();
        let cash = opened.after.take_cash_for_rest(payment, eur(500), 1).unwrap();
        let paid = teller.shop().next(&opened.after, cash, Source::Till);
        records.extend([opened, paid].map(|record| Record::Sale(Box::new(record))));
    }
    teller.write(batch(records));
}

/// Micropayments, the second parcel on the tab of the first.
fn parcels(teller: &mut Teller) {
    teller.open();
    for tickets in [["a", "b", "c"], ["d", "e", "f"]] {
        let parcel = teller.shop().parcel(tickets.map(|id| ticket(id, 3)));
        teller.write(batch([Record::Parcel(Box::new(parcel))]));
    }
}

/// A tab is settled and charged; the next settlement opens in the commit that fills its tab, and is set aside.
fn settlements(teller: &mut Teller) {
    teller.open();
    let parcel = teller.shop().parcel([ticket("a", 30), ticket("b", 50)]);
    teller.write(batch([Record::Parcel(Box::new(parcel))]));
    let opened = teller.shop().settlement_opened(&annas_tab());
    let settlement = teller.settle(opened);
    let doubted = SettlementEvent::Doubted { reason: "no answer".to_owned() };
    for event in [doubted, charged("ch_1", 3)] {
        let before = teller.shop().writer.settlement(settlement.id).unwrap().unwrap();
        let next = teller.shop().settlement_next(&before, event);
        teller.settle(next);
    }
    let parcel = teller.shop().parcel([ticket("c", 20)]);
    let last_micropayment = teller.shop().writer.next_micropayment();
    let bill = Bill { tab: annas_tab(), amount: eur(20), parts: 1, last_micropayment };
    let opened = teller.shop().settlement_of(bill);
    let settlement = opened.after.clone();
    let both = [Record::Parcel(Box::new(parcel)), Record::Settlement(Box::new(opened))];
    teller.write(batch(both));
    let aside = teller.shop().settlement_next(&settlement, set_aside(RailFailureClass::Declined));
    teller.settle(aside);
}

fn stray_payment(teller: &mut Teller) {
    teller.open();
    let found = teller.shop().stray_opened(confirmed("f1:0", "bcrt1qold", 5_000, 21, 2));
    let stray = found.after.clone();
    teller.write(batch([Record::Stray(Box::new(found))]));
    let event = StrayEvent::Credited { customer: "Mona".to_owned(), value: eur(288), rate: rate() };
    let credited = teller.shop().stray_record(&stray, event);
    teller.write(batch([Record::Stray(Box::new(credited))]));
}

fn finding(teller: &mut Teller) {
    teller.open();
    let finding = FindingRecord {
        subject: "bitcoin f2:0".to_owned(),
        kind: "mismatch",
        reason: "it names another amount".to_owned(),
        payload: "{}".to_owned(),
        at: Timestamp::from_millis(MORNING),
    };
    teller.write(Batch { rail_changes: vec![remembered(30)], ..batch([Record::Finding(finding)]) });
}

fn settings(teller: &mut Teller) {
    teller.open();
    for rows in [&[("shop.name", "Café"), ("shop.till", "Bar")][..], &[("shop.name", "Corner Café")]] {
        let rows: BTreeMap<_, _> =
            rows.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let change = SettingsChange { rows, at: Timestamp::from_millis(MORNING) };
        teller.write(Batch { settings: Some(change), ..Batch::default() });
    }
}

/// The second sale takes the number of the first: the batch is rolled back as a whole.
fn refused_batch(teller: &mut Teller) {
    teller.open();
    let (one, two) = (teller.shop().sale_opened(450, "Tea"), teller.shop().sale_opened(450, "Tea"));
    let both = [one, two].map(|record| Record::Sale(Box::new(record)));
    teller.is_refused(batch(both));
    open_sale(teller);
}

/// The log begins anew after each copy.
fn log_copied(teller: &mut Teller) {
    teller.open();
    open_sale(teller);
    teller.copy_log();
    open_sale(teller);
    teller.copy_log();
    open_sale(teller);
}

fn backup(teller: &mut Teller) {
    teller.open();
    open_sale(teller);
    teller.back_up();
    open_sale(teller);
}

fn restore(teller: &mut Teller) {
    teller.open();
    teller.back_up();
    open_sale(teller);
    teller.close();
    teller.restore();
    teller.open();
    open_sale(teller);
}

fn closed_and_opened(teller: &mut Teller) {
    teller.open();
    open_sale(teller);
    teller.close();
    teller.open();
    open_sale(teller);
    teller.close();
}

fn full_log(teller: &mut Teller) {
    teller.open();
    let change_set = Some(vec![7; 17_000_000]);
    let change = RailChange { rail: RailId::BITCOIN, change_set, last_observation: 40, scanned: false };
    open_sale(teller);
    teller.write(Batch { rail_changes: vec![change], ..Batch::default() });
    open_sale(teller);
}
