//! What waits for the owner.

use payment::transfer::WithdrawnReason;
use payment::{Level, StrayEvent, Timestamp};
use store::{AlertAcknowledged, Batch, FindingRecord, Record, Refusal, Subject, WriteError};

use super::shop::*;

fn acknowledged(alert: i64) -> Batch {
    let read = AlertAcknowledged { alert, at: Timestamp::from_millis(MORNING) };
    Batch { alerts_acknowledged: vec![read], ..Batch::default() }
}

#[tokio::test]
async fn what_could_not_be_applied_is_kept_and_raises_an_alert_until_it_is_read() {
    let mut shop = Shop::open().await;
    let finding = FindingRecord {
        subject: "bitcoin aa:0".to_owned(),
        kind: "mismatch",
        reason: "the amount changed".to_owned(),
        payload: "7798 instead of 7799".to_owned(),
        at: Timestamp::from_millis(MORNING),
    };
    shop.writer.write(&batch([Record::Finding(finding)])).unwrap();
    let alerts = shop.reader().alerts().await.unwrap();
    assert_eq!(alerts.len(), 1);
    assert_eq!((alerts[0].kind.as_str(), alerts[0].subject), ("mismatch", None));
    assert_eq!(alerts[0].detail, "bitcoin aa:0: the amount changed");
    shop.writer.write(&acknowledged(alerts[0].alert_id)).unwrap();
    assert_eq!(shop.reader().alerts().await.unwrap(), []);
    let findings = shop.reader().findings().await.unwrap();
    assert_eq!(findings[0].payload, "7798 instead of 7799", "reading an alert drops nothing");
}

#[tokio::test]
async fn money_that_is_gone_after_hand_over_raises_an_alert_on_its_sale() {
    let mut shop = Shop::open().await;
    let (sale, payment) = shop.bitcoin_sale(450, "bcrt1qone");
    let sale = shop.see(&sale, payment, confirmed("aa:0", "bcrt1qone", 7_798, 1, 1));
    let gone = Level::Withdrawn { reason: WithdrawnReason::Replaced };
    let sale = shop.see(&sale, payment, seen("aa:0", "bcrt1qone", 7_798, 2, gone));
    let alerts = shop.reader().alerts().await.unwrap();
    assert_eq!((alerts[0].kind.as_str(), alerts[0].sale_number), ("reversed", Some(1)));
    assert_eq!(alerts[0].subject, Some(Subject::Sale(sale.id)));
    assert_eq!(shop.verify().await.fault, None);
}

#[tokio::test]
async fn money_that_is_gone_after_a_customer_was_credited_raises_an_alert_on_the_stray_payment() {
    let mut shop = Shop::open().await;
    let stray = shop.stray_found(confirmed("aa:0", "bcrt1qold", 5_000, 1, 1));
    let event = StrayEvent::Credited { customer: "Mona".to_owned(), value: eur(288), rate: rate() };
    let record = shop.stray_record(&stray, event);
    let stray = shop.write_stray_record(record);
    let gone = Level::Withdrawn { reason: WithdrawnReason::Dropped };
    let observation = seen("aa:0", "bcrt1qold", 5_000, 2, gone);
    let record = shop.stray_record(&stray, StrayEvent::Observed { observation });
    shop.write_stray_record(record);
    let alerts = shop.reader().alerts().await.unwrap();
    assert_eq!((alerts[0].kind.as_str(), alerts[0].subject), ("reversed", Some(Subject::Stray(stray.id))));
    assert_eq!(shop.verify().await.fault, None);
}

#[tokio::test]
async fn an_alert_that_is_not_there_cannot_be_acknowledged() {
    let mut shop = Shop::open().await;
    let refused = shop.writer.write(&acknowledged(7));
    assert!(matches!(refused, Err(WriteError::Refused(Refusal::NoSuchAlert(7)))));
}

#[tokio::test]
async fn stray_payments_to_be_decided_come_first_then_the_newest() {
    let mut shop = Shop::open().await;
    let credited = shop.stray_found(confirmed("aa:0", "bcrt1qold", 5_000, 1, 1));
    let open = shop.stray_found(confirmed("bb:0", "bcrt1qold", 6_000, 2, 1));
    let newest = shop.stray_found(confirmed("cc:0", "bcrt1qold", 7_000, 3, 1));
    let event = StrayEvent::Credited { customer: "Mona".to_owned(), value: eur(288), rate: rate() };
    let record = shop.stray_record(&credited, event);
    let credited = shop.write_stray_record(record);
    let reader = shop.reader();
    assert_eq!(reader.strays_open().await.unwrap(), 2);
    assert_eq!(reader.strays().await.unwrap(), [newest, open, credited.clone()]);
    assert_eq!(reader.stray(credited.id).await.unwrap(), Some(credited.clone()));
    assert_eq!(shop.writer.stray(credited.id).unwrap(), Some(credited));
    assert_eq!(shop.verify().await.fault, None);
}
