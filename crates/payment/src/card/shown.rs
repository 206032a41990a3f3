//! What a customer sees on a reader: the cart before the card is asked for, and how far the reader is. It is shown and
//! kept nowhere.

use money::Money;

use crate::sale::Sale;

/// A cart as a reader shows it. It adds up: the lines and the tax are the total.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownCart {
    /// The lines, at least one.
    pub lines: Vec<ShownLine>,
    /// Tax that comes on top of the lines; `None` when they contain it.
    pub tax: Option<Money>,
    /// What is charged.
    pub total: Money,
}

/// A line on a reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownLine {
    /// What is sold.
    pub text: String,
    /// How many.
    pub quantity: u16,
    /// What one costs.
    pub price: Money,
}

impl ShownCart {
    /// The cart of a sale of which `amount` is charged. Where a part of it was paid in another way, or its sums are out of
    /// range, there is one line that says what the rest is of.
    #[must_use]
    pub fn of(sale: &Sale, amount: Money) -> Self {
        Self::whole(sale).filter(|cart| cart.total == amount).unwrap_or_else(|| Self {
            lines: vec![ShownLine { text: sale_name(sale), quantity: 1, price: amount }],
            tax: None,
            total: amount,
        })
    }

    /// `None` when it would not add up for whoever reads it.
    fn whole(sale: &Sale) -> Option<Self> {
        let (cart, totals) = (&sale.cart, &sale.totals);
        let lines = cart.lines.iter().map(|line| ShownLine {
            text: if line.description.trim().is_empty() { sale_name(sale) } else { line.description.clone() },
            quantity: line.quantity,
            price: line.unit_price,
        });
        let zero = Money::zero(totals.total.currency());
        let sum = totals.lines.iter().try_fold(zero, |sum, line| sum.checked_add(*line)).ok()?;
        let tax = totals.total.checked_sub(sum).ok()?;
        let tax = (!cart.tax_included && !tax.is_zero()).then_some(tax);
        let adds_up = sum.checked_add(tax.unwrap_or(zero)).ok()? == totals.total;
        adds_up.then(|| Self { lines: lines.collect(), tax, total: totals.total })
    }
}

fn sale_name(sale: &Sale) -> String {
    format!("Sale {}", sale.number)
}

/// How far a reader is with a payment that waits for its customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReaderStep {
    /// It asks for a card, or for the card's PIN: which of them, processors do not tell.
    AsksForCard,
    /// It has read a card, and the card's bank is asked.
    AsksBank,
    /// It was not heard for two minutes: check its power and network.
    Silent,
}
