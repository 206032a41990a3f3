//! Does what came in cover what is due? Computed from the payments each time it is asked.

use money::{Money, MoneyError, Rounding};

use super::payment::Counting;
use super::{PaymentMethod, Sale};

/// What came in against what is due. `over` and `late` combine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// Counted and safe.
    pub safe: Money,
    /// Everything seen and not gone, safe or not.
    pub present: Money,
    /// Still to come before the sale is covered by what is present; zero when it is.
    pub remaining: Money,
    /// What is present above the amount due; zero when none.
    pub excess: Money,
    /// What is present covers the amount due, within the tolerance.
    pub is_covered: bool,
    /// What is safe covers it.
    pub is_safe: bool,
    /// What is final covers it.
    pub is_final: bool,
    /// Something counted came after its quote had ended.
    pub is_late: bool,
}

impl Sale {
    /// Compares what came in with what is due.
    ///
    /// # Errors
    /// When a sum is out of range.
    pub fn coverage(&self) -> Result<Coverage, MoneyError> {
        let due = self.due();
        let enough = due.checked_sub(due.percent(self.tolerance, Rounding::Down)?)?;
        let (present, safe, r#final) =
            (self.sum(Counting::Present)?, self.sum(Counting::Safe)?, self.sum(Counting::Final)?);
        let is_covered = !self.is_undone() && present >= enough;
        let zero = Money::zero(due.currency());
        let gap = due.checked_sub(present)?;
        Ok(Coverage {
            safe,
            present,
            remaining: if is_covered || gap.is_negative() { zero } else { gap },
            excess: if gap.is_negative() { gap.negated()? } else { zero },
            is_covered,
            is_safe: !self.is_undone() && safe >= enough,
            is_final: !self.is_undone() && r#final >= enough,
            is_late: self.has_late_transfer(),
        })
    }

    /// What every payment together counts for.
    pub(super) fn sum(&self, counting: Counting) -> Result<Money, MoneyError> {
        let zero = Money::zero(self.due().currency());
        if self.voided.is_some() {
            return Ok(zero);
        }
        self.payments.iter().try_fold(zero, |sum, payment| sum.checked_add(payment.value(counting)?))
    }

    /// Cancelled and voided sales are covered by nothing.
    const fn is_undone(&self) -> bool {
        self.cancelled || self.voided.is_some()
    }

    fn has_late_transfer(&self) -> bool {
        self.payments.iter().any(|payment| match &payment.method {
            PaymentMethod::Cash(_) | PaymentMethod::Card(_) => false,
            PaymentMethod::Chain(chain) => chain.present().any(|transfer| transfer.late),
        })
    }
}
