//! What the simulated processor pays out: everything that moved its balance since the payout before. It is at the bank at
//! once, and is told like everything that happens without being asked for.

use std::collections::BTreeSet;

use money::{Money, MoneyError, Percent, Rounding};
use payment::Timestamp;
use payment::card::{CardLevel, CardReading, RefundStatus};
use payment::payout::{PartKind, PayoutPart, PayoutReading, PayoutStatus};

/// What the simulated processor keeps of a payment: what a shop on the corner pays, about.
const FEE_PERCENT: &str = "1.5";
/// And so many cents of each.
const FEE_CENTS: i64 = 25;

/// The payouts so far.
#[derive(Debug, Default)]
pub(crate) struct Payouts {
    /// Movements that went out.
    gone: BTreeSet<String>,
    untold: Vec<PayoutReading>,
}

impl Payouts {
    /// Pays out everything of one currency that has not gone yet, a cent less when it is to be `short`. False when there is
    /// nothing.
    pub(crate) fn pay_out<'a>(
        &mut self,
        payments: impl Iterator<Item = &'a CardReading>,
        at: Timestamp,
        short: bool,
    ) -> bool {
        // What is out of range here was refused when it was charged.
        let moved: Vec<_> = payments.filter_map(|reading| movements(reading).ok()).flatten().collect();
        let mut left = moved.into_iter().filter(|part| !self.gone.contains(&part.reference)).peekable();
        let Some(currency) = left.peek().map(|part| part.net.currency()) else { return false };
        let parts: Vec<_> = left.filter(|part| part.net.currency() == currency).collect();
        let missing = Money::new(i64::from(short), currency).negated();
        let amount =
            missing.and_then(|rest| parts.iter().try_fold(rest, |sum, part| sum.checked_add(part.net)));
        let Ok(amount) = amount else { return false };
        self.gone.extend(parts.iter().map(|part| part.reference.clone()));
        self.untold.push(PayoutReading {
            reference: format!("practice_payout_{}", at.millis()),
            made_at: at,
            arrives_at: at,
            amount,
            status: PayoutStatus::Paid,
            parts: Some(parts),
        });
        true
    }

    /// Those that the till was not told.
    pub(crate) fn untold(&self) -> &[PayoutReading] {
        &self.untold
    }

    /// The till was told these.
    pub(crate) fn told(&mut self, payouts: &[PayoutReading]) {
        self.untold.retain(|payout| !payouts.contains(payout));
    }
}

/// What the processor keeps of a payment.
pub(crate) fn fee(amount: Money) -> Option<Money> {
    let share = amount.percent(Percent::parse(FEE_PERCENT).ok()?, Rounding::HalfUp).ok()?;
    share.checked_add(Money::new(FEE_CENTS, amount.currency())).ok()
}

/// Everything that moved the balance for a payment.
fn movements(reading: &CardReading) -> Result<Vec<PayoutPart>, MoneyError> {
    let mut parts = Vec::new();
    if let (CardLevel::Captured { amount }, Some(charge)) = (&reading.level, &reading.charge) {
        let fee = charge.fee.unwrap_or(Money::zero(amount.currency()));
        parts.push(part(PartKind::Payment, &charge.reference, *amount, fee)?);
    }
    for refund in reading.refunds.iter().filter(|refund| refund.status == RefundStatus::Succeeded) {
        let nothing = Money::zero(refund.amount.currency());
        parts.push(part(PartKind::Refund, &refund.reference, refund.amount.negated()?, nothing)?);
    }
    for dispute in &reading.disputes {
        if let Some(withdrawn) = dispute.withdrawn {
            let gross = withdrawn.amount.negated()?;
            parts.push(part(PartKind::Dispute, &dispute.reference, gross, withdrawn.fee)?);
        }
    }
    Ok(parts)
}

fn part(kind: PartKind, of: &str, gross: Money, fee: Money) -> Result<PayoutPart, MoneyError> {
    Ok(PayoutPart {
        reference: format!("practice_txn_{of}"),
        kind,
        of: Some(of.to_owned()),
        gross,
        fee,
        net: gross.checked_sub(fee)?,
    })
}
