//! After "hand over": a reorganisation or a double spend is reversed in the books, told once, and undone when the
//! transaction is mined again.

use payment::sale::Alert;
use payment::{HandOver, Policy, State};

use crate::till::{SATS_DUE, Till, confirmed, dropped, eur, in_block, replaced, unconfirmed};

fn paid() -> Till {
    let mut till = Till::opens();
    till.shows_code(1, Policy::DEFAULT);
    till.sees(1, "a", SATS_DUE, confirmed(1));
    till.story.clear();
    till
}

#[test]
fn paid_then_withdrawn_is_reversed_in_the_books_and_the_owner_is_told_once() {
    let mut till = paid();
    assert_eq!(till.sees(1, "a", SATS_DUE, replaced()), [Alert::Reversed]);
    assert_eq!(till.sees(1, "a", SATS_DUE, replaced()), [], "told once");
    assert_eq!(till.sees(1, "a", SATS_DUE, dropped()), [], "told once");
    insta::assert_snapshot!(till.story, @r"
    a 0.00007798 BTC, replaced -> reversed
      3 reversal of 1: bitcoin-wallet -0.00007798 BTC, conversion 0.00007798 BTC, conversion -4.50 EUR, invoice-clearing 4.50 EUR
      4 reversal of 2: invoice-clearing -4.50 EUR, sales 3.75 EUR, tax-payable 0.75 EUR
      alert: reversed
    a 0.00007798 BTC, replaced -> reversed
    a 0.00007798 BTC, dropped -> reversed
    ");
    assert!(till.books().is_empty());
    assert_eq!((till.state(), till.state().hand_over()), (State::Reversed, HandOver::No));
}

#[test]
fn final_then_withdrawn_is_reversed_too() {
    let mut till = paid();
    till.sees(1, "a", SATS_DUE, confirmed(6));
    assert!(till.sale.coverage().unwrap().is_final);
    assert_eq!(till.sees(1, "a", SATS_DUE, dropped()), [Alert::Reversed]);
    assert!(till.books().is_empty());
}

#[test]
fn a_reorganisation_to_another_block_is_paid_again_and_nothing_is_doubled() {
    let mut till = paid();
    let before = till.books();
    till.sees(1, "a", SATS_DUE, unconfirmed(1));
    till.sees(1, "a", SATS_DUE, in_block("bb", 1));
    insta::assert_snapshot!(till.story, @r"
    a 0.00007798 BTC, unconfirmed at 1 -> detected
      3 reversal of 1: bitcoin-wallet -0.00007798 BTC, conversion 0.00007798 BTC, conversion -4.50 EUR, invoice-clearing 4.50 EUR
      4 transfer_pending: bitcoin-pending 0.00007798 BTC, pending-receipts -0.00007798 BTC
      5 reversal of 2: invoice-clearing -4.50 EUR, sales 3.75 EUR, tax-payable 0.75 EUR
    a 0.00007798 BTC, 1 in block bb -> paid
      6 reversal of 4: bitcoin-pending -0.00007798 BTC, pending-receipts 0.00007798 BTC
      7 transfer_settled: bitcoin-wallet 0.00007798 BTC, conversion -0.00007798 BTC, conversion 4.50 EUR, invoice-clearing -4.50 EUR
      8 sale: invoice-clearing 4.50 EUR, sales -3.75 EUR, tax-payable -0.75 EUR
    ");
    assert_eq!((till.books(), till.state()), (before, State::Paid));
}

#[test]
fn a_reorganised_transaction_that_then_disappears_alarms_the_owner_once() {
    let mut till = paid();
    assert_eq!(till.sees(1, "a", SATS_DUE, unconfirmed(1)), [], "it may be mined again");
    assert_eq!(till.sees(1, "a", SATS_DUE, dropped()), [Alert::Reversed]);
    assert_eq!((till.state(), till.books().is_empty()), (State::Reversed, true));
}

#[test]
fn a_reorganisation_seen_only_by_its_result_posts_nothing() {
    let mut till = paid();
    let entries = till.sale.entries().len();
    till.sees(1, "a", SATS_DUE, in_block("bb", 2));
    assert_eq!((till.sale.entries().len(), till.state()), (entries, State::Paid));
}

#[test]
fn withdrawn_then_mined_again_is_paid_again_and_nothing_is_doubled() {
    let mut till = paid();
    let before = till.books();
    till.sees(1, "a", SATS_DUE, dropped());
    let alerts = till.sees(1, "a", SATS_DUE, in_block("bb", 1));
    insta::assert_snapshot!(till.story, @r"
    a 0.00007798 BTC, dropped -> reversed
      3 reversal of 1: bitcoin-wallet -0.00007798 BTC, conversion 0.00007798 BTC, conversion -4.50 EUR, invoice-clearing 4.50 EUR
      4 reversal of 2: invoice-clearing -4.50 EUR, sales 3.75 EUR, tax-payable 0.75 EUR
      alert: reversed
    a 0.00007798 BTC, 1 in block bb -> paid
      5 transfer_settled: bitcoin-wallet 0.00007798 BTC, conversion -0.00007798 BTC, conversion 4.50 EUR, invoice-clearing -4.50 EUR
      6 sale: invoice-clearing 4.50 EUR, sales -3.75 EUR, tax-payable -0.75 EUR
    ");
    assert_eq!((till.books(), till.state(), alerts), (before, State::Paid, vec![]));
}

#[test]
fn a_reversed_sale_can_be_paid_in_cash() {
    let mut till = paid();
    till.sees(1, "a", SATS_DUE, replaced());
    till.takes_cash(2, eur(450), 1);
    assert_eq!(till.state(), State::Paid);
    till.sees(1, "a", SATS_DUE, in_block("bb", 1));
    insta::assert_snapshot!(till.story, @r"
    a 0.00007798 BTC, replaced -> reversed
      3 reversal of 1: bitcoin-wallet -0.00007798 BTC, conversion 0.00007798 BTC, conversion -4.50 EUR, invoice-clearing 4.50 EUR
      4 reversal of 2: invoice-clearing -4.50 EUR, sales 3.75 EUR, tax-payable 0.75 EUR
      alert: reversed
    cash: 4.50 EUR, change 0.00 EUR -> paid, final
      5 cash_received: cash-drawer 4.50 EUR, invoice-clearing -4.50 EUR
      6 sale: invoice-clearing 4.50 EUR, sales -3.75 EUR, tax-payable -0.75 EUR
    a 0.00007798 BTC, 1 in block bb -> overpaid, 4.50 EUR over, final
      7 transfer_settled: bitcoin-wallet 0.00007798 BTC, conversion -0.00007798 BTC, conversion 4.50 EUR, invoice-clearing -4.50 EUR
      8 reversal of 6: invoice-clearing -4.50 EUR, sales 3.75 EUR, tax-payable 0.75 EUR
      9 sale: invoice-clearing 9.00 EUR, customer-credit -4.50 EUR, sales -3.75 EUR, tax-payable -0.75 EUR
    ");
    assert_eq!(till.state(), State::Overpaid, "the coin that came back after all is owed to the customer");
}

#[test]
fn a_lost_part_of_an_overpayment_reverses_only_the_credit() {
    let mut till = paid();
    till.sees(1, "b", 1_000, confirmed(1));
    assert_eq!(till.sees(1, "b", 1_000, replaced()), [], "the sale is still covered");
    insta::assert_snapshot!(till.story, @r"
    b 0.00001000 BTC, 1 in block aa -> overpaid, 0.57 EUR over
      3 transfer_settled: bitcoin-wallet 0.00001000 BTC, conversion -0.00001000 BTC, conversion 0.57 EUR, invoice-clearing -0.57 EUR
      4 reversal of 2: invoice-clearing -4.50 EUR, sales 3.75 EUR, tax-payable 0.75 EUR
      5 sale: invoice-clearing 5.07 EUR, customer-credit -0.57 EUR, sales -3.75 EUR, tax-payable -0.75 EUR
    b 0.00001000 BTC, replaced -> paid
      6 reversal of 3: bitcoin-wallet -0.00001000 BTC, conversion 0.00001000 BTC, conversion -0.57 EUR, invoice-clearing 0.57 EUR
      7 reversal of 5: invoice-clearing -5.07 EUR, customer-credit 0.57 EUR, sales 3.75 EUR, tax-payable 0.75 EUR
      8 sale: invoice-clearing 4.50 EUR, sales -3.75 EUR, tax-payable -0.75 EUR
    ");
    assert_eq!(till.state(), State::Paid);
}

#[test]
fn a_part_lost_before_the_sale_was_ever_paid_alarms_nobody() {
    let mut till = Till::opens();
    till.shows_code(1, Policy::DEFAULT);
    till.sees(1, "a", 4_000, confirmed(1));
    assert_eq!(till.sees(1, "a", 4_000, replaced()), [], "the goods are still here");
    assert_eq!((till.state(), till.books().is_empty()), (State::Waiting, true));
}
