//! Sweeps in the journal: read back as they happened, and every listed fact is checked.

use money::{Currency, Percent, Rate};
use payment::sweep::{
    Attempt, Coin, Delivery, Fate, FeeAccount, GasPrice, GasTable, Holding, Source as Found, StepGas,
    StepReading, Survey, SweepPlan, SweepSigner, TokenWay,
};
use payment::{QuotedRate, Sweep, SweepEvent, SweepId, Timestamp};
use store::{Record, Source, Store, SweepRecord};

use super::shop::*;
use super::tampering::tamper;

const PRICE: GasPrice = GasPrice { max_fee: 2_000_000_000, max_priority_fee: 1_000_000_000 };

/// A token that its address moves after a top-up, and one that moves by an authorization.
fn plan() -> SweepPlan {
    let address = |number: u8| format!("0x{}", format!("{number:02x}").repeat(20)).parse().unwrap();
    let native = Coin { currency: Currency::asset("ETH.8453", 9).unwrap(), decimals: 18, contract: None };
    let token = Currency::asset("USDC.8453", 6).unwrap();
    let usdc = Coin { currency: token, decimals: 6, contract: Some(address(0xcc)) };
    let holding = |way| vec![Holding { coin: usdc.clone(), units: 12_340_000, way }];
    let source = |index, balance, tokens| Found {
        index,
        address: address(u8::try_from(index).unwrap()),
        number: 0,
        balance,
        tokens,
    };
    let gas = |limit| StepGas { limit, data_fee: 7 };
    let market = Rate::parse(native.currency, eur(0).currency(), "3000.00").unwrap();
    SweepPlan::of(&Survey {
        chain_id: 8_453,
        native,
        owner: address(0xee),
        fees: FeeAccount { address: address(0xfe), number: 3, balance: u128::from(u64::MAX) },
        sources: vec![
            source(1, 0, holding(TokenWay::Transfer)),
            source(2, u128::from(u64::MAX) + 1, holding(TokenWay::Authorization)),
        ],
        price: PRICE,
        gas: GasTable { native: gas(21_000), transfer: gas(60_000), authorization: gas(90_000) },
        rate: QuotedRate {
            market,
            spread: Percent::parse("0").unwrap(),
            source: "fixed".to_owned(),
            as_of: Timestamp::from_millis(MORNING),
            answers: Vec::new(),
        },
    })
    .unwrap()
}

fn id(number: u8) -> SweepId {
    SweepId::generate(Timestamp::from_millis(MORNING), [number; 10])
}

/// Planned, approved, the top-up sent, lost, and mined at last.
fn happened() -> Vec<SweepEvent> {
    let hash = format!("0x{}", "a1".repeat(32));
    let attempt = Attempt { hash: hash.clone(), bytes: vec![2, 0xf8, 0x6b], price: PRICE };
    let read = |number, fate| SweepEvent::Read { step: 0, reading: StepReading { number, fate } };
    let mined = Fate::Mined {
        hash: hash.clone(),
        block_hash: "0xb1".to_owned(),
        is_success: true,
        fee: 21_000_000_000_007,
        is_final: false,
    };
    vec![
        SweepEvent::Planned { plan: plan() },
        SweepEvent::Approved { signer: SweepSigner::Keyring },
        SweepEvent::Signed { step: 0, attempt },
        SweepEvent::Delivered { step: 0, hash: hash.clone(), delivery: Delivery::Unknown },
        read(1, Fate::Missing),
        read(2, Fate::InPool { hash }),
        read(3, mined),
    ]
}

impl Shop {
    fn sweeps(&mut self, id: SweepId, events: &[SweepEvent]) -> Sweep {
        let mut sweep: Option<Sweep> = None;
        for event in events {
            let applied = match &sweep {
                None => Sweep::open(id, event).unwrap(),
                Some(sweep) => sweep.apply(event).unwrap().unwrap(),
            };
            let (entries, after) = (applied.entries, applied.sweep);
            sweep = Some(after.clone());
            let record =
                SweepRecord { event: event.clone(), source: Source::Till, at: self.now(), entries, after };
            self.writer.write(&batch([Record::Sweep(Box::new(record))])).unwrap();
        }
        sweep.unwrap()
    }
}

#[tokio::test]
async fn a_sweep_is_read_back_as_it_happened_and_is_found_while_it_is_under_way() {
    let mut shop = Shop::open().await;
    let swept = shop.sweeps(id(1), &happened());
    assert_eq!(shop.writer.sweep(id(1)).unwrap().as_ref(), Some(&swept));
    assert_eq!(shop.writer.sweeps_running().unwrap(), [id(1)]);
    assert_eq!(swept.entries().len(), 2);
    assert_eq!(shop.verify().await.fault, None);
    shop.sweeps(id(2), &[SweepEvent::Planned { plan: plan() }, SweepEvent::Stopped]);
    assert_eq!(shop.writer.sweeps_running().unwrap(), [id(1)], "one that was only planned is not");
    assert_eq!(shop.verify().await.fault, None);
}

#[tokio::test]
async fn two_sweeps_of_one_chain_are_never_under_way() {
    let mut shop = Shop::open().await;
    shop.sweeps(id(1), &happened()[..2]);
    let planned = shop.sweeps(id(2), &happened()[..1]);
    let event = SweepEvent::Approved { signer: SweepSigner::External };
    let without_authorizations = SweepEvent::Approved { signer: SweepSigner::Keyring };
    assert!(planned.apply(&event).is_err());
    let applied = planned.apply(&without_authorizations).unwrap().unwrap();
    let record = SweepRecord {
        event: without_authorizations,
        source: Source::Till,
        at: shop.now(),
        entries: applied.entries,
        after: applied.sweep,
    };
    assert!(shop.writer.write(&batch([Record::Sweep(Box::new(record))])).is_err());
    assert_eq!(shop.writer.sweeps_running().unwrap(), [id(1)]);
}

#[tokio::test]
async fn every_listed_fact_of_a_sweep_is_checked() {
    let name = id(1).to_string();
    for (change, named) in [
        ("update sweep set state = 'over'", name.as_str()),
        ("update sweep set chain_id = 1", &name),
        ("update sweep set steps = 1", &name),
        ("delete from sweep", &name),
        ("insert into sweep select zeroblob(16), chain_id, 'over', steps from sweep", "the list of sweeps"),
    ] {
        let mut shop = Shop::open().await;
        shop.sweeps(id(1), &happened());
        let path = shop.path();
        let folder = shop.close().await;
        tamper(&path, change);
        let checked = Store::open_reader(&path).await.unwrap().verify().await.unwrap();
        drop(folder);
        assert_eq!(checked.fault.map(|fault| fault.row).as_deref(), Some(named), "{change}");
    }
}
