//! The processor of cards at the far end of the line: what really became of every payment at the counter. It outlives
//! every till, and does once what one key asks, whatever arrives twice or late.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};

use money::Money;
use payment::card::{
    Capture, CardAttempt, CardCharge, CardEnd, CardLevel, CardReading, CardTerms, CardWay, RefundAttempt,
    RefundReading, RefundStatus,
};
use payment::payout::{PartKind, PayoutPart, PayoutReading};
use payment::{PaymentId, RefundId};

use super::acquirer::{Mishap, mishap_of_call};
use super::outside::{Defect, Outside};
use crate::shop::eur;

/// Something that the till asks the processor to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CardCall {
    Open(CardAttempt),
    Cancel(PaymentId),
    Capture(Capture),
    Refund(RefundAttempt),
}

/// What the processor knows a wish by.
pub(crate) type Key = String;

impl CardCall {
    pub(crate) const fn payment(&self) -> PaymentId {
        match self {
            Self::Open(attempt) => attempt.payment,
            Self::Cancel(payment) => *payment,
            Self::Capture(capture) => capture.payment,
            Self::Refund(refund) => refund.payment,
        }
    }

    pub(crate) fn key(&self) -> Key {
        match self {
            Self::Open(attempt) => attempt.payment.to_string(),
            Self::Cancel(payment) => format!("{payment}-cancel"),
            Self::Capture(capture) => format!("{}-capture", capture.payment),
            Self::Refund(refund) => refund.refund.to_string(),
        }
    }
}

/// What an event tells of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Told {
    Payment(PaymentId),
    Payout(String),
}

/// A payment as the processor has it.
pub(super) struct Intent {
    pub(super) payment: PaymentId,
    pub(super) terms: CardTerms,
    /// Its number is 0.
    pub(super) reading: CardReading,
}

pub(crate) struct CardHost {
    pub(super) outside: Arc<Outside>,
    desk: Mutex<Desk>,
}

#[derive(Default)]
pub(super) struct Desk {
    /// By the key that each was opened with.
    pub(super) intents: BTreeMap<Key, Intent>,
    /// Payments of which money was taken or held, once for each time.
    pub(super) charged: Vec<PaymentId>,
    pub(super) payouts: Vec<PayoutReading>,
    /// What moved the shop's balance and was not paid out yet.
    pub(super) unpaid: Vec<PayoutPart>,
    /// What happened, in the order in which it is told.
    events: Vec<Told>,
    /// What will be told after something newer.
    held_back: Vec<Told>,
    /// Calls that will arrive late.
    on_the_way: Vec<CardCall>,
    /// Everything that was ever read of a payment, by its number.
    read: BTreeMap<(PaymentId, u64), Vec<CardReading>>,
    /// By name: about what it has told something wrong.
    pub(super) lied_about: BTreeSet<String>,
    /// For stories: what goes wrong with the calls that do something, by their number from 1.
    mishaps: BTreeMap<u32, Mishap>,
    calls: u32,
}

impl CardHost {
    pub(crate) fn new(outside: Arc<Outside>) -> Self {
        Self { outside, desk: Mutex::default() }
    }

    /// Something will go wrong with a call.
    pub(crate) fn plans(&self, call: u32, mishap: Mishap) {
        self.desk().mishaps.insert(call, mishap);
    }

    /// Calls so far that do something.
    pub(crate) fn calls(&self) -> u32 {
        self.desk().calls
    }

    /// What goes wrong with a call that is made now.
    pub(crate) fn mishap(&self) -> Option<Mishap> {
        let planned = {
            let mut desk = self.desk();
            desk.calls += 1;
            let call = desk.calls;
            desk.mishaps.remove(&call)
        };
        planned.or_else(|| mishap_of_call(&self.outside))
    }

    /// A call arrives under a key. Fails with what the processor has against it.
    pub(crate) fn receive(&self, key: &str, call: &CardCall) -> Result<(), String> {
        let is_itemised = self.outside.chance(|weather| weather.itemised);
        let fee = is_itemised.then(|| eur(self.outside.below(30).into()));
        let is_pending = self.outside.chance(|weather| weather.pending);
        let is_blind = self.outside.defect() == Some(Defect::RefundsTwice);
        match call {
            CardCall::Open(attempt) => {
                self.desk().intents.entry(key.to_owned()).or_insert_with(|| opened(key, attempt));
                Ok(())
            }
            CardCall::Cancel(payment) => {
                self.changes(*payment, PartKind::Other, |intent| {
                    let may_end = matches!(
                        intent.reading.level,
                        CardLevel::Waiting { .. } | CardLevel::Authorized { .. }
                    );
                    if may_end {
                        intent.reading.level = CardLevel::Ended(CardEnd::Cancelled);
                    }
                });
                Ok(())
            }
            CardCall::Capture(capture) => {
                let done =
                    self.changes(capture.payment, PartKind::Payment, |intent| intent.capture(capture, fee));
                done.unwrap_or_else(|| Err("no such payment".to_owned()))
            }
            CardCall::Refund(refund) => {
                let is_refused = self.outside.chance(|weather| weather.declined);
                let status = if is_pending { RefundStatus::Pending } else { RefundStatus::Succeeded };
                let status = (!is_refused).then_some(status);
                let done = self.changes(refund.payment, PartKind::Refund, |intent| {
                    intent.refund(refund, status, is_blind)
                });
                done.unwrap_or_else(|| Err("no such payment".to_owned()))
            }
        }
    }

    /// A call will arrive when it is not expected any more.
    pub(crate) fn receives_later(&self, call: &CardCall) {
        self.desk().on_the_way.push(call.clone());
    }

    /// What was on its way for a payment arrives.
    pub(crate) fn late_ones_arrive(&self, of: PaymentId) {
        self.arrive(|late| late.payment() == of);
    }

    /// Nothing stays on its way, to the processor or from it.
    pub(crate) fn everything_arrives(&self) {
        self.arrive(|_| true);
        let mut desk = self.desk();
        let held_back = std::mem::take(&mut desk.held_back);
        desk.events.extend(held_back);
        drop(desk);
        self.outside.card_happened();
    }

    fn arrive(&self, which: impl Fn(&CardCall) -> bool) {
        let on_the_way = std::mem::take(&mut self.desk().on_the_way);
        let (arrived, rest): (Vec<_>, Vec<_>) = on_the_way.into_iter().partition(|late| which(late));
        self.desk().on_the_way = rest;
        for call in &arrived {
            let _nobody_waits = self.receive(&call.key(), call);
        }
    }

    /// A payment as it is now, read under a number. `None` when it never arrived.
    pub(crate) fn read(&self, payment: PaymentId, number: u64) -> Option<CardReading> {
        let mut desk = self.desk();
        let reading = desk.intents.values().find(|intent| intent.payment == payment)?.reading.clone();
        let reading = CardReading { number, ..reading };
        let versions = desk.read.entry((payment, number)).or_default();
        if !versions.contains(&reading) {
            versions.push(reading.clone());
        }
        Some(reading)
    }

    /// Was this ever so?
    pub(crate) fn has_told(&self, payment: PaymentId, reading: &CardReading) -> bool {
        let desk = self.desk();
        desk.read.get(&(payment, reading.number)).is_some_and(|versions| versions.contains(reading))
    }

    /// It tells something wrong about a payment or a payout, by its name.
    pub(crate) fn lies_about(&self, name: String) {
        self.desk().lied_about.insert(name);
    }

    pub(crate) fn has_lied_about(&self, name: &str) -> bool {
        self.desk().lied_about.contains(name)
    }

    /// Every payment it has, as it is.
    pub(crate) fn truth(&self) -> Vec<(PaymentId, CardReading)> {
        self.desk().intents.values().map(|intent| (intent.payment, intent.reading.clone())).collect()
    }

    /// Payments of which money was taken or held, once for each time.
    pub(crate) fn charged(&self) -> Vec<PaymentId> {
        self.desk().charged.clone()
    }

    pub(crate) fn payouts(&self) -> Vec<PayoutReading> {
        self.desk().payouts.clone()
    }

    pub(crate) fn payout(&self, reference: &str) -> Option<PayoutReading> {
        self.desk().payouts.iter().find(|payout| payout.reference == reference).cloned()
    }

    /// What happened after a place in the events.
    pub(crate) fn events_after(&self, place: usize) -> Vec<Told> {
        self.desk().events.get(place..).unwrap_or_default().to_vec()
    }

    /// Changes a payment, if there is one: what it moves of the balance is noted, and an event tells of it.
    pub(super) fn changes<T>(
        &self,
        payment: PaymentId,
        kind: PartKind,
        change: impl FnOnce(&mut Intent) -> T,
    ) -> Option<T> {
        let mut desk = self.desk();
        let intent = desk.intents.values_mut().find(|intent| intent.payment == payment)?;
        let before = intent.reading.clone();
        let done = change(intent);
        let after = intent.reading.clone();
        if before == after {
            return Some(done);
        }
        let is_charged = before.present().is_none() && after.present().is_some();
        if is_charged {
            desk.charged.push(payment);
        }
        let moved = balance(&after) - balance(&before);
        if moved != 0 {
            let reference = format!("txn_{}_{}", desk.payouts.len(), desk.unpaid.len());
            let (gross, fee, net) = (eur(moved), eur(0), eur(moved));
            desk.unpaid.push(PayoutPart { reference, kind, of: Some(after.reference), gross, fee, net });
        }
        drop(desk);
        self.tells(Told::Payment(payment));
        Some(done)
    }

    /// An event, which may come twice or after a newer one.
    pub(super) fn tells(&self, told: Told) {
        let is_unruly = self.outside.chance(|weather| weather.unruly);
        let is_doubled = is_unruly && self.outside.below(2) == 0;
        let mut desk = self.desk();
        if is_unruly && !is_doubled {
            desk.held_back.push(told);
        } else {
            if is_doubled {
                desk.events.push(told.clone());
            }
            desk.events.push(told);
            let held_back = std::mem::take(&mut desk.held_back);
            desk.events.extend(held_back);
        }
        drop(desk);
        self.outside.card_happened();
    }

    pub(super) fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap()
    }
}

impl Intent {
    fn capture(&mut self, capture: &Capture, fee: Option<Money>) -> Result<(), String> {
        match self.reading.level {
            CardLevel::Captured { .. } => Ok(()),
            CardLevel::Authorized { amount, .. } if capture.amount.minor() <= amount.minor() => {
                self.reading.level = CardLevel::Captured { amount: capture.amount };
                if let Some(charge) = &mut self.reading.charge {
                    charge.fee = fee;
                }
                Ok(())
            }
            _ => Err("nothing is held".to_owned()),
        }
    }

    /// One key gives money back once, except where a defect is. Without a status it is refused.
    fn refund(
        &mut self,
        refund: &RefundAttempt,
        status: Option<RefundStatus>,
        is_blind: bool,
    ) -> Result<(), String> {
        let times = self.reading.refunds.iter().filter(|known| known.asked == Some(refund.refund)).count();
        if times > 0 && !is_blind {
            return Ok(());
        }
        let status = status.ok_or("the bank takes nothing back")?;
        self.gives_back(&format!("re_{}_{times}", refund.refund), Some(refund.refund), refund.amount, status)
    }

    /// Gives money back that is left.
    pub(super) fn gives_back(
        &mut self,
        reference: &str,
        asked: Option<RefundId>,
        amount: Money,
        status: RefundStatus,
    ) -> Result<(), String> {
        let captured = self.reading.captured().map_or(0, Money::minor);
        if captured - refunded(&self.reading) < amount.minor() {
            return Err("more than is left".to_owned());
        }
        let reference = reference.to_owned();
        self.reading.refunds.push(RefundReading { reference, asked, amount, status, failure: None });
        Ok(())
    }
}

fn opened(key: &str, attempt: &CardAttempt) -> Intent {
    let link = match attempt.terms.way {
        CardWay::Reader(_) => None,
        CardWay::Phone => Some(format!("https://pay.invalid/{key}")),
    };
    let reading = CardReading {
        number: 0,
        reference: format!("pi_{key}"),
        level: CardLevel::Waiting { link },
        declined: None,
        charge: None,
        refunds: Vec::new(),
        disputes: Vec::new(),
    };
    Intent { payment: attempt.payment, terms: attempt.terms.clone(), reading }
}

/// A card that was good.
pub(super) fn charge(intent: &Intent, fee: Option<Money>) -> CardCharge {
    CardCharge {
        reference: format!("ch_{}", intent.payment),
        brand: "visa".to_owned(),
        last4: Some("4242".to_owned()),
        wallet: None,
        receipt: Vec::new(),
        must_be_presented: false,
        fee,
    }
}

/// What is on its way back to the customer or there, in cents.
pub(super) fn refunded(reading: &CardReading) -> i64 {
    reading.refunds.iter().filter(|refund| refund.status.is_off()).map(|refund| refund.amount.minor()).sum()
}

/// What the shop has at the processor by a payment, in cents.
pub(crate) fn balance(reading: &CardReading) -> i64 {
    let captured = reading.captured().map_or(0, Money::minor);
    let fee = reading.captured().and(reading.charge.as_ref()).and_then(|charge| charge.fee);
    let withdrawn = reading.disputes.iter().filter_map(|dispute| dispute.withdrawn);
    let taken_back: i64 = withdrawn.map(|taken| taken.amount.minor() + taken.fee.minor()).sum();
    captured - fee.map_or(0, Money::minor) - refunded(reading) - taken_back
}
