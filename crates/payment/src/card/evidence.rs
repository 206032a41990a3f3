//! What a shop answers a dispute with, made from its own records: what was sold, how it was paid, what went back. The
//! fields have Stripe's names (<https://docs.stripe.com/api/disputes/evidence_object>) and keep to its limits.

use crate::sale::{CardPayment, Refund, RefundState, Refused};
use crate::{PaymentId, Sale};

use super::CardWay;

/// Characters of one field; all fields together stay below the 150,000 that Stripe takes.
const FIELD_CHARS_MAX: usize = 20_000;
/// Where a text was cut off.
const CUT: &str = " [shortened]";

/// What only people know of a sale. Each may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EvidenceNotes {
    /// The day on which goods were handed over or work was done, as the bank should read it.
    pub served_on: String,
    /// Who the customer is.
    pub customer_name: String,
    /// Their address for mail.
    pub customer_email: String,
    /// What was said and written with them.
    pub communication: String,
    /// The shop's terms for giving money back.
    pub refund_policy: String,
    /// Why no money was given back.
    pub refund_refusal: String,
}

/// An answer to a dispute. Empty fields are not sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// What was sold.
    pub product_description: String,
    /// When it was handed over.
    pub service_date: String,
    /// Who the customer is.
    pub customer_name: String,
    /// Their address for mail.
    pub customer_email_address: String,
    /// The shop's terms for giving money back.
    pub refund_policy_disclosure: String,
    /// Why no money was given back.
    pub refund_refusal_explanation: String,
    /// The receipt, how the card was read, what went back, and what was said.
    pub uncategorized_text: String,
}

impl Evidence {
    /// What the books and the notes say of a card payment.
    ///
    /// # Errors
    /// When the sale has no such card payment.
    pub fn of(sale: &Sale, payment: PaymentId, notes: &EvidenceNotes) -> Result<Self, Refused> {
        let card = sale.card(payment)?;
        let mut records = receipt(sale);
        records.extend(how_it_was_paid(card));
        records.extend(card.refunds.iter().map(given_back));
        if !notes.communication.trim().is_empty() {
            records.push(format!("What was said with the customer: {}", notes.communication.trim()));
        }
        Ok(Self {
            product_description: field(&sold(sale).join("\n")),
            service_date: field(&notes.served_on),
            customer_name: field(&notes.customer_name),
            customer_email_address: field(&notes.customer_email),
            refund_policy_disclosure: field(&notes.refund_policy),
            refund_refusal_explanation: field(&notes.refund_refusal),
            uncategorized_text: field(&records.join("\n")),
        })
    }
}

fn sold(sale: &Sale) -> Vec<String> {
    let name = |text: &str| if text.trim().is_empty() { "Open amount".to_owned() } else { text.to_owned() };
    let lines = sale.cart.lines.iter().zip(&sale.totals.lines);
    lines.map(|(line, sum)| format!("{} x {}: {sum}", line.quantity, name(&line.description))).collect()
}

fn receipt(sale: &Sale) -> Vec<String> {
    let number = sale.receipt.map_or_else(String::new, |receipt| format!(", receipt {receipt}"));
    let mut lines = vec![format!("Sale {}{number}", sale.number)];
    lines.extend(sold(sale));
    lines.extend(sale.totals.taxes.iter().map(|tax| format!("Tax on {}: {}", tax.net, tax.tax)));
    lines.push(format!("Total: {}", sale.totals.total));
    lines
}

fn how_it_was_paid(card: &CardPayment) -> Vec<String> {
    let mut lines = vec![match card.terms.way {
        CardWay::Reader(_) => "Paid at a card reader in the shop, with the card present".to_owned(),
        CardWay::Phone => "Paid by the customer on their own phone, on the processor's page".to_owned(),
    }];
    if let Some(charge) = card.reading.as_ref().and_then(|reading| reading.charge.as_ref()) {
        let last4 = charge.last4.as_deref().map_or_else(String::new, |last4| format!(" ending in {last4}"));
        let wallet = charge.wallet.as_deref().map_or_else(String::new, |wallet| format!(" by {wallet}"));
        lines.push(format!("Charge {} on {}{last4}{wallet}", charge.reference, charge.brand));
        lines.extend(charge.receipt.iter().map(|(name, value)| format!("{name}: {value}")));
    }
    lines
}

fn given_back(refund: &Refund) -> String {
    let state = match &refund.state {
        RefundState::Asked | RefundState::AtReader => "on its way",
        RefundState::Doubted(_) => "being looked into",
        RefundState::Refused(_) => "not possible",
        RefundState::Read(status, _) => status.name(),
    };
    format!("Refund of {} ({state}): {}", refund.amount, refund.reason)
}

/// Without card numbers, and within the limit.
fn field(text: &str) -> String {
    let text = card_numbers::masked(text.trim()).into_owned();
    if text.chars().count() <= FIELD_CHARS_MAX {
        return text;
    }
    text.chars().take(FIELD_CHARS_MAX - CUT.chars().count()).chain(CUT.chars()).collect()
}
