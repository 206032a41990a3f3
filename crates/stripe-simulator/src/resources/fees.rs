//! What Stripe keeps of each movement: a table, in integers, rounded half up.
//!
//! The figures are those of a European account: <https://stripe.com/en-ie/pricing>. Fees of a charge don't come back with a
//! refund; a lost or won dispute costs its fee all the same.

use super::balance::Source;
use super::payment_method::Means;

/// Hundredths of a percent, and so many minor units on top.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Rate {
    basis_points: i64,
    fixed: i64,
}

const EUROPEAN_CARD: Rate = Rate { basis_points: 150, fixed: 25 };
const BRITISH_CARD: Rate = Rate { basis_points: 250, fixed: 25 };
const OTHER_CARD: Rate = Rate { basis_points: 325, fixed: 25 };
const EUROPEAN_CARD_AT_READER: Rate = Rate { basis_points: 140, fixed: 10 };
const OTHER_CARD_AT_READER: Rate = Rate { basis_points: 290, fixed: 10 };
/// In Canadian cents: <https://stripe.com/en-ca/terminal>.
const INTERAC: Rate = Rate { basis_points: 0, fixed: 15 };
const BANK_DEBIT: Rate = Rate { basis_points: 0, fixed: 35 };

/// For each dispute that withdraws money.
const DISPUTE: i64 = 2_000;

/// The fee of a movement of `amount`, both in minor units.
pub(crate) fn of(source: Source<'_>, amount: i64) -> i64 {
    match source {
        Source::Charge(charge) => rate(charge.method.means).of(amount),
        Source::Dispute(..) => DISPUTE,
        _ => 0,
    }
}

fn rate(means: Means) -> Rate {
    let is_european = |country: &str| ["DE", "FR", "IE", "AT", "ES", "IT", "NL"].contains(&country);
    match means {
        Means::Card(card) if is_european(card.country) => EUROPEAN_CARD,
        Means::Card(card) if card.country == "GB" => BRITISH_CARD,
        Means::Card(_) => OTHER_CARD,
        Means::CardPresent(card) if is_european(card.country) => EUROPEAN_CARD_AT_READER,
        Means::CardPresent(_) => OTHER_CARD_AT_READER,
        Means::InteracPresent(_) => INTERAC,
        Means::SepaDebit { .. } | Means::BacsDebit { .. } => BANK_DEBIT,
    }
}

impl Rate {
    /// Never more than the amount itself.
    fn of(self, amount: i64) -> i64 {
        ((amount * self.basis_points + 5_000) / 10_000 + self.fixed).min(amount)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fee_is_its_share_rounded_half_up_and_the_fixed_part() {
        assert_eq!(EUROPEAN_CARD.of(1_000), 40);
        assert_eq!(EUROPEAN_CARD.of(1_033), 40);
        assert_eq!(EUROPEAN_CARD.of(1_034), 41);
        assert_eq!(OTHER_CARD.of(10_000), 350);
        assert_eq!(BANK_DEBIT.of(20), 20);
    }
}
