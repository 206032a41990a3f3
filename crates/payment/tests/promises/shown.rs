//! What a reader shows of a sale: it adds up, or says in one line what is charged.

use money::Percent;
use payment::card::{ShownCart, ShownLine};
use payment::{Cart, CartLine, Sale, SaleEvent};

use crate::till::{eur, instant, invoice};

fn line(text: &str, quantity: u16, cents: i64, tax: &str) -> CartLine {
    CartLine {
        description: text.to_owned(),
        quantity,
        unit_price: eur(cents),
        tax: Percent::parse(tax).unwrap(),
        note: String::new(),
    }
}

fn sale(lines: Vec<CartLine>, tax_included: bool) -> Sale {
    let cart = Cart { lines, tax_included, note: String::new() };
    let totals = cart.totals(eur(0).currency()).unwrap();
    let opened = SaleEvent::Opened { number: 7, cart, totals, tolerance: Percent::parse("0").unwrap() };
    Sale::open(invoice(), &opened, instant(0)).unwrap()
}

fn shown(text: &str, quantity: u16, cents: i64) -> ShownLine {
    ShownLine { text: text.to_owned(), quantity, price: eur(cents) }
}

#[test]
fn tax_that_is_added_stands_beside_the_lines_and_tax_within_does_not() {
    let lines = || vec![line("Coffee", 3, 333, "19"), line("", 1, 101, "7")];
    let added = ShownCart::of(&sale(lines(), false), eur(1_297));
    assert_eq!(added.lines, [shown("Coffee", 3, 333), shown("Sale 7", 1, 101)]);
    assert_eq!((added.tax, added.total), (Some(eur(197)), eur(1_297)));
    let within = ShownCart::of(&sale(lines(), true), eur(1_100));
    assert_eq!((within.lines, within.tax, within.total), (added.lines, None, eur(1_100)));
}

#[test]
fn the_rest_of_a_sale_is_one_line() {
    let rest = ShownCart::of(&sale(vec![line("Coffee", 2, 300, "7")], true), eur(250));
    assert_eq!(rest, ShownCart { lines: vec![shown("Sale 7", 1, 250)], tax: None, total: eur(250) });
}
