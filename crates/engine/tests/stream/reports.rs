//! What a rail reports reaches its owner in whichever order it is named, and one thing that can't be taken stops nobody
//! else's money.

use engine::Command;
use ledger::Account;
use money::Currency;
use payment::rail::Report;
use payment::sale::Refused;
use payment::{Level, Mark, Observation, Policy, RailId, SaleEvent, State, StrayReason, Timestamp};
use settings::{PolicyRow, PolicyScope};
use store::{Batch, Record, SaleRecord, Source};

use crate::clock::{MORNING, QUOTE_LIFE};
use crate::shop::{Charged, Shop, confirmed, replaced, sat, seen, state, unconfirmed};

fn complete(observations: impl IntoIterator<Item = Observation>) -> Report {
    Report { observations: observations.into_iter().collect(), complete: true, ..Report::default() }
}

const fn agreed_by(agreeing_servers: u8) -> Level {
    Level::Unconfirmed { agreeing_servers }
}

/// A sale whose code is over, paid by an unconfirmed transaction.
async fn paid_and_over(shop: &Shop) -> Charged {
    let code = shop.charge(450).await;
    shop.saw([seen("t1:0", 1, &code.address, code.coins, unconfirmed())]).await;
    shop.clock.turn(QUOTE_LIFE);
    shop.until(code.invoice, "the quote is over", |sale| {
        sale.payments.iter().all(|payment| payment.chain().is_some_and(|chain| chain.ended_at.is_some()))
    })
    .await;
    code
}

#[tokio::test]
async fn a_payment_whose_fee_was_raised_is_never_stray_in_whichever_order_it_is_named() {
    for [withdrawal, replacement] in [[2, 3], [3, 2]] {
        let shop = Shop::open_quiet().await;
        let code = paid_and_over(&shop).await;
        let mut report = [
            seen("t1:0", withdrawal, &code.address, code.coins, replaced()),
            seen("t2:0", replacement, &code.address, code.coins, unconfirmed()),
        ];
        if replacement < withdrawal {
            report.reverse();
        }
        shop.saw(report).await;
        assert_eq!(state(&shop.sale(code.invoice).await), State::Detected);
        assert_eq!(shop.strays().await, []);
        shop.saw([seen("t2:0", 4, &code.address, code.coins, confirmed(1))]).await;
        assert!(state(&shop.sale(code.invoice).await).is_paid());
        shop.check_books().await;
    }
}

#[tokio::test]
async fn a_payment_whose_fee_was_raised_while_nobody_looked_is_not_stray() {
    let shop = Shop::open_quiet().await;
    let code = paid_and_over(&shop).await;
    let replacement = seen("t2:0", 2, &code.address, code.coins, unconfirmed());
    shop.report(complete([replacement])).await.unwrap();
    assert_eq!(state(&shop.sale(code.invoice).await), State::Detected);
    assert_eq!(shop.strays().await, []);
    shop.check_books().await;
}

#[tokio::test]
async fn a_replacement_and_what_it_replaces_may_both_be_new() {
    for numbers in [[1, 2], [2, 1]] {
        let shop = Shop::open_quiet().await;
        let code = shop.charge(450).await;
        shop.clock.turn(QUOTE_LIFE);
        shop.until_state(code.invoice, State::Expired).await;
        shop.saw([
            seen("t1:0", numbers[0], &code.address, code.coins, replaced()),
            seen("t2:0", numbers[1], &code.address, code.coins, unconfirmed()),
        ])
        .await;
        assert_eq!(state(&shop.sale(code.invoice).await), State::Detected);
        assert_eq!(shop.strays().await, []);
        shop.check_books().await;
    }
}

#[tokio::test]
async fn what_a_complete_report_does_not_name_is_gone_and_what_it_repeats_is_no_news() {
    let shop = Shop::open_quiet().await;
    let (kept, lost) = (shop.charge(450).await, shop.charge(450).await);
    let keeps = seen("aa:0", 1, &kept.address, kept.coins, unconfirmed());
    shop.saw([keeps.clone(), seen("bb:0", 2, &lost.address, lost.coins, unconfirmed())]).await;
    let version = shop.sale(kept.invoice).await.version;
    shop.report(complete([Observation { number: 3, ..keeps.clone() }])).await.unwrap();
    assert_eq!(shop.sale(kept.invoice).await.version, version);
    assert_eq!(state(&shop.sale(lost.invoice).await), State::Waiting);
    let events = shop.events().await;
    shop.report(complete([Observation { number: 4, ..keeps }])).await.unwrap();
    assert_eq!(shop.events().await, events, "what is gone is gone once");
    shop.check_books().await;
}

/// Two servers are enough, without a confirmation.
async fn shop_that_trusts_two_servers() -> Shop {
    let shop = Shop::open_quiet().await;
    shop.change_settings(|settings| {
        settings.policy = vec![PolicyRow { scope: PolicyScope::BITCOIN, policy: Policy::of_blocks(0, 1) }];
    })
    .await;
    shop
}

#[tokio::test]
async fn a_server_less_that_knows_an_unconfirmed_payment_takes_no_agreement_back() {
    for in_complete_reports in [false, true] {
        let shop = shop_that_trusts_two_servers().await;
        let code = shop.charge(450).await;
        let says = async |number, level| {
            let reading = seen("aa:0", number, &code.address, code.coins, level);
            let report = Report { complete: in_complete_reports, ..complete([reading]) };
            shop.report(report).await.unwrap();
            shop.sale(code.invoice).await
        };
        assert_eq!(state(&says(1, agreed_by(1)).await), State::Detected, "one server is not enough");
        let paid = says(2, agreed_by(2)).await;
        assert_eq!(state(&paid), State::Paid);
        let events = shop.events().await;
        for (number, servers) in [(3, 1), (4, 0), (5, 1), (6, 2)] {
            assert_eq!(says(number, agreed_by(servers)).await, paid, "{servers} of them answer");
        }
        assert_eq!(shop.events().await, events, "neither an outage nor its end is recorded");
        assert_eq!(shop.alerts().await, [""; 0]);

        assert_eq!(says(7, agreed_by(3)).await.version, paid.version + 1, "one more server is news");
        assert_eq!(state(&says(8, replaced()).await), State::Reversed, "what all of them lost is gone");
        assert_eq!(shop.alerts().await, ["reversed"]);
        shop.check_books().await;
    }
}

#[tokio::test]
async fn a_payment_that_left_its_block_counts_only_the_servers_that_know_it_now() {
    let shop = shop_that_trusts_two_servers().await;
    let code = shop.charge(450).await;
    let reading = |number, level| seen("aa:0", number, &code.address, code.coins, level);
    shop.saw([reading(1, agreed_by(2)), reading(2, confirmed(1))]).await;
    assert_eq!(state(&shop.sale(code.invoice).await), State::Paid);
    shop.saw([reading(3, agreed_by(1))]).await;
    assert_eq!(state(&shop.sale(code.invoice).await), State::Detected, "one of them took the block back");
    shop.check_books().await;
}

#[tokio::test]
async fn the_same_report_again_changes_nothing() {
    let shop = Shop::open_quiet().await;
    let code = shop.charge(450).await;
    let report = [
        seen("aa:0", 1, &code.address, code.coins, unconfirmed()),
        seen("aa:0", 2, &code.address, code.coins, confirmed(1)),
        seen("stray:0", 3, "bcrt1qelsewhere", sat(1_000), confirmed(1)),
    ];
    shop.saw(report.clone()).await;
    let events = shop.events().await;
    for _ in 0..3 {
        shop.saw(report.clone()).await;
        shop.saw(report.iter().rev().cloned()).await;
    }
    assert_eq!(shop.events().await, events);
    shop.check_books().await;
}

/// What `spoiled` does to a report must not keep another sale of the same report from being paid.
async fn pays_beside(shop: &Shop, spoiled: Vec<Observation>) {
    let code = shop.charge(450).await;
    let number = 1_000;
    let good = seen("good:0", number, &code.address, code.coins, confirmed(1));
    shop.saw(spoiled.into_iter().chain([good])).await;
    assert_eq!(state(&shop.sale(code.invoice).await), State::Paid);
    shop.check_books().await;
}

#[tokio::test]
async fn another_amount_at_a_level_that_is_final_already_becomes_a_finding() {
    let shop = Shop::open_quiet().await;
    let code = shop.charge(450).await;
    shop.saw([seen("aa:0", 1, &code.address, code.coins, confirmed(6))]).await;
    let changed = seen("aa:0", 2, &code.address, sat(1), confirmed(7));
    for complete in [true, false] {
        let report = Report { observations: vec![changed.clone()], complete, ..Report::default() };
        shop.report(report).await.unwrap();
        let findings = shop.engine.reader().findings().await.unwrap();
        assert_eq!((findings.len(), findings[0].kind.as_str()), (1, "mismatch"), "complete: {complete}");
    }
    shop.check_books().await;
}

#[tokio::test]
async fn a_transfer_that_changes_its_amount_becomes_a_finding_and_the_rest_goes_on() {
    let shop = Shop::open_quiet().await;
    let code = shop.charge(450).await;
    shop.saw([seen("aa:0", 1, &code.address, code.coins, unconfirmed())]).await;
    let changed = |number| seen("aa:0", number, &code.address, sat(1), confirmed(1));
    pays_beside(&shop, vec![changed(2)]).await;
    let findings = shop.engine.reader().findings().await.unwrap();
    assert_eq!((findings.len(), findings[0].kind.as_str()), (1, "mismatch"));
    assert_eq!(findings[0].subject, "bitcoin aa:0");
    assert_eq!(findings[0].reason, Refused::WrongState.to_string());
    assert_eq!(shop.alerts().await, ["mismatch"]);
    shop.saw([changed(3)]).await;
    assert_eq!(shop.alerts().await, ["mismatch"], "the same about the same transfer is told once");
}

#[tokio::test]
async fn an_amount_beyond_the_range_of_money_becomes_a_finding_and_the_rest_goes_on() {
    let shop = Shop::open_quiet().await;
    shop.change_settings(|settings| {
        let (pair, rate) = settings::fixed_rate("BTC/EUR", "2000000000").unwrap();
        settings.rates.fixed.insert(pair, rate);
    })
    .await;
    let code = shop.charge(450).await;
    let absurd = seen("aa:0", 1, &code.address, sat(i64::MAX / 100), confirmed(1));
    pays_beside(&shop, vec![absurd]).await;
    let findings = shop.engine.reader().findings().await.unwrap();
    assert_eq!((findings.len(), findings[0].kind.as_str()), (1, "dead_letter"));
    assert_eq!(state(&shop.sale(code.invoice).await), State::Waiting);
}

#[tokio::test]
async fn a_balance_beyond_the_range_of_the_books_is_found_in_the_one_transfer_that_breaks_it() {
    let shop = Shop::open_quiet().await;
    let most = i64::MAX - 100_000;
    let first = seen("aa:0", 1, "bcrt1qelsewhere", sat(most), confirmed(1));
    let second = seen("bb:0", 2, "bcrt1qelsewhere", sat(most), confirmed(1));
    let code = shop.charge(450).await;
    let good = seen("cc:0", 3, &code.address, code.coins, confirmed(1));
    let change_set = Some(b"the rail's own".to_vec());
    let report = Report { observations: vec![first, second, good], change_set, ..Report::default() };
    shop.report(report).await.unwrap();
    assert_eq!(state(&shop.sale(code.invoice).await), State::Paid);
    let strays = shop.strays().await;
    assert_eq!(strays.len(), 1, "the first of them fits");
    assert_eq!(shop.balance(Account::StrayPayments, Currency::BTC).await, -most);
    let findings = shop.engine.reader().findings().await.unwrap();
    assert_eq!((findings.len(), findings[0].subject.as_str()), (1, "bitcoin bb:0"));
    assert!(findings[0].reason.contains("would leave the range"), "{}", findings[0].reason);
    let memory = shop.engine.reader().rail_memory(RailId::BITCOIN).unwrap();
    assert_eq!(memory.change_sets.last().unwrap(), b"the rail's own", "the rail need not tell it again");
    assert_eq!(memory.last_observation, 3);
    shop.check_books().await;
}

#[tokio::test]
async fn a_sale_whose_record_makes_no_sense_stops_no_other_sale() {
    let mut shop = Shop::open_quiet().await;
    let code = paid_and_over(&shop).await;
    let damaged = shop.sale(code.invoice).await;
    let (good, other) = (shop.charge(450).await, shop.open_sale(100).await);
    shop.restart_after(|writer| {
        let mut after = damaged.clone();
        after.version += 1;
        let record = SaleRecord {
            event: SaleEvent::ReceiptPrinted,
            source: Source::Till,
            at: Timestamp::from_millis(MORNING),
            entries: Vec::new(),
            effects: Vec::new(),
            after,
        };
        let records = vec![Record::Sale(Box::new(record))];
        writer.write(&Batch { records, ..Batch::default() }).unwrap();
    })
    .await;
    for number in [5, 7] {
        let report = complete([
            seen("t1:0", number, &code.address, code.coins, confirmed(1)),
            seen("good:0", number + 1, &good.address, good.coins, confirmed(1)),
        ]);
        shop.report(report).await.unwrap();
    }
    // It is not named any more: gone, and that can't be recorded either.
    shop.report(complete([seen("good:0", 9, &good.address, good.coins, confirmed(2))])).await.unwrap();
    assert_eq!(state(&shop.sale(good.invoice).await), State::Paid);
    assert_eq!(state(&shop.take_cash(other.id, 100).await), State::Paid);
    let findings = shop.engine.reader().findings().await.unwrap();
    assert_eq!((findings.len(), findings[0].kind.as_str()), (1, "dead_letter"), "{findings:?}");
    assert!(findings[0].reason.contains("does not fit"), "{}", findings[0].reason);
}

#[tokio::test]
async fn what_is_worth_nothing_is_kept_without_being_booked() {
    let shop = Shop::open_quiet().await;
    let code = shop.charge(450).await;
    pays_beside(&shop, vec![seen("aa:0", 1, &code.address, sat(0), confirmed(1))]).await;
    let strays = shop.strays().await;
    assert_eq!(strays[0].finding.reason, StrayReason::Unbookable);
    let assign =
        Command::AssignStray { stray: strays[0].id, invoice: code.invoice, payment: shop.next_payment() };
    assert!(shop.ask(assign).await.is_err());
}

#[tokio::test]
async fn readings_beyond_final_are_not_recorded() {
    let shop = Shop::open_quiet().await;
    let code = shop.charge(450).await;
    shop.saw([seen("aa:0", 1, &code.address, code.coins, confirmed(6))]).await;
    let events = shop.events().await;
    for confirmations in 7..12 {
        let number = u64::from(confirmations);
        shop.saw([seen("aa:0", number, &code.address, code.coins, confirmed(confirmations))]).await;
    }
    assert_eq!(shop.events().await, events);
    let elsewhere =
        Level::Confirmed { block_hash: "ab".repeat(32), height: 102, confirmations: 6, mark: Mark::Head };
    shop.saw([seen("aa:0", 20, &code.address, code.coins, elsewhere)]).await;
    assert_eq!(shop.events().await, events + 1, "another block is news");
}
