//! Payouts in the journal: read back as they were told, and every listed fact is checked.

use payment::payout::{PartKind, PayoutPart, PayoutReading, PayoutStatus};
use payment::{Payout, PayoutEvent, PayoutId, RailId, Timestamp};
use store::{PayoutRecord, Record, Store};

use super::shop::*;
use super::tampering::tamper;

fn reading(status: PayoutStatus) -> PayoutReading {
    let part = PayoutPart {
        reference: "txn_1".to_owned(),
        kind: PartKind::Payment,
        of: Some("ch_1".to_owned()),
        gross: eur(450),
        fee: eur(32),
        net: eur(418),
    };
    PayoutReading {
        reference: "po_1".to_owned(),
        made_at: Timestamp::from_millis(MORNING),
        arrives_at: Timestamp::from_millis(MORNING + 172_800_000),
        amount: eur(417),
        status,
        parts: Some(vec![part]),
    }
}

impl Shop {
    /// A payout that is told as on its way and then as paid, a cent short.
    fn paid_out(&mut self) -> Payout {
        let id = PayoutId::generate(Timestamp::from_millis(MORNING), [5; 10]);
        let read = |status| PayoutEvent::Read { rail: RailId::STRIPE, reading: reading(status) };
        let first = read(PayoutStatus::InTransit);
        let opened = Payout::open(id, &first).unwrap();
        let second = read(PayoutStatus::Paid);
        let paid = opened.payout.apply(&second).unwrap().unwrap();
        for (event, applied) in [(first, opened), (second, paid.clone())] {
            let (entries, after) = (applied.entries, applied.payout);
            let record = PayoutRecord { event, at: self.now(), entries, after };
            self.writer.write(&batch([Record::Payout(Box::new(record))])).unwrap();
        }
        paid.payout
    }
}

#[tokio::test]
async fn a_payout_is_read_back_as_it_was_told_and_listed_with_what_is_missing() {
    let mut shop = Shop::open().await;
    let paid = shop.paid_out();
    assert_eq!(shop.writer.payout(paid.id).unwrap().as_ref(), Some(&paid));
    assert_eq!(shop.reader().payout(paid.id).await.unwrap().as_ref(), Some(&paid));
    let listed = shop.reader().payouts(None, 10).await.unwrap();
    let [facts] = listed.rows.as_slice() else { panic!("{listed:?}") };
    assert_eq!((facts.id, facts.amount, facts.status), (paid.id, eur(417), PayoutStatus::Paid));
    assert_eq!((facts.parts, facts.difference), (Some(1), eur(-1)));
    assert_eq!(shop.verify().await.fault, None);
}

#[tokio::test]
async fn payouts_are_listed_page_by_page_the_latest_to_arrive_first() {
    let mut shop = Shop::open().await;
    for (number, arrives) in [(1, 5), (2, 9), (3, 9), (4, 1)] {
        let id = PayoutId::generate(Timestamp::from_millis(MORNING), [number; 10]);
        let arrives_at = Timestamp::from_millis(MORNING + arrives);
        let reading =
            PayoutReading { reference: format!("po_{number}"), arrives_at, ..reading(PayoutStatus::Pending) };
        let event = PayoutEvent::Read { rail: RailId::STRIPE, reading };
        let after = Payout::open(id, &event).unwrap().payout;
        let record = PayoutRecord { event, at: shop.now(), entries: Vec::new(), after };
        shop.writer.write(&batch([Record::Payout(Box::new(record))])).unwrap();
    }
    let (mut read, mut after) = (Vec::new(), None);
    loop {
        let page = shop.reader().payouts(after, 2).await.unwrap();
        after = page.rows.last().map(|row| row.id);
        read.extend(page.rows.into_iter().map(|row| row.reference));
        if !page.more {
            break;
        }
    }
    assert_eq!(read, ["po_3", "po_2", "po_1", "po_4"]);
}

#[tokio::test]
async fn every_listed_fact_of_a_payout_is_checked() {
    let id = PayoutId::generate(Timestamp::from_millis(MORNING), [5; 10]).to_string();
    for (change, named) in [
        ("update payout set status = 'failed'", id.as_str()),
        ("update payout set reference = 'po_9'", &id),
        ("update payout set amount_minor = 418", &id),
        ("update payout set arrives_at = 1", &id),
        ("update payout set parts = null", &id),
        ("update payout set difference_minor = 0", &id),
        ("delete from payout", &id),
        (
            "insert into payout select zeroblob(16), rail, 'po_2', status, amount_minor, currency, scale, arrives_at, \
             parts, difference_minor from payout",
            "the list of payouts",
        ),
    ] {
        let mut shop = Shop::open().await;
        shop.paid_out();
        let path = shop.path();
        let folder = shop.close().await;
        tamper(&path, change);
        let checked = Store::open_reader(&path).await.unwrap().verify().await.unwrap();
        drop(folder);
        assert_eq!(checked.fault.map(|fault| fault.row).as_deref(), Some(named), "{change}");
    }
}
