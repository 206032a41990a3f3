//! The list of sales and the history of one.

use payment::{InvoiceId, SaleEvent, State};
use store::{Reader, RecordedEvent, SaleSummary, SalesFilter, Subject};

use super::shop::*;

async fn numbers(reader: &Reader, filter: SalesFilter) -> Vec<u32> {
    let page = reader.sales(&filter).await.unwrap();
    page.rows.iter().map(|row| row.number).collect()
}

fn search(text: &str) -> SalesFilter {
    SalesFilter { search: text.to_owned(), limit: 50, ..SalesFilter::default() }
}

#[tokio::test]
async fn a_row_of_the_list_says_what_the_sale_says() {
    let mut shop = Shop::open().await;
    let sale = shop.cash_sale(450, "Flat white");
    let page = shop.reader().sales(&search("")).await.unwrap();
    let row = SaleSummary {
        invoice: sale.id,
        number: 1,
        opened_at: sale.opened_at,
        state: State::Paid,
        late: false,
        over: false,
        due: eur(450),
        methods: vec!["cash".to_owned()],
        label: "Flat white".to_owned(),
        receipt_number: Some(1),
    };
    assert_eq!(page.rows, [row]);
    assert_eq!((page.more, page.counts), (false, vec![(State::Paid, 1)]));
}

#[tokio::test]
async fn a_sale_is_found_by_its_numbers_amount_text_address_and_transaction() {
    let mut shop = Shop::open().await;
    shop.fill();
    let reader = shop.reader();
    assert_eq!(numbers(&reader, search("0003")).await, [4, 3], "sale 3, and the sale with receipt 3");
    assert_eq!(numbers(&reader, search("12,50")).await, [3]);
    assert_eq!(numbers(&reader, search("12.50")).await, [3]);
    assert_eq!(numbers(&reader, search(" BEANS ")).await, [4]);
    assert_eq!(numbers(&reader, search("BCRT1QONE")).await, [2]);
    assert_eq!(numbers(&reader, search("bb:1")).await, [3]);
    assert_eq!(numbers(&reader, search("nothing like it")).await, [] as [u32; 0]);
    assert_eq!(numbers(&reader, search("%")).await, [] as [u32; 0], "no wildcards");
}

#[tokio::test]
async fn chips_filter_the_rows_and_count_what_the_search_finds() {
    let mut shop = Shop::open().await;
    shop.fill();
    let reader = shop.reader();
    let filter = SalesFilter { states: vec![State::Partial], ..search("") };
    let page = reader.sales(&filter).await.unwrap();
    assert_eq!(page.rows.iter().map(|row| row.number).collect::<Vec<_>>(), [3]);
    assert_eq!(page.counts, [(State::Paid, 3), (State::Partial, 1)]);
    let both = SalesFilter { states: vec![State::Partial, State::Paid], ..search("flat white") };
    assert_eq!(numbers(&reader, both).await, [3, 2, 1]);
}

#[tokio::test]
async fn pages_follow_each_other_without_a_gap() {
    let mut shop = Shop::open().await;
    for _ in 0..5 {
        shop.cash_sale(450, "Tea");
    }
    let reader = shop.reader();
    let mut after: Option<InvoiceId> = None;
    let mut seen = Vec::new();
    loop {
        let page = reader.sales(&SalesFilter { after, limit: 2, ..SalesFilter::default() }).await.unwrap();
        seen.extend(page.rows.iter().map(|row| row.number));
        after = page.rows.last().map(|row| row.invoice);
        if !page.more {
            break;
        }
    }
    assert_eq!(seen, [5, 4, 3, 2, 1]);
}

#[tokio::test]
async fn a_till_knows_what_comes_next() {
    let mut shop = Shop::open().await;
    let reader = shop.reader();
    assert_eq!(reader.counters().await.unwrap().next_sale_number, 1);
    shop.cash_sale(450, "Tea");
    assert_eq!(reader.counters().await.unwrap(), shop.writer.counters().unwrap());
    assert_eq!(reader.counters().await.unwrap().next_receipt_number, 2);
}

#[tokio::test]
async fn a_history_has_every_event_with_source_hash_and_entries() {
    let mut shop = Shop::open().await;
    let (sale, payment) = shop.bitcoin_sale(450, "bcrt1qone");
    shop.see(&sale, payment, confirmed("aa:0", "bcrt1qone", 7_798, 1, 1));
    let events = shop.reader().timeline(Subject::Sale(sale.id)).await.unwrap();
    let shown: Vec<_> =
        events.iter().map(|e| (e.event_id, e.version, e.kind.as_str(), e.source.as_str())).collect();
    assert_eq!(
        shown,
        [
            (1, 1, "opened", "till"),
            (2, 2, "payment_started", "till"),
            (3, 3, "offered", "till"),
            (4, 4, "transfer_observed", "rail-bitcoin"),
        ]
    );
    assert_eq!(events[3].entries, [1, 2], "settled, and the sale it covers");
    assert_eq!(events[3].hash, shop.writer.head().1);
    let offered = SaleEvent::Offered { payment, address: "bcrt1qone".to_owned() };
    assert_eq!(events[2].event, RecordedEvent::Sale(offered));
}

#[tokio::test]
async fn the_history_of_a_stray_payment_reads_like_a_sales() {
    let mut shop = Shop::open().await;
    let stray = shop.stray_found(confirmed("cc:0", "bcrt1qold", 5_000, 1, 1));
    let events = shop.reader().timeline(Subject::Stray(stray.id)).await.unwrap();
    assert_eq!((events[0].kind.as_str(), events.len()), ("found", 1));
    assert_eq!(events[0].entries, [1]);
}
