//! `tillstream secret`: what must never be in a file or on a screen goes straight into the desktop's keyring.

mod pin;
mod words;

use std::io::{self, IsTerminal, Read};
use std::time::Duration;

use keys::{BitcoinNetwork, Mnemonic, Secret, SecretName, Vault, VaultScope, WordCount};
use serde_json::{Value, json};
use settings::Mode;
use thiserror::Error;

use super::arguments::SecretCommand;
use super::caller::{Caller, Remote};
use super::failure::Failure;
use super::place::Place;
use super::{Answer, books, note, say};
use crate::commands::stripe::check_secret;
use crate::commands::wallet::key_network;
use crate::gate;

/// Somebody may have to type the keyring's password first.
const KEYRING_WAIT: Duration = Duration::from_secs(60);
/// Closing the books in order and opening them again.
const REOPEN_WAIT: Duration = Duration::from_secs(30);
/// More than any secret has; the vault refuses what it can't keep.
const INPUT_BYTES_MAX: u64 = 64 * 1_024;

/// Why a secret was not taken. Never repeats it.
#[derive(Debug, Error)]
pub(in crate::cli) enum SecretRefused {
    /// Practice has no secrets.
    #[error("practice mode has nothing to keep: add --mode live (or --mode sandbox)")]
    Practice,
    /// No secret of this name.
    #[error(transparent)]
    Name(#[from] keys::UnknownSecretName),
    /// Only words can be made.
    #[error(
        "only bitcoin.mnemonic and evm.mnemonic can be created: `tillstream secret set {0}` takes what you have"
    )]
    NotCreated(SecretName),
    /// Only words have an account.
    #[error("{0} has no account: only bitcoin.mnemonic and evm.mnemonic have one")]
    NoAccount(SecretName),
    /// No words.
    #[error("no words are kept as {0}: `tillstream secret create {0}` makes some")]
    NoWords(SecretName),
    /// Typed twice, two things.
    #[error("the new PIN was typed in two ways: nothing was changed, start again")]
    NotRepeated,
    /// Nothing came.
    #[error("there is no secret on standard input: type it, or pipe it in")]
    Empty,
    /// No text came.
    #[error("the secret is not text, or longer than any: check that it is the right file")]
    NotText,
    /// Words must be seen by a person, and by nothing else.
    #[error("the words are shown on a terminal only: run this command there, without pipes")]
    NoTerminal,
    /// The words asked back were wrong.
    #[error("the words were not repeated right, so nothing was kept: start again, and write them down")]
    NotWrittenDown,
    /// The key to money would be lost.
    #[error("other words are kept already: write them down elsewhere, then `tillstream secret forget {0}`")]
    WordsKept(SecretName),
    /// The shop receives to another wallet.
    #[error(
        "the shop receives to another wallet already: `tillstream settings set rail.bitcoin.account ''` lets it go"
    )]
    AccountSet,
    /// It does not fit this till.
    #[error("{0}")]
    NotFit(String),
    /// The database's id.
    #[error(transparent)]
    Scope(#[from] keys::ScopeError),
}

pub(super) async fn secret(place: &Place, command: &SecretCommand) -> Result<Answer, Failure> {
    let (SecretCommand::Set { name }
    | SecretCommand::Create { name, .. }
    | SecretCommand::Account { name }
    | SecretCommand::Forget { name }) = command;
    let name = SecretName::parse(name).map_err(SecretRefused::from)?;
    if place.mode == Mode::Practice {
        return Err(SecretRefused::Practice.into());
    }
    match command {
        SecretCommand::Set { .. } => set(place, name).await,
        SecretCommand::Create { words, .. } => create(place, name, words).await,
        SecretCommand::Account { .. } => account(place, name).await,
        SecretCommand::Forget { .. } => forget(place, name).await,
    }
}

async fn set(place: &Place, name: SecretName) -> Result<Answer, Failure> {
    match name {
        SecretName::BitcoinMnemonic => {
            take_over(place, &Mnemonic::parse(read_secret(name)?.expose())?).await?;
        }
        SecretName::EvmMnemonic => {
            let words = Mnemonic::parse(read_secret(name)?.expose())?;
            keep(&vault(place).await?, name, &words)?;
            return kept_evm_words(&words);
        }
        SecretName::OwnerPin => pin::set(&vault(place).await?)?,
        SecretName::BitcoindPassword => {
            let secret = read_secret(name)?;
            vault(place).await?.set(name, &secret)?;
        }
        SecretName::StripeKey | SecretName::StripeWebhook => {
            let secret = read_secret(name)?;
            check_secret(place.mode, name, &secret).map_err(SecretRefused::NotFit)?;
            vault(place).await?.set(name, &secret)?;
            tell_running_till(place, name).await;
        }
    }
    say(format_args!("{name} is kept in the keyring"))?;
    Ok(Answer::Yes)
}

async fn create(place: &Place, name: SecretName, words: &str) -> Result<Answer, Failure> {
    if !matches!(name, SecretName::BitcoinMnemonic | SecretName::EvmMnemonic) {
        return Err(SecretRefused::NotCreated(name).into());
    }
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        return Err(SecretRefused::NoTerminal.into());
    }
    // Everything that can refuse does so before anybody writes words down.
    let is_bitcoins = name == SecretName::BitcoinMnemonic;
    if is_bitcoins && books::settings(place).await?.bitcoin.account.is_some() {
        return Err(SecretRefused::AccountSet.into());
    }
    if vault(place).await?.get(name)?.is_some() {
        return Err(SecretRefused::WordsKept(name).into());
    }
    let count = if words == "24" { WordCount::TwentyFour } else { WordCount::Twelve };
    let words = Mnemonic::create(count)?;
    words::show_and_prove(&words)?;
    if !is_bitcoins {
        keep(&vault(place).await?, name, &words)?;
        return kept_evm_words(&words);
    }
    take_over(place, &words).await?;
    say(format_args!("{name} is kept in the keyring, and the shop receives to its first account"))?;
    Ok(Answer::Yes)
}

/// The settings of a chain take the account; there may be several chains, so nothing is changed here.
fn kept_evm_words(words: &Mnemonic) -> Result<Answer, Failure> {
    note("evm.mnemonic is kept in the keyring. This is its account, for every [[rail.evm]] of the settings:");
    say(words.evm_account())?;
    Ok(Answer::Yes)
}

/// The public key that a watch-only wallet needs, of words that are kept.
async fn account(place: &Place, name: SecretName) -> Result<Answer, Failure> {
    if !matches!(name, SecretName::BitcoinMnemonic | SecretName::EvmMnemonic) {
        return Err(SecretRefused::NoAccount(name).into());
    }
    let kept = vault(place).await?.get(name)?.ok_or(SecretRefused::NoWords(name))?;
    let words = Mnemonic::parse(kept.expose())?;
    say(match name {
        SecretName::EvmMnemonic => words.evm_account(),
        _ => words.account(key_network(books::settings(place).await?.bitcoin.network)),
    })?;
    Ok(Answer::Yes)
}

async fn forget(place: &Place, name: SecretName) -> Result<Answer, Failure> {
    let vault = vault(place).await?;
    let is_removed = if name == SecretName::OwnerPin { pin::forget(&vault)? } else { vault.forget(name)? };
    if is_removed {
        tell_running_till(place, name).await;
        say(format_args!("{name} is removed from the keyring"))?;
        return Ok(Answer::Yes);
    }
    note(format_args!("there was no {name} in the keyring"));
    Ok(Answer::No)
}

/// A till that runs reads what changed in the keyring. One that can't be told reads it at its next start.
async fn tell_running_till(place: &Place, name: SecretName) {
    let is_stripes = matches!(name, SecretName::StripeKey | SecretName::StripeWebhook);
    let Some(running) = Remote::of(place).await.filter(|_| is_stripes) else { return };
    if let Err(failure) = running.ask("stripe_reopen", json!({}), REOPEN_WAIT).await {
        note(format_args!("the till that runs did not take it ({failure}): start it again"));
    }
}

/// Keeps the words, then lets the shop receive to their first account. In this order, because an account without its
/// key is money nobody can spend.
async fn take_over(place: &Place, words: &Mnemonic) -> Result<(), Failure> {
    let bitcoin = books::settings(place).await?.bitcoin;
    let network: BitcoinNetwork = key_network(bitcoin.network);
    let account = words.account(network);
    if bitcoin.account.is_some_and(|set| set != account.as_str()) {
        return Err(SecretRefused::AccountSet.into());
    }
    keep(&vault(place).await?, SecretName::BitcoinMnemonic, words)?;
    let caller = Caller::find(place).await?;
    let watched: Result<Value, Failure> =
        caller.call("wallet_watch", json!({ "account": account.as_str() })).await;
    caller.close().await;
    watched.map(|_| ())
}

/// Never over other words: they may be the only way to money that came in.
fn keep(vault: &Vault, name: SecretName, words: &Mnemonic) -> Result<(), Failure> {
    let secret = words.as_secret();
    match vault.get(name)? {
        Some(kept) if kept.expose() != secret.expose() => Err(SecretRefused::WordsKept(name).into()),
        Some(_) => Ok(()),
        None => Ok(vault.set(name, &secret)?),
    }
}

/// The vault of these books. Their id names its entries, so they are made now if this is the first start.
async fn vault(place: &Place) -> Result<Vault, Failure> {
    if !place.data_file().exists() {
        Caller::find(place).await?.close().await;
    }
    let reader = books::open(place).await?;
    let database = reader.till().await?.database_id;
    reader.close().await;
    let scope = VaultScope::new(place.mode.name(), &database).map_err(SecretRefused::from)?;
    Ok(Vault::open(scope).with_deadline(KEYRING_WAIT))
}

/// From a terminal without showing it, else all that is piped in.
fn read_secret(name: SecretName) -> Result<Secret, Failure> {
    let mut text = String::new();
    if io::stdin().is_terminal() {
        note(format_args!("{name} (not shown while you type):"));
        text = rpassword::read_password().map_err(Failure::Input)?;
    } else {
        let read = io::stdin().take(INPUT_BYTES_MAX).read_to_string(&mut text);
        let length = read.map_err(|error| match error.kind() {
            io::ErrorKind::InvalidData => SecretRefused::NotText.into(),
            _ => Failure::Input(error),
        })?;
        if u64::try_from(length).is_ok_and(|length| length == INPUT_BYTES_MAX) {
            return Err(SecretRefused::NotText.into());
        }
    }
    let line_end = text.strip_suffix('\n').map(|rest| rest.strip_suffix('\r').unwrap_or(rest).len());
    text.truncate(line_end.unwrap_or(text.len()));
    if text.is_empty() {
        return Err(SecretRefused::Empty.into());
    }
    gate::check_text(&text)?;
    Ok(Secret::new(text))
}
