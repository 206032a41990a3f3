//! What customers do with their cards and their banks with the money, and how the processor pays out: nobody asks the
//! till first.

use money::Money;
use payment::PaymentId;
use payment::card::{
    CaptureMode, CardEnd, CardLevel, DisputeReading, DisputeStatus, RefundStatus, Withdrawal,
};
use payment::payout::{PartKind, PayoutReading, PayoutStatus};

use super::day::Day;
use super::judge::{Broken, Verdict};
use super::processor::{CardHost, Intent, Told, charge, refunded};
use crate::shop::eur;

/// What a dispute costs.
const DISPUTE_FEE: i64 = 200;
const TWO_DAYS_MS: i64 = 172_800_000;

/// What a customer does who is asked for a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hand {
    /// Taps a good one; the bank may be at it for a while.
    Taps,
    /// The bank says no, and another card may be tried.
    TriesBadCard,
    /// The bank says no, and that is it.
    IsDeclined,
    /// Walks away until the page is over.
    WalksAway,
}

/// What a bank does with a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BankAct {
    /// It pays what it was still at.
    Pays,
    /// It does not.
    PaysNot,
    /// It lets go of what was held.
    LetsGo,
    /// It takes the money back for now.
    Objects,
    /// The shop keeps it after all.
    GivesIn,
    /// The customer keeps it.
    Insists,
    /// A refund is through.
    TakesRefund,
    /// A refund comes back.
    SendsRefundBack,
    /// The owner gives money back on the processor's own page.
    GivesBackThere,
    /// The processor says what it keeps.
    TellsFee,
}

const HANDS: &[Hand] =
    &[Hand::Taps, Hand::Taps, Hand::Taps, Hand::Taps, Hand::TriesBadCard, Hand::IsDeclined, Hand::WalksAway];

const BANK_ACTS: &[BankAct] = &[
    BankAct::Insists,
    BankAct::Pays,
    BankAct::PaysNot,
    BankAct::LetsGo,
    BankAct::GivesIn,
    BankAct::Objects,
    BankAct::TakesRefund,
    BankAct::SendsRefundBack,
    BankAct::GivesBackThere,
    BankAct::TellsFee,
];

/// One customer of those who are asked for a card does something.
pub(super) fn customer_has_a_card(day: &mut Day) -> Verdict {
    let waiting = day.around.processor.waiting();
    let hand = HANDS[day.draws.place(HANDS.len())];
    let Some(payment) = waiting.get(day.draws.place(waiting.len())).copied() else { return Ok(()) };
    day.presents(payment, hand)
}

/// A bank does something that fits a payment, or the processor pays out.
pub(super) fn bank_acts(day: &mut Day) -> Verdict {
    if day.draws.chance(40) {
        let days = 1 + day.draws.below(4);
        day.say(format!("the processor pays out on {days} days"));
        for _ in 0..days {
            day.around.processor.pays_out(day.around.now());
        }
        return day.rest();
    }
    let mut known = day.around.processor.truth();
    known.retain(|(_, truth)| truth.present().is_some());
    let (first, drawn) = (day.draws.place(BANK_ACTS.len()), day.draws.place(known.len()));
    let Some((payment, _)) = known.get(drawn) else { return Ok(()) };
    for act in BANK_ACTS.iter().cycle().skip(first).take(BANK_ACTS.len()) {
        if day.bank_does(*payment, *act)? {
            break;
        }
    }
    Ok(())
}

impl Day {
    pub(crate) fn presents(&mut self, payment: PaymentId, hand: Hand) -> Verdict {
        self.say(format!("the customer of {payment}: {hand:?}"));
        self.around.processor.customer(payment, hand);
        self.rest()
    }

    /// Whether that fits the payment.
    pub(crate) fn bank_does(&mut self, payment: PaymentId, act: BankAct) -> Result<bool, Broken> {
        let fits = self.around.processor.bank(payment, act);
        if fits {
            self.say(format!("the bank of {payment}: {act:?}"));
            self.rest()?;
        }
        Ok(fits)
    }
}

impl CardHost {
    /// Payments that customers are asked for, each as often as it was opened.
    pub(crate) fn waiting(&self) -> Vec<PaymentId> {
        let desk = self.desk();
        let waits = |intent: &&Intent| matches!(intent.reading.level, CardLevel::Waiting { .. });
        desk.intents.values().filter(waits).map(|intent| intent.payment).collect()
    }

    pub(crate) fn customer(&self, payment: PaymentId, hand: Hand) {
        let is_pending = self.outside.chance(|weather| weather.pending);
        let is_declined = self.outside.chance(|weather| weather.declined);
        let hand = if hand == Hand::Taps && is_declined { Hand::TriesBadCard } else { hand };
        self.changes(payment, PartKind::Payment, |intent| {
            if matches!(intent.reading.level, CardLevel::Waiting { .. }) {
                intent.meets(hand, is_pending);
            }
        });
    }

    /// Whether the act fits the payment.
    pub(crate) fn bank(&self, payment: PaymentId, act: BankAct) -> bool {
        let kind = match act {
            BankAct::Objects | BankAct::GivesIn | BankAct::Insists => PartKind::Dispute,
            BankAct::TakesRefund | BankAct::SendsRefundBack | BankAct::GivesBackThere => PartKind::Refund,
            BankAct::TellsFee => PartKind::Fee,
            BankAct::Pays | BankAct::PaysNot | BankAct::LetsGo => PartKind::Payment,
        };
        self.changes(payment, kind, |intent| intent.undergoes(act)).unwrap_or(false)
    }

    /// Every payout goes on by a step, and what moved since the last one becomes the next.
    pub(crate) fn pays_out(&self, now: payment::Timestamp) {
        let is_sent_back = self.outside.chance(|weather| weather.declined);
        let is_short = self.outside.chance(|weather| weather.wrong);
        let mut told = Vec::new();
        let mut desk = self.desk();
        for payout in &mut desk.payouts {
            let next = match payout.status {
                PayoutStatus::Pending => PayoutStatus::InTransit,
                PayoutStatus::InTransit => PayoutStatus::Paid,
                PayoutStatus::Paid if is_sent_back => PayoutStatus::Failed,
                PayoutStatus::Paid | PayoutStatus::Failed | PayoutStatus::Cancelled => continue,
            };
            payout.status = next;
            told.push(payout.reference.clone());
        }
        let parts = std::mem::take(&mut desk.unpaid);
        if !parts.is_empty() {
            let reference = format!("po_{}", desk.payouts.len());
            let missing = i64::from(is_short);
            if is_short {
                desk.lied_about.insert(reference.clone());
            }
            desk.payouts.push(PayoutReading {
                reference: reference.clone(),
                made_at: now,
                arrives_at: payment::Timestamp::from_millis(now.millis() + TWO_DAYS_MS),
                amount: eur(parts.iter().map(|part| part.net.minor()).sum::<i64>() - missing),
                status: PayoutStatus::Pending,
                parts: Some(parts),
            });
            told.push(reference);
        }
        drop(desk);
        told.into_iter().for_each(|reference| self.tells(Told::Payout(reference)));
    }
}

impl Intent {
    fn meets(&mut self, hand: Hand, is_pending: bool) {
        let amount = self.terms.amount;
        match hand {
            Hand::Taps => {
                self.reading.declined = None;
                self.reading.charge = Some(charge(self, None));
                self.reading.level = match self.terms.capture {
                    CaptureMode::Later => CardLevel::Authorized { amount, until: None },
                    CaptureMode::AtOnce if is_pending => CardLevel::Processing { amount },
                    CaptureMode::AtOnce => CardLevel::Captured { amount },
                };
            }
            Hand::TriesBadCard => self.reading.declined = Some("the bank said no".to_owned()),
            Hand::IsDeclined => self.ends(CardEnd::Declined("the bank said no".to_owned())),
            Hand::WalksAway => self.ends(CardEnd::Expired),
        }
    }

    fn ends(&mut self, end: CardEnd) {
        self.reading.level = CardLevel::Ended(end);
    }

    fn undergoes(&mut self, act: BankAct) -> bool {
        match (act, self.reading.level.clone()) {
            (BankAct::Pays, CardLevel::Processing { amount }) => {
                self.reading.level = CardLevel::Captured { amount };
            }
            (BankAct::PaysNot, CardLevel::Processing { .. }) => {
                self.reading.charge = None;
                self.ends(CardEnd::Declined("the account is empty".to_owned()));
            }
            (BankAct::LetsGo, CardLevel::Authorized { .. }) => self.ends(CardEnd::Expired),
            (_, CardLevel::Captured { amount }) => return self.undergoes_later(act, amount),
            _ => return false,
        }
        true
    }

    /// Once the money was taken.
    fn undergoes_later(&mut self, act: BankAct, captured: Money) -> bool {
        match act {
            BankAct::Objects if self.reading.disputes.is_empty() => {
                self.reading.disputes.push(objection(self.payment, captured));
                true
            }
            BankAct::GivesIn => self.decides(DisputeStatus::Won),
            BankAct::Insists => self.decides(DisputeStatus::Lost),
            BankAct::TakesRefund => self.moves_refund(RefundStatus::Pending, RefundStatus::Succeeded),
            BankAct::SendsRefundBack => self.moves_refund(RefundStatus::Succeeded, RefundStatus::Failed),
            BankAct::GivesBackThere => {
                let left = captured.minor() - refunded(&self.reading);
                let reference = format!("re_there_{}_{}", self.payment, self.reading.refunds.len());
                left > 1 && self.gives_back(&reference, None, eur(left / 2), RefundStatus::Succeeded).is_ok()
            }
            BankAct::TellsFee => match &mut self.reading.charge {
                Some(charge) if charge.fee.is_none() => {
                    charge.fee = Some(eur(captured.minor() / 50 + 5));
                    true
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// A dispute that is won puts everything back.
    fn decides(&mut self, status: DisputeStatus) -> bool {
        let open = self.reading.disputes.iter_mut().find(|dispute| dispute.status.waits_for_answer());
        let Some(dispute) = open else { return false };
        dispute.status = status;
        if status == DisputeStatus::Won {
            dispute.withdrawn = None;
        }
        true
    }

    fn moves_refund(&mut self, from: RefundStatus, to: RefundStatus) -> bool {
        let Some(refund) = self.reading.refunds.iter_mut().find(|refund| refund.status == from) else {
            return false;
        };
        refund.status = to;
        refund.failure = (to == RefundStatus::Failed).then(|| "the account is closed".to_owned());
        true
    }
}

fn objection(payment: PaymentId, amount: Money) -> DisputeReading {
    DisputeReading {
        reference: format!("du_{payment}"),
        amount,
        status: DisputeStatus::NeedsResponse,
        reason: "fraudulent".to_owned(),
        due_by: None,
        withdrawn: Some(Withdrawal { amount, fee: eur(DISPUTE_FEE) }),
    }
}
