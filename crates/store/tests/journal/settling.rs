//! Whatever happens to payers' tabs in whatever order and in whatever batches: what is on them is what was put on them
//! and not settled, and everything verifies.

use ledger::Account;
use payment::rail::RailFailureClass;
use payment::stream::settlement::Bill;
use payment::stream::{Settlement, SettlementEvent, Tab};
use proptest::prelude::*;
use store::Record;

use super::parcels::ticket_of;
use super::settlements::{charged, set_aside, tab_of};
use super::shop::*;

const TABS: [(&str, &str); 3] = [("anna", "card"), ("anna", "sepa"), ("berta", "card")];

/// Something that happens, at one of the tabs.
#[derive(Clone, Debug)]
enum Step {
    Take(usize, i64),
    Settle(usize),
    Hear(usize, SettlementEvent),
    /// What happened since the last one goes into one batch.
    Commit,
}

/// A tab as it must be.
struct Expected {
    tab: Tab,
    owed: i64,
    parts: u32,
    last: i64,
    held: Option<Settlement>,
}

/// The shop with what is not committed yet.
struct Playing {
    shop: Shop,
    tabs: Vec<Expected>,
    taken: i64,
    records: Vec<Record>,
}

impl Playing {
    fn step(&mut self, step: &Step) {
        match step {
            Step::Take(at, cents) => self.take(*at, *cents),
            Step::Settle(at) => self.settle(*at),
            Step::Hear(at, event) => self.hear(*at, event),
            Step::Commit => {
                self.shop.writer.write(&batch(std::mem::take(&mut self.records))).unwrap();
            }
        }
    }

    fn take(&mut self, at: usize, cents: i64) {
        self.taken += 1;
        let parcel = self.shop.parcel([ticket_of(&format!("ticket-{}", self.taken), cents, TABS[at])]);
        self.records.push(Record::Parcel(Box::new(parcel)));
        let tab = &mut self.tabs[at];
        (tab.owed, tab.parts, tab.last) = (tab.owed + cents, tab.parts + 1, self.taken);
    }

    fn settle(&mut self, at: usize) {
        let tab = &mut self.tabs[at];
        if tab.parts == 0 || tab.held.is_some() {
            return;
        }
        let opened = self.shop.settlement_of(Bill {
            tab: tab.tab.clone(),
            amount: eur(tab.owed),
            parts: tab.parts,
            last_micropayment: tab.last,
        });
        (tab.owed, tab.parts, tab.held) = (0, 0, Some(opened.after.clone()));
        self.records.push(Record::Settlement(Box::new(opened)));
    }

    fn hear(&mut self, at: usize, event: &SettlementEvent) {
        let tab = &mut self.tabs[at];
        let Some(held) = &tab.held else { return };
        if !matches!(held.apply(event), Ok(Some(_))) {
            return;
        }
        let next = self.shop.settlement_next(held, event.clone());
        let is_over = matches!(event, SettlementEvent::Charged { .. });
        tab.held = (!is_over).then(|| next.after.clone());
        self.records.push(Record::Settlement(Box::new(next)));
    }

    async fn check(self) {
        let Self { shop, tabs, .. } = self;
        let mut owed = 0;
        for expected in tabs {
            let held = expected.held;
            if let Some(on_tab) = shop.writer.tab(&expected.tab).unwrap() {
                let found = (on_tab.owed, on_tab.parts, on_tab.last_micropayment);
                assert_eq!(found, (eur(expected.owed), expected.parts, expected.last));
                assert_eq!(on_tab.settlement, held.as_ref().map(|held| held.id));
            } else {
                assert_eq!(expected.last, 0, "nothing was ever on it");
            }
            if let Some(held) = &held {
                assert_eq!(shop.writer.settlement(held.id).unwrap().as_ref(), Some(held));
            }
            owed += expected.owed + held.map_or(0, |held| held.bill.amount.minor());
        }
        assert_eq!(shop.writer.balance(Account::PayerTabs, eur(0).currency()), eur(owed));
        assert_eq!(shop.verify().await.fault, None);
        let reopened = Shop::open_in(shop.close().await).await;
        assert_eq!(reopened.verify().await.fault, None);
    }
}

async fn play(steps: Vec<Step>) {
    let tabs = TABS.map(|(payer, method)| {
        let tab = tab_of(payer, method);
        Expected { tab, owed: 0, parts: 0, last: 0, held: None }
    });
    let shop = Shop::open().await;
    let mut playing = Playing { shop, tabs: tabs.into(), taken: 0, records: Vec::new() };
    steps.iter().for_each(|step| playing.step(step));
    playing.step(&Step::Commit);
    playing.check().await;
}

fn step() -> impl Strategy<Value = Step> {
    let heard = prop_oneof![
        3 => (0..3_i64).prop_map(|fee| charged("ch_1", fee)),
        1 => Just(SettlementEvent::Doubted { reason: "no answer".to_owned() }),
        1 => Just(SettlementEvent::NeverArrived),
        1 => proptest::sample::select(vec![RailFailureClass::Declined, RailFailureClass::Unknown]).prop_map(set_aside),
        1 => Just(SettlementEvent::TriedAgain),
    ];
    let at = 0..TABS.len();
    prop_oneof![
        3 => (at.clone(), 3..100_i64).prop_map(|(at, cents)| Step::Take(at, cents)),
        3 => at.clone().prop_map(Step::Settle),
        4 => (at, heard).prop_map(|(at, event)| Step::Hear(at, event)),
        2 => Just(Step::Commit),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn tabs_hold_what_was_not_settled_in_any_order_of_events_and_batches(
        steps in proptest::collection::vec(step(), 0..60),
    ) {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(play(steps));
    }
}
