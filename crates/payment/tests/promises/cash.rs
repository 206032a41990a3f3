//! Cash: what goes into the drawer, what rounding adds or takes, and what a void brings back.

use money::Money;
use payment::{Refused, State};

use crate::till::{Till, currency, eur, pay};

#[test]
fn exact_cash_makes_a_sale_with_its_tax() {
    let mut till = Till::opens();
    till.takes_cash(1, eur(450), 1);
    insta::assert_snapshot!(till.story, @r"
    cash: 4.50 EUR, change 0.00 EUR -> paid, final
      1 cash_received: cash-drawer 4.50 EUR, invoice-clearing -4.50 EUR
      2 sale: invoice-clearing 4.50 EUR, sales -3.75 EUR, tax-payable -0.75 EUR
    ");
}

#[test]
fn change_never_enters_the_books() {
    let mut till = Till::opens();
    till.takes_cash(1, eur(2_000), 1);
    insta::assert_snapshot!(till.story, @r"
    cash: 20.00 EUR, change 15.50 EUR -> paid, final
      1 cash_received: cash-drawer 4.50 EUR, invoice-clearing -4.50 EUR
      2 sale: invoice-clearing 4.50 EUR, sales -3.75 EUR, tax-payable -0.75 EUR
    ");
}

#[test]
fn without_small_coins_the_rounding_is_booked_either_way() {
    let chf = |minor| Money::new(minor, currency("CHF"));
    let mut down = Till::opens_for(chf(1_232), "0");
    down.takes_cash(1, chf(1_230), 5);
    insta::assert_snapshot!(down.story, @r"
    cash: 12.30 CHF, change 0.00 CHF -> paid, final
      1 cash_received: cash-drawer 12.30 CHF, rounding 0.02 CHF, invoice-clearing -12.32 CHF
      2 sale: invoice-clearing 12.32 CHF, sales -10.27 CHF, tax-payable -2.05 CHF
    ");
    let mut up = Till::opens_for(chf(1_233), "0");
    up.takes_cash(1, chf(2_000), 5);
    insta::assert_snapshot!(up.story, @r"
    cash: 20.00 CHF, change 7.65 CHF -> paid, final
      1 cash_received: cash-drawer 12.35 CHF, rounding -0.02 CHF, invoice-clearing -12.33 CHF
      2 sale: invoice-clearing 12.33 CHF, sales -10.27 CHF, tax-payable -2.06 CHF
    ");
}

#[test]
fn a_sale_below_the_smallest_coin_is_given_away_as_rounding() {
    let chf = |minor| Money::new(minor, currency("CHF"));
    let mut till = Till::opens_for(chf(2), "0");
    till.takes_cash(1, chf(0), 5);
    insta::assert_snapshot!(till.story, @r"
    cash: 0.00 CHF, change 0.00 CHF -> paid, final
      1 cash_received: rounding 0.02 CHF, invoice-clearing -0.02 CHF
      2 sale: invoice-clearing 0.02 CHF, sales -0.02 CHF
    ");
}

#[test]
fn a_void_of_a_cash_sale_reverses_every_entry() {
    let mut till = Till::opens();
    till.takes_cash(1, eur(500), 1);
    let event = till.sale.void_for(" keyed in twice ").unwrap();
    till.happens(&event);
    insta::assert_snapshot!(till.story, @r"
    cash: 5.00 EUR, change 0.50 EUR -> paid, final
      1 cash_received: cash-drawer 4.50 EUR, invoice-clearing -4.50 EUR
      2 sale: invoice-clearing 4.50 EUR, sales -3.75 EUR, tax-payable -0.75 EUR
    voided: keyed in twice -> voided
      3 reversal of 1: cash-drawer -4.50 EUR, invoice-clearing 4.50 EUR
      4 reversal of 2: invoice-clearing -4.50 EUR, sales 3.75 EUR, tax-payable 0.75 EUR
    ");
    assert!(till.books().is_empty());
    assert_eq!(till.state(), State::Voided);
}

#[test]
fn a_void_needs_a_reason_and_a_sale_paid_in_cash() {
    let mut till = Till::opens();
    assert_eq!(till.sale.void_for("mistake"), Err(Refused::NotVoidable), "nothing is paid yet");
    till.takes_cash(1, eur(450), 1);
    assert_eq!(till.sale.void_for("  "), Err(Refused::ReasonMissing));
    let event = till.sale.void_for("mistake").unwrap();
    till.happens(&event);
    assert_eq!(till.sale.void_for("again"), Err(Refused::SaleVoided));
    assert_eq!(till.sale.payable(), Err(Refused::SaleVoided));
}

#[test]
fn too_little_cash_and_foreign_cash_are_refused() {
    let till = Till::opens();
    let short = till.sale.take_cash_for_rest(pay(1), eur(449), 1).unwrap_err();
    assert_eq!(short, Refused::CashShort { tendered: eur(449), to_pay: eur(450) });
    let foreign = Money::new(450, currency("CHF"));
    assert_eq!(till.sale.take_cash_for_rest(pay(1), foreign, 1), Err(Refused::WrongCurrency));
}

#[test]
fn a_paid_sale_takes_no_more_cash() {
    let mut till = Till::opens();
    till.takes_cash(1, eur(450), 1);
    assert_eq!(till.sale.take_cash_for_rest(pay(2), eur(450), 1), Err(Refused::AlreadyPaid));
}
