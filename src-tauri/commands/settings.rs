//! The settings. Whatever the way in (screen, file, one key), they are checked whole, by themselves and by the rails,
//! before anything is changed.

use std::sync::Arc;

use engine::{Command, EngineError};
use payment::RailId;
use rail_bitcoin::{BitcoinConfig, BitcoinRail};
use settings::{Language, Mode, Problem, Settings};

use super::{Asker, evm, refuse, write};
use crate::app::App;
use crate::dto::error::{AppError, ErrorCode};
use crate::dto::settings::{SettingsDto, SettingsImportRequest, SettingsPutRequest};
use crate::dto::setup::SetupFinishRequest;
use crate::dto::status::{Nothing, StatusDto};
use crate::gate;
use crate::till::{Till, rail_network, wall_clock};
use crate::view;

pub(super) async fn settings_get(app: &Arc<App>, _: Asker, _: Nothing) -> Result<SettingsDto, AppError> {
    Ok(view::settings::settings(&app.till().await?.engine.settings()))
}

/// Refused when the settings are not those any more that the screen was opened on.
pub(super) async fn settings_set(
    app: &Arc<App>,
    _: Asker,
    request: SettingsDto,
) -> Result<SettingsDto, AppError> {
    let till = app.till().await?;
    let before = till.engine.settings();
    if request.revision != before.revision() {
        return Err(EngineError::SettingsChanged.into());
    }
    let wanted = view::settings::read(&request, &before).map_err(|p| bad(&p))?;
    wanted.check().map_err(|problem| bad(&problem))?;
    change(app, &till, &before, wanted).await
}

pub(super) async fn settings_import(
    app: &Arc<App>,
    _: Asker,
    request: SettingsImportRequest,
) -> Result<SettingsDto, AppError> {
    let till = app.till().await?;
    let read = |before: &Settings| {
        let mut wanted = Settings::parse_with(&request.text, before, &check_rails)
            .map_err(|error| refuse(ErrorCode::BadRequest, error.to_string()))?;
        // Whoever writes a file for live books has set them up by it.
        wanted.setup_done |= wanted.mode == Mode::Live;
        Ok(wanted)
    };
    amend(app, &till, read).await
}

pub(super) async fn settings_put(
    app: &Arc<App>,
    _: Asker,
    request: SettingsPutRequest,
) -> Result<SettingsDto, AppError> {
    let till = app.till().await?;
    amend(app, &till, |before| put(before, &request.key, &request.value)).await
}

pub(super) async fn setup_finish(
    app: &Arc<App>,
    asker: Asker,
    request: SetupFinishRequest,
) -> Result<StatusDto, AppError> {
    let till = app.till().await?;
    let language = Language::from_code(&request.language)
        .ok_or_else(|| refuse(ErrorCode::BadRequest, "the language must be en or de"))?;
    let finish = |before: &Settings| {
        let mut wanted = put(before, "shop.name", &request.shop_name)?;
        wanted = put(&wanted, "shop.currency", &request.currency)?;
        wanted.shop.language = language;
        wanted.setup_done = true;
        Ok(wanted)
    };
    amend(app, &till, finish).await?;
    super::status::status(app, asker, Nothing {}).await
}

fn put(settings: &Settings, key: &str, value: &str) -> Result<Settings, AppError> {
    settings.with(key, value).map_err(|error| refuse(ErrorCode::BadRequest, error.to_string()))
}

/// Makes a change that stands by itself. When somebody else's change comes first, it is made again to theirs.
pub(super) async fn amend(
    app: &Arc<App>,
    till: &Till,
    make: impl Fn(&Settings) -> Result<Settings, AppError>,
) -> Result<SettingsDto, AppError> {
    loop {
        let before = till.engine.settings();
        match change(app, till, &before, make(&before)?).await {
            Err(AppError { code: ErrorCode::SettingsChanged, .. }) => {}
            done => return done,
        }
    }
}

/// Puts settings in force that were made from those before. Rails are built from settings, so some changes open the
/// till anew.
async fn change(
    app: &Arc<App>,
    till: &Till,
    before: &Settings,
    wanted: Settings,
) -> Result<SettingsDto, AppError> {
    // A settings file may have spelled a number with escapes, and is read only now.
    let shown = view::settings::settings(&wanted);
    gate::check_value(&write(&shown)?)?;
    check_rails(&wanted).map_err(|problem| bad(&problem))?;
    check_wallet(till, before, &wanted).await?;
    evm::check_account_stays(&till.engine, before, &wanted)?;
    evm::check_on_chain(before, &wanted).await?;
    let (settings, based_on) = (Box::new(wanted.clone()), Box::new(before.clone()));
    till.engine.ask(Command::ChangeSettings { settings, based_on }).await?;
    let stripe = |settings: &Settings| (settings.stripe.enabled, settings.stripe.api_base.clone());
    if wanted.bitcoin != before.bitcoin || wanted.evm != before.evm || stripe(&wanted) != stripe(before) {
        app.reopen(till.mode).await?;
    }
    Ok(shown)
}

/// What can't be changed any more once the books rest on it: the wallet whose addresses were shown.
pub(super) async fn check_wallet(till: &Till, before: &Settings, wanted: &Settings) -> Result<(), AppError> {
    let moved = (&wanted.bitcoin.account, wanted.bitcoin.network)
        != (&before.bitcoin.account, before.bitcoin.network);
    if moved && till.mode != Mode::Practice {
        let memory = till.engine.reader().rail_memory(RailId::BITCOIN)?;
        let opened = bitcoin_config(wanted).map(|config| BitcoinRail::open(&config, &memory, wall_clock()));
        if let Some(Err(error)) = opened {
            return Err(refuse(ErrorCode::BadRequest, format!("rail.bitcoin.account: {error}")));
        }
    }
    Ok(())
}

/// The rail as the settings describe it, without its password; none while there is no wallet or no server.
fn bitcoin_config(settings: &Settings) -> Option<BitcoinConfig> {
    let account = settings.bitcoin.account.clone()?;
    let servers = settings.bitcoin.servers.clone();
    let network = rail_network(settings.bitcoin.network);
    (!servers.is_empty()).then_some(BitcoinConfig { network, account, servers, password: None })
}

/// What only the rails can judge: does the account fit the network, are the servers' addresses understood? Practice
/// uses neither, and is told all the same: what it takes would be believed right when it is typed into a live till.
pub(crate) fn check_rails(settings: &Settings) -> Result<(), Problem> {
    let bitcoin = &settings.bitcoin;
    if let Some(account) = &bitcoin.account {
        rail_bitcoin::check_account(account, rail_network(bitcoin.network))
            .map_err(|error| Problem::new("rail.bitcoin.account", error.to_string()))?;
    }
    for (number, server) in (1..).zip(&bitcoin.servers) {
        rail_bitcoin::check_server(server)
            .map_err(|error| Problem::new(format!("rail.bitcoin.servers.{number}"), error.to_string()))?;
    }
    evm::check(settings)
}

fn bad(problem: &Problem) -> AppError {
    refuse(ErrorCode::BadRequest, problem.to_string())
}
