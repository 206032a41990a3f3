//! Bitcoin: what each reading of a transfer does to the screen and the books.

use payment::rail::RailFailureClass;
use payment::sale::RailFailure;
use payment::{Depth, Policy, Refused, SaleEvent, State};

use crate::till::{SATS_DUE, Till, confirmed, dropped, eur, pay, replaced, sats, unconfirmed};

/// Goods go without a confirmation when two servers agree.
const SMALL: Policy = Policy::of_blocks(0, 1);

#[test]
fn an_exact_payment_is_detected_then_paid_then_final() {
    let mut till = Till::opens();
    till.shows_code(1, Policy::DEFAULT);
    till.sees(1, "a", SATS_DUE, unconfirmed(1));
    till.sees(1, "a", SATS_DUE, confirmed(1));
    till.sees(1, "a", SATS_DUE, confirmed(6));
    insta::assert_snapshot!(till.story, @r"
    bitcoin chosen -> preparing
      ask for an address for 0.00007798 BTC
    address bcrt1q1 -> waiting
    a 0.00007798 BTC, unconfirmed at 1 -> detected
      1 transfer_pending: bitcoin-pending 0.00007798 BTC, pending-receipts -0.00007798 BTC
    a 0.00007798 BTC, 1 in block aa -> paid
      2 reversal of 1: bitcoin-pending -0.00007798 BTC, pending-receipts 0.00007798 BTC
      3 transfer_settled: bitcoin-wallet 0.00007798 BTC, conversion -0.00007798 BTC, conversion 4.50 EUR, invoice-clearing -4.50 EUR
      4 sale: invoice-clearing 4.50 EUR, sales -3.75 EUR, tax-payable -0.75 EUR
    a 0.00007798 BTC, 6 in block aa -> paid, final
    ");
}

#[test]
fn exactly_the_quoted_coins_are_exactly_what_is_due() {
    for due in [1, 3, 99, 450, 451, 12_345, 999_999] {
        let mut till = Till::opens_for(eur(due), "0");
        till.shows_code(1, Policy::DEFAULT);
        let quoted = till.sale.payments[0].chain().unwrap().terms.quote.coin;
        till.sees(1, "a", quoted.minor(), confirmed(1));
        let coverage = till.sale.coverage().unwrap();
        assert_eq!((coverage.safe, coverage.excess, till.state()), (eur(due), eur(0), State::Paid));
    }
}

#[test]
fn one_satoshi_less_is_not_enough() {
    let mut till = Till::opens();
    till.shows_code(1, Policy::DEFAULT);
    till.sees(1, "a", SATS_DUE - 1, confirmed(1));
    assert_eq!((till.state(), till.sale.payable()), (State::Partial, Ok(eur(1))));
}

#[test]
fn a_large_payment_counts_its_confirmations() {
    let mut till = Till::opens();
    till.shows_code(1, Policy::of_blocks(3, 6));
    till.sees(1, "a", SATS_DUE, unconfirmed(2));
    till.sees(1, "a", SATS_DUE, confirmed(1));
    till.sees(1, "a", SATS_DUE, confirmed(2));
    let standing = till.sale.standing().unwrap();
    assert_eq!((standing.confirmations, standing.safe_at), (2, Depth::Confirmations(3)));
    till.sees(1, "a", SATS_DUE, confirmed(3));
    insta::assert_snapshot!(till.story, @r"
    bitcoin chosen -> preparing
      ask for an address for 0.00007798 BTC
    address bcrt1q1 -> waiting
    a 0.00007798 BTC, unconfirmed at 2 -> detected
      1 transfer_pending: bitcoin-pending 0.00007798 BTC, pending-receipts -0.00007798 BTC
    a 0.00007798 BTC, 1 in block aa -> confirming
    a 0.00007798 BTC, 2 in block aa -> confirming
    a 0.00007798 BTC, 3 in block aa -> paid
      2 reversal of 1: bitcoin-pending -0.00007798 BTC, pending-receipts 0.00007798 BTC
      3 transfer_settled: bitcoin-wallet 0.00007798 BTC, conversion -0.00007798 BTC, conversion 4.50 EUR, invoice-clearing -4.50 EUR
      4 sale: invoice-clearing 4.50 EUR, sales -3.75 EUR, tax-payable -0.75 EUR
    ");
}

#[test]
fn a_small_payment_is_paid_as_soon_as_two_servers_agree() {
    let mut till = Till::opens();
    till.shows_code(1, SMALL);
    till.sees(1, "a", SATS_DUE, unconfirmed(1));
    till.sees(1, "a", SATS_DUE, unconfirmed(2));
    insta::assert_snapshot!(till.story, @r"
    bitcoin chosen -> preparing
      ask for an address for 0.00007798 BTC
    address bcrt1q1 -> waiting
    a 0.00007798 BTC, unconfirmed at 1 -> detected
      1 transfer_pending: bitcoin-pending 0.00007798 BTC, pending-receipts -0.00007798 BTC
    a 0.00007798 BTC, unconfirmed at 2 -> paid
      2 reversal of 1: bitcoin-pending -0.00007798 BTC, pending-receipts 0.00007798 BTC
      3 transfer_settled: bitcoin-wallet 0.00007798 BTC, conversion -0.00007798 BTC, conversion 4.50 EUR, invoice-clearing -4.50 EUR
      4 sale: invoice-clearing 4.50 EUR, sales -3.75 EUR, tax-payable -0.75 EUR
    ");
}

#[test]
fn two_partials_are_exactly_due_and_the_lost_cent_is_rounding() {
    let mut till = Till::opens();
    till.shows_code(1, Policy::DEFAULT);
    till.sees(1, "a", 3_000, confirmed(1));
    till.sees(1, "b", SATS_DUE - 3_000, unconfirmed(1));
    till.sees(1, "b", SATS_DUE - 3_000, confirmed(1));
    insta::assert_snapshot!(till.story, @r"
    bitcoin chosen -> preparing
      ask for an address for 0.00007798 BTC
    address bcrt1q1 -> waiting
    a 0.00003000 BTC, 1 in block aa -> partial, 2.77 EUR to come
      1 transfer_settled: bitcoin-wallet 0.00003000 BTC, conversion -0.00003000 BTC, conversion 1.73 EUR, invoice-clearing -1.73 EUR
    b 0.00004798 BTC, unconfirmed at 1 -> detected
      2 transfer_pending: bitcoin-pending 0.00004798 BTC, pending-receipts -0.00004798 BTC
    b 0.00004798 BTC, 1 in block aa -> paid
      3 reversal of 2: bitcoin-pending -0.00004798 BTC, pending-receipts 0.00004798 BTC
      4 transfer_settled: bitcoin-wallet 0.00004798 BTC, conversion -0.00004798 BTC, conversion 2.76 EUR, invoice-clearing -2.76 EUR
      5 sale: invoice-clearing 4.49 EUR, rounding 0.01 EUR, sales -3.75 EUR, tax-payable -0.75 EUR
    ");
    assert_eq!(till.sale.coverage().unwrap().safe, eur(450));
}

#[test]
fn a_cent_paid_in_parts_that_are_worth_nothing_alone_is_still_a_sale() {
    let mut till = Till::opens_for(eur(1), "0");
    till.shows_code(1, Policy::DEFAULT);
    till.sees(1, "a", 9, confirmed(1));
    till.sees(1, "b", 9, confirmed(1));
    insta::assert_snapshot!(till.story, @r"
    bitcoin chosen -> preparing
      ask for an address for 0.00000018 BTC
    address bcrt1q1 -> waiting
    a 0.00000009 BTC, 1 in block aa -> waiting
      1 transfer_settled: bitcoin-wallet 0.00000009 BTC, conversion -0.00000009 BTC
    b 0.00000009 BTC, 1 in block aa -> paid
      2 transfer_settled: bitcoin-wallet 0.00000009 BTC, conversion -0.00000009 BTC
      3 sale: rounding 0.01 EUR, sales -0.01 EUR
    ");
}

#[test]
fn what_is_over_is_owed_to_the_customer() {
    let mut till = Till::opens();
    till.shows_code(1, Policy::DEFAULT);
    till.sees(1, "a", 10_000, confirmed(1));
    insta::assert_snapshot!(till.story, @r"
    bitcoin chosen -> preparing
      ask for an address for 0.00007798 BTC
    address bcrt1q1 -> waiting
    a 0.00010000 BTC, 1 in block aa -> overpaid, 1.27 EUR over
      1 transfer_settled: bitcoin-wallet 0.00010000 BTC, conversion -0.00010000 BTC, conversion 5.77 EUR, invoice-clearing -5.77 EUR
      2 sale: invoice-clearing 5.77 EUR, customer-credit -1.27 EUR, sales -3.75 EUR, tax-payable -0.75 EUR
    ");
}

#[test]
fn a_second_payment_on_a_live_code_reopens_the_sale_and_credits_the_rest() {
    let mut till = Till::opens();
    till.shows_code(1, Policy::DEFAULT);
    till.sees(1, "a", SATS_DUE, confirmed(1));
    till.sees(1, "b", SATS_DUE, confirmed(1));
    insta::assert_snapshot!(till.story, @r"
    bitcoin chosen -> preparing
      ask for an address for 0.00007798 BTC
    address bcrt1q1 -> waiting
    a 0.00007798 BTC, 1 in block aa -> paid
      1 transfer_settled: bitcoin-wallet 0.00007798 BTC, conversion -0.00007798 BTC, conversion 4.50 EUR, invoice-clearing -4.50 EUR
      2 sale: invoice-clearing 4.50 EUR, sales -3.75 EUR, tax-payable -0.75 EUR
    b 0.00007798 BTC, 1 in block aa -> overpaid, 4.50 EUR over
      3 transfer_settled: bitcoin-wallet 0.00007798 BTC, conversion -0.00007798 BTC, conversion 4.50 EUR, invoice-clearing -4.50 EUR
      4 reversal of 2: invoice-clearing -4.50 EUR, sales 3.75 EUR, tax-payable 0.75 EUR
      5 sale: invoice-clearing 9.00 EUR, customer-credit -4.50 EUR, sales -3.75 EUR, tax-payable -0.75 EUR
    ");
}

#[test]
fn an_underpayment_within_the_tolerance_is_paid_and_its_gap_booked() {
    let mut till = Till::opens_for(eur(450), "2");
    till.shows_code(1, Policy::DEFAULT);
    till.sees(1, "a", 7_650, confirmed(1));
    insta::assert_snapshot!(till.story, @r"
    bitcoin chosen -> preparing
      ask for an address for 0.00007798 BTC
    address bcrt1q1 -> waiting
    a 0.00007650 BTC, 1 in block aa -> paid
      1 transfer_settled: bitcoin-wallet 0.00007650 BTC, conversion -0.00007650 BTC, conversion 4.41 EUR, invoice-clearing -4.41 EUR
      2 sale: invoice-clearing 4.41 EUR, short-payments 0.09 EUR, sales -3.75 EUR, tax-payable -0.75 EUR
    ");
}

#[test]
fn too_little_expires_with_the_money_kept() {
    let mut till = Till::opens();
    till.shows_code(1, Policy::DEFAULT);
    till.sees(1, "a", 4_000, confirmed(1));
    till.minutes_pass(15);
    till.quote_ends(1);
    insta::assert_snapshot!(till.story, @r"
    bitcoin chosen -> preparing
      ask for an address for 0.00007798 BTC
    address bcrt1q1 -> waiting
    a 0.00004000 BTC, 1 in block aa -> partial, 2.20 EUR to come
      1 transfer_settled: bitcoin-wallet 0.00004000 BTC, conversion -0.00004000 BTC, conversion 2.30 EUR, invoice-clearing -2.30 EUR
    quote ended -> expired, 2.20 EUR to come
    ");
    assert_eq!(till.state(), State::Expired);
    assert_eq!(till.sale.payable(), Ok(eur(220)), "the rest can be paid in another way");
}

#[test]
fn the_rest_of_an_expired_payment_can_be_taken_in_cash() {
    let mut till = Till::opens();
    till.shows_code(1, Policy::DEFAULT);
    till.sees(1, "a", 4_000, confirmed(1));
    till.minutes_pass(15);
    till.quote_ends(1);
    till.takes_cash(2, eur(220), 1);
    insta::assert_snapshot!(till.story, @r"
    bitcoin chosen -> preparing
      ask for an address for 0.00007798 BTC
    address bcrt1q1 -> waiting
    a 0.00004000 BTC, 1 in block aa -> partial, 2.20 EUR to come
      1 transfer_settled: bitcoin-wallet 0.00004000 BTC, conversion -0.00004000 BTC, conversion 2.30 EUR, invoice-clearing -2.30 EUR
    quote ended -> expired, 2.20 EUR to come
    cash: 2.20 EUR, change 0.00 EUR -> paid
      2 cash_received: cash-drawer 2.20 EUR, invoice-clearing -2.20 EUR
      3 sale: invoice-clearing 4.50 EUR, sales -3.75 EUR, tax-payable -0.75 EUR
    ");
}

#[test]
fn money_that_comes_late_pays_the_sale_and_is_called_late() {
    let mut till = Till::opens();
    till.shows_code(1, Policy::DEFAULT);
    till.minutes_pass(15);
    till.quote_ends(1);
    till.minutes_pass(5);
    till.sees(1, "a", SATS_DUE, unconfirmed(1));
    till.sees(1, "a", SATS_DUE, confirmed(1));
    insta::assert_snapshot!(till.story, @r"
    bitcoin chosen -> preparing
      ask for an address for 0.00007798 BTC
    address bcrt1q1 -> waiting
    quote ended -> expired
    a 0.00007798 BTC, unconfirmed at 1 -> detected, late
      1 transfer_pending: bitcoin-pending 0.00007798 BTC, pending-receipts -0.00007798 BTC
    a 0.00007798 BTC, 1 in block aa -> late, late
      2 reversal of 1: bitcoin-pending -0.00007798 BTC, pending-receipts 0.00007798 BTC
      3 transfer_settled: bitcoin-wallet 0.00007798 BTC, conversion -0.00007798 BTC, conversion 4.50 EUR, invoice-clearing -4.50 EUR
      4 sale: invoice-clearing 4.50 EUR, sales -3.75 EUR, tax-payable -0.75 EUR
    ");
    assert!(till.state().is_paid());
}

#[test]
fn money_first_seen_in_the_millisecond_in_which_the_quote_ended_is_late() {
    let mut till = Till::opens();
    till.shows_code(1, Policy::DEFAULT);
    till.minutes_pass(15);
    till.quote_ends(1);
    till.sees(1, "a", SATS_DUE, confirmed(1));
    assert_eq!(till.state(), State::Late);
}

#[test]
fn money_told_after_the_end_by_a_clock_that_was_set_back_is_late() {
    let mut till = Till::opens();
    till.minutes_pass(60);
    till.shows_code(1, Policy::DEFAULT);
    till.minutes_pass(15);
    till.quote_ends(1);
    till.minutes_pass(-60);
    till.sees(1, "a", SATS_DUE, confirmed(1));
    assert_eq!(till.state(), State::Late);
}

#[test]
fn money_told_after_the_end_but_seen_before_it_is_in_time() {
    let mut till = Till::opens();
    till.shows_code(1, Policy::DEFAULT);
    till.minutes_pass(14);
    let seen = till.sighting(1, "a", SATS_DUE, confirmed(1));
    till.minutes_pass(60);
    till.quote_ends(1);
    till.happens(&seen);
    assert_eq!(till.state(), State::Paid);
}

#[test]
fn money_seen_in_time_is_not_late_although_its_block_is() {
    let mut till = Till::opens();
    till.shows_code(1, Policy::DEFAULT);
    till.sees(1, "a", SATS_DUE, unconfirmed(1));
    till.minutes_pass(15);
    till.quote_ends(1);
    till.minutes_pass(30);
    till.sees(1, "a", SATS_DUE, confirmed(1));
    assert_eq!(till.state(), State::Paid);
}

#[test]
fn late_and_over_combine() {
    let mut till = Till::opens();
    till.shows_code(1, Policy::DEFAULT);
    till.minutes_pass(15);
    till.quote_ends(1);
    till.minutes_pass(1);
    till.sees(1, "a", 10_000, confirmed(1));
    let coverage = till.sale.coverage().unwrap();
    assert!(coverage.is_late && coverage.excess.is_positive());
    assert_eq!(till.state(), State::Overpaid);
}

#[test]
fn a_quote_that_ended_while_the_till_was_off_ended_when_its_life_was_over() {
    let mut till = Till::opens();
    till.shows_code(1, Policy::DEFAULT);
    till.minutes_pass(600);
    till.quote_ends(1);
    let ended_at = till.sale.payments[0].chain().unwrap().ended_at;
    assert_eq!(ended_at, Some(crate::till::instant(15 * crate::till::MINUTE_MS)));
}

#[test]
fn a_replaced_transaction_leaves_no_trace_in_the_balances() {
    let mut till = Till::opens();
    till.shows_code(1, Policy::DEFAULT);
    till.sees(1, "a", SATS_DUE, unconfirmed(1));
    let alerts = till.sees(1, "a", SATS_DUE, replaced());
    insta::assert_snapshot!(till.story, @r"
    bitcoin chosen -> preparing
      ask for an address for 0.00007798 BTC
    address bcrt1q1 -> waiting
    a 0.00007798 BTC, unconfirmed at 1 -> detected
      1 transfer_pending: bitcoin-pending 0.00007798 BTC, pending-receipts -0.00007798 BTC
    a 0.00007798 BTC, replaced -> waiting
      2 reversal of 1: bitcoin-pending -0.00007798 BTC, pending-receipts 0.00007798 BTC
    ");
    assert!(till.books().is_empty() && alerts.is_empty(), "nobody was told to hand over");
}

#[test]
fn a_replacement_that_pays_more_takes_the_place_of_the_first() {
    let mut till = Till::opens();
    till.shows_code(1, Policy::DEFAULT);
    till.sees(1, "a", 4_000, unconfirmed(1));
    till.sees(1, "a", 4_000, replaced());
    till.sees(1, "b", SATS_DUE, unconfirmed(1));
    till.sees(1, "b", SATS_DUE, confirmed(1));
    assert_eq!(till.state(), State::Paid);
    assert_eq!(till.sale.coverage().unwrap().present, eur(450));
}

#[test]
fn a_transfer_that_is_gone_at_first_sight_posts_nothing() {
    let mut till = Till::opens();
    till.shows_code(1, Policy::DEFAULT);
    till.sees(1, "a", SATS_DUE, dropped());
    assert_eq!((till.state(), till.books().is_empty()), (State::Waiting, true));
}

#[test]
fn an_address_that_cannot_be_offered_says_why() {
    let state_after = |class| {
        let mut till = Till::opens();
        let event = till.sale.start_payment(pay(1), crate::till::terms(eur(450), Policy::DEFAULT)).unwrap();
        till.happens(&event);
        let failure = RailFailure { class, reason: "no wallet".to_owned() };
        till.happens(&SaleEvent::OfferFailed { payment: pay(1), failure });
        till.state()
    };
    let table = [
        (RailFailureClass::Declined, State::Declined),
        (RailFailureClass::NotSent, State::Failed),
        (RailFailureClass::Unknown, State::Unknown),
        (RailFailureClass::Misconfigured, State::Failed),
        (RailFailureClass::Protocol, State::Failed),
    ];
    for (class, state) in table {
        assert_eq!(state_after(class), state);
    }
}

#[test]
fn a_new_code_takes_the_old_one_back_but_money_to_either_counts() {
    let mut till = Till::opens();
    till.shows_code(1, Policy::DEFAULT);
    till.shows_code(2, Policy::DEFAULT);
    assert!(till.sale.payments[0].chain().unwrap().cancelled);
    till.sees(1, "a", SATS_DUE, confirmed(1));
    assert_eq!(till.state(), State::Paid);
}

#[test]
fn a_transfer_that_changes_its_amount_is_refused() {
    let mut till = Till::opens();
    till.shows_code(1, Policy::DEFAULT);
    till.sees(1, "a", SATS_DUE, unconfirmed(1));
    let changed = till.sighting(1, "a", SATS_DUE + 1, confirmed(1));
    assert_eq!(till.refuses(&changed), Refused::WrongState);
    assert_eq!(till.sale.coverage().unwrap().present, eur(450));
    assert_eq!(till.sale.payments[0].chain().unwrap().coins_present(), Ok(sats(SATS_DUE)));
}
