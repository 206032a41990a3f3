//! The one place where money is divided.
//!
//! Every quotient is worked out exactly first, as a whole number and a remainder, and only then rounded in the
//! way the caller named. There is no default rounding.

/// What to do with the part of a result that is smaller than the minor unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rounding {
    /// To the nearest; a half to the even neighbour, so that many roundings cancel out.
    HalfEven,
    /// To the nearest; a half away from zero, as tax offices and shopkeepers round.
    HalfUp,
    /// Away from zero.
    Up,
    /// Toward zero.
    Down,
    /// Toward positive infinity.
    Ceiling,
    /// Toward negative infinity.
    Floor,
}

impl Rounding {
    /// Whether the magnitude `quotient` of a result grows by one because of its `remainder`.
    fn adds_one(self, negative: bool, quotient: u128, remainder: u128, divisor: u128) -> bool {
        // `divisor - remainder` cannot underflow, where `2 * remainder` could overflow.
        let half = remainder.cmp(&(divisor - remainder));
        match self {
            _ if remainder == 0 => false,
            Self::HalfEven => half.is_gt() || (half.is_eq() && quotient % 2 == 1),
            Self::HalfUp => half.is_ge(),
            Self::Up => true,
            Self::Down => false,
            Self::Ceiling => !negative,
            Self::Floor => negative,
        }
    }
}

/// The exact value `amount * 10^zeros * factor / divisor`, negated if `negative`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Quotient {
    pub(crate) negative: bool,
    pub(crate) amount: u64,
    pub(crate) zeros: u32,
    pub(crate) factor: u128,
    /// More than zero: callers refuse a zero divisor with an error of their own.
    pub(crate) divisor: u128,
}

impl Quotient {
    /// The value as a whole number, or `None` if it doesn't fit.
    pub(crate) fn rounded(self, rounding: Rounding) -> Option<i64> {
        let (quotient, remainder) = match self.product() {
            Some(product) => (product / self.divisor, product % self.divisor),
            None => self.long_division()?,
        };
        let up = rounding.adds_one(self.negative, quotient, remainder, self.divisor);
        let magnitude = quotient.checked_add(u128::from(up))?;
        signed(self.negative, magnitude)
    }

    /// What is to be divided, if it has at most 128 bits. It nearly always has, and one division is fast.
    fn product(self) -> Option<u128> {
        10_u128.checked_pow(self.zeros)?.checked_mul(self.factor)?.checked_mul(self.amount.into())
    }

    /// Digit by digit, because the product may have more than 128 bits although the quotient fits.
    fn long_division(self) -> Option<(u128, u128)> {
        let digits = (0..=u64::MAX.ilog10()).rev().map(|place| self.amount / 10_u64.pow(place) % 10);
        let zeros = (0..self.zeros).map(|_| 0);
        digits.chain(zeros).try_fold((0_u128, 0_u128), |(quotient, remainder), digit| {
            let carried = remainder.checked_mul(10)?;
            let product = u128::from(digit).checked_mul(self.factor)?;
            let dividend = carried.checked_add(product)?;
            let quotient = quotient.checked_mul(10)?.checked_add(dividend / self.divisor)?;
            Some((quotient, dividend % self.divisor))
        })
    }
}

/// A magnitude with its sign, or `None` if it is beyond 64 bits.
pub(crate) fn signed(negative: bool, magnitude: u128) -> Option<i64> {
    let magnitude = i128::try_from(magnitude).ok()?;
    i64::try_from(if negative { -magnitude } else { magnitude }).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn one_division_and_digit_by_digit_come_to_the_same(
            negative in any::<bool>(), amount in any::<u64>(), zeros in 0..10_u32,
            factor in 0..=u128::from(u32::MAX), divisor in 1..=u128::from(u64::MAX),
        ) {
            let quotient = Quotient { negative, amount, zeros, factor, divisor };
            let product = quotient.product().unwrap();
            prop_assert_eq!(quotient.long_division(), Some((product / divisor, product % divisor)));
        }
    }
}
