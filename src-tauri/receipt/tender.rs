//! How a sale was paid.

use money::{Currency, Money};

use super::card::card;
use super::exact;
use super::paper::Paper;
use super::words::Words;
use crate::dto::money::RateDto;
use crate::dto::sale::{CashDto, CodeDto, PaymentDto, TransferDto, TransferStatusDto};

/// Characters left at either end of an address or transaction id.
const ENDS: usize = 8;

/// A payment that brought something, or had.
pub(super) fn tender(paper: &mut Paper, payment: &PaymentDto, words: &Words) {
    if let Some(taken) = &payment.cash {
        cash(paper, taken, words);
    } else if let Some(used) = &payment.card {
        card(paper, payment, used, words);
    } else if !payment.transfers.is_empty() {
        coin(paper, payment, words);
    }
}

fn cash(paper: &mut Paper, cash: &CashDto, words: &Words) {
    if exact(&cash.rounding).is_some_and(|rounding| !rounding.is_zero()) {
        paper.pair(words.rounding, &words.amount(&cash.rounding));
    }
    paper.pair(words.cash, &words.amount(&cash.to_pay));
    paper.pair(words.tendered, &words.amount(&cash.tendered));
    paper.pair(words.change, &words.amount(&cash.change));
}

fn coin(paper: &mut Paper, payment: &PaymentDto, words: &Words) {
    let came = payment.transfers.iter().filter(|transfer| transfer.status != TransferStatusDto::Withdrawn);
    let sum = came.filter_map(|transfer| exact(&transfer.amount)).reduce(|sum, amount| {
        // A sum beyond what exists of the coin can't have been seen.
        sum.checked_add(amount).unwrap_or(sum)
    });
    let sum = sum.unwrap_or(Money::zero(Currency::BTC));
    let symbol = sum.currency().symbol().to_owned();
    let name = match &payment.code {
        Some(code) if code.chain_id.is_some() => format!("{symbol} {} {}", words.on, code.network),
        Some(_) | None => coin_name(sum.currency(), words),
    };
    paper.pair(&name, &format!("{} {symbol}", words.exact(sum)));
    paper.pair(words.worth, &words.amount(&payment.received));
    if let Some(code) = &payment.code {
        shown(paper, code, words);
    }
    for transfer in &payment.transfers {
        seen(paper, transfer, words);
    }
}

/// What a coin is called when the network it moved on is not known any more.
fn coin_name(coin: Currency, words: &Words) -> String {
    if coin == Currency::BTC { words.bitcoin.to_owned() } else { coin.symbol().to_owned() }
}

fn shown(paper: &mut Paper, code: &CodeDto, words: &Words) {
    paper.detail(&rate(&code.rate, words));
    paper.detail(&format!("{} {}", words.to, shortened(&code.address)));
}

/// The rate the quote was made with: the shop's spread is in it.
fn rate(rate: &RateDto, words: &Words) -> String {
    let amount = Currency::from_code(&rate.quote).map(|quote| Money::parse_exact(&rate.applied, quote));
    let price = match amount {
        Ok(Ok(amount)) => words.exact(amount),
        Ok(Err(_)) | Err(_) => words.decimal(&rate.applied),
    };
    format!("1 {} = {price} {} ({})", rate.base, rate.quote, rate.source)
}

fn seen(paper: &mut Paper, transfer: &TransferDto, words: &Words) {
    let mark = if transfer.status == TransferStatusDto::Withdrawn { words.withdrawn } else { "" };
    let parts = transfer.reference.split(':').map(shortened).collect::<Vec<_>>();
    paper.detail(&format!("{} {} {mark}", words.transaction, parts.join(":")));
}

/// Both ends of a long id, which is what people compare.
fn shortened(id: &str) -> String {
    let characters: Vec<char> = id.chars().collect();
    if characters.len() <= 2 * ENDS + 1 {
        return id.to_owned();
    }
    let end = |part: &[char]| part.iter().collect::<String>();
    format!("{}…{}", end(&characters[..ENDS]), end(&characters[characters.len() - ENDS..]))
}
