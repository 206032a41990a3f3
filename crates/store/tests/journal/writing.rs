//! The write door: all of a batch or nothing, numbers without gaps, each rule of the books with its own refusal.

use payment::SaleEvent;
use store::{Batch, Record, Refusal, Source, Store, WriteError};

use super::shop::*;

fn refusal(error: WriteError) -> Refusal {
    match error {
        WriteError::Refused(refusal) => refusal,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn what_was_written_reads_back_the_same_on_both_sides() {
    let mut shop = Shop::open().await;
    let sale = shop.cash_sale(450, "Flat white");
    assert_eq!(shop.writer.sale(sale.id).unwrap(), Some(sale.clone()));
    assert_eq!(shop.reader().sale(sale.id).await.unwrap(), Some(sale));
    let nobody = shop.invoice();
    assert_eq!(shop.writer.sale(nobody).unwrap(), None);
    assert_eq!(shop.reader().sale(nobody).await.unwrap(), None);
}

#[tokio::test]
async fn a_filled_shop_verifies_and_goes_on_after_a_restart() {
    let mut shop = Shop::open().await;
    shop.fill();
    let before = shop.writer.head();
    let mut shop = Shop::open_in(shop.close().await).await;
    assert_eq!(shop.writer.head(), before);
    shop.cash_sale(100, "Tea");
    let checked = shop.verify().await;
    assert_eq!(checked.fault, None);
    assert_eq!((checked.events, checked.head), shop.writer.head());
    assert!(checked.events > before.0 && checked.entries > 0);
}

#[tokio::test]
async fn a_commit_says_what_it_wrote() {
    let mut shop = Shop::open().await;
    let opened = shop.sale_opened(450, "Tea");
    let payment = shop.payment();
    let cash = opened.after.take_cash_for_rest(payment, eur(500), 1).unwrap();
    let paid = shop.next(&opened.after, cash, Source::Till);
    let both = batch([Record::Sale(Box::new(opened)), Record::Sale(Box::new(paid))]);
    let committed = shop.writer.write(&both).unwrap();
    assert_eq!((committed.first_event, committed.last_event), (1, 2));
    assert_eq!((committed.last_event, committed.head), shop.writer.head());
    let head = shop.reader().head().await.unwrap();
    assert_eq!((head.events, head.hash), (2, committed.head));
}

#[tokio::test]
async fn a_batch_is_recorded_as_a_whole_or_not_at_all() {
    let mut shop = Shop::open().await;
    let (good, bad) = (shop.sale_opened(450, "Tea"), shop.sale_opened(450, "Tea"));
    let good_id = good.after.id;
    let both = batch([Record::Sale(Box::new(good.clone())), Record::Sale(Box::new(bad))]);
    assert_eq!(refusal(shop.writer.write(&both).unwrap_err()), Refusal::SaleNumber(1));
    assert_eq!(shop.writer.sale(good_id).unwrap(), None);
    assert_eq!(shop.writer.head().0, 0);
    assert_eq!(shop.writer.counters().unwrap().next_sale_number, 1, "a refused batch uses no number");
    shop.write(good);
    assert_eq!(shop.verify().await.fault, None);
}

#[tokio::test]
async fn a_receipt_number_that_leaves_a_gap_is_refused() {
    let mut shop = Shop::open().await;
    let sale = shop.cash_sale(450, "Tea");
    let opened = shop.sale_opened(450, "Tea");
    let other = shop.write(opened);
    let payment = shop.payment();
    let cash = other.take_cash_for_rest(payment, eur(450), 1).unwrap();
    let other = shop.record(&other, cash);
    let skipped = shop.next(&other, SaleEvent::ReceiptIssued { number: 3 }, Source::Till);
    assert_eq!(refusal(shop.try_write(skipped).unwrap_err()), Refusal::ReceiptNumber(3));
    let twice = shop.next(&other, SaleEvent::ReceiptIssued { number: 1 }, Source::Till);
    assert_eq!(sale.receipt, Some(1));
    assert_eq!(refusal(shop.try_write(twice).unwrap_err()), Refusal::ReceiptNumber(1));
}

#[tokio::test]
async fn an_event_on_an_old_state_is_refused() {
    let mut shop = Shop::open().await;
    let opened = shop.sale_opened(450, "Tea");
    let sale = shop.write(opened);
    let cancelled = shop.next(&sale, SaleEvent::Cancelled, Source::Till);
    shop.write(cancelled.clone());
    assert_eq!(refusal(shop.try_write(cancelled).unwrap_err()), Refusal::VersionTaken);
    assert_eq!(shop.verify().await.fault, None);
}

#[tokio::test]
async fn an_address_is_handed_out_once_ever() {
    let mut shop = Shop::open().await;
    shop.bitcoin_sale(450, "bcrt1qone");
    let opened = shop.sale_opened(450, "Tea");
    let sale = shop.write(opened);
    let payment = shop.payment();
    let sale = shop.record(&sale, SaleEvent::PaymentStarted { payment, terms: terms(sale.due()) });
    let again = shop.next(&sale, SaleEvent::Offered { payment, address: "bcrt1qone".into() }, Source::Till);
    assert_eq!(refusal(shop.try_write(again).unwrap_err()), Refusal::AddressTaken);
}

#[tokio::test]
async fn a_transfer_counts_for_one_payment() {
    let mut shop = Shop::open().await;
    let (first, paid) = shop.bitcoin_sale(450, "bcrt1qone");
    let (second, other) = shop.bitcoin_sale(450, "bcrt1qtwo");
    shop.see(&first, paid, unconfirmed("aa:0", "bcrt1qone", 7_798, 1));
    let observation = unconfirmed("aa:0", "bcrt1qtwo", 7_798, 2);
    let twice = shop.next(&second, SaleEvent::TransferObserved { payment: other, observation }, Source::Till);
    assert_eq!(refusal(shop.try_write(twice).unwrap_err()), Refusal::TransferTaken);
}

#[tokio::test]
async fn a_balance_that_would_overflow_is_refused() {
    let mut shop = Shop::open().await;
    let huge = i64::MAX - 50;
    shop.cash_sale(huge, "Everything");
    let opened = shop.sale_opened(huge, "Everything else");
    let sale = shop.write(opened);
    let payment = shop.payment();
    let cash = sale.take_cash_for_rest(payment, eur(huge), 1).unwrap();
    let taken = shop.next(&sale, cash, Source::Till);
    let refused = refusal(shop.try_write(taken).unwrap_err());
    assert!(matches!(refused, Refusal::BalanceOutOfRange { .. }), "{refused}");
    assert_eq!(shop.verify().await.fault, None);
}

#[tokio::test]
async fn entries_that_the_event_does_not_post_are_refused() {
    let mut shop = Shop::open().await;
    let sale = shop.cash_sale(450, "Tea");
    let opened = shop.sale_opened(450, "Tea");
    let forged = store::SaleRecord { entries: sale.entries().to_vec(), ..opened };
    assert_eq!(refusal(shop.try_write(forged).unwrap_err()), Refusal::OtherEntries);
}

#[tokio::test]
async fn an_empty_batch_leaves_the_chain_as_it_is() {
    let mut shop = Shop::open().await;
    shop.cash_sale(450, "Tea");
    let before = shop.writer.head();
    let committed = shop.writer.write(&Batch::default()).unwrap();
    assert_eq!((committed.last_event, committed.head), before);
    assert_eq!(committed.first_event, before.0 + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_commit_of_unknown_outcome_the_writer_is_reopened_and_the_ids_are_looked_up() {
    let mut shop = Shop::open().await;
    let sale = shop.cash_sale(450, "Tea");
    shop.reader().sale(sale.id).await.unwrap();
    shop.writer.break_commits().unwrap();
    let lost = shop.sale_opened(450, "Lost");
    assert!(matches!(shop.try_write(lost.clone()), Err(WriteError::Unknown(_))));
    assert!(matches!(shop.try_write(lost.clone()), Err(WriteError::Unknown(_))), "it takes no further batch");
    let Shop { folder, store, writer, .. } = shop;
    drop(writer);
    let (store, mut writer) = reopen(store).await;
    assert_eq!(writer.sale(lost.after.id).unwrap(), None);
    assert_eq!(writer.sale(sale.id).unwrap(), Some(sale.clone()));
    writer.write(&batch([Record::Sale(Box::new(lost.clone()))])).unwrap();
    let reader = store.reader();
    assert_eq!(reader.sale(lost.after.id).await.unwrap(), Some(lost.after));
    assert_eq!(reader.verify().await.unwrap().fault, None);
    drop(folder);
}

async fn reopen(store: Store) -> (Store, store::Writer) {
    let reopened = tokio::task::spawn_blocking(move || {
        let writer = store.reopen_writer();
        (store, writer)
    });
    let (store, writer) = reopened.await.unwrap();
    (store, writer.unwrap())
}
