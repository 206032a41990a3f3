//! A payment by card: what was used, what card networks require of a card that was present, and what went back. Never more
//! of a card's number than its last four digits (PCI DSS 3.4).

use super::exact;
use super::paper::Paper;
use super::words::Words;
use crate::dto::card::{CardDto, CardStepDto, RefundDto, RefundStateDto};
use crate::dto::sale::PaymentDto;

/// What card networks require, by Stripe's names, and as people who read receipts for a living call it
/// (<https://docs.stripe.com/terminal/features/receipts>). The application's name stands by itself.
const LABELS: [(&str, &str); 9] = [
    ("application_preferred_name", ""),
    ("dedicated_file_name", "AID"),
    ("account_type", "Account"),
    ("authorization_code", "Auth code"),
    ("authorization_response_code", "Response"),
    ("application_cryptogram", "ARQC"),
    ("cardholder_verification_method", "CVM"),
    ("terminal_verification_results", "TVR"),
    ("transaction_status_information", "TSI"),
];

/// Money that was taken, and what of it went back.
pub(super) fn card(paper: &mut Paper, payment: &PaymentDto, card: &CardDto, words: &Words) {
    if card.step != CardStepDto::Taken {
        return;
    }
    paper.pair(words.card, &words.amount(&payment.received));
    paper.detail(&used(card));
    for fact in &card.receipt {
        let known = LABELS.iter().find(|(name, _)| *name == fact.name);
        let label = known.map_or(fact.name.as_str(), |(_, label)| label);
        paper.detail(format!("{label} {}", fact.value).trim_start());
    }
    for refund in card.refunds.iter().filter(|refund| is_off(refund)) {
        let back = exact(&refund.amount).and_then(|amount| amount.negated().ok());
        paper.pair(words.given_back, &back.map(|back| words.exact(back)).unwrap_or_default());
        // Where it went: to the card that it came from.
        paper.detail(&used(card));
    }
}

/// `Visa **** 4242 (Apple pay)`
fn used(card: &CardDto) -> String {
    let digits = if card.last4.is_empty() { String::new() } else { format!(" **** {}", card.last4) };
    let wallet = if card.wallet.is_empty() { String::new() } else { format!(" ({})", spoken(&card.wallet)) };
    format!("{}{digits}{wallet}", spoken(&card.brand))
}

/// A processor's word such as `sepa_debit`, as people write it.
fn spoken(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    first + &letters.as_str().replace('_', " ")
}

/// Did the money leave the shop?
const fn is_off(refund: &RefundDto) -> bool {
    matches!(refund.state, RefundStateDto::Pending | RefundStateDto::NeedsAction | RefundStateDto::Succeeded)
}
