//! A till on paper: makes a sale, lets things happen to it and writes down what each did to the screen and the books.

use std::fmt::Write;

use ledger::Entry;
use money::{Currency, Money, Percent, Rate};
use payment::card::{CardEnd, CardErrand, CardLevel, CardReading};
use payment::sale::{Alert, CardEvent, CardWish, Effect};
use payment::transfer::WithdrawnReason;
use payment::{
    Cart, CartLine, InvoiceId, Level, Mark, Observation, PaymentId, PaymentTerms, Policy, Quote, QuotedRate,
    RailId, Refused, Sale, SaleEvent, State, Timestamp, TransferRef,
};

use crate::books::Books;

pub(crate) const MINUTE_MS: i64 = 60_000;
/// What 4.50 EUR are at 57710.00 EUR/BTC, rounded up.
pub(crate) const SATS_DUE: i64 = 7_798;
const QUOTE_LIFE_MS: u32 = 900_000;
const OPENED_AT_MS: i64 = 1_790_000_000_000;

pub(crate) fn currency(code: &str) -> Currency {
    Currency::iso(code).unwrap()
}

pub(crate) fn eur(minor: i64) -> Money {
    Money::new(minor, currency("EUR"))
}

pub(crate) fn sats(sats: i64) -> Money {
    Money::new(sats, Currency::BTC)
}

pub(crate) fn instant(millis_later: i64) -> Timestamp {
    Timestamp::from_millis(OPENED_AT_MS + millis_later)
}

pub(crate) fn pay(number: u8) -> PaymentId {
    PaymentId::generate(instant(0), [number; 10])
}

pub(crate) fn invoice() -> InvoiceId {
    InvoiceId::generate(instant(0), [0; 10])
}

pub(crate) fn rate(quote: Currency) -> QuotedRate {
    QuotedRate {
        market: Rate::parse(Currency::BTC, quote, "58000.00").unwrap(),
        spread: Percent::parse("0.5").unwrap(),
        source: "fixed".to_owned(),
        as_of: instant(0),
        answers: Vec::new(),
    }
}

pub(crate) fn terms(amount: Money, policy: Policy) -> PaymentTerms {
    let quote = Quote::of(amount, rate(amount.currency()), QUOTE_LIFE_MS).unwrap();
    PaymentTerms { rail: RailId::BITCOIN, amount, quote, policy }
}

/// One line of goods at this price, 20 % tax included.
pub(crate) fn cart(price: Money) -> Cart {
    let line = CartLine {
        description: "Flat white".to_owned(),
        quantity: 1,
        unit_price: price,
        tax: Percent::parse("20").unwrap(),
        note: String::new(),
    };
    Cart { lines: vec![line], tax_included: true, note: String::new() }
}

pub(crate) fn opened(price: Money, tolerance: &str) -> SaleEvent {
    let cart = cart(price);
    let totals = cart.totals(price.currency()).unwrap();
    SaleEvent::Opened { number: 1, cart, totals, tolerance: Percent::parse(tolerance).unwrap() }
}

pub(crate) fn unconfirmed(agreeing_servers: u8) -> Level {
    Level::Unconfirmed { agreeing_servers }
}

pub(crate) fn confirmed(confirmations: u32) -> Level {
    in_block("aa", confirmations)
}

/// In a block whose hash is made of this byte.
pub(crate) fn in_block(byte: &str, confirmations: u32) -> Level {
    Level::Confirmed { block_hash: byte.repeat(32), height: 100, confirmations, mark: Mark::Head }
}

pub(crate) fn replaced() -> Level {
    Level::Withdrawn { reason: WithdrawnReason::Replaced }
}

pub(crate) fn dropped() -> Level {
    Level::Withdrawn { reason: WithdrawnReason::Dropped }
}

pub(crate) fn observation(name: &str, number: u64, coin: i64, level: Level) -> Observation {
    Observation {
        reference: TransferRef::new(name),
        number,
        address: "bcrt1q".to_owned(),
        amount: sats(coin),
        exact: None,
        level,
        seen_at: instant(0),
    }
}

/// A sale and the story of what happened to it.
pub(crate) struct Till {
    pub(crate) sale: Sale,
    /// One line per event: what happened and what the screen says. Below it the entries it posted (indented), what it
    /// asks of the world (`ask`) and what the owner must know (`alert`).
    pub(crate) story: String,
    clock_ms: i64,
    readings: u64,
}

impl Till {
    /// A sale of 4.50 EUR.
    pub(crate) fn opens() -> Self {
        Self::opens_for(eur(450), "0")
    }

    pub(crate) fn opens_for(price: Money, tolerance: &str) -> Self {
        let sale = Sale::open(invoice(), &opened(price, tolerance), instant(0)).unwrap();
        Self { sale, story: String::new(), clock_ms: 0, readings: 0 }
    }

    pub(crate) fn state(&self) -> State {
        self.sale.standing().unwrap().state
    }

    pub(crate) fn books(&self) -> Books {
        Books::of(self.sale.entries())
    }

    pub(crate) fn minutes_pass(&mut self, minutes: i64) {
        self.clock_ms += minutes * MINUTE_MS;
    }

    /// Lets an event happen; the alerts it raised. Events that change nothing are written down as such.
    pub(crate) fn happens(&mut self, event: &SaleEvent) -> Vec<Alert> {
        let applied = self.sale.apply(event, instant(self.clock_ms)).unwrap();
        let Some(applied) = applied else {
            writeln!(self.story, "{}: nothing new", told(event)).unwrap();
            return Vec::new();
        };
        self.sale = applied.sale;
        writeln!(self.story, "{} -> {}", told(event), self.screen()).unwrap();
        for entry in &applied.entries {
            writeln!(self.story, "  {entry}").unwrap();
        }
        let mut alerts = Vec::new();
        for effect in applied.effects {
            match effect {
                Effect::RequestOffer { attempt, .. } => {
                    writeln!(self.story, "  ask for an address for {}", attempt.amount).unwrap();
                }
                Effect::TendCard { payment, .. } => {
                    let errand = self.sale.card(payment).unwrap().errand();
                    writeln!(self.story, "  {}", errand.map_or("done".to_owned(), told_errand)).unwrap();
                }
                Effect::Alert(alert) => {
                    writeln!(self.story, "  alert: {}", alert.name()).unwrap();
                    alerts.push(alert);
                }
            }
        }
        alerts
    }

    pub(crate) fn refuses(&self, event: &SaleEvent) -> Refused {
        self.sale.apply(event, instant(self.clock_ms)).unwrap_err()
    }

    /// Payment `number` takes this much cash for the rest.
    pub(crate) fn takes_cash(&mut self, number: u8, tendered: Money, smallest_coin: i64) {
        let event = self.sale.take_cash_for_rest(pay(number), tendered, smallest_coin).unwrap();
        self.happens(&event);
    }

    /// Payment `number` shows a code for the rest.
    pub(crate) fn shows_code(&mut self, number: u8, policy: Policy) {
        let terms = terms(self.sale.payable().unwrap(), policy);
        let event = self.sale.start_payment(pay(number), terms).unwrap();
        self.happens(&event);
        self.happens(&SaleEvent::Offered { payment: pay(number), address: format!("bcrt1q{number}") });
    }

    /// The rail sees a transfer to the address of payment `number`.
    pub(crate) fn sees(&mut self, number: u8, name: &str, coin: i64, level: Level) -> Vec<Alert> {
        let event = self.sighting(number, name, coin, level);
        self.happens(&event)
    }

    /// The next reading of a transfer, not yet delivered.
    pub(crate) fn sighting(&mut self, number: u8, name: &str, coin: i64, level: Level) -> SaleEvent {
        self.readings += 1;
        let mut observation = observation(name, self.readings, coin, level);
        observation.seen_at = instant(self.clock_ms);
        SaleEvent::TransferObserved { payment: pay(number), observation }
    }

    pub(crate) fn quote_ends(&mut self, number: u8) {
        self.happens(&SaleEvent::QuoteEnded { payment: pay(number) });
    }

    fn screen(&self) -> String {
        let standing = self.sale.standing().unwrap();
        let mut text = standing.state.name().to_owned();
        let coverage = standing.coverage;
        if coverage.excess.is_positive() {
            write!(text, ", {} over", coverage.excess).unwrap();
        }
        if coverage.remaining.is_positive() && !coverage.present.is_zero() {
            write!(text, ", {} to come", coverage.remaining).unwrap();
        }
        if coverage.is_late {
            text.push_str(", late");
        }
        if coverage.is_final {
            text.push_str(", final");
        }
        text
    }
}

/// Entries on lines of their own.
pub(crate) fn listed(entries: &[Entry]) -> String {
    entries.iter().map(|entry| format!("  {entry}\n")).collect()
}

/// An event in words.
fn told(event: &SaleEvent) -> String {
    match event {
        SaleEvent::Opened { .. } => "opened".to_owned(),
        SaleEvent::CashTaken { cash, .. } => format!("cash: {}, change {}", cash.tendered, cash.change),
        SaleEvent::PaymentStarted { .. } => "bitcoin chosen".to_owned(),
        SaleEvent::Offered { address, .. } => format!("address {address}"),
        SaleEvent::OfferFailed { failure, .. } => format!("no address: {}", failure.reason),
        SaleEvent::TransferObserved { observation, .. } => seen(observation),
        SaleEvent::QuoteEnded { .. } => "quote ended".to_owned(),
        SaleEvent::PaymentCancelled { .. } => "code taken back".to_owned(),
        SaleEvent::Cancelled => "cancelled".to_owned(),
        SaleEvent::Voided { reason } => format!("voided: {reason}"),
        SaleEvent::StrayAdopted { observation, .. } => format!("stray assigned: {}", seen(observation)),
        SaleEvent::Card { event, .. } => told_card(event),
        SaleEvent::ReceiptIssued { number } => format!("receipt {number}"),
        SaleEvent::ReceiptPrinted => "receipt printed".to_owned(),
    }
}

fn told_card(event: &CardEvent) -> String {
    match event {
        CardEvent::Started { terms } => format!("card chosen for {}", terms.amount),
        CardEvent::Read { reading } => told_reading(reading),
        CardEvent::Doubted { reason } => format!("no answer: {reason}"),
        CardEvent::NeverArrived => "never arrived".to_owned(),
        CardEvent::Failed { failure } => format!("card failed: {}", failure.reason),
        CardEvent::Wished { wish: CardWish::Cancel } => "card payment called off".to_owned(),
        CardEvent::Wished { wish: CardWish::Capture(amount) } => format!("capture {amount}"),
        CardEvent::RefundAsked { amount, reason, .. } => format!("give {amount} back: {reason}"),
        CardEvent::RefundDoubted { reason, .. } => format!("no answer to the refund: {reason}"),
        CardEvent::RefundAtReader { .. } => "the reader asks for the card".to_owned(),
        CardEvent::RefundCalledOff { .. } => "refund called off".to_owned(),
        CardEvent::RefundNeverArrived { .. } => "the refund never arrived".to_owned(),
        CardEvent::RefundRefused { failure, .. } => format!("refund refused: {}", failure.reason),
    }
}

pub(crate) fn seen(observation: &Observation) -> String {
    let level = match &observation.level {
        Level::Unconfirmed { agreeing_servers } => format!("unconfirmed at {agreeing_servers}"),
        Level::Confirmed { block_hash, confirmations, .. } => {
            format!("{confirmations} in block {}", &block_hash[..2])
        }
        Level::Withdrawn { reason } => reason.name().to_owned(),
    };
    format!("{} {}, {level}", observation.reference, observation.amount)
}

fn told_errand(errand: CardErrand) -> String {
    match errand {
        CardErrand::Open => "open it".to_owned(),
        CardErrand::Read => "read it".to_owned(),
        CardErrand::Cancel => "call it off".to_owned(),
        CardErrand::Capture(amount) => format!("capture {amount}"),
        CardErrand::Refund(_) => "send the refund".to_owned(),
        CardErrand::FindRefund(_) => "look at the reader".to_owned(),
        CardErrand::CancelRefund(_) => "have the reader stop".to_owned(),
    }
}

fn told_reading(reading: &CardReading) -> String {
    let mut text = match &reading.level {
        CardLevel::Waiting { .. } => "waits for the customer".to_owned(),
        CardLevel::Processing { amount } => format!("{amount} on its way"),
        CardLevel::Authorized { amount, .. } => format!("{amount} held"),
        CardLevel::Captured { amount } => format!("{amount} captured"),
        CardLevel::Ended(CardEnd::Declined(reason)) => format!("declined: {reason}"),
        CardLevel::Ended(CardEnd::Cancelled) => "called off".to_owned(),
        CardLevel::Ended(CardEnd::Expired) => "expired".to_owned(),
    };
    for refund in &reading.refunds {
        write!(text, ", {} back {}", refund.amount, refund.status.name()).unwrap();
    }
    for dispute in &reading.disputes {
        write!(text, ", {} disputed, {}", dispute.amount, dispute.status.name()).unwrap();
    }
    text
}
