//! When the goods may go and when a payment can no longer be taken back: a table of amount × rail.

use money::Money;

use crate::transfer::Level;

/// Servers that must have seen an unconfirmed transfer before the policy may trust it without a confirmation.
pub const AGREEING_SERVERS_MIN: u8 = 2;

/// The row that applies to one payment, fixed when the payment starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The rule's upper bound in the unit of account; `None` for a rule without bound and for the built-in default.
    pub up_to: Option<Money>,
    /// Confirmations before the goods may be handed over. With 0, two servers must agree instead.
    pub safe: u16,
    /// Confirmations after which the payment is final; at least 1 and at least `safe`.
    pub r#final: u16,
}

impl Policy {
    /// What applies when no row of the shop's table matches: one confirmation is safe, six are final.
    pub const DEFAULT: Self = Self { up_to: None, safe: 1, r#final: 6 };

    /// May the goods go on this evidence?
    #[must_use]
    pub fn is_safe(&self, level: &Level) -> bool {
        match level {
            Level::Unconfirmed { agreeing_servers } => {
                self.safe == 0 && *agreeing_servers >= AGREEING_SERVERS_MIN
            }
            Level::Confirmed { confirmations, .. } => *confirmations >= u32::from(self.safe),
            Level::Withdrawn { .. } => false,
        }
    }

    /// Is this evidence beyond recall by the shop's own rule?
    #[must_use]
    pub fn is_final(&self, level: &Level) -> bool {
        matches!(level, Level::Confirmed { confirmations, .. } if *confirmations >= u32::from(self.r#final.max(1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn confirmed(confirmations: u32) -> Level {
        Level::Confirmed { block_hash: "00".repeat(32), height: 100, confirmations }
    }

    #[test]
    fn without_a_confirmation_two_servers_must_agree() {
        let small = Policy { up_to: None, safe: 0, r#final: 1 };
        assert!(!small.is_safe(&Level::Unconfirmed { agreeing_servers: 1 }));
        assert!(small.is_safe(&Level::Unconfirmed { agreeing_servers: 2 }));
        assert!(!Policy::DEFAULT.is_safe(&Level::Unconfirmed { agreeing_servers: 9 }));
    }

    #[test]
    fn safe_and_final_are_separate_facts() {
        assert!(Policy::DEFAULT.is_safe(&confirmed(1)) && !Policy::DEFAULT.is_final(&confirmed(5)));
        assert!(Policy::DEFAULT.is_final(&confirmed(6)));
    }
}
