//! Card payments in the journal: what is told is kept, listed and found again, and every listed fact is checked.

use std::collections::BTreeSet;

use payment::card::{
    CaptureMode, CardCharge, CardLevel, CardReading, CardTerms, CardWay, DisputeReading, DisputeStatus,
    Withdrawal,
};
use payment::sale::CardEvent;
use payment::{PaymentId, RailId, Sale, Timestamp};
use store::{Batch, DueCard, RailCursor, Refusal, Store, WriteError};

use super::shop::*;
use super::tampering::tamper;

const RAIL: RailId = RailId::STRIPE;

fn reading(number: u64, reference: &str, level: CardLevel) -> CardReading {
    CardReading {
        number,
        reference: reference.to_owned(),
        level,
        declined: None,
        charge: None,
        refunds: Vec::new(),
        disputes: Vec::new(),
    }
}

fn disputed(reference: &str, status: DisputeStatus) -> DisputeReading {
    DisputeReading {
        reference: reference.to_owned(),
        amount: eur(450),
        status,
        reason: "fraudulent".to_owned(),
        due_by: Some(Timestamp::from_millis(MORNING)),
        withdrawn: Some(Withdrawal { amount: eur(450), fee: eur(2_000) }),
    }
}

fn charged(reference: &str) -> CardCharge {
    CardCharge {
        reference: reference.to_owned(),
        brand: "visa".to_owned(),
        last4: None,
        wallet: None,
        receipt: Vec::new(),
        fee: None,
        must_be_presented: false,
    }
}

impl Shop {
    /// A sale of 4.50 with a card payment that the processor is to be asked for.
    fn card_started(&mut self) -> (Sale, PaymentId) {
        let opened = self.sale_opened(450, "Flat white");
        let sale = self.write(opened);
        let payment = self.payment();
        let (way, capture) = (CardWay::Phone, CaptureMode::Later);
        let terms = CardTerms { rail: RAIL, amount: eur(450), way, capture };
        (self.record(&sale, CardEvent::Started { terms }.of(payment)), payment)
    }

    fn reads(&mut self, sale: &Sale, payment: PaymentId, reading: CardReading) -> Sale {
        self.record(sale, CardEvent::Read { reading }.of(payment))
    }

    /// A card payment that was captured and disputed.
    fn card_disputed(&mut self, reference: &str) -> (Sale, PaymentId) {
        let (sale, payment) = self.card_started();
        let disputes = vec![disputed("du_1", DisputeStatus::NeedsResponse)];
        let captured = CardLevel::Captured { amount: eur(450) };
        let charge = Some(charged("ch_1"));
        let reading = CardReading { charge, disputes, ..reading(1, reference, captured) };
        (self.reads(&sale, payment, reading), payment)
    }

    fn due_cards(&self) -> Vec<DueCard> {
        self.writer.cards_with_errand(RAIL, None, 10).unwrap()
    }
}

#[tokio::test]
async fn what_is_to_be_asked_is_listed_until_it_is_answered_and_found_by_either_name() {
    let mut shop = Shop::open().await;
    let (sale, payment) = shop.card_started();
    let due = DueCard { invoice: sale.id, payment };
    assert_eq!(shop.due_cards(), [due]);
    assert_eq!(shop.writer.cards_with_errand(RAIL, Some(payment), 10).unwrap(), []);
    let held = CardLevel::Authorized { amount: eur(450), until: None };
    shop.reads(&sale, payment, reading(1, "pi_1", held));
    assert_eq!(shop.due_cards(), []);
    assert_eq!(shop.writer.card_called(RAIL, "pi_1").unwrap(), Some(due));
    assert_eq!(shop.writer.card_called(RAIL, "pi_2").unwrap(), None);
    assert_eq!(shop.writer.invoice_of_card(payment).unwrap(), Some(sale.id));
    assert_eq!(shop.verify().await.fault, None);
}

#[tokio::test]
async fn what_moves_the_money_of_a_card_leads_to_its_sale() {
    let mut shop = Shop::open().await;
    let (sale, payment) = shop.card_started();
    let declined = CardReading {
        charge: Some(charged("ch_declined")),
        ..reading(1, "pi_1", CardLevel::Waiting { link: None })
    };
    let sale = shop.reads(&sale, payment, declined);
    let captured = CardLevel::Captured { amount: eur(450) };
    let disputes = vec![disputed("du_1", DisputeStatus::Lost)];
    let charge = Some(charged("ch_1"));
    shop.reads(&sale, payment, CardReading { charge, disputes, ..reading(2, "pi_1", captured) });
    let wanted = BTreeSet::from(["ch_1", "du_1", "ch_declined", "ch_of_somebody_else"]);
    let places = shop.reader().places_of_movements(RAIL, &wanted).await.unwrap();
    let found: Vec<_> = places.iter().map(|(name, place)| (name.as_str(), place.invoice)).collect();
    assert_eq!(found, [("ch_1", sale.id), ("du_1", sale.id)]);
    let elsewhere = shop.reader().places_of_movements(RailId::BITCOIN, &wanted).await.unwrap();
    assert!(elsewhere.is_empty(), "{elsewhere:?}");
    assert_eq!(shop.verify().await.fault, None);
}

#[tokio::test]
async fn what_waits_for_the_owner_is_counted() {
    let mut shop = Shop::open().await;
    shop.card_disputed("pi_1");
    let (sale, payment) = shop.card_started();
    let until = Some(Timestamp::from_millis(MORNING));
    shop.reads(&sale, payment, reading(1, "pi_2", CardLevel::Authorized { amount: eur(450), until }));
    for (before, held) in [(MORNING, 0), (MORNING + 1, 1)] {
        let waiting = shop.reader().cards_waiting(Timestamp::from_millis(before)).await.unwrap();
        assert_eq!((waiting.disputes, waiting.held), (1, held));
    }
}

#[tokio::test]
async fn a_dispute_belongs_to_one_payment() {
    let mut shop = Shop::open().await;
    shop.card_disputed("pi_1");
    let (sale, payment) = shop.card_started();
    let disputes = vec![disputed("du_1", DisputeStatus::Lost)];
    let captured = CardLevel::Captured { amount: eur(450) };
    let reading = CardReading { disputes, ..reading(2, "pi_2", captured) };
    let next = shop.next(&sale, CardEvent::Read { reading }.of(payment), store::Source::Rail(RAIL));
    let refused = shop.try_write(next).unwrap_err();
    assert!(matches!(refused, WriteError::Refused(Refusal::DisputeTaken)), "{refused}");
    assert_eq!(shop.verify().await.fault, None);
}

#[tokio::test]
async fn the_place_in_a_rails_events_is_kept_and_moves_on() {
    let mut shop = Shop::open().await;
    assert_eq!(shop.writer.rail_cursor(RAIL).unwrap(), None);
    for (cursor, at) in [("evt_1", 1_000), ("evt_2", 2_000)] {
        let cursor = RailCursor { rail: RAIL, cursor: cursor.to_owned(), as_of: Timestamp::from_millis(at) };
        let batch = Batch { cursors: vec![cursor.clone()], ..Batch::default() };
        assert!(!batch.is_empty());
        shop.writer.write(&batch).unwrap();
        assert_eq!(shop.writer.rail_cursor(RAIL).unwrap(), Some(cursor));
    }
}

#[tokio::test]
async fn every_listed_fact_of_a_card_and_a_dispute_is_checked() {
    for (change, named) in [
        ("update card_payment set state = 'held'", "sale 1"),
        ("update card_payment set reference = 'pi_9'", "sale 1"),
        ("update card_payment set amount_minor = 451", "sale 1"),
        ("update card_payment set has_errand = 1", "sale 1"),
        ("update card_payment set held_until = 1", "sale 1"),
        ("update card_payment set invoice_id = zeroblob(16)", "sale 1"),
        ("update dispute set status = 'won'", "sale 1"),
        ("update dispute set withdrawn_minor = 1", "sale 1"),
        ("update dispute set due_by = null", "sale 1"),
        ("delete from dispute", "sale 1"),
        (
            "insert into dispute select rail, 'du_2', invoice_id, payment_id, status, reason, amount_minor, currency, \
             scale, withdrawn_minor, due_by from dispute",
            "the list of disputes",
        ),
        ("update card_movement set reference = 'ch_9' where reference = 'ch_1'", "sale 1"),
        ("delete from card_movement", "sale 1"),
        (
            "insert into card_movement select payment_id, 'ch_9' from card_payment",
            "the list of card movements",
        ),
    ] {
        let mut shop = Shop::open().await;
        shop.card_disputed("pi_1");
        assert_eq!(shop.verify().await.fault, None);
        let path = shop.path();
        let folder = shop.close().await;
        tamper(&path, change);
        let checked = Store::open_reader(&path).await.unwrap().verify().await.unwrap();
        drop(folder);
        assert_eq!(checked.fault.map(|fault| fault.row).as_deref(), Some(named), "{change}");
    }
}
