//! What a charge prints: for people the code and each change in words, for programs one JSON object per change.

use std::io::IsTerminal;

use serde::Serialize;

use super::reading::{CodeSeen, PageSeen, PaymentSeen, SaleSeen};
use crate::cli::failure::Failure;
use crate::cli::say;
use crate::dto::error::AppError;
use crate::dto::money::MoneyDto;
use crate::dto::sale::{DepthDto, MarkDto, StateDto};
use crate::qr::{Paint, qr_terminal};
use crate::view::read_money;

/// Prints the progress of one payment, each state once.
pub(super) struct Reporter<'a> {
    invoice: &'a str,
    payment: &'a str,
    json: bool,
    /// The code as last seen: while the rail is away the till has none to show.
    code: Option<CodeSeen>,
    /// The page for the customer's phone as last seen: it closes when it is paid.
    page: Option<PageSeen>,
    last: Option<String>,
}

/// The documented object. Fields keep this order.
#[derive(Serialize)]
struct Progress<'a> {
    state: StateDto,
    invoice: &'a str,
    payment: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<&'a str>,
    amount: String,
    /// The symbol of a coin; `chain_id` says on which chain, where there are many.
    currency: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    chain_id: Option<u64>,
    due: String,
    due_currency: &'a str,
    safe: bool,
    r#final: bool,
    flags: Vec<&'static str>,
    /// Why it failed or was declined.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<&'a str>,
}

impl<'a> Reporter<'a> {
    pub(super) const fn new(invoice: &'a str, payment: &'a str, json: bool) -> Self {
        Self { invoice, payment, json, code: None, page: None, last: None }
    }

    /// Draws the code for the customer, with what it says.
    pub(super) fn show_code(&mut self, sale: &SaleSeen) -> Result<(), Failure> {
        self.remember_code(sale);
        let Some(code) = self.code.as_ref().filter(|_| !self.json) else { return Ok(()) };
        say(format_args!("Sale {:04}: {} {}", sale.number, decimal(&sale.due)?, sale.due.currency))?;
        say(qr_terminal(code.qr.size, &code.qr.path, paint())?.trim_end_matches('\n'))?;
        say(format_args!("Pay {} to", asked(code)?))?;
        say(&code.address)?;
        say(&code.uri)?;
        let rate = &code.rate;
        say(format_args!(
            "1 {} = {} {} ({}), good for {} minutes",
            rate.base,
            rate.applied,
            rate.quote,
            rate.source,
            code.life_ms / 60_000
        ))
    }

    /// Prints the state, unless it is the one printed last.
    pub(super) fn report(&mut self, sale: &SaleSeen) -> Result<(), Failure> {
        self.remember_code(sale);
        self.show_page(sale)?;
        let payment = sale.payment(self.payment);
        let line = if self.json { self.object(sale, payment)? } else { words(sale, payment)? };
        if self.last.as_ref() != Some(&line) {
            say(&line)?;
            self.last = Some(line);
        }
        Ok(())
    }

    /// Draws the code of the customer's page, once.
    fn show_page(&mut self, sale: &SaleSeen) -> Result<(), Failure> {
        let card = sale.payment(self.payment).and_then(|payment| payment.card.as_ref());
        let Some(page) = card.and_then(|card| card.page.clone()).filter(|_| self.page.is_none()) else {
            return Ok(());
        };
        if !self.json {
            say(format_args!("Sale {:04}: {} {}", sale.number, decimal(&sale.due)?, sale.due.currency))?;
            say(qr_terminal(page.qr.size, &page.qr.path, paint())?.trim_end_matches('\n'))?;
            say(&page.url)?;
        }
        self.page = Some(page);
        Ok(())
    }

    fn remember_code(&mut self, sale: &SaleSeen) {
        let code = sale.payment(self.payment).and_then(|payment| payment.code.clone());
        self.code = self.code.take().or(code);
    }

    fn object(&self, sale: &SaleSeen, payment: Option<&PaymentSeen>) -> Result<String, Failure> {
        let code = self.code.as_ref();
        let cash = payment.and_then(|payment| payment.cash.as_ref());
        let amount = code.map(|code| &code.quoted).or(cash.map(|cash| &cash.to_pay)).unwrap_or(&sale.due);
        let currency = read_money(amount)?.currency();
        let flags = [(sale.late, "late"), (sale.over, "over")];
        let progress = Progress {
            state: sale.state,
            invoice: self.invoice,
            payment: self.payment,
            uri: code.map(|code| code.uri.as_str()).or(self.page.as_ref().map(|page| page.url.as_str())),
            address: code.map(|code| code.address.as_str()),
            amount: decimal(amount)?,
            currency: currency.symbol().to_owned(),
            chain_id: currency.chain_id(),
            due: decimal(&sale.due)?,
            due_currency: &sale.due.currency,
            safe: sale.safe,
            r#final: sale.r#final,
            flags: flags.into_iter().filter_map(|(is_so, flag)| is_so.then_some(flag)).collect(),
            problem: payment.map(|payment| payment.problem.as_str()).filter(|problem| !problem.is_empty()),
        };
        Ok(serde_json::to_string(&progress)?)
    }
}

fn paint() -> Paint {
    if std::io::stdout().is_terminal() { Paint::Colour } else { Paint::Ink }
}

/// `0.00007759 BTC`, `5.000000 USDC on Base`.
fn asked(code: &CodeSeen) -> Result<String, AppError> {
    let amount = read_money(&code.quoted)?;
    let (digits, symbol) = (amount.to_decimal_string(), amount.currency().symbol().to_owned());
    Ok(match &code.chain_id {
        Some(_) => format!("{digits} {symbol} on {}", code.network),
        None => format!("{digits} {symbol}"),
    })
}

/// `confirming 1 of 6: hand over not yet`
fn words(sale: &SaleSeen, payment: Option<&PaymentSeen>) -> Result<String, Failure> {
    let mut line = state_word(sale.state)?;
    match (sale.state, payment) {
        (StateDto::Confirming | StateDto::Detected, Some(payment)) if payment.card.is_none() => {
            line += &progress(payment);
        }
        (StateDto::Partial, _) => {
            line += &format!(", {} {} are missing", decimal(&sale.remaining)?, sale.remaining.currency);
        }
        (StateDto::Overpaid, _) => {
            line += &format!(" by {} {}", decimal(&sale.excess)?, sale.excess.currency);
        }
        (StateDto::Failed | StateDto::Declined, Some(payment)) => line += &format!(" ({})", payment.problem),
        (StateDto::Unknown, _) => line += ", do not charge again",
        _ => {}
    }
    Ok(format!("{line}: hand over {}", sale.hand_over.replace('_', " ")))
}

/// How many confirmations of how many, or what the network is waited for to say.
fn progress(payment: &PaymentSeen) -> String {
    match payment.safe_at {
        DepthDto { mark: None, confirmations } => format!(" {} of {confirmations}", payment.confirmations),
        DepthDto { mark: Some(MarkDto::Safe), .. } => format!(" {} until safe", payment.confirmations),
        DepthDto { mark: Some(MarkDto::Finalized), .. } => {
            format!(" {} until finalized", payment.confirmations)
        }
    }
}

/// The word of the wire, which is also the documented one.
fn state_word(state: StateDto) -> Result<String, Failure> {
    Ok(serde_json::to_value(state)?.as_str().unwrap_or_default().to_owned())
}

fn decimal(amount: &MoneyDto) -> Result<String, AppError> {
    read_money(amount).map(money::Money::to_decimal_string)
}
