//! Setting Stripe up: its key goes into the keyring and is never read back, and what Stripe says to it is shown.

use std::sync::Arc;

use keys::{Secret, SecretName, Vault, VaultError};
use payment::card::{CardRail, ConnectionCheck, ReaderPlace, ReaderWish};
use payment::{RailError, RailId};
use rail_stripe::key::{self, KeyRefused};
use settings::Mode;

use super::{Asker, refuse};
use crate::app::App;
use crate::dto::error::{AppError, ErrorCode};
use crate::dto::status::Nothing;
use crate::dto::stripe::{
    StripeReaderDto, StripeReaderRegisterRequest, StripeSecretDto, StripeSecretForgetRequest,
    StripeSecretSetRequest, StripeStatusDto,
};
use crate::till::{CardsCheck, Till};
use crate::view;

pub(super) async fn stripe_status(app: &Arc<App>, _: Asker, _: Nothing) -> Result<StripeStatusDto, AppError> {
    view::stripe::status(&*app.till().await?).await
}

/// Asks Stripe whose account the key opens, and what it may not do.
pub(super) async fn stripe_check(app: &Arc<App>, _: Asker, _: Nothing) -> Result<StripeStatusDto, AppError> {
    let till = app.till().await?;
    let at = till.engine.clock().now().wall;
    let (problem, connection) = match checked(&till).await {
        Ok(connection) => (connection.as_ref().map(shortcoming).unwrap_or_default(), connection),
        Err(error) => (error.reason().to_owned(), None),
    };
    till.cards_check.send_replace(Some(CardsCheck { at, problem, connection }));
    view::stripe::status(&till).await
}

/// What the processor says; `None` when cards are simulated, and there is nobody to ask.
async fn checked(till: &Till) -> Result<Option<ConnectionCheck>, RailError> {
    match card_rail(till)?.office() {
        Some(office) => office.check().await.map(Some),
        None => Ok(None),
    }
}

/// What keeps cards from being taken although Stripe was reached, in one line.
fn shortcoming(connection: &ConnectionCheck) -> String {
    let missing: Vec<&str> = connection.missing().map(|permission| permission.name).collect();
    if !missing.is_empty() {
        return format!("the key may not do everything a till needs: switch on {}", missing.join(", "));
    }
    match &connection.account {
        Some(account) if !account.takes_payments => {
            "the account can't take payments yet: finish setting it up in Stripe's dashboard".to_owned()
        }
        _ => String::new(),
    }
}

/// The readers that the settings can choose from.
pub(super) async fn stripe_readers(
    app: &Arc<App>,
    _: Asker,
    _: Nothing,
) -> Result<Vec<StripeReaderDto>, AppError> {
    let till = app.till().await?;
    let Some(office) = card_rail(&till).map_err(refused)?.office() else { return Ok(Vec::new()) };
    Ok(office.readers().await.map_err(refused)?.iter().map(view::stripe::reader).collect())
}

/// Makes a reader the shop's.
pub(super) async fn stripe_reader_register(
    app: &Arc<App>,
    _: Asker,
    request: StripeReaderRegisterRequest,
) -> Result<StripeReaderDto, AppError> {
    let till = app.till().await?;
    let simulated = || refuse(ErrorCode::NotNow, "practice mode has its simulated reader already");
    let office = card_rail(&till).map_err(refused)?.office().ok_or_else(simulated)?;
    let place = request.place.map(|place| ReaderPlace {
        name: place.name,
        country: place.country,
        line: place.line,
        city: place.city,
        postal_code: place.postal_code,
        state: (!place.state.is_empty()).then_some(place.state),
    });
    let wish = ReaderWish { code: request.code, label: request.label, place };
    Ok(view::stripe::reader(&office.register(&wish).await.map_err(refused)?))
}

/// The rail that takes cards, or why it can't.
pub(super) fn card_rail(till: &Till) -> Result<&Arc<dyn CardRail>, RailError> {
    let off = || RailError::Misconfigured("cards are switched off in Settings, Cards".to_owned());
    till.engine.card_rail(RailId::STRIPE).ok_or_else(off)?.as_ref().map_err(RailError::clone)
}

/// What a processor did not do, for whoever asked.
pub(super) fn refused(error: RailError) -> AppError {
    match error {
        RailError::Unknown(reason) => refuse(ErrorCode::Unknown, reason),
        RailError::Declined(reason) => refuse(ErrorCode::BadRequest, reason),
        other => refuse(ErrorCode::RailUnavailable, other.reason()),
    }
}

pub(super) async fn stripe_secret_set(
    app: &Arc<App>,
    _: Asker,
    request: StripeSecretSetRequest,
) -> Result<StripeStatusDto, AppError> {
    let till = app.till().await?;
    refuse_in_practice(&till)?;
    let (name, secret) = (stored_name(request.name), Secret::new(request.secret.trim()));
    check_secret(till.mode, name, &secret).map_err(|problem| refuse(ErrorCode::BadRequest, problem))?;
    in_keyring(&till, move |vault| vault.set(name, &secret)).await?;
    reopened(app, till.mode).await
}

pub(super) async fn stripe_secret_forget(
    app: &Arc<App>,
    _: Asker,
    request: StripeSecretForgetRequest,
) -> Result<StripeStatusDto, AppError> {
    let till = app.till().await?;
    refuse_in_practice(&till)?;
    let name = stored_name(request.name);
    in_keyring(&till, move |vault| vault.forget(name).map(|_| ())).await?;
    reopened(app, till.mode).await
}

/// Opens the till anew, because a secret of Stripe's changed in the keyring: rails read theirs when they are opened.
pub(super) async fn stripe_reopen(app: &Arc<App>, _: Asker, _: Nothing) -> Result<StripeStatusDto, AppError> {
    let mode = app.till().await?.mode;
    reopened(app, mode).await
}

/// Does a secret of Stripe's fit this till? A key that moves real money is let into live books alone, and no other.
///
/// # Errors
/// What to store instead, without the secret.
pub(crate) fn check_secret(mode: Mode, name: SecretName, secret: &Secret) -> Result<(), String> {
    match name {
        SecretName::StripeKey => key::look(secret.expose(), mode == Mode::Live)
            .map(|_| ())
            .map_err(|refused: KeyRefused| refused.to_string()),
        SecretName::StripeWebhook if !secret.expose().starts_with("whsec_") => {
            Err("this is no signing secret of a webhook: it begins with whsec_".to_owned())
        }
        _ => Ok(()),
    }
}

const fn stored_name(name: StripeSecretDto) -> SecretName {
    match name {
        StripeSecretDto::Key => SecretName::StripeKey,
        StripeSecretDto::Webhook => SecretName::StripeWebhook,
    }
}

/// Asks the keyring off the runtime.
async fn in_keyring(
    till: &Till,
    ask: impl FnOnce(&Vault) -> Result<(), VaultError> + Send + 'static,
) -> Result<(), AppError> {
    let vault = till.vault.clone();
    let asked = tokio::task::spawn_blocking(move || ask(&vault)).await;
    let answer = asked.map_err(|error| refuse(ErrorCode::Internal, error.to_string()))?;
    answer.map_err(|error| refuse(ErrorCode::Keyring, error.to_string()))
}

async fn reopened(app: &Arc<App>, mode: Mode) -> Result<StripeStatusDto, AppError> {
    view::stripe::status(&*app.reopen(mode).await?).await
}

fn refuse_in_practice(till: &Till) -> Result<(), AppError> {
    if till.mode == Mode::Practice {
        return Err(refuse(ErrorCode::NotNow, "practice mode needs no key: its cards are simulated"));
    }
    Ok(())
}
