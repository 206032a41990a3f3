//! Setting Stripe up: its key goes into the keyring and is never read back, and what Stripe says to it is shown.

use std::sync::Arc;

use keys::{Secret, SecretName, Vault, VaultError};
use payment::RailId;
use rail_stripe::key::{self, KeyRefused};
use settings::Mode;

use super::{Asker, refuse};
use crate::app::App;
use crate::dto::error::{AppError, ErrorCode};
use crate::dto::status::Nothing;
use crate::dto::stripe::{
    StripeSecretDto, StripeSecretForgetRequest, StripeSecretSetRequest, StripeStatusDto,
};
use crate::till::{CardsCheck, Till};
use crate::view;

pub(super) async fn stripe_status(app: &Arc<App>, _: Asker, _: Nothing) -> Result<StripeStatusDto, AppError> {
    view::stripe::status(&*app.till().await?).await
}

/// Looks whether cards can be taken now.
pub(super) async fn stripe_check(app: &Arc<App>, _: Asker, _: Nothing) -> Result<StripeStatusDto, AppError> {
    let till = app.till().await?;
    let problem = match till.engine.card_rail(RailId::STRIPE) {
        Some(Ok(rail)) => view::tender::problem(rail.health()),
        Some(Err(error)) => error.reason().to_owned(),
        None => "cards are switched off".to_owned(),
    };
    let at = till.engine.clock().now().wall;
    till.cards_check.send_replace(Some(CardsCheck { at, problem }));
    view::stripe::status(&till).await
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
