//! A full disk.

use payment::SaleEvent;
use rusqlite::Connection;
use store::{Record, WriteError};

use super::shop::*;

#[tokio::test]
async fn a_full_disk_refuses_the_whole_batch_and_the_till_goes_on_when_there_is_room() {
    let mut shop = Shop::open().await;
    let before = shop.cash_sale(450, "Tea");
    let raw = Connection::open(shop.path()).unwrap();
    let pages: u32 = raw.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
    shop.writer.limit_pages(pages + 2).unwrap();
    let head = shop.writer.head();

    let first = shop.sale_opened(450, &"x".repeat(200));
    let mut records = vec![Record::Sale(Box::new(first.clone()))];
    let mut sale = first.after;
    for round in 0..200 {
        let payment = shop.payment();
        let started = SaleEvent::PaymentStarted { payment, terms: terms(eur(450)) };
        let started = shop.next(&sale, started, store::Source::Till);
        let event = SaleEvent::Offered { payment, address: format!("bcrt1q{round}") };
        let offered = shop.next(&started.after, event, store::Source::Till);
        sale = offered.after.clone();
        records.extend([started, offered].map(|record| Record::Sale(Box::new(record))));
    }
    let refused = shop.writer.write(&batch(records.clone())).unwrap_err();
    assert!(matches!(refused, WriteError::Full), "{refused}");
    let line = refused.to_string();
    assert!(line.contains("nothing was recorded") && !line.contains('\n'), "{line}");

    assert_eq!(shop.writer.head(), head);
    assert_eq!(shop.writer.sale(before.id).unwrap(), Some(before));
    assert_eq!(shop.writer.sale(sale.id).unwrap(), None);
    assert_eq!(shop.verify().await.fault, None);

    shop.writer.limit_pages(u32::MAX).unwrap();
    shop.writer.write(&batch(records)).unwrap();
    assert_eq!(shop.writer.sale(sale.id).unwrap(), Some(sale));
    assert_eq!(shop.verify().await.fault, None);
}
