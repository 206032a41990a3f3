//! Idempotency as documented: the first answer to a key is kept, whatever it was, and replayed to the same request.
//!
//! Kept is what was carried out, a 500 included. What was refused before anything began leaves no trace. Keys are forgotten
//! after 24 hours. Source: <https://docs.stripe.com/api/idempotent_requests>.

use std::collections::HashMap;

use crate::clock::DAY;
use crate::wire::{Refusal, RefusalKind};

const KEY_CHARACTERS_MAX: usize = 255;

/// A request as it is compared with a later one of the same key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wish {
    pub(crate) path: String,
    pub(crate) form: Vec<u8>,
}

/// An answer as it is replayed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) status: u16,
    pub(crate) body: String,
    /// The id of the request that was carried out.
    pub(crate) request: String,
}

/// What the keys remember.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    entries: HashMap<String, Entry>,
}

#[derive(Debug)]
struct Entry {
    wish: Wish,
    first_seen: i64,
    /// `None` while the first request is under way.
    kept: Option<Kept>,
}

impl Memory {
    /// Claims a key for a request, or gives the answer to replay.
    ///
    /// # Errors
    /// A key that is too long, belongs to another request, or is in use right now.
    pub(crate) fn claim(
        &mut self,
        key: &str,
        wish: &Wish,
        now: i64,
        compares: bool,
    ) -> Result<Option<Kept>, Refusal> {
        if key.chars().count() > KEY_CHARACTERS_MAX {
            let message = format!("Idempotency keys can be up to {KEY_CHARACTERS_MAX} characters long.");
            return Err(Refusal::new(400, RefusalKind::Idempotency, message));
        }
        self.entries.retain(|_, entry| entry.kept.is_none() || now - entry.first_seen < DAY);
        let Some(entry) = self.entries.get(key) else {
            self.entries.insert(key.to_owned(), Entry { wish: wish.clone(), first_seen: now, kept: None });
            return Ok(None);
        };
        if compares && entry.wish != *wish {
            return Err(of_another(key, &entry.wish, wish));
        }
        entry.kept.clone().map(Some).ok_or_else(|| in_use(key))
    }

    /// Keeps the answer to a claimed key.
    pub(crate) fn keep(&mut self, key: &str, kept: Kept) {
        if let Some(entry) = self.entries.get_mut(key) {
            entry.kept = Some(kept);
        }
    }

    /// Lets go of a claimed key: nothing was carried out.
    pub(crate) fn let_go(&mut self, key: &str) {
        self.entries.remove(key);
    }
}

fn of_another(key: &str, first: &Wish, wish: &Wish) -> Refusal {
    let difference = if first.path == wish.path {
        "with the same parameters they were first used with".to_owned()
    } else {
        format!("for the same endpoint they were first used for ('{}' vs '{}')", wish.path, first.path)
    };
    let message = format!(
        "Keys for idempotent requests can only be used {difference}. Try using a key other than '{key}' if you meant to \
         execute a different request."
    );
    Refusal::new(400, RefusalKind::Idempotency, message)
}

/// Another request with the key is under way.
pub(crate) fn in_use(key: &str) -> Refusal {
    let message = format!(
        "There is currently another in-progress request using this Idempotent Key (that probably means you submitted \
         twice, and the other request is still going through): {key}. Please try again later."
    );
    Refusal::new(409, RefusalKind::Idempotency, message).code("idempotency_key_in_use")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(path: &str, form: &str) -> Wish {
        Wish { path: path.to_owned(), form: form.as_bytes().to_vec() }
    }

    fn kept() -> Kept {
        Kept { status: 500, body: "{}".to_owned(), request: "req_1".to_owned() }
    }

    #[test]
    fn the_first_answer_is_replayed_for_a_day() {
        let mut memory = Memory::default();
        let wish = wish("/v1/refunds", "charge=ch_1");
        assert_eq!(memory.claim("k", &wish, 0, true), Ok(None));
        memory.keep("k", kept());
        assert_eq!(memory.claim("k", &wish, DAY - 1, true), Ok(Some(kept())));
        assert_eq!(memory.claim("k", &wish, DAY, true), Ok(None));
    }

    #[test]
    fn a_key_belongs_to_its_request() {
        let mut memory = Memory::default();
        memory.claim("k", &wish("/a", "x=1"), 0, true).unwrap();
        memory.keep("k", kept());
        for other in [wish("/a", "x=2"), wish("/b", "x=1")] {
            assert_eq!(memory.claim("k", &other, 0, true).unwrap_err().status(), 400);
        }
    }

    #[test]
    fn a_key_in_use_conflicts_until_it_is_let_go() {
        let mut memory = Memory::default();
        let wish = wish("/a", "");
        memory.claim("k", &wish, 0, true).unwrap();
        assert_eq!(memory.claim("k", &wish, 0, true).unwrap_err().status(), 409);
        memory.let_go("k");
        assert_eq!(memory.claim("k", &wish, 0, true), Ok(None));
    }

    #[test]
    fn a_key_has_255_characters_at_most() {
        let mut memory = Memory::default();
        assert!(memory.claim(&"k".repeat(255), &wish("/a", ""), 0, true).is_ok());
        assert!(memory.claim(&"k".repeat(256), &wish("/a", ""), 0, true).is_err());
    }
}
