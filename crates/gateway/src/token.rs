//! The token that proves a browser was opened by whoever may read the till's files.

use std::fmt;

use subtle::ConstantTimeEq;
use thiserror::Error;

const TOKEN_BYTES: usize = 32;

/// 32 random bytes, written as 64 hex digits. A new one is made at every start.
pub struct Token(String);

/// The operating system gave no random bytes.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("the operating system gave no random bytes, so no safe token can be made: restart the machine")]
pub struct NoRandomness;

impl Token {
    /// Makes a token nobody can guess.
    ///
    /// # Errors
    /// When the operating system has no randomness to give.
    pub fn generate() -> Result<Self, NoRandomness> {
        let mut bytes = [0; TOKEN_BYTES];
        getrandom::fill(&mut bytes).map_err(|_| NoRandomness)?;
        Ok(Self(hex::encode(bytes)))
    }

    /// The text to put behind `#token=` and into the control file; never into a log or an error.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Compares without telling by its duration how much was right.
    pub(crate) fn is(&self, offered: &str) -> bool {
        self.0.as_bytes().ct_eq(offered.as_bytes()).into()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_differ_and_are_64_hex_digits() {
        let (one, other) = (Token::generate().unwrap(), Token::generate().unwrap());
        assert_ne!(one.expose(), other.expose());
        assert!(one.expose().len() == 64 && one.expose().bytes().all(|byte| byte.is_ascii_hexdigit()));
    }

    #[test]
    fn only_the_whole_token_is_the_token() {
        let token = Token::generate().unwrap();
        let text = token.expose().to_owned();
        assert!(token.is(&text));
        assert!(!token.is(&text[..63]) && !token.is("") && !token.is(&format!("{text}0")));
        assert!(!token.is(&Token::generate().unwrap().0));
    }

    #[test]
    fn debug_hides_the_token() {
        assert_eq!(format!("{:?}", Token::generate().unwrap()), "Token(…)");
    }
}
