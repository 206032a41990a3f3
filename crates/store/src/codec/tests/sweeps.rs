//! Events of a sweep, one of each kind and with every action and answer.

use money::{Currency, Rate};
use payment::QuotedRate;
use payment::sweep::{
    Action, Attempt, Coin, Delivery, EvmAddress, Fate, GasPrice, Step, StepGas, StepReading, SweepEvent,
    SweepPlan, SweepSender, SweepSigner,
};

use super::*;

pub(super) fn sweep_text(event: &SweepEvent) -> String {
    let Encoded { kind, payload } = encode_sweep(event).unwrap();
    let stored = StoredEvent { kind, encoding: ENCODING, payload: &payload };
    assert_eq!(decode_sweep(&stored).as_ref(), Ok(event));
    payload
}

const PRICE: GasPrice = GasPrice { max_fee: 2_000_000_000, max_priority_fee: 1 };

fn address(digit: &str) -> EvmAddress {
    format!("0x{}", digit.repeat(40)).parse().unwrap()
}

fn plan() -> SweepPlan {
    let native = Coin { currency: Currency::asset("ETH.1", 9).unwrap(), decimals: 18, contract: None };
    let currency = Currency::asset("USDC.1", 6).unwrap();
    let usdc = Coin { currency, decimals: 6, contract: Some(address("c")) };
    let gas = StepGas { limit: 21_000, data_fee: u128::MAX };
    let step =
        |sender, number, action, after| Step { sender, from: address("f"), number, action, gas, after };
    let (fees, source) = (SweepSender::Fees, SweepSender::Source(7));
    let coin = usdc.clone();
    let steps = vec![
        step(fees, 4, Action::TopUp { to: address("a"), units: 1 }, None),
        step(source, 0, Action::SendToken { coin, units: u128::MAX }, Some(0)),
        step(source, 1, Action::SendNative { units: 2 }, None),
        step(fees, 5, Action::SendAuthorized { index: 8, holder: address("b"), coin: usdc, units: 3 }, None),
    ];
    let rate = QuotedRate {
        market: Rate::parse(native.currency, Currency::iso("EUR").unwrap(), "3000.00").unwrap(),
        spread: Percent::parse("0").unwrap(),
        source: "fixed".to_owned(),
        as_of: Timestamp::from_millis(1_790_000_000_000),
        answers: Vec::new(),
    };
    SweepPlan { chain_id: 1, native, owner: address("e"), price: PRICE, rate, steps }
}

pub(super) fn sweep_events() -> Vec<SweepEvent> {
    let hash = || "0xabcd".to_owned();
    let read = |number, fate| SweepEvent::Read { step: 1, reading: StepReading { number, fate } };
    let mined = Fate::Mined {
        hash: hash(),
        block_hash: "0xb1".to_owned(),
        is_success: false,
        fee: u128::MAX,
        is_final: true,
    };
    let mut events = vec![SweepEvent::Planned { plan: plan() }];
    events.extend(SweepSigner::ALL.iter().map(|(signer, _)| SweepEvent::Approved { signer: *signer }));
    let attempt = Attempt { hash: hash(), bytes: vec![2, 255], price: PRICE };
    events.push(SweepEvent::Signed { step: 1, attempt });
    events.extend(Delivery::ALL.iter().map(|(delivery, _)| SweepEvent::Delivered {
        step: 1,
        hash: hash(),
        delivery: *delivery,
    }));
    events.extend([
        read(1, Fate::InPool { hash: hash() }),
        read(2, mined),
        read(3, Fate::Missing),
        read(4, Fate::NumberTaken),
        SweepEvent::Stopped,
    ]);
    events
}
