//! The books as screens and exports read them.

use ledger::Account;
use money::{Currency, Money};
use store::{EntryFilter, JournalEntry, PostingLine, Reader, Subject};

use super::shop::*;

/// Every page of a filter, each asked with the last number of the page before.
async fn pages(reader: &Reader, filter: EntryFilter) -> Vec<i64> {
    let mut ids = Vec::new();
    let mut before = None;
    loop {
        let page = reader.entries(&EntryFilter { before, ..filter.clone() }).await.unwrap();
        ids.extend(page.rows.iter().map(|entry| entry.entry_id));
        before = page.rows.last().map(|entry| entry.entry_id);
        if !page.more {
            return ids;
        }
    }
}

async fn export(reader: &Reader) -> Vec<PostingLine> {
    let mut lines: Vec<PostingLine> = Vec::new();
    loop {
        let after = lines.last().map(|line| (line.entry_id, line.line));
        let next = reader.postings(after, 3).await.unwrap();
        if next.is_empty() {
            return lines;
        }
        lines.extend(next);
    }
}

/// The entries that touch an account, from the export, newest first.
fn touching(lines: &[PostingLine], account: Account, currency: Option<&str>) -> Vec<i64> {
    let touches = |line: &&PostingLine| {
        line.account == account && currency.is_none_or(|code| line.amount.currency().code() == code)
    };
    let mut ids: Vec<i64> = lines.iter().filter(touches).map(|line| line.entry_id).collect();
    ids.dedup();
    ids.reverse();
    ids
}

#[tokio::test]
async fn an_accounts_statement_is_every_entry_that_touches_it_whatever_the_page() {
    let mut shop = Shop::open().await;
    shop.fill();
    shop.fill_again();
    let reader = shop.reader();
    let lines = export(&reader).await;
    for account in Account::ALL.iter().copied() {
        for (currency, limit) in [(None, 1), (None, 3), (Some("EUR"), 2), (Some("BTC"), 200)] {
            let filter = EntryFilter {
                account: Some(account),
                currency: currency.map(str::to_owned),
                limit,
                ..EntryFilter::default()
            };
            let expected = touching(&lines, account, currency);
            assert_eq!(pages(&reader, filter).await, expected, "{account} {currency:?} by {limit}");
        }
    }
}

#[tokio::test]
async fn a_statement_can_begin_before_any_number() {
    let mut shop = Shop::open().await;
    shop.fill();
    let reader = shop.reader();
    let all = touching(&export(&reader).await, Account::CashDrawer, None);
    let head = reader.head().await.unwrap().entries;
    for before in 1..=head + 1 {
        let filter = EntryFilter {
            account: Some(Account::CashDrawer),
            before: Some(before),
            limit: 200,
            ..EntryFilter::default()
        };
        let page = reader.entries(&filter).await.unwrap();
        let found: Vec<i64> = page.rows.iter().map(|entry| entry.entry_id).collect();
        let expected: Vec<i64> = all.iter().copied().filter(|id| *id < before).collect();
        assert_eq!(found, expected, "before {before}");
    }
}

#[tokio::test]
async fn the_entries_of_a_sale_are_those_its_state_has() {
    let mut shop = Shop::open().await;
    shop.cash_sale(100, "Tea");
    let (sale, payment) = shop.bitcoin_sale(450, "bcrt1qone");
    let sale = shop.see(&sale, payment, unconfirmed("aa:0", "bcrt1qone", 7_798, 1));
    let sale = shop.see(&sale, payment, confirmed("aa:0", "bcrt1qone", 7_798, 2, 1));
    let filter = EntryFilter { subject: Some(Subject::Sale(sale.id)), limit: 200, ..EntryFilter::default() };
    let page = shop.reader().entries(&filter).await.unwrap();
    let stored: Vec<_> = page.rows.iter().rev().map(|row| row.entry.clone()).collect();
    assert_eq!(stored, sale.entries());
    let reversal = |row: &&JournalEntry| row.entry.reverses().is_some();
    let reversal = page.rows.iter().find(reversal).unwrap();
    assert_eq!(
        (reversal.entry.reverses(), reversal.reverses),
        (Some(1), Some(3)),
        "the journal's own number"
    );
    assert!(page.rows.iter().all(|row| row.sale_number == Some(2)));
    assert_eq!(page.rows[0].event_id, shop.writer.head().0);
}

#[tokio::test]
async fn entries_without_a_filter_come_newest_first() {
    let mut shop = Shop::open().await;
    shop.fill();
    let reader = shop.reader();
    let all: Vec<i64> = (1..=reader.head().await.unwrap().entries).rev().collect();
    assert_eq!(pages(&reader, EntryFilter { limit: 4, ..EntryFilter::default() }).await, all);
    let bitcoin = EntryFilter { currency: Some("BTC".to_owned()), limit: 2, ..EntryFilter::default() };
    let mut expected: Vec<i64> = export(&reader)
        .await
        .iter()
        .filter(|line| line.amount.currency() == Currency::BTC)
        .map(|line| line.entry_id)
        .collect();
    expected.dedup();
    expected.reverse();
    assert_eq!(pages(&reader, bitcoin).await, expected);
}

#[tokio::test]
async fn balances_are_the_sums_of_what_is_exported() {
    let mut shop = Shop::open().await;
    shop.fill();
    let reader = shop.reader();
    let lines = export(&reader).await;
    let balances = reader.balances().await.unwrap();
    for (account, balance) in &balances {
        let of =
            |line: &&PostingLine| line.account == *account && line.amount.currency() == balance.currency();
        let sum: i64 = lines.iter().filter(of).map(|line| line.amount.minor()).sum();
        assert_eq!(balance.minor(), sum, "{account} {}", balance.currency());
    }
    let drawer: Vec<Money> =
        balances.iter().filter(|(a, _)| *a == Account::CashDrawer).map(|(_, m)| *m).collect();
    assert_eq!(drawer, [eur(450 + 999)]);
    assert!(lines.iter().any(|line| line.rate.is_some()), "a conversion names its rate");
}
