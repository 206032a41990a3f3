//! The API version a request names, as far as answers differ by it.

use super::Refusal;

/// A version by its date; the release's name after the date (`.endive`) tells nothing more.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ApiVersion(String);

/// From here on `payment_method_types` is refused where an intent or a Checkout Session is made.
const WITHOUT_PAYMENT_METHOD_TYPES: &str = "2026-09-30";

/// From here on Stripe chooses the methods of an intent that names none; before, it was cards alone.
const STRIPE_CHOOSES_METHODS: &str = "2023-08-16";
/// From here on a captured charge learns its balance transaction only after the answer, unless the shop wants to wait.
const CAPTURES_LATER: &str = "2024-04-10";

/// What a request without `Stripe-Version` gets: the version the account was opened with.
const OF_THE_ACCOUNT: &str = "2020-08-27";

impl ApiVersion {
    /// Reads the header `Stripe-Version`.
    ///
    /// # Errors
    /// [`Refusal`] for what doesn't begin with a date.
    pub(crate) fn read(header: Option<&str>) -> Result<Self, Refusal> {
        let Some(version) = header else { return Ok(Self::default()) };
        let is_date = version.get(..10).is_some_and(|date| {
            date.bytes().enumerate().all(|(index, byte)| match index {
                4 | 7 => byte == b'-',
                _ => byte.is_ascii_digit(),
            })
        });
        let is_named = version.get(10..).is_some_and(|name| name.is_empty() || name.starts_with('.'));
        let invalid = || Refusal::invalid(format!("Invalid Stripe API version: {version}"));
        (is_date && is_named).then(|| Self(version.to_owned())).ok_or_else(invalid)
    }

    /// May a request name `payment_method_types`?
    pub(crate) fn takes_payment_method_types(&self) -> bool {
        self.0.as_str() < WITHOUT_PAYMENT_METHOD_TYPES
    }

    /// Does Stripe choose the methods of an intent that names none?
    pub(crate) fn chooses_methods(&self) -> bool {
        self.0.as_str() >= STRIPE_CHOOSES_METHODS
    }

    /// Is a charge booked only after the answer, unless the shop wants to wait?
    pub(crate) fn captures_later(&self) -> bool {
        self.0.as_str() >= CAPTURES_LATER
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for ApiVersion {
    fn default() -> Self {
        Self(OF_THE_ACCOUNT.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payment_method_types_went_with_endive() {
        let takes = |version| ApiVersion::read(version).unwrap().takes_payment_method_types();
        assert!(takes(None) && takes(Some("2024-06-20")) && takes(Some("2026-08-26.dahlia")));
        assert!(!takes(Some("2026-09-30.endive")));
    }

    #[test]
    fn what_is_no_version_is_refused() {
        for version in ["latest", "2026-9-30", "2026-09-30endive", "", "2026é09-30"] {
            assert!(ApiVersion::read(Some(version)).is_err(), "{version}");
        }
    }
}
