//! Sweeps: what is planned, what each step may do when, and what that does to the books.

use payment::sweep::{
    Action, Attempt, Delivery, EvmAddress, Fate, GasPrice, StepReading, StepState, SweepErrand, SweepPlan,
    SweepRefused, SweepSender, SweepSigner, TokenWay,
};
use payment::{Sweep, SweepEvent};

use crate::books::Books;
use crate::sweep_chain::{
    GWEI, Line, PRICE, World, address, hash, holding, mixed, native, opened, signed, source, survey, usdc,
};
use crate::till::eur;

const MINED: StepState = StepState::Mined { is_success: true, is_final: false };

fn after(sweep: &Sweep, event: &SweepEvent) -> Sweep {
    sweep.apply(event).unwrap().unwrap().sweep
}

fn approved(plan: SweepPlan) -> Sweep {
    after(&opened(plan), &SweepEvent::Approved { signer: SweepSigner::Keyring })
}

/// One address with native coin: one step.
fn simple() -> SweepPlan {
    SweepPlan::of(&survey(vec![source(0, 1_000_000 * GWEI, Vec::new())])).unwrap()
}

fn hash_of(sweep: &Sweep, step: usize) -> String {
    sweep.progress(step).unwrap().newest().unwrap().hash.clone()
}

fn read(number: u64, fate: Fate) -> SweepEvent {
    SweepEvent::Read { step: 0, reading: StepReading { number, fate } }
}

fn mined(sweep: &Sweep, number: u64, fee: u128, is_success: bool, is_final: bool) -> SweepEvent {
    let (hash, block_hash) = (hash_of(sweep, 0), "0xb1".to_owned());
    read(number, Fate::Mined { hash, block_hash, is_success, fee, is_final })
}

fn delivered(sweep: &Sweep, delivery: Delivery) -> SweepEvent {
    SweepEvent::Delivered { step: 0, hash: hash_of(sweep, 0), delivery }
}

#[test]
fn a_plan_tops_up_before_a_token_moves_and_numbers_each_sender_without_a_gap() {
    let plan = mixed();
    let told: Vec<_> = plan.steps.iter().map(|step| (step.sender, step.number, step.after)).collect();
    let (fees, from) = (SweepSender::Fees, SweepSender::Source);
    assert_eq!(
        told,
        [
            (from(0), 0, None),
            (fees, 4, None),
            (from(1), 0, Some(1)),
            (from(2), 0, None),
            (from(2), 1, None),
            (fees, 5, None)
        ]
    );
    // Twice what a transfer costs, so that a stuck one can be paid more.
    assert_eq!(plan.steps[1].action, Action::TopUp { to: address(2), units: 240_000 * GWEI });
    assert_eq!(plan.steps[4].action, Action::SendNative { units: (3_000_000 - 240_000 - 42_000) * GWEI });
}

#[test]
fn a_preview_says_what_arrives_and_what_it_costs_at_most() {
    let plan = mixed();
    let arrives: Vec<String> = plan.arrives().unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(arrives, ["0.007676000 ETH.8453", "18.330000 USDC.8453"]);
    // Three payments of 42,000 gwei, two transfers of 120,000, an authorization of 180,000; 3,000 EUR an ether.
    assert_eq!(plan.fees().unwrap().to_string(), "0.000546000 ETH.8453");
    assert_eq!(plan.fees_value().unwrap(), eur(164));
}

#[test]
fn what_costs_more_than_it_is_stays_where_it_is() {
    let nothing = SweepPlan::of(&survey(vec![source(0, 42_000 * GWEI, Vec::new())]));
    assert_eq!(nothing, Err(SweepRefused::NothingToMove));
    let a_wei = SweepPlan::of(&survey(vec![source(0, 42_000 * GWEI + 1, Vec::new())])).unwrap();
    assert_eq!(a_wei.steps[0].action, Action::SendNative { units: 1 });
}

#[test]
fn a_fee_address_that_can_not_pay_says_what_it_lacks() {
    let mut poor = survey(vec![source(1, 0, vec![holding(1, TokenWay::Transfer)])]);
    // The top-up itself, and its fee at twice the price.
    let needed = (240_000 + 84_000) * GWEI;
    poor.fees.balance = needed - 1;
    let refused = SweepPlan::of(&poor).unwrap_err();
    assert_eq!(refused, SweepRefused::FeesNotFunded { address: address(0xfe), needed, there: needed - 1 });
    poor.fees.balance = needed;
    assert!(SweepPlan::of(&poor).is_ok());
}

#[test]
fn an_address_named_twice_or_the_tills_own_is_refused() {
    let twice = survey(vec![source(0, GWEI, Vec::new()), source(0, GWEI, Vec::new())]);
    assert_eq!(SweepPlan::of(&twice), Err(SweepRefused::AddressTwice(address(1))));
    for own in [address(1), address(0xfe)] {
        let mut to_itself = survey(vec![source(0, GWEI, Vec::new())]);
        to_itself.owner = own.clone();
        assert_eq!(SweepPlan::of(&to_itself), Err(SweepRefused::OwnAddress(own)));
    }
}

#[test]
fn nothing_is_signed_before_the_owner_approved_or_after_the_owner_stopped() {
    let planned = opened(simple());
    assert_eq!(planned.errands(false), []);
    assert_eq!(planned.apply(&signed(&planned, 0, PRICE)), Err(SweepRefused::WrongState));
    let approved = after(&planned, &SweepEvent::Approved { signer: SweepSigner::Keyring });
    assert_eq!(approved.errands(false), [SweepErrand::Sign { step: 0 }]);
    let stopped = after(&approved, &SweepEvent::Stopped);
    assert_eq!((stopped.errands(false), stopped.is_over()), (vec![], true));
    assert_eq!(stopped.apply(&signed(&stopped, 0, PRICE)), Err(SweepRefused::WrongState));
    let late = SweepEvent::Approved { signer: SweepSigner::Keyring };
    assert_eq!(after(&planned, &SweepEvent::Stopped).apply(&late), Err(SweepRefused::WrongState));
}

#[test]
fn steps_of_a_sender_wait_for_the_one_before_and_for_the_coin_of_their_fee() {
    let sweep = approved(mixed());
    let to_sign: Vec<_> = sweep.errands(false);
    // The third waits for its top-up, the fifth and the sixth for the number before theirs.
    assert_eq!(to_sign, [0, 1, 3].map(|step| SweepErrand::Sign { step }));
}

#[test]
fn what_was_handed_over_without_an_answer_is_asked_about_and_sent_again_only_when_nobody_has_it() {
    let sweep = approved(simple());
    let sweep = after(&sweep, &signed(&sweep, 0, PRICE));
    assert_eq!(sweep.errands(false), [SweepErrand::Send { step: 0 }]);
    assert_eq!(sweep.errands(true), [SweepErrand::Ask { step: 0 }], "a life before may have sent it");
    let unknown = after(&sweep, &delivered(&sweep, Delivery::Unknown));
    assert_eq!(unknown.errands(false), [SweepErrand::Ask { step: 0 }]);
    assert_eq!(
        unknown.apply(&delivered(&unknown, Delivery::NotSent)),
        Ok(None),
        "the first may have arrived"
    );
    let missing = after(&unknown, &read(1, Fate::Missing));
    assert_eq!(missing.errands(false), [SweepErrand::Send { step: 0 }]);
}

#[test]
fn a_stuck_step_is_paid_more_with_the_same_number_and_never_more_than_approved() {
    let sweep = approved(simple());
    let sweep = after(&sweep, &signed(&sweep, 0, PRICE));
    let sweep = after(&sweep, &delivered(&sweep, Delivery::Sent));
    let too_little = GasPrice { max_fee: PRICE.max_fee + 1, ..PRICE };
    assert_eq!(sweep.transaction(0, too_little), Err(SweepRefused::RaiseTooSmall(PRICE.raised())));
    let too_much = GasPrice { max_fee: 4 * GWEI + 1, max_priority_fee: 2 * GWEI };
    assert_eq!(sweep.transaction(0, too_much), Err(SweepRefused::RaiseTooHigh));
    let twice = GasPrice { max_fee: 4 * GWEI, max_priority_fee: 2 * GWEI };
    let (before, raised) = (simple().steps[0].number, sweep.transaction(0, twice).unwrap());
    assert_eq!((raised.number, raised.value), (before, (1_000_000 - 84_000) * GWEI));
    let again = after(&sweep, &signed(&sweep, 0, twice));
    assert_eq!(again.errands(false), [SweepErrand::Send { step: 0 }]);
    let overtaken = SweepEvent::Delivered { step: 0, hash: hash_of(&sweep, 0), delivery: Delivery::Sent };
    assert_eq!(again.apply(&overtaken), Ok(None), "a late answer about the first attempt");
}

#[test]
fn what_is_mined_is_booked_with_its_fee_in_the_unit_of_account() {
    let mut world = World::approved(simple());
    world.run_errand(0, Line::Good, false);
    world.run_errand(0, Line::Good, false);
    world.mine(0);
    world.run_errand(0, Line::Good, false);
    assert_eq!(world.sweep.state(0), MINED);
    let books = Books::of(world.sweep.entries()).to_string();
    // 958,000 gwei arrived, 21,001 were the fee (21,000 gas at 1 gwei and 3 wei): 0.06 EUR.
    let expected = "evm-wallet -979001 ETH.8453\nevm-vault 958000 ETH.8453\nconversion 21001 ETH.8453\n\
                    conversion -6 EUR\nfees 6 EUR\n";
    assert_eq!(books, expected);
}

#[test]
fn a_reorganised_step_is_reversed_and_sent_again_as_it_was() {
    let sweep = approved(simple());
    let sweep = after(&sweep, &signed(&sweep, 0, PRICE));
    let done = after(&sweep, &mined(&sweep, 1, 21_000 * GWEI, true, false));
    let gone = done.apply(&read(2, Fate::Missing)).unwrap().unwrap();
    assert_eq!(gone.entries.len(), 2);
    assert!(Books::of(gone.sweep.entries()).is_empty());
    assert_eq!(gone.sweep.errands(false), [SweepErrand::Send { step: 0 }]);
    assert_eq!(hash_of(&gone.sweep, 0), hash_of(&sweep, 0));
    let back = after(&gone.sweep, &mined(&sweep, 3, 21_000 * GWEI, true, true));
    assert!(back.is_over());
    assert_eq!(Books::of(back.entries()), Books::of(done.entries()));
}

#[test]
fn a_step_that_failed_on_the_chain_costs_its_fee_and_moves_nothing() {
    let sweep = approved(simple());
    let sweep = after(&sweep, &signed(&sweep, 0, PRICE));
    let failed = after(&sweep, &mined(&sweep, 1, 21_000 * GWEI, false, true));
    assert!(failed.is_over());
    let books = Books::of(failed.entries()).to_string();
    assert!(!books.contains("vault") && books.contains("evm-wallet -21000 ETH.8453"), "{books}");
}

#[test]
fn a_number_that_somebody_else_used_stops_the_sweep() {
    let sweep = approved(mixed());
    let sweep = after(&sweep, &signed(&sweep, 0, PRICE));
    let taken = after(&sweep, &read(1, Fate::NumberTaken));
    assert!(taken.is_stopped && taken.is_over());
    assert_eq!(taken.errands(false), []);
}

#[test]
fn the_shop_does_not_believe_in_a_transaction_it_never_signed() {
    let sweep = approved(simple());
    let sweep = after(&sweep, &signed(&sweep, 0, PRICE));
    let foreign = read(1, Fate::InPool { hash: "0xf0".to_owned() });
    assert_eq!(sweep.apply(&foreign), Err(SweepRefused::WrongState));
}

#[test]
fn final_is_final() {
    let sweep = approved(simple());
    let sweep = after(&sweep, &signed(&sweep, 0, PRICE));
    let over = after(&sweep, &mined(&sweep, 1, 21_000 * GWEI, true, true));
    for later in [Fate::Missing, Fate::NumberTaken, Fate::InPool { hash: hash_of(&over, 0) }] {
        assert_eq!(over.apply(&read(9, later)), Ok(None));
    }
}

#[test]
fn an_export_has_the_calls_that_a_wallet_elsewhere_signs() {
    let plan =
        SweepPlan::of(&survey(vec![source(1, 0, vec![holding(12_340_000, TokenWay::Transfer)])])).unwrap();
    let sweep = opened(plan);
    let exported = sweep.export().unwrap();
    let lines: Vec<&str> = exported.lines().collect();
    assert_eq!(lines.len(), 4);
    assert!(lines[1].starts_with(r#"{"type":"0x2","chainId":"0x2105","nonce":"0x4","from":"0xfefe"#));
    assert!(lines[1].contains(r#""value":"0xda475abf0000","data":"0x","gas":"0x5208""#), "{}", lines[1]);
    // transfer(address,uint256): selector, the owner's wallet, 12.34 USDC.
    let call = format!("0xa9059cbb{:0>64}{:0>64}", "ee".repeat(20), "bc4b20");
    assert!(lines[2].contains(&format!(r#""data":"{call}""#)), "{}", lines[2]);
    assert_eq!(opened(mixed()).export(), Err(SweepRefused::NotExternal));
}

#[test]
fn a_wallet_elsewhere_signs_in_any_order_at_any_price_and_the_till_only_asks() {
    let sweep = after(&opened(simple()), &SweepEvent::Approved { signer: SweepSigner::External });
    assert_eq!(sweep.errands(false), [], "no key is asked for");
    let price = GasPrice { max_fee: 9 * GWEI, max_priority_fee: 1 };
    let attempt = Attempt { hash: "0xe1".to_owned(), bytes: Vec::new(), price };
    let sweep = after(&sweep, &SweepEvent::Signed { step: 0, attempt });
    assert_eq!(sweep.errands(false), [SweepErrand::Ask { step: 0 }]);
    let done = after(&sweep, &mined(&sweep, 1, 21_000 * GWEI, true, true));
    let vault = Books::of(done.entries()).balance(ledger::Account::EvmVault, native().currency);
    assert_eq!(vault, 958_000, "it sends what it was given");
}

#[test]
fn an_authorization_is_the_same_whenever_it_is_signed() {
    let sweep = approved(mixed());
    let asked = |sweep: &Sweep| sweep.transaction(5, PRICE).unwrap().authorization.unwrap();
    let (one, other) = (asked(&sweep), asked(&approved(mixed())));
    assert_eq!(one, other);
    assert_eq!((one.index, one.units, one.to), (3, 990_000, address(0xee)));
    assert_ne!(one.once, [0; 32]);
}

#[test]
fn amounts_are_cut_to_the_scale_of_the_ledger_and_never_wrap() {
    use money::Rounding::{Down, Up};
    let minor = |units, rounding| native().amount(units, rounding).map(|amount| amount.minor());
    assert_eq!((minor(GWEI - 1, Down), minor(GWEI - 1, Up)), (Ok(0), Ok(1)));
    assert_eq!(minor(u128::MAX, Down), Err(SweepRefused::TooLarge));
    let exotic = payment::sweep::Coin { decimals: 77, ..usdc() };
    assert_eq!(exotic.amount(u128::MAX, Down).map(|amount| amount.minor()), Ok(0));
    assert_eq!(usdc().amount(12_340_000, Down).map(|amount| amount.minor()), Ok(12_340_000));
}

#[test]
fn what_is_no_address_is_refused() {
    for text in ["", "0x", "0xzz", &"0".repeat(42), &format!("0x{}", "ab".repeat(21))] {
        assert!(text.parse::<EvmAddress>().is_err(), "{text:?}");
    }
    assert!(address(0xab).is_same(&address(0xab).to_string().replace("ab", "AB").parse().unwrap()));
}

#[test]
fn two_steps_never_share_a_transaction() {
    let sweep = approved(mixed());
    let all: std::collections::BTreeSet<String> =
        (0..6).map(|step| hash(&sweep.transaction(step, PRICE).unwrap())).collect();
    assert_eq!(all.len(), 6);
}

#[test]
fn a_reading_that_was_overtaken_changes_nothing() {
    let sweep = approved(simple());
    let sweep = after(&sweep, &signed(&sweep, 0, PRICE));
    let done = after(&sweep, &mined(&sweep, 2, 21_000 * GWEI, true, false));
    assert_eq!(done.apply(&read(1, Fate::Missing)), Ok(None));
    assert_eq!(done.apply(&mined(&sweep, 3, 21_000 * GWEI, true, false)), Ok(None), "the same again");
}

#[test]
fn one_with_a_higher_fee_is_still_sent_when_the_chain_has_the_one_before() {
    let sweep = approved(simple());
    let sweep = after(&sweep, &signed(&sweep, 0, PRICE));
    let before = hash_of(&sweep, 0);
    let raised = after(&sweep, &signed(&sweep, 0, PRICE.raised()));
    let told = after(&raised, &read(1, Fate::InPool { hash: before.clone() }));
    assert_eq!(told.errands(false), [SweepErrand::Send { step: 0 }]);
    let sent = after(&told, &delivered(&told, Delivery::Sent));
    let lost = after(&sent, &read(2, Fate::InPool { hash: before }));
    assert_eq!(lost.errands(false), [SweepErrand::Send { step: 0 }], "it fell out of the pool");
}
