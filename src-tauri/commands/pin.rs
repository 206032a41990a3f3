//! The owner's PIN: set, checked and removed in the vault. Each takes a moment, because it is made to be slow to guess.

use std::sync::Arc;

use keys::{Mnemonic, Pin, PinError, PinState, Vault};

use super::{Asker, refuse};
use crate::app::App;
use crate::dto::error::{AppError, ErrorCode};
use crate::dto::pin::{PinCheckRequest, PinForgetRequest, PinSetRequest, PinStatusDto};
use crate::dto::status::Nothing;
use crate::till::{Till, moment};

pub(super) async fn pin_status(app: &Arc<App>, _: Asker, _: Nothing) -> Result<PinStatusDto, AppError> {
    status(&*app.till().await?).await
}

pub(super) async fn pin_check(
    app: &Arc<App>,
    _: Asker,
    request: PinCheckRequest,
) -> Result<PinStatusDto, AppError> {
    let till = app.till().await?;
    let (pin, now) = (read(&request.pin)?, moment(till.engine.clock().now()));
    in_vault(&till, move |vault| vault.check_pin(&pin, now)).await?;
    status(&till).await
}

pub(super) async fn pin_set(
    app: &Arc<App>,
    _: Asker,
    request: PinSetRequest,
) -> Result<PinStatusDto, AppError> {
    let till = app.till().await?;
    let (new, now) = (read(&request.new)?, moment(till.engine.clock().now()));
    match request.present.as_deref().map(read).transpose()? {
        None => in_vault(&till, move |vault| vault.set_pin(&new)).await?,
        Some(present) => in_vault(&till, move |vault| vault.change_pin(&present, &new, now)).await?,
    }
    status(&till).await
}

pub(super) async fn pin_forget(
    app: &Arc<App>,
    _: Asker,
    request: PinForgetRequest,
) -> Result<PinStatusDto, AppError> {
    let till = app.till().await?;
    let now = moment(till.engine.clock().now());
    if let Ok(pin) = Pin::parse(&request.proof) {
        in_vault(&till, move |vault| vault.forget_pin(&pin, now)).await?;
    } else {
        let words = Mnemonic::parse(&request.proof);
        let words = words.map_err(|error| refuse(ErrorCode::BadRequest, error.to_string()))?;
        in_vault(&till, move |vault| vault.forget_pin_by_words(&words)).await?;
    }
    status(&till).await
}

async fn status(till: &Till) -> Result<PinStatusDto, AppError> {
    let now = moment(till.engine.clock().now());
    Ok(match in_vault(till, move |vault| vault.pin_state(now)).await? {
        PinState::NotSet => PinStatusDto { is_set: false, wait_seconds: 0 },
        PinState::Ready => PinStatusDto { is_set: true, wait_seconds: 0 },
        PinState::Waits { seconds } => {
            PinStatusDto { is_set: true, wait_seconds: u32::try_from(seconds).unwrap_or(u32::MAX) }
        }
    })
}

fn read(typed: &str) -> Result<Pin, AppError> {
    Pin::parse(typed).map_err(|error| refused(&error.into()))
}

/// Asks the vault off the runtime.
async fn in_vault<T: Send + 'static>(
    till: &Till,
    ask: impl FnOnce(&Vault) -> Result<T, PinError> + Send + 'static,
) -> Result<T, AppError> {
    let vault = till.vault.clone();
    let asked = tokio::task::spawn_blocking(move || ask(&vault)).await;
    asked.map_err(|error| refuse(ErrorCode::Internal, error.to_string()))?.map_err(|error| refused(&error))
}

fn refused(error: &PinError) -> AppError {
    let code = match error {
        PinError::Wrong { .. } | PinError::Waits { .. } => ErrorCode::WrongPin,
        PinError::NotSet | PinError::AlreadySet => ErrorCode::NotNow,
        PinError::Refused(_) | PinError::OtherWords => ErrorCode::BadRequest,
        PinError::Damaged | PinError::Vault(_) => ErrorCode::Keyring,
        PinError::NoRandomness(_) => ErrorCode::Internal,
    };
    refuse(code, error.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use settings::Mode;

    use super::*;
    use crate::app::OpenOptions;

    /// Practice keeps its PIN in memory, so no keyring is needed.
    async fn practice() -> (tempfile::TempDir, Arc<App>) {
        let folder = tempfile::tempdir().unwrap();
        let options = OpenOptions { data_dir: folder.path().to_owned(), mode: Mode::Practice };
        let app = App::open(options).await.unwrap();
        (folder, app)
    }

    async fn ask(app: &Arc<App>, name: &str, request: Value) -> Result<Value, AppError> {
        app.call_as(Asker::Window, name, request).await
    }

    #[tokio::test]
    async fn the_pin_is_set_once_checked_changed_and_removed() {
        let (_folder, app) = practice().await;
        assert_eq!(ask(&app, "pin_status", json!({})).await.unwrap()["is_set"], false);
        let first = json!({ "present": null, "new": "593164" });
        assert_eq!(ask(&app, "pin_set", first.clone()).await.unwrap()["is_set"], true);
        assert_eq!(ask(&app, "pin_set", first).await.unwrap_err().code, ErrorCode::NotNow);
        ask(&app, "pin_check", json!({ "pin": "593164" })).await.unwrap();
        ask(&app, "pin_set", json!({ "present": "593164", "new": "847205" })).await.unwrap();
        let old = ask(&app, "pin_check", json!({ "pin": "593164" })).await.unwrap_err();
        assert_eq!(old.code, ErrorCode::WrongPin);
        assert_eq!(ask(&app, "pin_forget", json!({ "proof": "847205" })).await.unwrap()["is_set"], false);
        app.stop().await;
    }

    #[tokio::test]
    async fn wrong_pins_make_everybody_wait_and_no_refusal_repeats_one() {
        let (_folder, app) = practice().await;
        ask(&app, "pin_set", json!({ "present": null, "new": "593164" })).await.unwrap();
        for _ in 0..3 {
            let refused = ask(&app, "pin_check", json!({ "pin": "111213" })).await.unwrap_err();
            assert!(refused.code == ErrorCode::WrongPin && !refused.detail.contains("1112"), "{refused:?}");
        }
        let seconds = ask(&app, "pin_status", json!({})).await.unwrap()["wait_seconds"].clone();
        assert!(seconds.as_u64().is_some_and(|seconds| (25..=30).contains(&seconds)), "{seconds}");
        let right = ask(&app, "pin_check", json!({ "pin": "593164" })).await.unwrap_err();
        assert_eq!(right.code, ErrorCode::WrongPin);
        app.stop().await;
    }
}
