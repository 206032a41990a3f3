//! Setting up the bitcoin wallet. Fresh words exist here only between being shown and being proven; then they are in
//! the keyring and nowhere else, and the settings have the account's public key.

use std::sync::{Arc, PoisonError};

use ::settings::{Mode, Network, Settings};
use keys::{BitcoinNetwork, Mnemonic, Secret, SecretName, Vault, WordCount, WordProof};

use super::{Asker, refuse, settings};
use crate::app::App;
use crate::dto::error::{AppError, ErrorCode};
use crate::dto::settings::SettingsDto;
use crate::dto::setup::{
    NewWalletWords, WalletCreateRequest, WalletImportRequest, WalletProveRequest, WalletWatchRequest,
};
use crate::till::Till;

/// Words that were shown and are not proven yet.
pub struct PendingWallet {
    mode: Mode,
    mnemonic: Mnemonic,
    proof: WordProof,
}

pub(super) async fn wallet_create(
    app: &Arc<App>,
    _: Asker,
    request: WalletCreateRequest,
) -> Result<NewWalletWords, AppError> {
    let till = app.till().await?;
    refuse_in_practice(&till)?;
    let count = match request.words {
        12 => WordCount::Twelve,
        24 => WordCount::TwentyFour,
        _ => return Err(refuse(ErrorCode::BadRequest, "a wallet has 12 or 24 words")),
    };
    let mnemonic = Mnemonic::create(count).map_err(|e| refuse(ErrorCode::Internal, e.to_string()))?;
    let proof = WordProof::ask(&mnemonic).map_err(|e| refuse(ErrorCode::Internal, e.to_string()))?;
    let words = mnemonic.words().map(str::to_owned).collect();
    let ask = proof.positions().iter().filter_map(|p| u8::try_from(p - 1).ok()).collect();
    *app.pending_wallet.lock().unwrap_or_else(PoisonError::into_inner) =
        Some(PendingWallet { mode: till.mode, mnemonic, proof });
    Ok(NewWalletWords { words, ask })
}

pub(super) async fn wallet_prove(
    app: &Arc<App>,
    _: Asker,
    request: WalletProveRequest,
) -> Result<SettingsDto, AppError> {
    let pending = app.pending_wallet.lock().unwrap_or_else(PoisonError::into_inner).take();
    let till = app.till().await?;
    let pending = pending
        .filter(|pending| pending.mode == till.mode)
        .ok_or_else(|| refuse(ErrorCode::NotNow, "create the words first"))?;
    let answers: Vec<&str> = request.answers.iter().map(String::as_str).collect();
    let is_proven =
        <&[&str; 3]>::try_from(answers.as_slice()).is_ok_and(|a| pending.proof.check(&pending.mnemonic, a));
    if !is_proven {
        *app.pending_wallet.lock().unwrap_or_else(PoisonError::into_inner) = Some(pending);
        return Err(refuse(
            ErrorCode::BadRequest,
            "these are not the words asked for: look at your paper again",
        ));
    }
    keep(app, &till, &pending.mnemonic).await
}

pub(super) async fn wallet_import(
    app: &Arc<App>,
    _: Asker,
    request: WalletImportRequest,
) -> Result<SettingsDto, AppError> {
    let till = app.till().await?;
    refuse_in_practice(&till)?;
    let mnemonic =
        Mnemonic::parse(&request.words).map_err(|e| refuse(ErrorCode::BadRequest, e.to_string()))?;
    keep(app, &till, &mnemonic).await
}

pub(super) async fn wallet_watch(
    app: &Arc<App>,
    _: Asker,
    request: WalletWatchRequest,
) -> Result<SettingsDto, AppError> {
    let till = app.till().await?;
    refuse_in_practice(&till)?;
    settings::amend(app, &till, |before| with_account(before, request.account.trim())).await
}

/// The account is checked before anything is kept, then the keyring comes before the settings: an account whose key
/// was lost on the way would be money nobody can move. Other words that are kept already are never replaced.
async fn keep(app: &Arc<App>, till: &Till, mnemonic: &Mnemonic) -> Result<SettingsDto, AppError> {
    let before = till.engine.settings();
    let account = mnemonic.account(key_network(before.bitcoin.network));
    settings::check_wallet(till, &before, &with_account(&before, account.as_str())?).await?;
    let (vault, secret) = (till.vault.clone(), mnemonic.as_secret());
    let kept = tokio::task::spawn_blocking(move || keep_words(&vault, &secret)).await;
    kept.map_err(|error| refuse(ErrorCode::Internal, error.to_string()))??;
    settings::amend(app, till, |before| with_account(before, account.as_str())).await
}

fn keep_words(vault: &Vault, words: &Secret) -> Result<(), AppError> {
    let unreachable = |error: keys::VaultError| refuse(ErrorCode::Keyring, error.to_string());
    match vault.get(SecretName::BitcoinMnemonic).map_err(unreachable)? {
        Some(kept) if kept.expose() == words.expose() => Ok(()),
        Some(_) => {
            let detail = "other words are kept already: write them down elsewhere, \
                          then `tillstream secret forget bitcoin.mnemonic`";
            Err(refuse(ErrorCode::NotNow, detail))
        }
        None => vault.set(SecretName::BitcoinMnemonic, words).map_err(unreachable),
    }
}

fn with_account(before: &Settings, account: &str) -> Result<Settings, AppError> {
    let mut wanted = before.clone();
    wanted.bitcoin.account = Some(account.to_owned());
    wanted.bitcoin.enabled = true;
    let checked = wanted.check().and_then(|()| settings::check_rails(&wanted));
    checked.map_err(|problem| refuse(ErrorCode::BadRequest, problem.to_string()))?;
    Ok(wanted)
}

/// Which keys a network uses.
pub(crate) const fn key_network(network: Network) -> BitcoinNetwork {
    match network {
        Network::Bitcoin => BitcoinNetwork::Bitcoin,
        Network::Testnet4 => BitcoinNetwork::Testnet4,
        Network::Signet => BitcoinNetwork::Signet,
        Network::Regtest => BitcoinNetwork::Regtest,
    }
}

fn refuse_in_practice(till: &Till) -> Result<(), AppError> {
    if till.mode == Mode::Practice {
        return Err(refuse(ErrorCode::NotNow, "practice mode has no wallet: switch to live first"));
    }
    Ok(())
}
