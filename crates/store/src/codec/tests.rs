//! What is stored stays readable: the text of each kind is fixed here, and whatever goes in comes out.

use money::{Currency, Money, Percent, Rate};
use payment::payout::{PartKind, PayoutPart, PayoutReading, PayoutStatus};
use payment::rail::RailFailureClass;
use payment::rates::{SourceAnswer, Verdict};
use payment::sale::{CashPayment, RailFailure};
use payment::stray::StrayFinding;
use payment::stream::settlement::Bill;
use payment::stream::{SettlementEvent, Tab};
use payment::transfer::WithdrawnReason;
use payment::{
    Cart, CartLine, Depth, ExactAmount, InvoiceId, Level, Mark, Observation, PaymentId, PaymentTerms,
    PayoutEvent, Policy, Quote, QuotedRate, RailId, SaleEvent, StrayEvent, StrayReason, TaxTotal, Timestamp,
    Totals, TransferRef,
};
use proptest::prelude::*;

use super::*;

mod answers;
mod cards;
mod sweeps;

fn sale_text(event: &SaleEvent) -> String {
    let Encoded { kind, payload } = encode_sale(event).unwrap();
    assert_eq!(decode_sale(&StoredEvent { kind, encoding: ENCODING, payload: &payload }).as_ref(), Ok(event));
    payload
}

fn stray_text(event: &StrayEvent) -> String {
    let Encoded { kind, payload } = encode_stray(event).unwrap();
    assert_eq!(
        decode_stray(&StoredEvent { kind, encoding: ENCODING, payload: &payload }).as_ref(),
        Ok(event)
    );
    payload
}

fn settlement_text(event: &SettlementEvent) -> String {
    let Encoded { kind, payload } = encode_settlement(event).unwrap();
    let stored = StoredEvent { kind, encoding: ENCODING, payload: &payload };
    assert_eq!(decode_settlement(&stored).as_ref(), Ok(event));
    payload
}

fn payout_text(event: &PayoutEvent) -> String {
    let Encoded { kind, payload } = encode_payout(event).unwrap();
    let stored = StoredEvent { kind, encoding: ENCODING, payload: &payload };
    assert_eq!(decode_payout(&stored).as_ref(), Ok(event));
    payload
}

/// One that is listed with its parts, and one that is not.
fn payout_events() -> Vec<PayoutEvent> {
    let part = PayoutPart {
        reference: "txn_1".to_owned(),
        kind: PartKind::Payment,
        of: Some("ch_1".to_owned()),
        gross: eur(450),
        fee: eur(32),
        net: eur(418),
    };
    let reading = PayoutReading {
        reference: "po_1".to_owned(),
        made_at: Timestamp::from_millis(1_790_000_000_000),
        arrives_at: Timestamp::from_millis(1_790_172_800_000),
        amount: eur(418),
        status: PayoutStatus::Paid,
        parts: Some(vec![part]),
    };
    let by_hand = PayoutReading { status: PayoutStatus::InTransit, parts: None, ..reading.clone() };
    [reading, by_hand].map(|reading| PayoutEvent::Read { rail: RailId::STRIPE, reading }).to_vec()
}

fn payment() -> PaymentId {
    PaymentId::generate(Timestamp::from_millis(1_790_000_000_000), [7; 10])
}

fn invoice() -> InvoiceId {
    InvoiceId::generate(Timestamp::from_millis(1_790_000_000_000), [9; 10])
}

fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::iso("EUR").unwrap())
}

fn percent(text: &str) -> Percent {
    Percent::parse(text).unwrap()
}

fn rate() -> QuotedRate {
    QuotedRate {
        market: Rate::parse(Currency::BTC, Currency::iso("EUR").unwrap(), "57710.00").unwrap(),
        spread: percent("0.5"),
        source: "fixed".to_owned(),
        as_of: Timestamp::from_millis(1_790_000_000_000),
        answers: Vec::new(),
    }
}

fn terms() -> PaymentTerms {
    let quote = Quote { coin: Money::new(7_798, Currency::BTC), rate: rate(), life_ms: 900_000 };
    let policy = Policy { up_to: Some(eur(5_000)), ..Policy::of_blocks(0, 6) };
    PaymentTerms { rail: RailId::BITCOIN, amount: eur(450), quote, policy }
}

fn observation(level: Level) -> Observation {
    Observation {
        reference: TransferRef::new("aa:0"),
        number: 12,
        address: "bcrt1qone".to_owned(),
        amount: Money::new(7_798, Currency::BTC),
        exact: None,
        level,
        seen_at: Timestamp::from_millis(1_790_000_000_000),
    }
}

fn opened() -> SaleEvent {
    let line = CartLine {
        description: "Flat white".to_owned(),
        quantity: 1,
        unit_price: eur(450),
        tax: percent("20"),
        note: String::new(),
    };
    let taxes = vec![TaxTotal { rate: percent("20"), net: eur(375), tax: eur(75) }];
    SaleEvent::Opened {
        number: 1,
        cart: Cart { lines: vec![line], tax_included: true, note: "window seat".to_owned() },
        totals: Totals { lines: vec![eur(450)], net: eur(375), taxes, total: eur(450) },
        tolerance: percent("0.25"),
    }
}

/// Every kind of event with every shape inside it.
fn sale_events() -> Vec<SaleEvent> {
    let payment = payment();
    let cash = CashPayment { counted: eur(450), tendered: eur(500), change: eur(50), rounding: eur(0) };
    let failure = RailFailure { class: RailFailureClass::NotSent, reason: "no server answers".to_owned() };
    let seen = |level| SaleEvent::TransferObserved { payment, observation: observation(level) };
    vec![
        opened(),
        SaleEvent::CashTaken { payment, cash },
        SaleEvent::PaymentStarted { payment, terms: terms() },
        SaleEvent::Offered { payment, address: "bcrt1qone".to_owned() },
        SaleEvent::OfferFailed { payment, failure },
        seen(Level::Unconfirmed { agreeing_servers: 2 }),
        seen(Level::Confirmed {
            block_hash: "0f0f".to_owned(),
            height: 101,
            confirmations: 1,
            mark: Mark::Head,
        }),
        seen(Level::Withdrawn { reason: WithdrawnReason::Replaced }),
        seen(Level::Withdrawn { reason: WithdrawnReason::Dropped }),
        SaleEvent::QuoteEnded { payment },
        SaleEvent::PaymentCancelled { payment },
        SaleEvent::Cancelled,
        SaleEvent::Voided { reason: "wrong cup".to_owned() },
        SaleEvent::StrayAdopted {
            payment,
            terms: PaymentTerms { policy: Policy::DEFAULT, ..terms() },
            address: "bcrt1qone".to_owned(),
            observation: observation(Level::Unconfirmed { agreeing_servers: 1 }),
        },
        SaleEvent::ReceiptIssued { number: 7 },
        SaleEvent::ReceiptPrinted,
    ]
    .into_iter()
    .chain(cards::card_events())
    .collect()
}

fn stray_events() -> Vec<StrayEvent> {
    let finding = |shown_by, reason| StrayFinding {
        rail: RailId::BITCOIN,
        address: "bcrt1qone".to_owned(),
        shown_by,
        reason,
        policy: Policy::DEFAULT,
    };
    let seen = || observation(Level::Unconfirmed { agreeing_servers: 1 });
    let shown_by = Some((invoice(), payment()));
    vec![
        StrayEvent::Found { finding: finding(shown_by, StrayReason::AlreadyPaid), observation: seen() },
        StrayEvent::Found { finding: finding(None, StrayReason::UnknownAddress), observation: seen() },
        StrayEvent::Observed { observation: seen() },
        StrayEvent::Assigned { invoice: invoice(), payment: payment() },
        StrayEvent::Credited { customer: "Mona".to_owned(), value: eur(288), rate: rate() },
    ]
}

fn settlement_events() -> Vec<SettlementEvent> {
    let reason = || "the line went dead".to_owned();
    vec![
        SettlementEvent::Opened { bill: bill() },
        SettlementEvent::Doubted { reason: reason() },
        SettlementEvent::NeverArrived,
        SettlementEvent::Charged { reference: "ch_1".to_owned(), fee: eur(31) },
        SettlementEvent::SetAside { trouble: RailFailureClass::NotSent, reason: reason() },
        SettlementEvent::TriedAgain,
    ]
}

fn bill() -> Bill {
    let tab = Tab {
        payer: "anna".to_owned(),
        rail: RailId::STRIPE,
        method: "card".to_owned(),
        currency: eur(0).currency(),
    };
    Bill { tab, amount: eur(1_020), parts: 340, last_micropayment: 977 }
}

/// These lines are in the data files of shops: they are added to, never changed.
#[test]
fn every_kind_of_event_is_stored_as_it_always_was() {
    let sales = sale_events();
    let strays = stray_events();
    let settlements = settlement_events();
    let written = sales.iter().map(sale_text).chain(strays.iter().map(stray_text));
    let written = written.chain(settlements.iter().map(settlement_text));
    let written = written.chain(payout_events().iter().map(payout_text).collect::<Vec<_>>());
    let written: Vec<String> = written.chain(sweeps::sweep_events().iter().map(sweeps::sweep_text)).collect();
    assert_eq!(written, include_str!("stored.txt").lines().collect::<Vec<_>>());
}

#[test]
fn every_class_and_reason_has_a_stored_name() {
    for (class, name) in RailFailureClass::ALL {
        let failure = RailFailure { class: *class, reason: String::new() };
        let text = sale_text(&SaleEvent::OfferFailed { payment: payment(), failure });
        assert!(text.contains(&format!("\"class\":\"{name}\"")), "{text}");
    }
    for (reason, name) in StrayReason::ALL {
        let finding = StrayFinding {
            rail: RailId::BITCOIN,
            address: String::new(),
            shown_by: None,
            reason: *reason,
            policy: Policy::DEFAULT,
        };
        let observation = observation(Level::Unconfirmed { agreeing_servers: 1 });
        let text = stray_text(&StrayEvent::Found { finding, observation });
        assert!(text.contains(&format!("\"reason\":\"{name}\"")), "{text}");
    }
    for (trouble, name) in RailFailureClass::ALL {
        let text = settlement_text(&SettlementEvent::SetAside { trouble: *trouble, reason: String::new() });
        assert!(text.contains(&format!("\"trouble\":\"{name}\"")), "{text}");
    }
}

#[test]
fn what_this_version_does_not_know_is_refused_and_named() {
    let read = |kind, encoding, payload| {
        decode_sale(&StoredEvent { kind, encoding, payload }).unwrap_err().to_string()
    };
    assert!(read("cancelled", 2, "\"cancelled\"").contains("encoding 2"));
    assert!(read("teleported", 1, "\"teleported\"").contains("teleported"));
    assert!(
        read("cancelled", 1, "\"receipt_printed\"").contains("receipt_printed"),
        "kind and payload differ"
    );
    assert!(read("receipt_issued", 1, "{\"receipt_issued\":{\"number\":1,\"tip\":2}}").contains("tip"));
    assert!(read("receipt_issued", 1, "{\"receipt_issued\":{}}").contains("number"));
    assert!(read("receipt_issued", 1, "{\"receipt_issued\":{\"number\":1.5}}").contains("1.5"));
    assert!(read("cancelled", 1, "").contains("restore a backup"));
    let euro_of_three = sale_text(&opened()).replace("\"scale\":2", "\"scale\":3");
    assert!(read("opened", 1, &euro_of_three).contains("EUR was stored with 3 decimals"));
}

#[test]
fn a_bill_in_another_currency_than_its_tab_is_not_stored() {
    let bill = Bill { amount: Money::new(1_020, Currency::BTC), ..bill() };
    let refused = encode_settlement(&SettlementEvent::Opened { bill }).unwrap_err();
    assert!(refused.to_string().contains("currency of its tab"), "{refused}");
}

fn any_money() -> impl Strategy<Value = Money> {
    let mut currencies = ["EUR", "JPY", "KWD", "BTC"].map(|code| Currency::from_code(code).unwrap()).to_vec();
    currencies.push(Currency::on_chain("USDC", 8_453, 6).unwrap());
    currencies.push(Currency::on_chain("ETH", 42_161, 18).unwrap());
    (any::<i64>(), proptest::sample::select(currencies)).prop_map(|(minor, c)| Money::new(minor, c))
}

fn any_percent() -> impl Strategy<Value = Percent> {
    (0..1_000_u32, 0..1_000_000_u32).prop_map(|(whole, part)| percent(&format!("{whole}.{part:06}")))
}

fn any_rate() -> impl Strategy<Value = QuotedRate> {
    let price = (1..u64::MAX, 0..10_usize).prop_map(|(digits, scale)| {
        let digits = format!("{digits:0>width$}", width = scale + 1);
        let (whole, part) = digits.split_at(digits.len() - scale);
        if part.is_empty() { whole.to_owned() } else { format!("{whole}.{part}") }
    });
    let answers = proptest::collection::vec(any_answer(), 0..4);
    (price, any_percent(), any::<String>(), any::<i64>(), answers).prop_map(
        |(price, spread, source, as_of, answers)| {
            let market = Rate::parse(Currency::BTC, Currency::iso("EUR").unwrap(), &price).unwrap();
            QuotedRate { market, spread, source, as_of: Timestamp::from_millis(as_of), answers }
        },
    )
}

fn any_answer() -> impl Strategy<Value = SourceAnswer> {
    let verdict = prop_oneof![
        Just(Verdict::Agreed),
        Just(Verdict::Outlier),
        Just(Verdict::Stale),
        any::<String>().prop_map(Verdict::Missing),
    ];
    let price = proptest::option::of(any::<u32>());
    let through = proptest::option::of(Just(Currency::iso("USD").unwrap()));
    let as_of = proptest::option::of(any::<i64>().prop_map(Timestamp::from_millis));
    (any::<String>(), price, through, as_of, verdict).prop_map(|(source, price, through, as_of, verdict)| {
        let eur = Currency::iso("EUR").unwrap();
        let price = price.map(|price| Rate::parse(Currency::BTC, eur, &format!("1{price}")).unwrap());
        SourceAnswer { source, price, through, as_of, verdict }
    })
}

fn any_policy() -> impl Strategy<Value = Policy> {
    (proptest::option::of(any_money()), any_depth(), any_depth()).prop_map(|(up_to, safe, r#final)| Policy {
        up_to,
        safe,
        r#final,
    })
}

fn any_depth() -> impl Strategy<Value = Depth> {
    prop_oneof![any::<u16>().prop_map(Depth::Confirmations), any_mark().prop_map(Depth::Marked)]
}

fn any_mark() -> impl Strategy<Value = Mark> {
    proptest::sample::select(Mark::ALL.iter().map(|(mark, _)| *mark).collect::<Vec<_>>())
}

fn any_exact() -> impl Strategy<Value = ExactAmount> {
    let token = proptest::option::of("0x[0-9a-f]{40}");
    ("[0-9]{1,78}", any::<Option<u8>>(), any::<String>(), token, any::<u64>()).prop_map(
        |(base_units, decimals, symbol, contract, chain_id)| ExactAmount {
            base_units,
            decimals,
            symbol,
            contract,
            chain_id,
        },
    )
}

fn any_chain_rail() -> impl Strategy<Value = RailId> {
    proptest::sample::select(vec![RailId::BITCOIN, RailId::EVM])
}

fn any_terms() -> impl Strategy<Value = PaymentTerms> {
    (any_chain_rail(), any_money(), any_money(), any_rate(), any::<u32>(), any_policy()).prop_map(
        |(rail, amount, coin, rate, life_ms, policy)| PaymentTerms {
            rail,
            amount,
            quote: Quote { coin, rate, life_ms },
            policy,
        },
    )
}

fn any_observation() -> impl Strategy<Value = Observation> {
    let level = prop_oneof![
        any::<u8>().prop_map(|agreeing_servers| Level::Unconfirmed { agreeing_servers }),
        (any::<String>(), any::<u32>(), any::<u32>(), any_mark()).prop_map(
            |(block_hash, height, confirmations, mark)| Level::Confirmed {
                block_hash,
                height,
                confirmations,
                mark
            }
        ),
        Just(Level::Withdrawn { reason: WithdrawnReason::Replaced }),
    ];
    let amounts = (any_money(), proptest::option::of(any_exact()));
    (any::<String>(), any::<u64>(), any::<String>(), amounts, level, any::<i64>()).prop_map(
        |(reference, number, address, (amount, exact), level, seen_at)| Observation {
            reference: TransferRef::new(reference),
            number,
            address,
            amount,
            exact,
            level,
            seen_at: Timestamp::from_millis(seen_at),
        },
    )
}

fn any_opened() -> impl Strategy<Value = SaleEvent> {
    let line = (any::<String>(), any::<u16>(), any_money(), any_percent(), any::<String>()).prop_map(
        |(description, quantity, unit_price, tax, note)| CartLine {
            description,
            quantity,
            unit_price,
            tax,
            note,
        },
    );
    let tax =
        (any_percent(), any_money(), any_money()).prop_map(|(rate, net, tax)| TaxTotal { rate, net, tax });
    let cart = (proptest::collection::vec(line, 0..4), any::<bool>(), any::<String>())
        .prop_map(|(lines, tax_included, note)| Cart { lines, tax_included, note });
    let lists = (proptest::collection::vec(any_money(), 0..4), proptest::collection::vec(tax, 0..3));
    let totals = (lists, any_money(), any_money()).prop_map(|((lines, taxes), net, total)| Totals {
        lines,
        net,
        taxes,
        total,
    });
    (any::<u32>(), cart, totals, any_percent())
        .prop_map(|(number, cart, totals, tolerance)| SaleEvent::Opened { number, cart, totals, tolerance })
}

proptest! {
    #[test]
    fn any_opened_sale_reads_back_as_it_was(event in any_opened()) {
        sale_text(&event);
    }

    #[test]
    fn any_terms_and_observation_read_back_as_they_were(
        terms in any_terms(), address in any::<String>(), observation in any_observation(),
    ) {
        sale_text(&SaleEvent::StrayAdopted { payment: payment(), terms, address, observation });
    }

    #[test]
    fn any_cash_reads_back_as_it_was(
        counted in any_money(), tendered in any_money(), change in any_money(), rounding in any_money(),
    ) {
        let cash = CashPayment { counted, tendered, change, rounding };
        sale_text(&SaleEvent::CashTaken { payment: payment(), cash });
    }

    #[test]
    fn any_credit_reads_back_as_it_was(
        customer in any::<String>(), value in any_money(), rate in any_rate(),
    ) {
        stray_text(&StrayEvent::Credited { customer, value, rate });
    }

    #[test]
    fn no_payload_makes_the_reader_panic(payload in any::<String>(), kind in "[a-z_]{0,12}") {
        let stored = StoredEvent { kind: &kind, encoding: ENCODING, payload: &payload };
        prop_assert!(decode_sale(&stored).is_err() && decode_stray(&stored).is_err());
        prop_assert!(decode_settlement(&stored).is_err());
    }
}
