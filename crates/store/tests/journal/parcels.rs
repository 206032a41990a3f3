//! Parcels of micropayments: chained row by row, booked together, their ids known for good, and every change of a row found.

use std::collections::BTreeMap;
use std::sync::Arc;

use money::{Money, Percent};
use payment::stream::{Group, Instruction, InstructionParts};
use payment::{ParcelId, RailId};
use store::{Became, ParcelRecord, Record, Source, Store, TakenInstruction};

use super::shop::*;
use super::tampering::tamper;

/// Ids in a generation of these tests.
const GENERATION: u32 = 500;
/// Three generations and a few that are in memory.
const MANY: u32 = 3 * GENERATION + 200;

/// Anna pays by card.
pub(crate) fn ticket(id: &str, cents: i64) -> Instruction {
    ticket_of(id, cents, ("anna", "card"))
}

pub(crate) fn ticket_of(id: &str, cents: i64, (payer, method): (&str, &str)) -> Instruction {
    let parts = InstructionParts {
        id: id.to_owned(),
        amount: eur(cents),
        method: method.to_owned(),
        payer: Some(payer.to_owned()),
        memo: None,
        metadata: BTreeMap::from([("machine".to_owned(), "7".to_owned())]),
    };
    Instruction::new(parts).unwrap()
}

impl Shop {
    /// Takes instructions on their payers' tabs.
    pub(super) fn take(&mut self, instructions: impl IntoIterator<Item = Instruction>) {
        let parcel = self.parcel(instructions);
        self.writer.write(&batch([Record::Parcel(Box::new(parcel))])).unwrap();
    }

    /// Takes instructions, not written yet.
    pub(crate) fn parcel(&mut self, instructions: impl IntoIterator<Item = Instruction>) -> ParcelRecord {
        let instructions: Arc<[Instruction]> = instructions.into_iter().collect();
        let gross = instructions.iter().map(|one| one.amount().minor()).sum();
        let now = self.now();
        let mut random = [0; 10];
        random.copy_from_slice(&instructions[0].digest()[..10]);
        let taken = (0..instructions.len()).map(|index| TakenInstruction {
            index,
            rail: RailId::STRIPE,
            route: 1,
            route_note: None,
            fee: eur(0),
            was_dead_letter: false,
        });
        let group = Group {
            rail: RailId::STRIPE,
            count: u32::try_from(instructions.len()).unwrap(),
            gross: eur(gross),
            fee: eur(0),
            tax: Percent::parse("20").unwrap(),
            conversion: None,
        };
        ParcelRecord {
            id: ParcelId::generate(now, random),
            source: Source::Cli,
            at: now,
            taken: taken.collect(),
            groups: vec![group],
            instructions,
        }
    }

    fn is_known(&self, id: &str) -> bool {
        let known = self.writer.instruction(&ticket(id, 1)).unwrap();
        known.is_some_and(|known| matches!(known.became, Became::Micropayment(_)))
    }
}

#[tokio::test]
async fn micropayments_between_sales_make_one_chain() {
    let mut shop = Shop::open().await;
    shop.cash_sale(999, "Beans");
    shop.take([ticket("a", 3), ticket("b", 4)]);
    shop.cash_sale(450, "Tea");
    shop.take([ticket("c", 5)]);
    let checked = shop.verify().await;
    assert_eq!(checked.fault, None);
    assert_eq!((checked.events, checked.head), shop.writer.head());
    let rows = shop.reader().micropayments(None, 10).await.unwrap();
    let linked: Vec<_> = rows.iter().map(|row| (row.number, row.previous_on_tab)).collect();
    assert_eq!(linked, [(3, Some(2)), (2, Some(1)), (1, None)], "the tab leads to every part");
    assert_eq!(rows[2].metadata.as_deref(), Some(r#"{"machine":"7"}"#));
    assert_eq!(rows[2].amount, Money::new(3, eur(0).currency()));
}

#[tokio::test]
async fn a_file_from_before_the_stream_is_migrated_and_takes_micropayments() {
    let folder = tempfile::tempdir().unwrap();
    let path = options(&folder).path;
    std::fs::write(&path, include_bytes!("../fixtures/first-sale.db")).unwrap();
    let mut shop = Shop::open_in(folder).await;
    let checked = shop.verify().await;
    assert_eq!((checked.events, checked.entries, checked.fault), (9, 6, None));
    assert!(path.with_file_name("till-practice.db.version-1.backup").exists());
    shop.take([ticket("a", 3)]);
    shop.cash_sale(450, "Tea");
    assert_eq!(shop.verify().await.fault, None);
}

#[tokio::test]
async fn ids_are_known_after_they_left_the_memory_and_after_a_restart() {
    let mut shop = Shop::open().await;
    // Ids that do not rise with time, so that the filters are asked.
    let scattered = |number: u32| format!("{:08x}", number.wrapping_mul(2_654_435_761));
    shop.writer.seal_ids_at(usize::try_from(GENERATION).unwrap());
    for first in (0..MANY).step_by(100) {
        shop.take((first..first + 100).map(|number| ticket(&scattered(number), 1)));
    }
    for _ in 0..2 {
        for number in [0, 1, GENERATION - 1, GENERATION, 2 * GENERATION + 77, MANY - 1] {
            assert!(shop.is_known(&scattered(number)), "{number}");
        }
        assert!(!shop.is_known(&scattered(MANY)) && !shop.is_known("zzz"));
        shop = Shop::open_in(shop.close().await).await;
    }
    assert_eq!(shop.verify().await.fault, None);
}

#[tokio::test]
async fn a_changed_micropayment_is_named() {
    let changes = [
        ("update micropayment set amount_minor = 5 where micropayment_id = 2", "micropayment 2"),
        ("update micropayment set payer = 'berta' where micropayment_id = 1", "micropayment 1"),
        ("update micropayment set hash = zeroblob(32) where micropayment_id = 3", "micropayment 3"),
        ("delete from micropayment where micropayment_id = 2", "micropayment 3"),
        ("delete from micropayment where micropayment_id = 3", "micropayment 3"),
        ("update tab set minor = minor + 1", "tab 3"),
        ("insert into tab values ('carl', 'stripe', 'card', 'EUR', 2, 1, 1, 9, 1, null)", "tab 9"),
    ];
    for (change, row) in changes {
        let mut shop = Shop::open().await;
        shop.take([ticket("a", 3), ticket("b", 4), ticket("c", 5)]);
        let path = shop.path();
        let folder = shop.close().await;
        tamper(&path, change);
        let fault = Store::open_reader(&path).await.unwrap().verify().await.unwrap().fault.unwrap();
        drop(folder);
        assert_eq!(fault.row, row, "{change}: {fault}");
    }
}
