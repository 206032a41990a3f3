//! What a secret key says of itself (<https://docs.stripe.com/keys>): whose it is nobody can tell, but whether it moves
//! real money stands in its first letters.

use thiserror::Error;

/// What a key may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// Only what it was given: what a till should have.
    Restricted,
    /// Everything.
    Secret,
}

/// Why a key is not taken.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum KeyRefused {
    /// It moves real money, and this till does not.
    #[error("this is a live key, and only live mode moves real money: store a test key (rk_test_…) here")]
    Live,
    /// It is for trying, and this till is live.
    #[error("this is a test key, and live mode needs a live one (rk_live_…)")]
    Test,
    /// It is for browsers.
    #[error("this is a publishable key: the till needs a restricted one (rk_…), which Stripe shows once")]
    Publishable,
    /// It is none.
    #[error("this is no key of Stripe's: it begins with rk_test_ or rk_live_")]
    Unknown,
}

/// Looks at a key. `live`: the till moves real money.
///
/// # Errors
/// When the key is of another mode, or no secret key.
pub fn look(key: &str, live: bool) -> Result<KeyKind, KeyRefused> {
    let (kind, rest) = match (key.strip_prefix("rk_"), key.strip_prefix("sk_")) {
        (Some(rest), _) => (KeyKind::Restricted, rest),
        (None, Some(rest)) => (KeyKind::Secret, rest),
        (None, None) if key.starts_with("pk_") => return Err(KeyRefused::Publishable),
        (None, None) => return Err(KeyRefused::Unknown),
    };
    match (rest.split_once('_'), live) {
        (Some(("live", secret)), true) | (Some(("test", secret)), false) if is_plain(secret) => Ok(kind),
        (Some(("live", _)), false) => Err(KeyRefused::Live),
        (Some(("test", _)), true) => Err(KeyRefused::Test),
        _ => Err(KeyRefused::Unknown),
    }
}

/// Does a key move real money?
pub(crate) fn is_live(key: &str) -> bool {
    key.starts_with("rk_live_") || key.starts_with("sk_live_")
}

fn is_plain(secret: &str) -> bool {
    secret.len() >= 8 && secret.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn test_and_live_keys_can_not_be_mixed_up() {
        assert_eq!(look("rk_test_51Habc123", false), Ok(KeyKind::Restricted));
        assert_eq!(look("sk_live_51Habc123", true), Ok(KeyKind::Secret));
        assert_eq!(look("rk_live_51Habc123", false), Err(KeyRefused::Live));
        assert_eq!(look("sk_test_51Habc123", true), Err(KeyRefused::Test));
    }

    #[test]
    fn what_is_no_secret_key_is_refused_with_what_to_store_instead() {
        assert_eq!(look("pk_test_51Habc123", false), Err(KeyRefused::Publishable));
        for other in
            ["", "rk_", "rk_test_", "rk_test_short", "rk_test_with space", "whsec_abc", "rk_prod_51Habc123"]
        {
            assert_eq!(look(other, false), Err(KeyRefused::Unknown), "{other}");
        }
    }
}
