//! Currencies as registered assets: a code and the scale of its ledger amounts.
//!
//! The scale is fixed once, at registration: the ISO 4217 exponent for fiat, 8 for bitcoin, and for any other
//! asset its own decimals but at most nine, so that every ledger amount fits a 64-bit integer. Finer base units
//! (wei) belong to the rail's records, not here.
//!
//! The same token on two chains is two assets, so the chain's number is part of the code: `USDC.8453`.

use std::fmt;

use iso_currency::{Currency as Iso, IntoEnumIterator};
use thiserror::Error;

const CODE_BYTES_MAX: usize = 20;
const SCALE_MAX: u8 = 9;
const BITCOIN_CODE: &str = "BTC";
const BITCOIN_SCALE: u8 = 8;

/// A registered asset: an ISO 4217 currency, bitcoin, or a token named by symbol and chain.
///
/// Two currencies are the same only if code *and* scale are the same.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency {
    /// The code in ASCII, filled up with zero bytes.
    code: [u8; CODE_BYTES_MAX],
    scale: u8,
}

impl Currency {
    /// Bitcoin, counted in satoshi (8 decimal digits).
    pub const BTC: Self = Self::inline(BITCOIN_CODE, BITCOIN_SCALE);

    /// The ISO 4217 currency of this three-letter code, in either case.
    ///
    /// # Errors
    /// [`CurrencyError::Unknown`] for a code ISO 4217 doesn't list, [`CurrencyError::NoExponent`] for a listed
    /// code which isn't money to pay with (XAU, XDR, XTS, XXX).
    pub fn iso(code: &str) -> Result<Self, CurrencyError> {
        let upper = code.to_ascii_uppercase();
        let iso = Iso::from_code(&upper).ok_or_else(|| CurrencyError::Unknown { code: shown(code) })?;
        Self::from_iso(iso).ok_or(CurrencyError::NoExponent { code: upper })
    }

    /// The ISO 4217 currency or bitcoin of this code, in either case.
    ///
    /// # Errors
    /// The same as [`Currency::iso`].
    pub fn from_code(code: &str) -> Result<Self, CurrencyError> {
        if code.eq_ignore_ascii_case(BITCOIN_CODE) { Ok(Self::BTC) } else { Self::iso(code) }
    }

    /// Any other asset, such as `USDC.8453` (symbol and chain number) with its own number of decimals.
    ///
    /// The ledger scale is `decimals`, but at most nine.
    ///
    /// # Errors
    /// [`CurrencyError::Malformed`] unless the code is 1 to 20 characters of A-Z, 0-9 and `.`, beginning with a
    /// letter; [`CurrencyError::Reserved`] for bitcoin's code and every code of ISO 4217.
    pub fn asset(code: &str, decimals: u8) -> Result<Self, CurrencyError> {
        if !is_well_formed(code) {
            return Err(CurrencyError::Malformed { code: shown(code) });
        }
        if code == BITCOIN_CODE || Iso::from_code(code).is_some() {
            return Err(CurrencyError::Reserved { code: shown(code) });
        }
        Ok(Self::inline(code, decimals.min(SCALE_MAX)))
    }

    /// A coin of an EVM chain, native or token, such as `USDC` on 8453: the asset `USDC.8453`.
    ///
    /// # Errors
    /// As [`Currency::asset`], for a symbol and number of up to nineteen characters together.
    pub fn on_chain(symbol: &str, chain_id: u64, decimals: u8) -> Result<Self, CurrencyError> {
        Self::asset(&format!("{symbol}.{chain_id}"), decimals)
    }

    /// The currency whose code and scale were stored.
    ///
    /// # Errors
    /// [`CurrencyError::ScaleMismatch`] if the code is ISO 4217's or bitcoin's but the scale isn't;
    /// [`CurrencyError::ScaleTooLarge`] above nine; otherwise as [`Currency::asset`].
    pub fn parts(code: &str, scale: u8) -> Result<Self, CurrencyError> {
        if let Some(known) = Self::known(code) {
            return known.with_stored_scale(scale);
        }
        if scale > SCALE_MAX {
            return Err(CurrencyError::ScaleTooLarge { code: shown(code), scale });
        }
        Self::asset(code, scale)
    }

    /// Every ISO 4217 currency that has a minor unit, in the order of the codes.
    pub fn all_iso() -> impl Iterator<Item = Self> {
        Iso::iter().filter_map(Self::from_iso)
    }

    /// The code, such as `EUR`.
    #[must_use]
    pub fn code(&self) -> &str {
        let used = self.code.iter().position(|byte| *byte == 0).unwrap_or(CODE_BYTES_MAX);
        str::from_utf8(&self.code[..used]).expect("every constructor takes ASCII codes only")
    }

    /// The code without the chain, such as `USDC` for `USDC.8453`: what people say, and what prices are quoted for.
    #[must_use]
    pub fn symbol(&self) -> &str {
        self.chain_parts().map_or_else(|| self.code(), |(symbol, _)| symbol)
    }

    /// The chain's number (EIP-155) when this is a coin of an EVM chain.
    #[must_use]
    pub fn chain_id(&self) -> Option<u64> {
        self.chain_parts().map(|(_, chain_id)| chain_id)
    }

    fn chain_parts(&self) -> Option<(&str, u64)> {
        let (symbol, chain_id) = self.code().rsplit_once('.')?;
        Some((symbol, chain_id.parse().ok()?))
    }

    /// How many decimal digits the minor unit has: 2 for EUR, 0 for JPY, 8 for BTC.
    #[must_use]
    pub const fn scale(&self) -> u8 {
        self.scale
    }

    /// How many minor units make one major unit: 100 for EUR, 1 for JPY.
    #[must_use]
    pub fn minor_per_major(&self) -> i64 {
        10_i64.pow(u32::from(self.scale))
    }

    /// Whether this is an ISO 4217 currency.
    #[must_use]
    pub fn is_fiat(&self) -> bool {
        Iso::from_code(self.code()).is_some()
    }

    fn known(code: &str) -> Option<Self> {
        if code == BITCOIN_CODE { Some(Self::BTC) } else { Iso::from_code(code).and_then(Self::from_iso) }
    }

    fn from_iso(iso: Iso) -> Option<Self> {
        let scale = u8::try_from(iso.exponent()?).ok()?;
        Some(Self::inline(iso.code(), scale))
    }

    fn with_stored_scale(self, stored: u8) -> Result<Self, CurrencyError> {
        if self.scale == stored {
            return Ok(self);
        }
        Err(CurrencyError::ScaleMismatch { code: self.code().to_owned(), expected: self.scale, stored })
    }

    /// Callers have checked that `code` is ASCII and short enough; a constant that isn't fails the build.
    const fn inline(code: &str, scale: u8) -> Self {
        let from = code.as_bytes();
        let mut inline = [0; CODE_BYTES_MAX];
        let (used, _) = inline.split_at_mut(from.len());
        used.copy_from_slice(from);
        Self { code: inline, scale }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Why a code names no currency.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CurrencyError {
    /// Neither ISO 4217 nor this till knows the code.
    #[error("unknown currency {code}: write an ISO 4217 code such as EUR, or BTC")]
    Unknown {
        /// What was asked for, shortened and with odd characters escaped.
        code: String,
    },
    /// ISO 4217 lists the code, but without a minor unit: metals, funds' units, tests.
    #[error("{code} has no minor unit in ISO 4217, so amounts cannot be kept in it: choose another currency")]
    NoExponent {
        /// The code.
        code: String,
    },
    /// The code of an asset is not of the allowed form.
    #[error("malformed currency code {code}: write 1 to 20 of A-Z, 0-9 and '.', beginning with a letter")]
    Malformed {
        /// What was given, shortened and with odd characters escaped.
        code: String,
    },
    /// An asset may not take a code which means something else already.
    #[error("{code} is already the code of another currency: add the chain to it, such as {code}.1")]
    Reserved {
        /// The code.
        code: String,
    },
    /// A stored scale contradicts the registered one, so the stored amounts would change their meaning.
    #[error(
        "{code} was stored with {stored} decimals but has {expected}: restore the database from a backup"
    )]
    ScaleMismatch {
        /// The code.
        code: String,
        /// The registered scale.
        expected: u8,
        /// The scale that was stored.
        stored: u8,
    },
    /// A stored scale is beyond what ledger amounts can have.
    #[error("{code} was stored with {scale} decimals, more than 9: restore the database from a backup")]
    ScaleTooLarge {
        /// The code, shortened and with odd characters escaped.
        code: String,
        /// The scale that was stored.
        scale: u8,
    },
}

/// A code from outside, made safe to stand in a one-line message.
pub(crate) fn shown(code: &str) -> String {
    code.chars().take(CODE_BYTES_MAX).flat_map(char::escape_debug).collect()
}

fn is_well_formed(code: &str) -> bool {
    code.len() <= CODE_BYTES_MAX
        && code.starts_with(|first: char| first.is_ascii_uppercase())
        && code.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'.')
}
