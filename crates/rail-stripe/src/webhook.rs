//! Letters of Stripe's to a shop with a relay (<https://docs.stripe.com/webhooks#verify-manually>): the signature is an
//! HMAC-SHA256 over the time, a dot and the body as it came. Any one of several may match, while a secret is rolled.
//!
//! A letter that is proved genuine says which payment to read anew, and nothing else of it is believed: so an old, a
//! repeated and an overtaken one end the same.

use hmac::{Hmac, Mac};
use miniserde::Deserialize;
use miniserde::json::{self, Value};
use payment::Timestamp;
use payment::card::{CardNotice, CardReport, NoticeRefused};
use sha2::Sha256;

use crate::events::{KINDS, touched};
use crate::rail::StripeRail;

/// Seconds after which a letter is not taken any more, as in Stripe's own libraries.
const AGE_MAX: i64 = 300;

/// The parts of an event that are looked at.
#[derive(Deserialize)]
struct Letter {
    #[serde(rename = "type")]
    kind: String,
    livemode: bool,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    object: Value,
}

impl StripeRail {
    pub(crate) async fn receive_letter(&self, notice: CardNotice<'_>) -> Result<CardReport, NoticeRefused> {
        let secret = self.webhook_secret.as_deref().ok_or(NoticeRefused::NotSetUp)?;
        prove(secret, notice)?;
        let body = std::str::from_utf8(notice.body).map_err(|_| NoticeRefused::Unreadable)?;
        let letter: Letter = json::from_str(body).map_err(|_| NoticeRefused::Unreadable)?;
        if letter.livemode != self.is_live {
            return Err(NoticeRefused::OtherMode);
        }
        if !KINDS.contains(&letter.kind.as_str()) {
            return Err(NoticeRefused::NotNeeded(letter.kind));
        }
        let touched = touched(&letter.data.object).ok_or(NoticeRefused::NotNeeded(letter.kind))?;
        let mut report = CardReport::default();
        self.read_anew(touched, &mut report).await?;
        Ok(report)
    }
}

/// Did Stripe sign this body, a moment ago? Compared in constant time.
fn prove(secret: &str, notice: CardNotice<'_>) -> Result<(), NoticeRefused> {
    let entries = || notice.signature.split(',').filter_map(|entry| entry.trim().split_once('='));
    let time = entries().find_map(|(name, value)| (name == "t").then_some(value));
    let time = time.ok_or(NoticeRefused::Unsigned)?;
    let signed_at: i64 = time.parse().map_err(|_| NoticeRefused::Unsigned)?;
    let signatures: Vec<Vec<u8>> =
        entries().filter(|(name, _)| *name == "v1").filter_map(|(_, hex)| hex::decode(hex).ok()).collect();
    if signatures.is_empty() {
        return Err(NoticeRefused::Unsigned);
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_err(|_| NoticeRefused::NotSetUp)?;
    mac.update(time.as_bytes());
    mac.update(b".");
    mac.update(notice.body);
    if !signatures.iter().any(|signature| mac.clone().verify_slice(signature).is_ok()) {
        return Err(NoticeRefused::Forged);
    }
    let age = seconds(notice.received) - signed_at;
    if age > AGE_MAX { Err(NoticeRefused::TooOld(age)) } else { Ok(()) }
}

const fn seconds(at: Timestamp) -> i64 {
    at.millis() / 1_000
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_abc";
    const BODY: &[u8] = br#"{"id":"evt_1"}"#;
    const NOW: i64 = 1_790_000_000;

    fn signature(secret: &str, time: &str, body: &[u8]) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(time.as_bytes());
        mac.update(b".");
        mac.update(body);
        hex::encode(mac.finalize().into_bytes())
    }

    fn proved(signature: &str, body: &[u8]) -> Result<(), NoticeRefused> {
        let received = Timestamp::from_millis(NOW * 1_000);
        prove(SECRET, CardNotice { body, signature, received })
    }

    #[test]
    fn one_of_several_signatures_is_enough_while_a_secret_is_rolled() {
        let time = NOW.to_string();
        let (old, new) = (signature("whsec_old", &time, BODY), signature(SECRET, &time, BODY));
        assert_eq!(proved(&format!("t={time},v1={old},v1={new},v0=00"), BODY), Ok(()));
        assert_eq!(proved(&format!("t={time},v1={old}"), BODY), Err(NoticeRefused::Forged));
    }

    #[test]
    fn a_body_that_was_changed_or_cut_off_and_a_time_that_was_changed_are_found() {
        let time = NOW.to_string();
        let header = format!("t={time},v1={}", signature(SECRET, &time, BODY));
        assert_eq!(proved(&header, &BODY[..5]), Err(NoticeRefused::Forged));
        assert_eq!(proved(&header, br#"{"id":"evt_2"}"#), Err(NoticeRefused::Forged));
        let earlier = (NOW - 60).to_string();
        let header = format!("t={time},v1={}", signature(SECRET, &earlier, BODY));
        assert_eq!(proved(&header, BODY), Err(NoticeRefused::Forged));
    }

    #[test]
    fn a_letter_is_good_for_five_minutes() {
        for (age, expected) in [(300, Ok(())), (301, Err(NoticeRefused::TooOld(301))), (-60, Ok(()))] {
            let time = (NOW - age).to_string();
            assert_eq!(proved(&format!("t={time},v1={}", signature(SECRET, &time, BODY)), BODY), expected);
        }
    }

    #[test]
    fn a_header_that_is_none_is_refused() {
        for header in ["", "t=", "v1=00", "t=1", "t=x,v1=00", "t=1,v1=zz", "t=1,v0=00", "=,=", "t=1,v1="] {
            assert!(
                matches!(proved(header, BODY), Err(NoticeRefused::Unsigned | NoticeRefused::Forged)),
                "{header}"
            );
        }
    }
}
