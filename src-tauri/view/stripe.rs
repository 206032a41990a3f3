//! Stripe for the settings screen and for the frame of every screen.

use keys::{Secret, SecretName};
use payment::RailId;
use payment::card::{Access, CardAccount, CardReader, PermissionCheck, ReaderTask};
use rail_stripe::key::{self, KeyKind};
use settings::{Mode, Settings};

use super::instant;
use super::tender::problem;
use crate::commands::refuse;
use crate::dto::error::{AppError, ErrorCode};
use crate::dto::status::CardsStatusDto;
use crate::dto::stripe::{
    StripeAccountDto, StripeCheckDto, StripeKeyDto, StripePermissionDto, StripeReaderDto, StripeStatusDto,
};
use crate::till::{CardsCheck, Till};

/// Characters of a key that tell it from others, and nothing more.
const END: usize = 4;

/// Everything the owner sees of Stripe.
///
/// # Errors
/// When the till is closing.
pub async fn status(till: &Till) -> Result<StripeStatusDto, AppError> {
    let settings = till.engine.settings();
    let (key, has_webhook_secret) = secrets(till).await?;
    let cards = cards(till, &settings);
    Ok(StripeStatusDto {
        enabled: cards.enabled,
        simulated: cards.simulated,
        api_base: settings.stripe.api_base.clone(),
        reader: settings.stripe.reader.clone().unwrap_or_default(),
        key,
        has_webhook_secret,
        up: cards.up,
        problem: cards.problem,
        check: till.cards_check.borrow().as_ref().map(check),
    })
}

/// Cards for the frame of every screen.
#[must_use]
pub fn cards(till: &Till, settings: &Settings) -> CardsStatusDto {
    let (set_up, up, problem) = match till.engine.card_rail(RailId::STRIPE) {
        Some(Ok(rail)) => {
            let health = rail.health();
            (true, health.is_up(), problem(health))
        }
        Some(Err(error)) => (false, false, error.reason().to_owned()),
        None => (till.mode == Mode::Practice, false, String::new()),
    };
    CardsStatusDto {
        enabled: settings.stripe.enabled,
        set_up,
        simulated: till.mode == Mode::Practice,
        up,
        problem,
    }
}

fn check(check: &CardsCheck) -> StripeCheckDto {
    let connection = check.connection.as_ref();
    StripeCheckDto {
        at: instant(check.at),
        problem: check.problem.clone(),
        account: connection.and_then(|connection| connection.account.as_ref()).map(account),
        permissions: connection.iter().flat_map(|found| &found.permissions).map(permission).collect(),
    }
}

fn account(account: &CardAccount) -> StripeAccountDto {
    StripeAccountDto {
        id: account.id.clone(),
        name: account.name.clone().unwrap_or_default(),
        takes_payments: account.takes_payments,
        pays_out: account.pays_out,
    }
}

fn permission(permission: &PermissionCheck) -> StripePermissionDto {
    StripePermissionDto {
        name: permission.name.to_owned(),
        write: permission.access == Access::Write,
        reason: permission.reason.to_owned(),
        granted: permission.is_granted,
    }
}

/// A reader of the shop's.
#[must_use]
pub fn reader(reader: &CardReader) -> StripeReaderDto {
    StripeReaderDto {
        id: reader.id.clone(),
        label: reader.label.clone(),
        device: reader.device.clone(),
        online: reader.is_online,
        heard_at: reader.heard_at.map(instant).unwrap_or_default(),
        busy: reader.task != ReaderTask::Idle,
    }
}

/// What the keyring holds, asked off the runtime. One that does not tell holds nothing.
async fn secrets(till: &Till) -> Result<(Option<StripeKeyDto>, bool), AppError> {
    let vault = till.vault.clone();
    let asked = tokio::task::spawn_blocking(move || {
        let key = vault.get(SecretName::StripeKey).ok().flatten();
        let webhook = vault.get(SecretName::StripeWebhook).is_ok_and(|secret| secret.is_some());
        (key.as_ref().and_then(end_of), webhook)
    });
    asked.await.map_err(|error| refuse(ErrorCode::Internal, error.to_string()))
}

/// What may be told of a key; `None` for what is no key of Stripe's.
fn end_of(key: &Secret) -> Option<StripeKeyDto> {
    let text = key.expose();
    let look = |live| key::look(text, live).ok().map(|kind| (live, kind));
    let (live, kind) = look(true).or_else(|| look(false))?;
    let last4 = text.get(text.len().checked_sub(END)?..)?.to_owned();
    Some(StripeKeyDto { live, restricted: kind == KeyKind::Restricted, last4 })
}
