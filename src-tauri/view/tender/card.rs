//! Cards as ways to pay: at the reader on the counter, and on the customer's own phone.

use ::money::Money;
use payment::card::{CardTerms, CardWay};
use payment::rail::{RailError, RailHealth};
use payment::{RailId, Sale};
use settings::{Mode, Settings};

use crate::dto::card::CardWayDto;
use crate::dto::sale::{DepthDto, TenderDto, TenderReasonDto};
use crate::till::Till;
use crate::view::money;

/// The simulated reader's name.
const PRACTICE_READER: &str = "tmr_practice";

/// The reader on the counter, by the processor's name for it. Practice has its simulated one.
#[must_use]
pub fn shops_reader(mode: Mode, settings: &Settings) -> Option<String> {
    match mode {
        Mode::Practice => Some(PRACTICE_READER.to_owned()),
        Mode::Sandbox | Mode::Live => settings.stripe.reader.clone(),
    }
}

/// A card for what is still to pay.
pub(super) fn tender(
    till: &Till,
    settings: &Settings,
    sale: &Sale,
    rest: Money,
    way: CardWayDto,
) -> TenderDto {
    let off = off(till, settings, rest, way);
    let (reason, detail) = off.map_or((None, String::new()), |(reason, detail)| (Some(reason), detail));
    TenderDto {
        method: match way {
            CardWayDto::Reader => "card_reader".to_owned(),
            CardWayDto::Phone => "card_phone".to_owned(),
        },
        available: reason.is_none() && sale.payable().is_ok(),
        reason,
        detail,
        you_get: money(rest),
        coin: None,
        rate_source: String::new(),
        safe_at: DepthDto::AT_ONCE,
        chain: None,
    }
}

/// Why cards can't be taken so now. Without an answer from the processor there are none: nothing is taken offline.
fn off(till: &Till, settings: &Settings, rest: Money, way: CardWayDto) -> Option<(TenderReasonDto, String)> {
    if !settings.stripe.enabled {
        return Some((TenderReasonDto::SwitchedOff, String::new()));
    }
    let rail = match till.engine.card_rail(RailId::STRIPE) {
        Some(Ok(rail)) => rail,
        Some(Err(RailError::Misconfigured(reason))) => {
            return Some((TenderReasonDto::NotSetUp, reason.clone()));
        }
        Some(Err(error)) => return Some((TenderReasonDto::NoServer, error.to_string())),
        None => return Some((TenderReasonDto::NotSetUp, String::new())),
    };
    let way = match (way, shops_reader(till.mode, settings)) {
        (CardWayDto::Phone, _) => CardWay::Phone,
        (CardWayDto::Reader, Some(reader)) => CardWay::Reader(reader),
        (CardWayDto::Reader, None) => return Some((TenderReasonDto::NoReader, String::new())),
    };
    let health = rail.health();
    if !health.is_up() {
        return Some((TenderReasonDto::NoServer, problem(health)));
    }
    let terms = CardTerms { rail: RailId::STRIPE, amount: rest, way, capture: settings.stripe.capture };
    rail.accepts(&terms).err().map(|reason| (TenderReasonDto::AmountOutOfRange, reason))
}

/// What stands in the way of asking the processor, in one line; empty when nothing does.
#[must_use]
pub fn problem(health: RailHealth) -> String {
    health.servers.into_iter().find_map(|server| server.problem).unwrap_or_default()
}
