//! What is sold: lines, tax included or added, and the sums. Tax is computed per rate on the sum of its lines and
//! rounded half up, so that a receipt adds up however many lines it has.

use money::{Currency, Money, MoneyError, Percent, Rounding};
use thiserror::Error;

/// Most lines a cart may have.
pub const LINES_MAX: usize = 500;
/// Most pieces on one line.
pub const QUANTITY_MAX: u16 = 9_999;
/// Longest text of a line or note, in characters.
pub const TEXT_CHARS_MAX: usize = 200;

/// One line as the clerk made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CartLine {
    /// What is sold; empty for an open amount.
    pub description: String,
    /// How many.
    pub quantity: u16,
    /// Price of one.
    pub unit_price: Money,
    /// Tax rate.
    pub tax: Percent,
    /// The clerk's note; may be empty.
    pub note: String,
}

/// Lines of one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cart {
    /// The lines, at least one.
    pub lines: Vec<CartLine>,
    /// Prices contain their tax.
    pub tax_included: bool,
    /// Note of the whole sale; may be empty.
    pub note: String,
}

/// Tax of one rate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaxTotal {
    /// The rate.
    pub rate: Percent,
    /// Net amount it applies to.
    pub net: Money,
    /// The tax.
    pub tax: Money,
}

/// A cart's sums: `net` and the taxes add to `total` exactly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Totals {
    /// Amount of each line, in order.
    pub lines: Vec<Money>,
    /// Sum without tax.
    pub net: Money,
    /// Tax per rate, in order of first appearance.
    pub taxes: Vec<TaxTotal>,
    /// What the customer pays.
    pub total: Money,
}

/// Why a cart can't be sold.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum CartError {
    /// No line.
    #[error("the cart is empty: add a line first")]
    Empty,
    /// Too many lines.
    #[error("a sale has at most {LINES_MAX} lines")]
    TooManyLines,
    /// A quantity outside its range.
    #[error("line {line}: the quantity must be 1 to {QUANTITY_MAX}")]
    Quantity {
        /// Number of the line, from 1.
        line: usize,
    },
    /// A text that is too long or holds control characters.
    #[error("{}: texts have at most {TEXT_CHARS_MAX} printable characters", named(*line))]
    Text {
        /// Number of the line, from 1; 0 for the note of the sale.
        line: usize,
    },
    /// A price in another currency, or a negative one.
    #[error("line {line}: the price must be in {currency} and not below zero")]
    Price {
        /// Number of the line, from 1.
        line: usize,
        /// The shop's currency.
        currency: Currency,
    },
    /// The sums are zero.
    #[error("there is nothing to pay")]
    NothingDue,
    /// The sums do not fit.
    #[error("the sum is too large")]
    TooLarge(#[from] MoneyError),
}

impl Cart {
    /// Checks the lines and adds them up.
    ///
    /// # Errors
    /// Names the first line that can't be sold.
    pub fn totals(&self, currency: Currency) -> Result<Totals, CartError> {
        self.check(currency)?;
        let lines = self
            .lines
            .iter()
            .map(|line| line.unit_price.times(i64::from(line.quantity)))
            .collect::<Result<Vec<_>, _>>()?;
        let taxes = self.taxes(&lines, currency)?;
        let mut net = Money::zero(currency);
        let mut total = Money::zero(currency);
        for tax in &taxes {
            net = net.checked_add(tax.net)?;
            total = total.checked_add(tax.net)?.checked_add(tax.tax)?;
        }
        if total.is_zero() {
            return Err(CartError::NothingDue);
        }
        Ok(Totals { lines, net, taxes, total })
    }

    fn check(&self, currency: Currency) -> Result<(), CartError> {
        if self.lines.is_empty() {
            return Err(CartError::Empty);
        }
        if self.lines.len() > LINES_MAX {
            return Err(CartError::TooManyLines);
        }
        if !is_printable(&self.note) {
            return Err(CartError::Text { line: 0 });
        }
        for (index, line) in self.lines.iter().enumerate() {
            check_line(line, index + 1, currency)?;
        }
        Ok(())
    }

    fn taxes(&self, amounts: &[Money], currency: Currency) -> Result<Vec<TaxTotal>, MoneyError> {
        let mut sums: Vec<(Percent, Money)> = Vec::new();
        for (line, amount) in self.lines.iter().zip(amounts) {
            match sums.iter_mut().find(|(rate, _)| *rate == line.tax) {
                Some((_, sum)) => *sum = sum.checked_add(*amount)?,
                None => sums.push((line.tax, Money::zero(currency).checked_add(*amount)?)),
            }
        }
        sums.into_iter().map(|(rate, sum)| self.tax_of(rate, sum)).collect()
    }

    fn tax_of(&self, rate: Percent, sum: Money) -> Result<TaxTotal, MoneyError> {
        if self.tax_included {
            let tax = sum.included_percent(rate, Rounding::HalfUp)?;
            Ok(TaxTotal { rate, net: sum.checked_sub(tax)?, tax })
        } else {
            Ok(TaxTotal { rate, net: sum, tax: sum.percent(rate, Rounding::HalfUp)? })
        }
    }
}

/// How people say which text is meant.
fn named(line: usize) -> String {
    if line == 0 { "the note".to_owned() } else { format!("line {line}") }
}

fn check_line(line: &CartLine, number: usize, currency: Currency) -> Result<(), CartError> {
    if !(1..=QUANTITY_MAX).contains(&line.quantity) {
        return Err(CartError::Quantity { line: number });
    }
    if line.unit_price.currency() != currency || line.unit_price.is_negative() {
        return Err(CartError::Price { line: number, currency });
    }
    if is_printable(&line.description) && is_printable(&line.note) {
        Ok(())
    } else {
        Err(CartError::Text { line: number })
    }
}

fn is_printable(text: &str) -> bool {
    text.chars().count() <= TEXT_CHARS_MAX && !text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn eur(minor: i64) -> Money {
        Money::new(minor, Currency::iso("EUR").unwrap())
    }

    fn line(minor: i64, quantity: u16, tax: &str) -> CartLine {
        CartLine {
            description: "Flat white".into(),
            quantity,
            unit_price: eur(minor),
            tax: Percent::parse(tax).unwrap(),
            note: String::new(),
        }
    }

    fn cart(lines: Vec<CartLine>, tax_included: bool) -> Cart {
        Cart { lines, tax_included, note: String::new() }
    }

    fn totals(cart: &Cart) -> Totals {
        cart.totals(Currency::iso("EUR").unwrap()).unwrap()
    }

    #[test]
    fn included_tax_is_taken_out_of_the_price() {
        let totals = totals(&cart(vec![line(450, 1, "20")], true));
        assert_eq!((totals.total, totals.net, totals.taxes[0].tax), (eur(450), eur(375), eur(75)));
    }

    #[test]
    fn added_tax_comes_on_top() {
        let totals = totals(&cart(vec![line(375, 2, "20")], false));
        assert_eq!((totals.total, totals.net, totals.taxes[0].tax), (eur(900), eur(750), eur(150)));
    }

    #[test]
    fn tax_is_rounded_once_per_rate_and_not_per_line() {
        let three = vec![line(10, 1, "7"), line(10, 1, "7"), line(10, 1, "7"), line(100, 1, "0")];
        let totals = totals(&cart(three, false));
        assert_eq!(totals.taxes[0].tax, eur(2), "7 % of 0.30 is 0.021");
        assert_eq!(totals.taxes[1].tax, eur(0));
        assert_eq!(totals.total, eur(132));
    }

    #[test]
    fn a_cart_that_cannot_be_sold_names_its_line() {
        let eur_code = Currency::iso("EUR").unwrap();
        let refusal = |lines| cart(lines, true).totals(eur_code).unwrap_err();
        assert_eq!(refusal(vec![]), CartError::Empty);
        assert_eq!(refusal(vec![line(1, 1, "0"), line(1, 0, "0")]), CartError::Quantity { line: 2 });
        assert_eq!(refusal(vec![line(-1, 1, "0")]), CartError::Price { line: 1, currency: eur_code });
        assert_eq!(refusal(vec![line(0, 1, "0")]), CartError::NothingDue);
        let mut control = line(1, 1, "0");
        control.description = "\u{7}".into();
        assert_eq!(refusal(vec![control]), CartError::Text { line: 1 });
        let noted = Cart { note: "\n".into(), ..cart(vec![line(1, 1, "0")], true) };
        let told = noted.totals(eur_code).unwrap_err().to_string();
        assert_eq!(told, "the note: texts have at most 200 printable characters");
        assert!(matches!(refusal(vec![line(i64::MAX, 2, "0")]), CartError::TooLarge(_)));
    }
}
