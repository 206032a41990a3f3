//! When the goods may go and when a payment can no longer be taken back: a table of amount × rail.

use money::Money;

use crate::transfer::{Level, Mark};

/// Servers that must have seen an unconfirmed transfer before the policy may trust it without a confirmation.
pub const AGREEING_SERVERS_MIN: u8 = 2;

/// How deep a transfer must be in the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// So many blocks, its own included, or a mark before that. 0 trusts what servers report before it is in any.
    Confirmations(u16),
    /// The network itself calls its block so.
    Marked(Mark),
}

impl Depth {
    /// Is a transfer this deep?
    #[must_use]
    pub fn is_reached(self, level: &Level) -> bool {
        match (self, level) {
            (_, Level::Withdrawn { .. }) => false,
            (Self::Confirmations(needed), Level::Unconfirmed { agreeing_servers }) => {
                needed == 0 && *agreeing_servers >= AGREEING_SERVERS_MIN
            }
            // The network's own word is worth more than any count.
            (Self::Confirmations(needed), Level::Confirmed { confirmations, mark, .. }) => {
                *confirmations >= u32::from(needed) || !mark.is_head()
            }
            (Self::Marked(_), Level::Unconfirmed { .. }) => false,
            (Self::Marked(wanted), Level::Confirmed { mark, .. }) => *mark >= wanted,
        }
    }

    /// Blocks to wait for; `None` where the network's word is waited for instead.
    #[must_use]
    pub const fn confirmations(self) -> Option<u16> {
        match self {
            Self::Confirmations(blocks) => Some(blocks),
            Self::Marked(_) => None,
        }
    }

    /// Can a transfer be this deep only when it is at least as deep as `other`?
    #[must_use]
    pub fn is_at_least(self, other: Self) -> bool {
        match (self, other) {
            (Self::Confirmations(deep), Self::Confirmations(other)) => deep >= other,
            (Self::Marked(deep), Self::Marked(other)) => deep >= other,
            (Self::Marked(_), Self::Confirmations(_)) => true,
            (Self::Confirmations(_), Self::Marked(other)) => other.is_head(),
        }
    }
}

/// The row that applies to one payment, fixed when the payment starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The rule's upper bound in the unit of account; `None` for a rule without bound and for a built-in default.
    pub up_to: Option<Money>,
    /// How deep before the goods may be handed over.
    pub safe: Depth,
    /// How deep before the payment is final; never less than `safe`.
    pub r#final: Depth,
}

impl Policy {
    /// What applies when no row of the shop's table matches and the chain has no usual rule of its own: one
    /// confirmation is safe, six are final.
    pub const DEFAULT: Self = Self::of_blocks(1, 6);

    /// A rule without bound that counts blocks.
    #[must_use]
    pub const fn of_blocks(safe: u16, r#final: u16) -> Self {
        Self { up_to: None, safe: Depth::Confirmations(safe), r#final: Depth::Confirmations(r#final) }
    }

    /// May the goods go on this evidence?
    #[must_use]
    pub fn is_safe(&self, level: &Level) -> bool {
        self.safe.is_reached(level)
    }

    /// May the goods go before any block holds the transfer, when enough servers agree?
    #[must_use]
    pub fn trusts_unconfirmed(&self) -> bool {
        self.safe == Depth::Confirmations(0)
    }

    /// Is this evidence beyond recall by the shop's own rule? Never without a block, and never before it is safe.
    #[must_use]
    pub fn is_final(&self, level: &Level) -> bool {
        matches!(level, Level::Confirmed { .. }) && self.is_safe(level) && self.r#final.is_reached(level)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn confirmed(confirmations: u32, mark: Mark) -> Level {
        Level::Confirmed { block_hash: "00".repeat(32), height: 100, confirmations, mark }
    }

    #[test]
    fn without_a_confirmation_two_servers_must_agree() {
        let small = Policy::of_blocks(0, 1);
        assert!(!small.is_safe(&Level::Unconfirmed { agreeing_servers: 1 }));
        assert!(small.is_safe(&Level::Unconfirmed { agreeing_servers: 2 }));
        assert!(!Policy::DEFAULT.is_safe(&Level::Unconfirmed { agreeing_servers: 9 }));
        assert!(!Policy::of_blocks(0, 0).is_final(&Level::Unconfirmed { agreeing_servers: 9 }));
    }

    #[test]
    fn safe_and_final_are_separate_facts() {
        let one = confirmed(1, Mark::Head);
        assert!(Policy::DEFAULT.is_safe(&one) && !Policy::DEFAULT.is_final(&confirmed(5, Mark::Head)));
        assert!(Policy::DEFAULT.is_final(&confirmed(6, Mark::Head)));
    }

    #[test]
    fn the_networks_own_word_is_waited_for_however_many_blocks_there_are() {
        let policy =
            Policy { up_to: None, safe: Depth::Marked(Mark::Safe), r#final: Depth::Marked(Mark::Finalized) };
        assert!(!policy.is_safe(&confirmed(500, Mark::Head)));
        assert!(policy.is_safe(&confirmed(30, Mark::Safe)) && !policy.is_final(&confirmed(30, Mark::Safe)));
        assert!(
            policy.is_safe(&confirmed(64, Mark::Finalized))
                && policy.is_final(&confirmed(64, Mark::Finalized))
        );
        assert!(!policy.is_safe(&Level::Unconfirmed { agreeing_servers: 9 }));
    }

    #[test]
    fn a_block_that_the_network_calls_final_is_safe_however_many_blocks_are_asked_for() {
        let policy = Policy { r#final: Depth::Marked(Mark::Finalized), ..Policy::of_blocks(16, 16) };
        assert!(!policy.is_safe(&confirmed(4, Mark::Head)) && !policy.is_final(&confirmed(4, Mark::Head)));
        assert!(
            policy.is_safe(&confirmed(4, Mark::Finalized)) && policy.is_final(&confirmed(4, Mark::Finalized))
        );
    }

    #[test]
    fn a_mark_is_deeper_than_any_count_and_not_the_other_way_round() {
        let (few, many) = (Depth::Confirmations(1), Depth::Confirmations(500));
        let (safe, finalized) = (Depth::Marked(Mark::Safe), Depth::Marked(Mark::Finalized));
        assert!(safe.is_at_least(many) && !many.is_at_least(safe));
        assert!(finalized.is_at_least(safe) && !safe.is_at_least(finalized));
        assert!(many.is_at_least(few) && few.is_at_least(few) && !few.is_at_least(many));
    }
}
