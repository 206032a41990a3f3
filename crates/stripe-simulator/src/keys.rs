//! API keys: which are known, and what a restricted one may do.
//!
//! A key never appears in an answer; what is shown of it are its beginning and its last four characters.

use std::collections::{BTreeMap, BTreeSet};

use crate::wire::{Refusal, RefusalKind};

/// The secret key every simulator knows.
pub const SECRET_KEY: &str = "sk_test_12345678901234567890";

/// One area of the API that a restricted key is granted, by Stripe's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Permission {
    /// What it is about: `payment_intent`.
    pub area: &'static str,
    /// Whether it may change something; writing includes reading.
    pub writes: bool,
}

impl Permission {
    /// May look.
    #[must_use]
    pub const fn read(area: &'static str) -> Self {
        Self { area, writes: false }
    }

    /// May look and change.
    #[must_use]
    pub const fn write(area: &'static str) -> Self {
        Self { area, writes: true }
    }

    /// As errors name it: `rak_payment_intent_write`.
    #[must_use]
    pub fn name(self) -> String {
        format!("rak_{}_{}", self.area, if self.writes { "write" } else { "read" })
    }
}

/// The keys of one account.
#[derive(Debug)]
pub(crate) struct Keys {
    /// `None` may do everything.
    known: BTreeMap<String, Option<BTreeSet<Permission>>>,
}

impl Default for Keys {
    fn default() -> Self {
        Self { known: BTreeMap::from([(SECRET_KEY.to_owned(), None)]) }
    }
}

impl Keys {
    pub(crate) fn restrict(&mut self, key: String, permissions: impl IntoIterator<Item = Permission>) {
        self.known.insert(key, Some(permissions.into_iter().collect()));
    }

    /// Forgets a key, as when its owner rolls it.
    pub(crate) fn revoke(&mut self, key: &str) {
        self.known.remove(key);
    }

    /// Is the key known?
    pub(crate) fn admit(&self, key: Option<&str>) -> Result<(), Refusal> {
        let Some(key) = key.filter(|key| !key.is_empty()) else { return Err(no_key()) };
        if key.starts_with("pk_") {
            let message = "This API call cannot be made with a publishable API key. Please use a secret API key. You can \
                           find a list of your API keys at https://dashboard.stripe.com/account/apikeys.";
            return Err(Refusal::new(401, RefusalKind::InvalidRequest, message).code("secret_key_required"));
        }
        let message = || format!("Invalid API Key provided: {}", masked(key));
        let is_known = self.known.contains_key(key);
        is_known.then_some(()).ok_or_else(|| Refusal::new(401, RefusalKind::InvalidRequest, message()))
    }

    /// May a known key do that?
    pub(crate) fn permit(&self, key: &str, wanted: Permission, account: &str) -> Result<(), Refusal> {
        let Some(Some(granted)) = self.known.get(key) else { return Ok(()) };
        let is_granted = granted.contains(&wanted) || granted.contains(&Permission::write(wanted.area));
        let message = || {
            format!(
                "The provided key '{}' does not have the required permissions for this endpoint on account '{account}'. \
                 Having the '{}' permission would allow this request to continue.",
                masked(key),
                wanted.name()
            )
        };
        is_granted.then_some(()).ok_or_else(|| Refusal::new(403, RefusalKind::InvalidRequest, message()))
    }
}

fn no_key() -> Refusal {
    let message = "You did not provide an API key. You need to provide your API key in the Authorization header, using \
                   Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication \
                   for details, or we can help at https://support.stripe.com/.";
    Refusal::new(401, RefusalKind::InvalidRequest, message)
}

/// `rk_test_****cdef`.
fn masked(key: &str) -> String {
    let characters: Vec<char> = key.chars().collect();
    let shown =
        |range: std::ops::Range<usize>| characters.get(range).unwrap_or_default().iter().collect::<String>();
    let length = characters.len();
    if length <= 12 {
        return "*".repeat(length);
    }
    format!("{}{}{}", shown(0..8), "*".repeat(length - 12), shown(length - 4..length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_known_or_refused_without_being_shown() {
        let keys = Keys::default();
        assert_eq!(keys.admit(Some(SECRET_KEY)), Ok(()));
        let refused = keys.admit(Some("sk_test_secretsecretsecret")).unwrap_err();
        assert_eq!((refused.status(), refused.message().contains("secretsecret")), (401, false));
        assert_eq!(keys.admit(None).unwrap_err().status(), 401);
    }

    #[test]
    fn a_restricted_key_is_told_which_permission_it_lacks() {
        let mut keys = Keys::default();
        keys.restrict("rk_test_aaaaaaaaaaaaaaaa".to_owned(), [Permission::write("charge")]);
        let permit = |permission| keys.permit("rk_test_aaaaaaaaaaaaaaaa", permission, "acct_1");
        assert_eq!(permit(Permission::read("charge")), Ok(()));
        let refused = permit(Permission::write("payment_intent")).unwrap_err();
        assert_eq!(refused.status(), 403);
        assert!(refused.message().contains("'rak_payment_intent_write'"), "{}", refused.message());
    }
}
