//! What is called paid against what the rail said and the shop's own rule, computed a second time and more simply than
//! the till does it.

use money::Money;
use payment::policy::AGREEING_SERVERS_MIN;
use payment::sale::{CardPayment, ChainPayment, PaymentMethod, PaymentTerms};
use payment::{Depth, Level, Policy, Sale};
use settings::Settings;

use super::{Judge, Verdict, must};

/// May the goods go on this evidence? Written out again, so that the till's own rule is not its judge.
pub(super) fn is_safe(policy: &Policy, level: &Level) -> bool {
    match level {
        Level::Unconfirmed { agreeing_servers } => {
            blocks(policy.safe) == 0 && *agreeing_servers >= AGREEING_SERVERS_MIN
        }
        Level::Confirmed { confirmations, .. } => *confirmations >= blocks(policy.safe),
        Level::Withdrawn { .. } => false,
    }
}

/// The simulated chain marks no blocks, so every rule of these days counts them.
pub(super) fn blocks(depth: Depth) -> u32 {
    depth.confirmations().map_or(u32::MAX, u32::from)
}

impl Judge {
    /// A sale that says "hand over" has been paid by what the rail told last, within the tolerance.
    pub(super) fn check_evidence(&self, sale: &Sale) -> Verdict {
        for chain in sale.payments.iter().filter_map(|payment| payment.chain()) {
            for transfer in chain.transfers.values() {
                let (latest, told) = (&transfer.latest, self.readings.get(&transfer.latest.reference));
                must("I6", told == Some(latest), || {
                    format!("sale {} rests on {latest:?}, told was {told:?}", sale.number)
                })?;
            }
        }
        self.check_captured(sale)?;
        if !sale.standing().unwrap().state.is_paid() {
            return Ok(());
        }
        let due = i128::from(sale.due().minor());
        let tolerated =
            i128::from(sale.due().percent(sale.tolerance, money::Rounding::Down).unwrap().minor());
        let parts: Vec<i128> = sale
            .payments
            .iter()
            .map(|payment| match &payment.method {
                PaymentMethod::Cash(cash) => i128::from(cash.counted.minor()),
                PaymentMethod::Chain(chain) => worth(chain),
                PaymentMethod::Card(card) => i128::from(kept(card)),
            })
            .collect();
        // Each part may have lost less than a cent.
        let slack = i128::try_from(parts.len()).unwrap();
        must("I6", parts.iter().sum::<i128>() + slack >= due - tolerated, || {
            format!("sale {} is paid with {parts:?} of {due}", sale.number)
        })
    }

    /// The terms of a payment are those of the shop's table when it began.
    pub(super) fn check_policy(&self, terms: &PaymentTerms) -> Verdict {
        let wanted = [&self.settings, &self.settings_before].map(|settings| rule(settings, terms));
        must("I6", wanted.contains(&[terms.policy.safe, terms.policy.r#final].map(blocks)), || {
            format!("{:?} is not the shop's rule {wanted:?}", terms.policy)
        })
    }
}

fn rule(settings: &Settings, terms: &PaymentTerms) -> [u32; 2] {
    let applies = |up_to: Option<money::Money>| up_to.is_none_or(|up_to| terms.amount <= up_to);
    let row = settings.policy.iter().find(|row| row.scope.rail == terms.rail && applies(row.policy.up_to));
    row.map_or([1, 6], |row| [row.policy.safe, row.policy.r#final].map(blocks))
}

/// Cents that a card brought and that were not given back before the sale was paid.
fn kept(card: &CardPayment) -> i64 {
    let undone = card.refunds.iter().filter(|refund| refund.is_off() && !refund.of_sale);
    card.captured().map_or(0, Money::minor) - undone.map(|refund| refund.amount.minor()).sum::<i64>()
}

/// Minor units that the safe coins of a payment are worth at its quote, whole ones.
fn worth(chain: &ChainPayment) -> i128 {
    let coins: i128 = chain
        .transfers
        .values()
        .filter(|transfer| is_safe(&chain.terms.policy, &transfer.latest.level))
        .map(|transfer| i128::from(transfer.latest.amount.minor()))
        .sum();
    let (amount, quoted) = (chain.terms.amount.minor(), chain.terms.quote.coin.minor());
    i128::from(amount) * coins / i128::from(quoted)
}
