//! What is moved: coins in base units, and the addresses they are on.

use std::fmt;
use std::str::FromStr;

use money::{Currency, Money, Rounding};
use thiserror::Error;

use super::SweepRefused;

/// A coin of the chain: its own, or a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coin {
    /// As the books have it.
    pub currency: Currency,
    /// How many digits of its base units stand after the point.
    pub decimals: u8,
    /// The token's contract; `None` for the chain's own coin.
    pub contract: Option<EvmAddress>,
}

/// An address as text: `0x` and 40 hex digits, best with the checksum of EIP-55, which this room can't check.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EvmAddress(String);

/// Text that is not an address.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("an address is 0x and 40 hex digits: copy it from the wallet again")]
pub struct MalformedAddress;

impl Coin {
    /// Base units at the ledger's scale.
    ///
    /// # Errors
    /// [`SweepRefused::TooLarge`].
    pub fn amount(&self, base_units: u128, rounding: Rounding) -> Result<Money, SweepRefused> {
        let places = u32::from(self.decimals.saturating_sub(self.currency.scale()));
        // A divisor beyond 128 bits leaves nothing of any amount that fits into them.
        let (whole, rest) = match 10_u128.checked_pow(places) {
            Some(divisor) => (base_units / divisor, base_units % divisor),
            None => (0, base_units),
        };
        let is_rounded_up = rounding == Rounding::Up && rest > 0;
        let minor = i64::try_from(whole + u128::from(is_rounded_up)).map_err(|_| SweepRefused::TooLarge)?;
        Ok(Money::new(minor, self.currency))
    }
}

impl EvmAddress {
    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The twenty bytes, as they stand in the data of a call.
    pub(super) fn bytes(&self) -> impl Iterator<Item = u8> {
        let digits = self.0.bytes().skip(2).map(|digit| match digit {
            b'0'..=b'9' => digit - b'0',
            // The letters of both cases differ in one bit; only hex digits come in.
            _ => (digit | 0x20) - b'a' + 10,
        });
        let digits: Vec<u8> = digits.collect();
        (0..20).map(move |place| digits[2 * place] << 4 | digits[2 * place + 1])
    }

    /// The same address, however its letters are written.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl FromStr for EvmAddress {
    type Err = MalformedAddress;

    fn from_str(text: &str) -> Result<Self, MalformedAddress> {
        let digits = text.strip_prefix("0x").ok_or(MalformedAddress)?;
        let is_address = digits.len() == 40 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        if is_address { Ok(Self(text.to_owned())) } else { Err(MalformedAddress) }
    }
}

impl fmt::Display for EvmAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
