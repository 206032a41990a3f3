//! The receipt as plain text, 42 columns wide: what every receipt printer prints and every screen can show.
//!
//! Nothing here decides: number, copies and sums are given. Columns are those of a terminal, so that wide characters
//! keep the sums in line. A receipt of practice mode says so at its top and its bottom; a copy, a voided and a
//! reversed sale say so above the lines.

mod card;
mod paper;
mod tender;
#[cfg(test)]
mod tests;
mod words;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use money::Money;
use settings::{Mode, Settings};

use self::paper::Paper;
use self::words::Words;
use crate::dto::money::MoneyDto;
use crate::dto::sale::{CartLineDto, SaleDto, StateDto, TaxDto};
use crate::view::read_money;

/// Digits of the chain's head that are printed: enough to find it again in the journal.
const HEAD_DIGITS: usize = 16;

/// What a receipt says.
pub struct Facts<'a> {
    /// The shop, its language and the mode.
    pub settings: &'a Settings,
    /// The sale.
    pub sale: &'a SaleDto,
    /// The gap-free number.
    pub number: u32,
    /// 0 for the original, then the number of the copy.
    pub copy: u32,
    /// Head of the journal's chain, hex: a printed receipt witnesses everything booked before it.
    pub head: String,
}

/// Writes a receipt, with times as the clock on this machine's wall shows them.
#[must_use]
pub fn print(facts: &Facts<'_>) -> String {
    print_in(facts, &TimeZone::system())
}

fn print_in(facts: &Facts<'_>, zone: &TimeZone) -> String {
    let words = Words::of(facts.settings.shop.language);
    let mut paper = Paper::new();
    practice_mark(&mut paper, facts, words);
    heading(&mut paper, facts, words, zone);
    marks(&mut paper, facts, words);
    lines(&mut paper, facts.sale, words);
    total(&mut paper, facts.sale, words);
    taxes(&mut paper, facts.sale, words);
    for payment in &facts.sale.payments {
        tender::tender(&mut paper, payment, words);
    }
    excess(&mut paper, facts.sale, words);
    ending(&mut paper, facts, words);
    practice_mark(&mut paper, facts, words);
    paper.into_text()
}

fn practice_mark(paper: &mut Paper, facts: &Facts<'_>, words: &Words) {
    if facts.settings.mode == Mode::Practice {
        paper.banner(words.practice);
        paper.centred(words.no_real_money);
    }
}

fn heading(paper: &mut Paper, facts: &Facts<'_>, words: &Words, zone: &TimeZone) {
    paper.centred(&facts.settings.shop.name);
    paper.centred(&facts.settings.shop.receipt_header);
    paper.rule('-');
    let receipt = format!("{} {:06}", words.receipt, facts.number);
    paper.pair(&receipt, &format!("{} {:04}", words.sale, facts.sale.number));
    paper.line(&local_time(&facts.sale.opened_at, words, zone));
    if !facts.sale.note.is_empty() {
        paper.line(&facts.sale.note);
    }
}

fn marks(paper: &mut Paper, facts: &Facts<'_>, words: &Words) {
    if facts.copy > 0 {
        paper.banner(&format!("{} {}", words.copy, facts.copy));
    }
    match facts.sale.state {
        StateDto::Voided => paper.banner(words.voided),
        StateDto::Reversed => paper.banner(words.reversed),
        _ => {}
    }
    paper.rule('-');
}

fn lines(paper: &mut Paper, sale: &SaleDto, words: &Words) {
    for (line, amount) in sale.lines.iter().zip(&sale.totals.lines) {
        let name = if line.description.is_empty() { words.open_amount } else { &line.description };
        let letter = tax_letter(line, &sale.totals.taxes).map(|letter| format!(" {letter}"));
        paper.pair(name, &format!("{}{}", words.amount(amount), letter.unwrap_or_default()));
        if line.quantity > 1 {
            paper.detail(&format!("{} x {}", line.quantity, words.amount(&line.unit_price)));
        }
        paper.detail(&line.note);
    }
}

fn total(paper: &mut Paper, sale: &SaleDto, words: &Words) {
    paper.rule('=');
    let due = &sale.due;
    paper.pair(words.total, &format!("{} {}", due.currency, words.amount(due)));
    paper.rule('=');
}

/// A letter for each rate, on the lines and in the table. A sale without tax has neither.
fn taxes(paper: &mut Paper, sale: &SaleDto, words: &Words) {
    let taxes = &sale.totals.taxes;
    if !is_taxed(taxes) {
        return;
    }
    paper.columns(words.tax_headings);
    for (tax, letter) in taxes.iter().zip('A'..) {
        let rate = format!("{letter} {} %", words.decimal(&tax.percent));
        let (net, amount) = (words.amount(&tax.net), words.amount(&tax.tax));
        paper.columns([&rate, &net, &amount, &words.amount(&gross(tax))]);
    }
    paper.rule('-');
}

fn is_taxed(taxes: &[TaxDto]) -> bool {
    taxes.iter().any(|tax| tax.percent != "0")
}

fn tax_letter(line: &CartLineDto, taxes: &[TaxDto]) -> Option<char> {
    let found = taxes.iter().zip('A'..).find(|(tax, _)| tax.percent == line.tax_percent);
    found.filter(|_| is_taxed(taxes)).map(|(_, letter)| letter)
}

fn gross(tax: &TaxDto) -> MoneyDto {
    let sum = exact(&tax.net).zip(exact(&tax.tax)).and_then(|(net, tax)| net.checked_add(tax).ok());
    sum.map_or_else(|| tax.net.clone(), crate::view::money)
}

fn excess(paper: &mut Paper, sale: &SaleDto, words: &Words) {
    if exact(&sale.excess).is_some_and(Money::is_positive) {
        paper.pair(words.credit, &words.amount(&sale.excess));
    }
}

fn ending(paper: &mut Paper, facts: &Facts<'_>, words: &Words) {
    paper.rule('-');
    paper.centred(&facts.settings.shop.receipt_footer);
    let head: String = facts.head.chars().take(HEAD_DIGITS).collect();
    paper.centred(&format!("{} {head}", words.journal));
}

fn exact(amount: &MoneyDto) -> Option<Money> {
    read_money(amount).ok()
}

fn local_time(at: &str, words: &Words, zone: &TimeZone) -> String {
    at.parse::<Timestamp>().map_or_else(
        |_| at.to_owned(),
        |instant| instant.to_zoned(zone.clone()).strftime(words.date_time).to_string(),
    )
}
