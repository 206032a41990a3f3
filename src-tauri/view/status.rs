//! The till at a glance.

mod evm;

use std::path::Path;

use keys::{SecretName, Vault, VaultStatus};
use money::Currency;
use payment::rail::{RailHealth, RailNotice};
use payment::{RailId, Timestamp};
use settings::{Mode, Settings};
use store::{AlertRow, CardsWaiting};

use super::{count, instant, tally};
use crate::commands::Asker;
use crate::dto::error::AppError;
use crate::dto::status::{
    AlertDto, BitcoinStatusDto, CardsWaitingDto, KeyringDto, LedgerStatusDto, RailNoticeDto, ServerDto,
    StatusDto,
};
use crate::till::Till;

/// By how much clocks are set back every day: time servers correct seconds.
const CLOCK_SLACK_MS: i64 = 60_000;

/// The kind of the alert about a payout that does not add up.
const PAYOUT_DIFFERENCE: &str = "payout_difference";

/// Held money that the bank lets go of so soon presses.
const HELD_PRESSES_MS: i64 = 2 * 24 * 60 * 60 * 1000;

/// Everything the frame of each screen shows.
///
/// # Errors
/// When the journal can't be read.
pub async fn status(till: &Till, data_dir: &Path, asker: Asker) -> Result<StatusDto, AppError> {
    let (settings, reader) = (till.engine.settings(), till.engine.reader());
    let now = till.engine.clock().now().wall;
    let head = reader.head().await?;
    let problem = till.ledger_health().problem;
    let (keyring, has_key) = keyring(till).await;
    let set_aside = reader.settlement_count_set_aside().await?;
    let waiting = reader.cards_waiting(now.plus_millis(HELD_PRESSES_MS)).await?;
    let alerts = reader.alerts().await?;
    Ok(StatusDto {
        mode: till.mode.name().to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        first_run: !settings.setup_done,
        surface: if asker == Asker::Window { "window" } else { "browser" }.to_owned(),
        shop_name: settings.shop.name.clone(),
        language: settings.shop.language.code().to_owned(),
        currency: settings.shop.currency.code().to_owned(),
        scale: settings.shop.currency.scale(),
        next_sale_number: reader.counters().await?.next_sale_number,
        now: instant(now),
        clock_is_behind: is_clock_behind(till).await?,
        data_dir: data_dir.display().to_string(),
        log_dir: data_dir.join("logs").display().to_string(),
        bitcoin: bitcoin(till, &settings, now, has_key),
        chains: evm::chains(till, &settings, now),
        cards: super::stripe::cards(till, &settings),
        cards_waiting: cards_waiting(waiting, &alerts),
        ledger: LedgerStatusDto {
            ok: problem.is_empty(),
            problem,
            events: count(head.events),
            head: hex::encode(head.hash),
        },
        keyring,
        strays_open: reader.strays_open().await?,
        dead_letters_open: tally(reader.dead_letter_count().await? + set_aside),
        charges_set_aside: tally(set_aside),
        alerts: alerts.into_iter().map(alert).collect(),
    })
}

/// Does the clock say an earlier time than what is in the books already? A little is the clock being set right.
///
/// # Errors
/// When the journal can't be read.
pub async fn is_clock_behind(till: &Till) -> Result<bool, store::ReadError> {
    let now = till.engine.clock().now().wall.millis();
    let last = till.engine.reader().last_recorded_at().await?;
    Ok(last.is_some_and(|last| last.millis() - now > CLOCK_SLACK_MS))
}

fn bitcoin(till: &Till, settings: &Settings, now: Timestamp, has_key: bool) -> BitcoinStatusDto {
    let simulated = till.mode == Mode::Practice;
    let rail = till.engine.rail(RailId::BITCOIN);
    let problem = rail.as_ref().and_then(|opened| opened.as_ref().err()).map(ToString::to_string);
    let health = match rail {
        Some(Ok(rail)) => rail.health(Currency::BTC),
        Some(Err(_)) | None => RailHealth::default(),
    };
    let mut servers: Vec<ServerDto> = health.servers.into_iter().map(server).collect();
    if let Some(problem) = problem {
        servers.push(ServerDto { address: String::new(), up: false, problem });
    }
    BitcoinStatusDto {
        enabled: settings.bitcoin.enabled,
        set_up: simulated || settings.bitcoin.account.is_some(),
        simulated,
        network: settings.bitcoin.network.name().to_owned(),
        tip_height: health.tip.as_ref().map(|tip| tip.height),
        tip_age_s: health.tip.as_ref().map(|tip| age_s(tip.time, now)),
        servers,
        notices: health.notices.into_iter().map(notice).collect(),
        has_rate: till.engine.has_rate(Currency::BTC),
        has_key,
    }
}

fn age_s(time: Timestamp, now: Timestamp) -> u32 {
    u32::try_from((now.millis() - time.millis()).max(0) / 1_000).unwrap_or(u32::MAX)
}

fn notice(notice: RailNotice) -> RailNoticeDto {
    match notice {
        RailNotice::UnpaidInARow { count, limit } => {
            RailNoticeDto { kind: "unpaid_in_a_row".to_owned(), count, limit }
        }
    }
}

fn server(server: payment::rail::ServerHealth) -> ServerDto {
    let up = server.problem.is_none();
    ServerDto { address: server.address, up, problem: server.problem.unwrap_or_default() }
}

/// Asks the keyring off the runtime; it answers within the vault's deadline or counts as silent.
async fn keyring(till: &Till) -> (KeyringDto, bool) {
    if till.mode == Mode::Practice {
        return (KeyringDto::NotNeeded, false);
    }
    let vault: Vault = till.vault.clone();
    let asked = tokio::task::spawn_blocking(move || {
        let status = vault.status();
        let has_key = status == VaultStatus::Available
            && vault.get(SecretName::BitcoinMnemonic).is_ok_and(|secret| secret.is_some());
        (status, has_key)
    });
    match asked.await {
        Ok((VaultStatus::Available, has_key)) => (KeyringDto::Available, has_key),
        Ok((VaultStatus::Locked | VaultStatus::NoAnswer, _)) => (KeyringDto::Locked, false),
        Ok((VaultStatus::Absent(_), _)) | Err(_) => (KeyringDto::Absent, false),
    }
}

/// A payout that does not add up is told by an alert, and counts until somebody has read that.
fn cards_waiting(waiting: CardsWaiting, alerts: &[AlertRow]) -> CardsWaitingDto {
    let differ = alerts.iter().filter(|alert| alert.kind == PAYOUT_DIFFERENCE).count();
    CardsWaitingDto {
        held: waiting.held,
        disputes: waiting.disputes,
        payouts: u32::try_from(differ).unwrap_or(u32::MAX),
    }
}

fn alert(row: AlertRow) -> AlertDto {
    AlertDto {
        alert: count(row.alert_id),
        at: instant(row.raised_at),
        kind: row.kind,
        subject: row.subject.map(|subject| subject.to_string()).unwrap_or_default(),
        sale_number: row.sale_number,
        detail: row.detail,
    }
}
