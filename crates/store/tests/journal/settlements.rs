//! Settlements of payers' tabs: each takes exactly what gathered, one at a time, and every part of it is found again.

use ledger::Account;
use payment::RailId;
use payment::rail::RailFailureClass;
use payment::stream::settlement::Bill;
use payment::stream::{OnTab, Settlement, SettlementEvent, SettlementState, Tab};
use store::{Record, Refusal, SettlementRecord, Source, Store, Tally, WriteError};

use super::parcels::{ticket, ticket_of};
use super::shop::*;
use super::tampering::tamper;

pub(crate) fn tab_of(payer: &str, method: &str) -> Tab {
    Tab {
        payer: payer.to_owned(),
        rail: RailId::STRIPE,
        method: method.to_owned(),
        currency: eur(0).currency(),
    }
}

/// Whose tab a plain ticket is on.
pub(crate) fn annas_tab() -> Tab {
    tab_of("anna", "card")
}

pub(crate) fn charged(reference: &str, fee: i64) -> SettlementEvent {
    SettlementEvent::Charged { reference: reference.to_owned(), fee: eur(fee) }
}

pub(crate) fn set_aside(trouble: RailFailureClass) -> SettlementEvent {
    SettlementEvent::SetAside { trouble, reason: "the bank said no".to_owned() }
}

fn record(record: SettlementRecord) -> Record {
    Record::Settlement(Box::new(record))
}

impl Shop {
    /// Opens a settlement of what is on a tab, not written yet.
    pub(crate) fn settlement_opened(&mut self, tab: &Tab) -> SettlementRecord {
        let OnTab { owed, parts, last_micropayment, .. } = self.writer.tab(tab).unwrap().unwrap();
        self.settlement_of(Bill { tab: tab.clone(), amount: owed, parts, last_micropayment })
    }

    /// Opens a settlement, not written yet.
    pub(crate) fn settlement_of(&mut self, bill: Bill) -> SettlementRecord {
        let (id, at) = (self.settlement_id(), self.now());
        let event = SettlementEvent::Opened { bill };
        let after = Settlement::open(id, &event, at).unwrap();
        SettlementRecord { event, source: Source::Clock, at, entries: vec![], after }
    }

    /// Applies an event to a settlement, not written yet.
    pub(crate) fn settlement_next(
        &mut self,
        before: &Settlement,
        event: SettlementEvent,
    ) -> SettlementRecord {
        let applied = before.apply(&event).unwrap().unwrap();
        let (at, source) = (self.now(), Source::Rail(RailId::STRIPE));
        SettlementRecord { event, source, at, entries: applied.entries, after: applied.settlement }
    }

    pub(crate) fn write_settlement(&mut self, one: SettlementRecord) -> Settlement {
        let after = one.after.clone();
        self.writer.write(&batch([record(one)])).unwrap();
        after
    }

    pub(crate) fn settle(&mut self, tab: &Tab) -> Settlement {
        let opened = self.settlement_opened(tab);
        self.write_settlement(opened)
    }

    pub(crate) fn hear(&mut self, before: &Settlement, event: SettlementEvent) -> Settlement {
        let next = self.settlement_next(before, event);
        self.write_settlement(next)
    }

    fn refusal(&mut self, one: SettlementRecord) -> Refusal {
        match self.writer.write(&batch([record(one)])).unwrap_err() {
            WriteError::Refused(refusal) => refusal,
            other => panic!("{other}"),
        }
    }

    fn on_tab(&self, tab: &Tab) -> OnTab {
        self.writer.tab(tab).unwrap().unwrap()
    }

    /// One settlement that is charged, one that is set aside, and something on the tab after it.
    pub(crate) fn fill_tabs(&mut self) {
        self.take([ticket("game-1", 30), ticket("game-2", 50)]);
        let settlement = self.settle(&annas_tab());
        let settlement = self.hear(&settlement, SettlementEvent::Doubted { reason: "no answer".to_owned() });
        self.hear(&settlement, charged("ch_1", 3));
        self.take([ticket("game-3", 30), ticket_of("song-1", 5, ("berta", "card"))]);
        let settlement = self.settle(&annas_tab());
        self.hear(&settlement, set_aside(RailFailureClass::Declined));
        self.take([ticket("game-4", 7)]);
    }
}

#[tokio::test]
async fn a_settlement_takes_what_gathered_and_every_part_is_found_again() {
    let mut shop = Shop::open().await;
    shop.take([ticket("a", 30), ticket("b", 50)]);
    shop.take([ticket("c", 20)]);
    let first = shop.settle(&annas_tab());
    shop.take([ticket("d", 7)]);
    assert_eq!((first.bill.amount, first.bill.parts, first.bill.last_micropayment), (eur(100), 3, 3));
    assert_eq!(shop.on_tab(&annas_tab()).settlement, Some(first.id));
    let first = shop.hear(&first, charged("ch_1", 3));
    let second = shop.settle(&annas_tab());

    assert_eq!(shop.writer.settlement(first.id).unwrap(), Some(first.clone()));
    assert_eq!(shop.writer.balance(Account::PayerTabs, eur(0).currency()), eur(7));
    assert_eq!(shop.writer.balance(Account::CardClearing, eur(0).currency()), eur(97));
    let reader = shop.reader();
    let numbers = async |id, after, limit| {
        let parts = reader.settlement_parts(id, after, limit).await.unwrap();
        parts.iter().map(|part| part.number).collect::<Vec<_>>()
    };
    assert_eq!(numbers(first.id, None, 10).await, [3, 2, 1]);
    assert_eq!(numbers(first.id, None, 2).await, [3, 2]);
    assert_eq!(numbers(first.id, Some(2), 2).await, [1]);
    assert_eq!(numbers(first.id, Some(1), 2).await, [0; 0]);
    assert_eq!(numbers(second.id, None, 10).await, [4]);
    assert_eq!(numbers(second.id, Some(3), 10).await, [0; 0], "that is the first one's");
    let took = async |number| reader.settlement_of(number).await.unwrap();
    assert_eq!(
        (took(1).await, took(3).await, took(4).await),
        (Some(first.id), Some(first.id), Some(second.id))
    );
    assert_eq!(took(5).await, None);
    let facts = reader.settlement(second.id).await.unwrap().unwrap();
    assert_eq!((facts.number, facts.last_event, &facts.settlement), (2, 6, &second));
    assert_eq!(facts.changed_at, second.opened_at);
    assert_eq!(shop.verify().await.fault, None);
}

#[tokio::test]
async fn anything_else_than_what_is_on_the_tab_is_refused() {
    let mut shop = Shop::open().await;
    shop.take([ticket("a", 30), ticket("b", 50)]);
    let whole = Bill { tab: annas_tab(), amount: eur(80), parts: 2, last_micropayment: 2 };
    let before = shop.reader().all_rows().unwrap();
    for bill in [
        Bill { amount: eur(79), ..whole.clone() },
        Bill { amount: eur(81), ..whole.clone() },
        Bill { parts: 1, ..whole.clone() },
        Bill { last_micropayment: 1, ..whole.clone() },
        Bill { tab: tab_of("anna", "sepa"), ..whole.clone() },
        Bill { tab: tab_of("berta", "card"), ..whole.clone() },
    ] {
        let opened = shop.settlement_of(bill);
        assert_eq!(shop.refusal(opened), Refusal::NotWhatIsOnTab);
    }
    assert_eq!(shop.reader().all_rows().unwrap(), before);
    let opened = shop.settlement_of(whole);
    shop.write_settlement(opened);
}

#[tokio::test]
async fn a_tab_is_settled_by_one_at_a_time() {
    let mut shop = Shop::open().await;
    shop.take([ticket("a", 30)]);
    let first = shop.settle(&annas_tab());
    shop.take([ticket("b", 50)]);
    let opened = shop.settlement_opened(&annas_tab());
    assert_eq!(shop.refusal(opened.clone()), Refusal::TabHeld);
    let first = shop.hear(&first, set_aside(RailFailureClass::Declined));
    assert_eq!(shop.refusal(opened.clone()), Refusal::TabHeld, "somebody has to decide first");
    let first = shop.hear(&first, SettlementEvent::TriedAgain);
    assert_eq!((first.attempt, &first.state), (2, &SettlementState::Charging));
    shop.hear(&first, charged("ch_1", 0));
    let second = shop.write_settlement(opened);
    assert_eq!(second.bill.amount, eur(50));
    assert_eq!(shop.verify().await.fault, None);
}

#[tokio::test]
async fn only_the_settlement_that_holds_the_tab_is_charged() {
    let mut shop = Shop::open().await;
    shop.take([ticket("a", 30)]);
    let unknown = shop.settlement_opened(&annas_tab()).after;
    let next = shop.settlement_next(&unknown, charged("ch_1", 0));
    assert_eq!(shop.refusal(next), Refusal::OtherSettlement);
    let next = shop.settlement_next(&unknown, set_aside(RailFailureClass::Protocol));
    assert_eq!(shop.refusal(next), Refusal::NoSuchSettlement);
    let settlement = shop.settle(&annas_tab());
    let twice = [3, 4].map(|fee| shop.settlement_next(&settlement, charged("ch_1", fee)));
    let [once, again] = twice;
    shop.write_settlement(once);
    assert_eq!(shop.refusal(again), Refusal::OtherSettlement);
    assert_eq!(shop.verify().await.fault, None);
}

#[tokio::test]
async fn a_batch_may_gather_and_settle_and_gather_again() {
    let mut shop = Shop::open().await;
    let bill = |amount, last_micropayment| Bill {
        tab: annas_tab(),
        amount: eur(amount),
        parts: 1,
        last_micropayment,
    };
    let [one, two, three] = ["a", "b", "c"].map(|id| shop.parcel([ticket(id, 30)]));
    let first = shop.settlement_of(bill(30, 1));
    let paid = shop.settlement_next(&first.after, charged("ch_1", 1));
    let second = shop.settlement_of(bill(30, 2));
    let held = second.after.id;
    let parcels = [one, two, three].map(|parcel| Record::Parcel(Box::new(parcel)));
    let [one, two, three] = parcels;
    shop.writer.write(&batch([one, record(first), two, record(paid), record(second), three])).unwrap();
    let on_tab = shop.on_tab(&annas_tab());
    assert_eq!((on_tab.owed, on_tab.parts, on_tab.last_micropayment), (eur(30), 1, 3));
    assert_eq!(on_tab.settlement, Some(held));
    assert_eq!(shop.verify().await.fault, None);
}

#[tokio::test]
async fn a_payer_has_a_tab_for_each_method() {
    let mut shop = Shop::open().await;
    let debit = ("anna", "sepa");
    shop.take([ticket("a", 1), ticket_of("b", 2, debit), ticket("c", 4), ticket_of("d", 8, debit)]);
    assert_eq!(shop.on_tab(&annas_tab()).owed, eur(5));
    assert_eq!(shop.on_tab(&tab_of("anna", "sepa")).owed, eur(10));
    assert_eq!(shop.writer.tab(&tab_of("berta", "card")).unwrap(), None);
    let rows = shop.reader().micropayments(None, 10).await.unwrap();
    let links: Vec<_> = rows.iter().map(|row| row.previous_on_tab).collect();
    assert_eq!(links, [Some(2), Some(1), None, None]);
    assert_eq!(shop.verify().await.fault, None);
}

#[tokio::test]
async fn what_goes_on_a_tab_has_no_fee_yet() {
    let mut shop = Shop::open().await;
    let mut parcel = shop.parcel([ticket("a", 30)]);
    (parcel.taken[0].fee, parcel.groups[0].fee) = (eur(1), eur(1));
    let refused = shop.writer.write(&batch([Record::Parcel(Box::new(parcel))])).unwrap_err();
    assert!(matches!(refused, WriteError::Refused(Refusal::FeeOnTab)), "{refused}");
}

#[tokio::test]
async fn tabs_that_wait_come_oldest_first_and_page_by_page() {
    let mut shop = Shop::open().await;
    for (id, payer) in [("a", "carl"), ("b", "anna"), ("c", "berta"), ("d", "carl"), ("e", "dora")] {
        shop.take([ticket_of(id, 10, (payer, "card"))]);
    }
    let since = |payer| shop.on_tab(&tab_of(payer, "card")).since;
    let (bertas, doras) = (since("berta"), since("dora"));
    assert!(bertas < doras);
    let payers = |shop: &Shop, at_most, limit| {
        let mut found: Vec<(Tab, OnTab)> = Vec::new();
        loop {
            let page = shop.writer.tabs_waiting(RailId::STRIPE, at_most, found.last(), limit).unwrap();
            if page.is_empty() {
                return found.into_iter().map(|(tab, _)| tab.payer).collect::<Vec<_>>();
            }
            found.extend(page);
        }
    };
    assert_eq!(payers(&shop, doras, 2), ["carl", "anna", "berta", "dora"]);
    assert_eq!(payers(&shop, bertas, 1), ["carl", "anna", "berta"], "dora's is younger");
    let settlement = shop.settle(&annas_tab());
    assert_eq!(payers(&shop, doras, 10), ["carl", "berta", "dora"], "one is under way");
    shop.take([ticket("f", 10)]);
    assert_eq!(payers(&shop, doras, 10), ["carl", "berta", "dora"]);
    shop.hear(&settlement, charged("ch_1", 0));
    let now = shop.now();
    assert_eq!(payers(&shop, now, 1), ["carl", "berta", "dora", "anna"], "it began anew");
    assert_eq!(shop.verify().await.fault, None);
}

#[tokio::test]
async fn settlements_under_way_are_listed_in_the_order_of_opening() {
    let mut shop = Shop::open().await;
    let payers = ["anna", "berta", "carl", "dora"];
    shop.take(payers.map(|payer| ticket_of(payer, 10, (payer, "card"))));
    let [anna, berta, carl, dora] = payers.map(|payer| shop.settle(&tab_of(payer, "card")));
    shop.hear(&anna, charged("ch_1", 0));
    let carl = shop.hear(&carl, SettlementEvent::Doubted { reason: "no answer".to_owned() });
    let dora = shop.hear(&dora, set_aside(RailFailureClass::Declined));
    let under_way = |after, limit| shop.writer.settlements_under_way(RailId::STRIPE, after, limit).unwrap();
    let listed: Vec<_> = under_way(0, 10).into_iter().map(|one| (one.number, one.settlement)).collect();
    assert_eq!(listed, [(2, berta), (3, carl)]);
    assert_eq!(under_way(0, 1)[0].number, 2);
    assert_eq!((under_way(2, 10)[0].number, under_way(2, 10)[0].last_event), (3, 7));
    assert!(under_way(3, 10).is_empty());

    let reader = shop.reader();
    let aside = reader.settlements_set_aside(0, 10).await.unwrap();
    assert_eq!((aside.len(), aside[0].number, &aside[0].settlement), (1, 4, &dora));
    assert!(reader.settlements_set_aside(4, 10).await.unwrap().is_empty());
    assert_eq!(reader.settlement_count_set_aside().await.unwrap(), 1);
}

#[tokio::test]
async fn the_summary_adds_up_to_what_payers_owe() {
    let mut shop = Shop::open().await;
    assert_eq!(shop.reader().tabs_summary().await.unwrap(), []);
    shop.fill_tabs();
    shop.take([ticket_of("song-2", 11, ("carl", "card"))]);
    let carl = shop.settle(&tab_of("carl", "card"));
    shop.hear(&carl, SettlementEvent::Doubted { reason: "no answer".to_owned() });
    let summary = shop.reader().tabs_summary().await.unwrap();
    let tally = |count, minor| Tally { count, sum: eur(minor) };
    assert_eq!(summary.len(), 1);
    assert_eq!(summary[0].rail, RailId::STRIPE);
    assert_eq!((summary[0].on_tabs, summary[0].charging), (tally(2, 12), tally(0, 0)));
    assert_eq!((summary[0].asking, summary[0].set_aside), (tally(1, 11), tally(1, 30)));
    assert_eq!(shop.writer.balance(Account::PayerTabs, eur(0).currency()), eur(12 + 11 + 30));
}

/// The row that the check names after a statement was run behind the till's back.
async fn named_after(statement: &str) -> String {
    let mut shop = Shop::open().await;
    shop.fill_tabs();
    let path = shop.path();
    let folder = shop.close().await;
    tamper(&path, statement);
    let checked = Store::open_reader(&path).await.unwrap().verify().await.unwrap();
    drop(folder);
    checked.fault.unwrap_or_else(|| panic!("{statement} was not noticed")).row
}

#[tokio::test]
async fn every_column_of_a_settlement_is_compared_with_its_events() {
    for change in [
        "settlement_id = zeroblob(16)",
        "last_event = last_event - 1",
        "payer = 'berta'",
        "rail = 'cash'",
        "method = 'sepa'",
        "currency = 'USD'",
        "scale = 3",
        "amount_minor = amount_minor + 1",
        "parts = parts + 1",
        "last_micropayment = last_micropayment + 2",
        "attempt = attempt + 1",
        "state = 'charging'",
        "trouble = 'unknown'",
        "reason = 'none'",
        "reference = 'ch_2'",
        "fee_minor = 1",
        "opened_at = opened_at + 1",
    ] {
        for number in [1, 2] {
            let named = named_after(&format!("update settlement set {change} where number = {number}")).await;
            assert!(named.starts_with("set_"), "{change}: {named}");
        }
    }
    assert_eq!(named_after("update settlement set number = 9 where number = 2").await, "settlement 9");
    let more = "insert into settlement select 3, zeroblob(16), last_event, payer, rail, method, currency, scale, \
                amount_minor, parts, 5, attempt, state, trouble, reason, reference, fee_minor, opened_at \
                from settlement where number = 1";
    assert_eq!(named_after(more).await, "the list of settlements");
    assert!(named_after("delete from settlement where number = 1").await.starts_with("set_"));
}

#[tokio::test]
async fn every_column_of_a_tab_is_compared_with_what_is_on_it() {
    for (change, named) in [
        ("payer = 'aaron'", "tab 5"),
        ("payer = 'dora'", "tab 5"),
        ("rail = 'cash'", "tab 5"),
        ("method = 'sepa'", "tab 5"),
        ("currency = 'USD'", "tab 5"),
        ("scale = 3", "tab 5"),
        ("minor = minor + 1", "tab 5"),
        ("parts = parts + 1", "tab 5"),
        ("last_micropayment = 4", "tab 5"),
        ("since = since + 1", "tab 5"),
        ("settlement_id = null", "tab 5"),
        ("settlement_id = zeroblob(16)", "tab 5"),
    ] {
        let statement = format!("update tab set {change} where payer = 'anna'");
        assert_eq!(named_after(&statement).await, named, "{change}");
    }
    assert_eq!(named_after("delete from tab where payer = 'berta'").await, "tab 4");
}

#[tokio::test]
async fn kinds_of_subject_are_those_of_this_version() {
    assert_eq!(named_after("insert into subject_kind values ('refund')").await, "subject kind refund");
    assert_eq!(named_after("delete from subject_kind where name = 'sale'").await, "subject kind sale");
    assert_eq!(named_after("delete from subject_kind where name = 'parcel'").await, "data file");
}

#[tokio::test]
async fn a_file_from_before_settlements_is_migrated_and_settles() {
    let folder = tempfile::tempdir().unwrap();
    let path = options(&folder).path;
    std::fs::write(&path, include_bytes!("../fixtures/stream.db")).unwrap();
    let mut shop = Shop::open_in(folder).await;
    let checked = shop.verify().await;
    assert_eq!((checked.events, checked.entries, checked.fault), (11, 7, None));
    assert!(path.with_file_name("till-practice.db.version-2.backup").exists());
    let known = shop.writer.instruction(&ticket("a", 1)).unwrap();
    assert!(known.is_some(), "what it took is known");
    assert_eq!(shop.reader().dead_letter_count().await.unwrap(), 1);
    shop.fill_tabs();
    assert_eq!(shop.verify().await.fault, None);
    let shop = Shop::open_in(shop.close().await).await;
    assert_eq!(shop.verify().await.fault, None);
    assert_eq!(shop.reader().settlement_count_set_aside().await.unwrap(), 1);
}
