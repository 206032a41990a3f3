//! What looks like a secret or a card number is masked before it is written: the second fence, for whatever the first one,
//! that secrets can't be printed and card numbers don't get in, did not stop. Works on texts, knows no secret, and may mask
//! too much.

use std::borrow::Cow;
use std::ops::Range;

/// What stands in a secret's place.
const MASK: &str = "[masked]";

/// Words of the list for wallets in a row that are no accident any more; a wallet has twelve at least. Sentences and
/// names reach four.
const WORDS_IN_A_ROW: usize = 6;

/// How keys begin: those of Stripe, and extended private keys (BIP-32 and its relatives).
const KEY_BEGINNINGS: &[&str] = &["sk_", "rk_", "whsec_", "xprv", "tprv", "yprv", "zprv", "uprv", "vprv"];
/// Shorter words are no keys.
const KEY_CHARS_MIN: usize = 12;

/// What stands before a token: of HTTP, of the till's own address, of its feed.
const BEFORE_TOKENS: &[&str] = &["bearer ", "basic ", "#token=", "token."];

/// The text with a mask over everything that looks like a secret, and card numbers shortened.
pub(super) fn masked(text: &str) -> Cow<'_, str> {
    match card_numbers::masked(text) {
        Cow::Borrowed(text) => without_secrets(text),
        Cow::Owned(text) => Cow::Owned(without_secrets(&text).into_owned()),
    }
}

fn without_secrets(text: &str) -> Cow<'_, str> {
    let mut found: Vec<Range<usize>> =
        keys(text).chain(tokens(text)).chain(people_in_addresses(text)).collect();
    found.extend(mnemonics(text));
    if found.is_empty() {
        return Cow::Borrowed(text);
    }
    found.sort_unstable_by_key(|range| (range.start, range.end));
    let (mut clean, mut end) = (String::with_capacity(text.len()), 0);
    for range in found {
        if range.start >= end {
            clean.push_str(&text[end..range.start]);
            clean.push_str(MASK);
        }
        end = end.max(range.end);
    }
    clean.push_str(&text[end..]);
    Cow::Owned(clean)
}

/// Pieces of a text that consist of such characters.
fn pieces(text: &str, belongs: impl Fn(char) -> bool) -> impl Iterator<Item = Range<usize>> {
    let mut rest = 0;
    std::iter::from_fn(move || {
        let start = rest + text[rest..].find(&belongs)?;
        let length = text[start..].find(|c| !belongs(c)).unwrap_or(text.len() - start);
        rest = start + length;
        Some(start..rest)
    })
}

const fn belongs_to_key(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
}

fn keys(text: &str) -> impl Iterator<Item = Range<usize>> {
    pieces(text, belongs_to_key).filter_map(|piece| {
        let word = &text[piece.clone()];
        let begins = KEY_BEGINNINGS.iter().filter_map(|beginning| begin(word, beginning)).min()?;
        (word.len() - begins >= KEY_CHARS_MIN).then_some(piece.start + begins..piece.end)
    })
}

/// Where a key begins in a word: at its start, or after something that is no letter.
fn begin(word: &str, beginning: &str) -> Option<usize> {
    let is_within = |at: usize| word[..at].ends_with(|c: char| c.is_ascii_alphanumeric());
    word.match_indices(beginning).map(|(at, _)| at).find(|at| !is_within(*at))
}

/// What follows a word after which a token stands, up to the next blank, quote or comma.
fn tokens(text: &str) -> impl Iterator<Item = Range<usize>> {
    let lower = text.to_ascii_lowercase();
    BEFORE_TOKENS.iter().flat_map(move |before| {
        let places: Vec<usize> = lower.match_indices(before).map(|(at, _)| at + before.len()).collect();
        places.into_iter().filter_map(|start| {
            let token = text[start..].split([' ', '"', '\'', ',', '\n', '\r', ')', '}', '&']).next()?;
            (token.len() >= KEY_CHARS_MIN).then_some(start..start + token.len())
        })
    })
}

/// `user:password` of an address such as `http://user:password@host`.
fn people_in_addresses(text: &str) -> impl Iterator<Item = Range<usize>> {
    text.match_indices("://").filter_map(|(at, separator)| {
        let start = at + separator.len();
        let authority = text[start..].split(['/', ' ', '"', '\'', '\n', '?', '#']).next()?;
        let end = start + authority.rfind('@')?;
        (start < end).then_some(start..end)
    })
}

/// Runs of words for wallets, whatever stands between them: blanks, quotes, numbers, line ends.
fn mnemonics(text: &str) -> Vec<Range<usize>> {
    let (mut found, mut run) = (Vec::new(), Vec::new());
    for word in pieces(text, |c| c.is_ascii_alphabetic()) {
        if keys::is_mnemonic_word(&text[word.clone()].to_ascii_lowercase()) {
            run.push(word);
        } else {
            found.extend(long_enough(&run));
            run.clear();
        }
    }
    found.extend(long_enough(&run));
    found
}

fn long_enough(run: &[Range<usize>]) -> Option<Range<usize>> {
    let (first, last) = (run.first()?, run.last()?);
    (run.len() >= WORDS_IN_A_ROW).then_some(first.start..last.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_secret_is_masked_and_what_stands_around_it_stays() {
        for (said, written) in [
            ("key sk_live_51H8abcdefgh refused", "key [masked] refused"),
            ("key=rk_test_51H8abcdefgh, again", "key=[masked], again"),
            ("secret: \"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\"", "secret: \"[masked]\""),
            ("authorization: Bearer 0123456789abcdef01234567\n", "authorization: Bearer [masked]\n"),
            (
                "open http://127.0.0.1:8480/#token=0123456789abcdef0123",
                "open http://127.0.0.1:8480/#token=[masked]",
            ),
            ("protocols tillstream, token.0123456789abcdef0123", "protocols tillstream, token.[masked]"),
            ("asked http://alice:hunter2@10.0.0.1:8332/wallet", "asked http://[masked]@10.0.0.1:8332/wallet"),
            ("wpkh(tprv8ZgxMBicQKsPd7Uf69XL1XwhmjHopUGep8GuEi)", "wpkh([masked])"),
            (
                "words legal winner thank year wave sausage worth useful legal winner thank yellow.",
                "words [masked].",
            ),
            ("[\"LEGAL\",\"WINNER\",\"THANK\",\"YEAR\",\"WAVE\",\"SAUSAGE\"]", "[\"[masked]\"]"),
            ("1. legal\n2. winner\n3. thank\n4. year\n5. wave\n6. sausage\n", "1. [masked]\n"),
            ("sk_live_aaaaaaaaaaaa and sk_live_bbbbbbbbbbbb", "[masked] and [masked]"),
            ("Bearer sk_live_aaaaaaaaaaaa", "Bearer [masked]"),
            ("grüße an ünïcode: sk_live_aaaaaaaaaaaa ✓", "grüße an ünïcode: [masked] ✓"),
            ("paid by 4242 4242 4242 4242, key sk_live_aaaaaaaaaaaa", "paid by •••• 4242, key [masked]"),
        ] {
            assert_eq!(masked(said), written);
        }
    }

    #[test]
    fn what_the_till_says_every_day_stays_as_it_is() {
        for said in [
            "2026-11-21T15:00:00Z  WARN engine::rails: the watch ended; it is opened anew rail=bitcoin",
            "following a bitcoin server server=electrum+ssl://electrum.example.org:50002",
            "take_parcel{instructions=256 first=task_force-0001}: engine::bookkeeper: answered took_us=440",
            "payment pay_0192f0c1a2b37c4d8e5f60718293a4b5 of invoice inv_0192f0c1a2b37c4d8e5f60718293a4b5",
            "account wpkh([73c5da0a/84h/1h/0h]tpubDC8msFGeGuwnKG9Upg7DM2b4DaRqg3CUZa5g8v2SRQ6K4NSkxUgd7HsL2)",
            "the books can be checked again later: what was confirmed is there",
            "mail till@example.org when a bearer of news comes",
            "",
        ] {
            assert!(matches!(masked(said), Cow::Borrowed(_)), "{}", masked(said));
        }
    }
}
