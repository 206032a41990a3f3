//! The door to commands and feed: lets the right token in and slows down whoever guesses.
//!
//! A right token is let in however many wrong ones came before, so that nobody can lock the shop out by guessing.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::http::{HeaderMap, header};
use tokio::time::Instant;

use crate::Token;
use crate::refusal::Refusal;

const WRONG_TOKENS_PER_WINDOW_MAX: u32 = 10;
const WINDOW: Duration = Duration::from_secs(1);

pub(crate) struct Door {
    token: Token,
    wrong: Mutex<WrongTokens>,
}

/// Wrong tokens since a window began.
struct WrongTokens {
    since: Instant,
    count: u32,
}

impl Door {
    pub(crate) fn new(token: Token) -> Self {
        Self { token, wrong: Mutex::new(WrongTokens { since: Instant::now(), count: 0 }) }
    }

    /// Lets in whoever offers the token.
    pub(crate) fn admit(&self, offered: Option<&str>) -> Result<(), Refusal> {
        if offered.is_some_and(|offered| self.token.is(offered)) {
            return Ok(());
        }
        // A count is whole whatever a panicking thread did beside it.
        let mut wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        Err(wrong.one_more(Instant::now()))
    }
}

impl WrongTokens {
    fn one_more(&mut self, now: Instant) -> Refusal {
        if now.duration_since(self.since) >= WINDOW {
            *self = Self { since: now, count: 0 };
        }
        self.count = self.count.saturating_add(1);
        if self.count > WRONG_TOKENS_PER_WINDOW_MAX {
            Refusal::TOO_MANY_GUESSES
        } else {
            Refusal::WRONG_TOKEN
        }
    }
}

/// The token of `Authorization: Bearer TOKEN`.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim_start())
}

/// The token of `Sec-WebSocket-Protocol: tillstream, token.TOKEN`: browsers let no other header be set.
pub(crate) fn subprotocol(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::SEC_WEBSOCKET_PROTOCOL)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .find_map(|protocol| protocol.trim().strip_prefix("token."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guesses(door: &Door, count: usize) -> Vec<u16> {
        (0..count)
            .filter_map(|_| door.admit(Some("guess")).err())
            .map(|refusal| refusal.status.as_u16())
            .collect()
    }

    #[tokio::test(start_paused = true)]
    async fn the_eleventh_wrong_token_in_a_second_is_told_to_wait() {
        let door = Door::new(Token::generate().unwrap());
        assert_eq!(guesses(&door, 11), [vec![401; 10], vec![429]].concat());
        tokio::time::advance(WINDOW).await;
        assert_eq!(guesses(&door, 1), [401]);
    }

    #[tokio::test(start_paused = true)]
    async fn guessing_does_not_lock_out_the_right_token() {
        let token = Token::generate().unwrap();
        let right = token.expose().to_owned();
        let door = Door::new(token);
        guesses(&door, 1_000);
        assert_eq!(door.admit(Some(&right)), Ok(()));
    }

    #[test]
    fn the_token_is_found_in_either_header_and_nowhere_else() {
        let mut headers = HeaderMap::new();
        assert_eq!((bearer(&headers), subprotocol(&headers)), (None, None));
        headers.insert(header::AUTHORIZATION, "bearer abc".parse().unwrap());
        headers.insert(header::SEC_WEBSOCKET_PROTOCOL, "tillstream, token.def".parse().unwrap());
        assert_eq!((bearer(&headers), subprotocol(&headers)), (Some("abc"), Some("def")));
        headers.insert(header::AUTHORIZATION, "Basic abc".parse().unwrap());
        assert_eq!(bearer(&headers), None);
    }
}
