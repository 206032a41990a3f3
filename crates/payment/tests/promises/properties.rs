//! Whatever happens, in whatever order: the books balance, duplicates change nothing, readings converge.

use ledger::Account;
use money::Currency;
use payment::rail::RailFailureClass;
use payment::sale::{CashPayment, PaymentMethod, RailFailure};
use payment::{Level, Policy, Sale, SaleEvent, State, Stray, StrayEvent, StrayId, StrayReason, TransferRef};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::books::Books;
use crate::till::{
    SATS_DUE, Till, confirmed, currency, dropped, eur, in_block, instant, invoice, observation, opened, pay,
    rate, replaced, sats, terms, unconfirmed,
};

/// Seeds of failures are printed by proptest; nothing is written beside the code.
fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { failure_persistence: None, cases, ..ProptestConfig::default() }
}

fn level() -> impl Strategy<Value = Level> {
    prop_oneof![
        (0..3_u8).prop_map(unconfirmed),
        (select(vec!["aa", "bb"]), 1..8_u32).prop_map(|(block, count)| in_block(block, count)),
        Just(replaced()),
        Just(dropped()),
    ]
}

fn policy() -> impl Strategy<Value = Policy> {
    (0..3_u16, 0..4_u16).prop_map(|(safe, more)| Policy::of_blocks(safe, (safe + more).max(1)))
}

/// Mostly what people pay; sometimes dust, sometimes absurd.
fn coins() -> impl Strategy<Value = i64> {
    prop_oneof![
        4 => Just(SATS_DUE),
        4 => 1..2 * SATS_DUE,
        1 => 1..20_i64,
        1 => Just(i64::MAX),
    ]
}

fn payment_id() -> impl Strategy<Value = payment::PaymentId> {
    (1..4_u8).prop_map(pay)
}

/// One of a few transfers. Each has one amount and goes to one payment, as on a chain.
fn sighting() -> impl Strategy<Value = (payment::PaymentId, payment::Observation)> {
    let transfer =
        select(vec![(1, "a", SATS_DUE), (1, "b", 3_000), (2, "c", 4_798), (3, "d", 9_999), (2, "e", 7)]);
    (transfer, 1..40_u64, level(), 0..40_i64).prop_map(|((payment, name, coin), number, level, minute)| {
        let mut reading = observation(name, number, coin, level);
        reading.seen_at = instant(minute * crate::till::MINUTE_MS);
        (pay(payment), reading)
    })
}

/// Anything, whether or not it fits.
fn event() -> impl Strategy<Value = SaleEvent> {
    let failure = RailFailure { class: RailFailureClass::NotSent, reason: "no answer".to_owned() };
    let sightings =
        || sighting().prop_map(|(payment, observation)| SaleEvent::TransferObserved { payment, observation });
    let due = || select(vec![eur(450), eur(280), eur(1)]);
    prop_oneof![
        2 => (payment_id(), due(), -2..3_i64).prop_map(|(payment, counted, rounding)| {
            let rounding = eur(rounding);
            let tendered = counted.checked_add(rounding).unwrap();
            let cash = CashPayment { counted, tendered, change: eur(0), rounding };
            SaleEvent::CashTaken { payment, cash }
        }),
        6 => (payment_id(), due(), policy())
            .prop_map(|(payment, amount, policy)| SaleEvent::PaymentStarted { payment, terms: terms(amount, policy) }),
        2 => payment_id().prop_map(|payment| SaleEvent::Offered { payment, address: format!("bcrt1q{payment}") }),
        1 => payment_id().prop_map(move |payment| SaleEvent::OfferFailed { payment, failure: failure.clone() }),
        14 => sightings(),
        2 => payment_id().prop_map(|payment| SaleEvent::QuoteEnded { payment }),
        1 => payment_id().prop_map(|payment| SaleEvent::PaymentCancelled { payment }),
        1 => Just(SaleEvent::Cancelled),
        1 => Just(SaleEvent::Voided { reason: "mistake".to_owned() }),
        1 => (payment_id(), due(), coins(), level()).prop_map(|(payment, amount, coin, level)| SaleEvent::StrayAdopted {
            payment,
            terms: terms(amount, Policy::DEFAULT),
            address: "bcrt1qstray".to_owned(),
            observation: observation("stray", 1, coin, level),
        }),
        1 => (1..3_u32).prop_map(|number| SaleEvent::ReceiptIssued { number }),
    ]
}

/// Coins of a sale's transfers that pass a test.
fn coins_where(
    sale: &Sale,
    counts: impl Fn(&payment::sale::ChainPayment, &payment::Transfer) -> bool,
) -> i128 {
    let chains = sale.payments.iter().filter_map(payment::Payment::chain);
    let counted =
        chains.flat_map(|chain| chain.transfers.values().filter(|t| counts(chain, t)).collect::<Vec<_>>());
    counted.map(|transfer| i128::from(transfer.latest.amount.minor())).sum()
}

/// Everything the books must say of a sale, whatever happened to it.
fn check(sale: &Sale) -> Result<(), TestCaseError> {
    let (btc, euro) = (Currency::BTC, currency("EUR"));
    let books = Books::of(sale.entries());
    prop_assert_eq!((books.total(btc), books.total(euro)), (0, 0), "every currency adds up to zero");

    let pending = coins_where(sale, |chain, t| t.is_present() && !chain.is_safe(t));
    let safe = coins_where(sale, |chain, t| chain.is_safe(t));
    prop_assert_eq!(books.balance(Account::BitcoinPending, btc), pending);
    prop_assert_eq!(books.balance(Account::PendingReceipts, btc), -pending);
    prop_assert_eq!(books.balance(Account::BitcoinWallet, btc), safe, "what is safe is in the wallet");
    prop_assert_eq!(books.balance(Account::Conversion, btc), -safe);

    let drawer = |payment: &payment::Payment| match &payment.method {
        PaymentMethod::Cash(cash) if sale.voided.is_none() => i128::from(cash.to_pay().unwrap().minor()),
        PaymentMethod::Cash(_) | PaymentMethod::Chain(_) | PaymentMethod::Card(_) => 0,
    };
    prop_assert_eq!(books.balance(Account::CashDrawer, euro), sale.payments.iter().map(drawer).sum::<i128>());

    let state = sale.standing().unwrap().state;
    let is_sold = state.is_paid();
    if is_sold || matches!(state, State::Cancelled | State::Voided) {
        prop_assert_eq!(
            books.balance(Account::InvoiceClearing, euro),
            0,
            "a closed sale is cleared: {:?}",
            state
        );
    }
    let sold = if is_sold { i128::from(sale.due().minor()) } else { 0 };
    let booked = books.balance(Account::Sales, euro) + books.balance(Account::TaxPayable, euro);
    prop_assert_eq!(booked, -sold, "what is sold is exactly what was due");
    prop_assert!(books.balance(Account::CustomerCredit, euro) <= 0, "no customer owes the shop");
    Ok(())
}

/// Applies what fits and keeps what was recorded.
fn run(sale: &mut Sale, events: &[SaleEvent]) -> Result<Vec<SaleEvent>, TestCaseError> {
    let mut journal = Vec::new();
    for (minute, event) in events.iter().enumerate() {
        let at = instant(i64::try_from(minute).unwrap() * crate::till::MINUTE_MS);
        if let Ok(Some(applied)) = sale.apply(event, at) {
            prop_assert_eq!(applied.sale.version, sale.version + 1);
            *sale = applied.sale;
            journal.push(event.clone());
            check(sale)?;
        }
    }
    Ok(journal)
}

fn fresh(tolerance: &str) -> Sale {
    Sale::open(invoice(), &opened(eur(450), tolerance), instant(0)).unwrap()
}

proptest! {
    #![proptest_config(config(256))]

    #[test]
    fn any_sequence_of_events_leaves_balanced_books(
        events in vec(event(), 1..40),
        tolerance in select(vec!["0", "5"]),
    ) {
        run(&mut fresh(tolerance), &events)?;
    }

    #[test]
    fn an_event_applied_twice_changes_nothing(events in vec(event(), 1..40)) {
        let mut sale = fresh("0");
        for event in &events {
            if let Ok(Some(applied)) = sale.apply(event, instant(0)) {
                prop_assert_eq!(applied.sale.apply(event, instant(1)), Ok(None), "{:?}", event);
                sale = applied.sale;
            }
        }
    }

    #[test]
    fn events_delivered_again_later_post_nothing(events in vec(event(), 1..40)) {
        let mut sale = fresh("0");
        let journal = run(&mut sale, &events)?;
        for event in &journal {
            if let Ok(Some(applied)) = sale.apply(event, instant(0)) {
                prop_assert_eq!(applied.entries, [], "{:?}", event);
            }
        }
    }

    #[test]
    fn the_journal_alone_rebuilds_the_sale(events in vec(event(), 1..40)) {
        let mut sale = fresh("0");
        let mut rebuilt = sale.clone();
        for event in &events {
            if let Ok(Some(applied)) = sale.apply(event, instant(0)) {
                sale = applied.sale;
                let again = rebuilt.apply(event, instant(0)).unwrap().unwrap();
                rebuilt = again.sale;
            }
        }
        prop_assert_eq!(sale, rebuilt);
    }
}

/// Readings of up to four transfers to one code, numbered in the order they were made, and an order of delivery.
fn deliveries() -> impl Strategy<Value = (Vec<SaleEvent>, Vec<SaleEvent>)> {
    let transfers = select(vec![("a", SATS_DUE), ("b", 3_000), ("c", 4_798), ("d", 11)]);
    vec((transfers, level()), 1..12)
        .prop_map(|readings| {
            let numbered = (1..).zip(readings).map(|(number, ((name, coin), level))| {
                let observation = observation(name, number, coin, level);
                SaleEvent::TransferObserved { payment: pay(1), observation }
            });
            numbered.collect::<Vec<_>>()
        })
        .prop_flat_map(|made| {
            let twice = [made.clone(), made.clone()].concat();
            (Just(made), Just(twice).prop_shuffle())
        })
}

/// What an order of delivery comes to: balances, coverage, and where each transfer stands.
fn outcome(
    policy: Policy,
    events: &[SaleEvent],
) -> (Books, payment::sale::Coverage, Vec<(TransferRef, Level)>) {
    let mut till = Till::opens();
    till.shows_code(1, policy);
    for event in events {
        till.happens(event);
    }
    let transfers = &till.sale.payments[0].chain().unwrap().transfers;
    let levels = transfers.iter().map(|(reference, t)| (reference.clone(), t.latest.level.clone())).collect();
    (till.books(), till.sale.coverage().unwrap(), levels)
}

proptest! {
    #![proptest_config(config(256))]

    #[test]
    fn every_order_of_numbered_readings_comes_to_the_same((made, delivered) in deliveries(), policy in policy()) {
        prop_assert_eq!(outcome(policy, &made), outcome(policy, &delivered));
    }

    #[test]
    fn a_quote_paid_in_any_parts_is_exactly_due(
        due in 1..1_000_000_i64,
        cuts in vec(any::<prop::sample::Index>(), 0..4),
    ) {
        let mut till = Till::opens_for(eur(due), "0");
        till.shows_code(1, Policy::DEFAULT);
        let quoted = usize::try_from(till.sale.payments[0].chain().unwrap().terms.quote.coin.minor()).unwrap();
        let mut ends: Vec<usize> = cuts.iter().map(|cut| cut.index(quoted)).chain([0, quoted]).collect();
        ends.sort_unstable();
        ends.dedup();
        for (name, part) in ["a", "b", "c", "d", "e"].iter().zip(ends.windows(2)) {
            till.sees(1, name, i64::try_from(part[1] - part[0]).unwrap(), confirmed(1));
        }
        prop_assert_eq!(till.state(), State::Paid);
        prop_assert_eq!(till.sale.coverage().unwrap().safe, eur(due));
        check(&till.sale)?;
    }

    #[test]
    fn a_coin_is_never_credited_above_the_rate(coin in 1..1_000_000_000_i64, due in 1..1_000_000_i64) {
        let quote = terms(eur(due), Policy::DEFAULT).quote;
        let value = quote.value_of(sats(coin), eur(due)).unwrap();
        let at_market = sats(coin).convert(&quote.rate.market, money::Rounding::Up).unwrap();
        prop_assert!(value <= at_market, "{} for {}", value, at_market);
    }

    #[test]
    fn stray_payments_keep_the_books_balanced_in_any_order(
        first in level(),
        steps in vec((1..30_u64, level(), 0..8_u8), 1..20),
    ) {
        let mut stray = found(first);
        for (number, level, choice) in steps {
            let event = match choice {
                0 => StrayEvent::Assigned { invoice: invoice(), payment: pay(1) },
                1 => StrayEvent::Credited { customer: "Ada".to_owned(), value: eur(450), rate: rate(currency("EUR")) },
                _ => StrayEvent::Observed { observation: observation("a", number, SATS_DUE, level) },
            };
            if let Ok(Some(applied)) = stray.apply(&event) {
                prop_assert_eq!(applied.stray.apply(&event), Ok(None));
                stray = applied.stray;
                check_stray(&stray)?;
            }
        }
    }
}

fn found(level: Level) -> Stray {
    let finding = payment::stray::StrayFinding {
        rail: payment::RailId::BITCOIN,
        address: "bcrt1q".to_owned(),
        shown_by: None,
        reason: StrayReason::UnknownAddress,
        policy: Policy::DEFAULT,
    };
    let event = StrayEvent::Found { finding, observation: observation("a", 0, SATS_DUE, level) };
    Stray::open(StrayId::generate(instant(0), [1; 10]), &event).unwrap().stray
}

fn check_stray(stray: &Stray) -> Result<(), TestCaseError> {
    use payment::stray::Decision;
    let (btc, euro) = (Currency::BTC, currency("EUR"));
    let books = Books::of(stray.entries());
    prop_assert_eq!((books.total(btc), books.total(euro)), (0, 0));
    let is_ours = !matches!(stray.decision, Decision::Assigned { .. });
    let coin = |wanted: bool| if wanted { i128::from(SATS_DUE) } else { 0 };
    prop_assert_eq!(books.balance(Account::BitcoinWallet, btc), coin(is_ours && stray.is_safe()));
    let is_pending = is_ours && stray.transfer.is_present() && !stray.is_safe();
    prop_assert_eq!(books.balance(Account::BitcoinPending, btc), coin(is_pending));
    let is_owed = matches!(stray.decision, Decision::Open) && stray.is_safe();
    prop_assert_eq!(books.balance(Account::StrayPayments, btc), -coin(is_owed));
    let is_credited = matches!(stray.decision, Decision::Credited { .. }) && stray.is_safe();
    prop_assert_eq!(books.balance(Account::CustomerCredit, euro), if is_credited { -450 } else { 0 });
    Ok(())
}
