//! The rails that the settings ask for, each with how to open it. A rail that can't be opened is kept with its reason: the
//! till sells without it.

use std::sync::Arc;

use engine::{CardSetup, ChargingOpened, ChargingSetup, Clock, RailSetup, SystemClock};
use keys::{Secret, SecretName, Vault};
use payment::card::{CardMemory, CardRail};
use payment::charging::ChargingRail;
use payment::rail::RailError;
use payment::rates::RateSource;
use payment::{Rail, RailId, Timestamp};
use rail_bitcoin::{BitcoinConfig, BitcoinRail, RpcPassword};
use rail_evm::{EvmConfig, EvmRail};
use rail_practice::{Mining, Nature, PracticeCards, PracticeRail, PracticeTerminal};
use rail_stripe::{StripeCharging, StripeConfig, StripeRail};
use rates::HttpSource;
use settings::{Mode, Settings};

use super::{PracticeSlot, evm};

/// The rails that wait for money at an address. Practice has its simulated one.
pub(super) fn chains(
    mode: Mode,
    settings: &Settings,
    vault: &Vault,
    practice: &PracticeSlot,
) -> Vec<RailSetup> {
    let bitcoin = match (mode, &settings.bitcoin.account) {
        _ if !settings.bitcoin.enabled => None,
        (Mode::Practice, _) => Some(practice_chain(Nature::Bitcoin, practice.clone())),
        (Mode::Sandbox | Mode::Live, account) => {
            account.clone().map(|account| bitcoin_rail(settings, account, vault.clone()))
        }
    };
    let evm = match mode {
        Mode::Practice => evm::practice_coins(&settings.evm)
            .map(|coins| practice_chain(Nature::Evm(coins), practice.clone())),
        Mode::Sandbox | Mode::Live => evm::config(&settings.evm).map(evm_rail),
    };
    bitcoin.into_iter().chain(evm).collect()
}

/// Every public source of prices. Without TLS there is none, and the owner's own prices remain.
pub(super) fn sources() -> Vec<Arc<dyn RateSource>> {
    match HttpSource::all() {
        Ok(sources) => sources.into_iter().map(|source| Arc::new(source) as Arc<dyn RateSource>).collect(),
        Err(error) => {
            tracing::error!(%error, "no public source of prices can be asked");
            Vec::new()
        }
    }
}

/// The rails this till charges. Practice has its simulated cards, always.
pub(super) fn charging(
    mode: Mode,
    settings: &Settings,
    vault: &Vault,
    practice: &PracticeSlot,
) -> Vec<ChargingSetup> {
    let rail: ChargingOpened = match mode {
        Mode::Practice => Ok(practice_cards(practice)),
        Mode::Sandbox | Mode::Live if !settings.stripe.enabled => return Vec::new(),
        Mode::Sandbox | Mode::Live => stripe_config(mode, settings, vault)
            .and_then(|config| StripeCharging::open(&config, wall_clock()))
            .map(|rail| Arc::new(rail) as Arc<dyn ChargingRail>),
    };
    vec![ChargingSetup { id: RailId::STRIPE, rail }]
}

fn practice_cards(slot: &PracticeSlot) -> Arc<dyn ChargingRail> {
    let cards = Arc::new(PracticeCards::default());
    slot.set_cards(cards.clone());
    cards
}

/// The rails this till takes cards with. Practice has its simulated reader.
pub(super) fn cards(
    mode: Mode,
    settings: &Settings,
    vault: &Vault,
    practice: &PracticeSlot,
) -> Vec<CardSetup> {
    if !settings.stripe.enabled {
        return Vec::new();
    }
    match mode {
        Mode::Practice => vec![practice_terminal(practice.clone())],
        Mode::Sandbox | Mode::Live => vec![stripe_rail(mode, settings, vault.clone())],
    }
}

fn practice_terminal(slot: PracticeSlot) -> CardSetup {
    let open = move |memory: CardMemory| {
        let terminal = Arc::new(PracticeTerminal::open(&memory));
        slot.set_terminal(terminal.clone());
        Ok(terminal as Arc<dyn CardRail>)
    };
    CardSetup { id: RailId::STRIPE, open: Arc::new(open) }
}

fn stripe_rail(mode: Mode, settings: &Settings, vault: Vault) -> CardSetup {
    let settings = settings.clone();
    let open = move |memory: CardMemory| {
        let config = stripe_config(mode, &settings, &vault)?;
        Ok(Arc::new(StripeRail::open(&config, &memory, wall_clock())?) as Arc<dyn CardRail>)
    };
    CardSetup { id: RailId::STRIPE, open: Arc::new(open) }
}

/// Key and signing secret are read from the keyring each time a rail is opened, and are nowhere else.
fn stripe_config(mode: Mode, settings: &Settings, vault: &Vault) -> Result<StripeConfig, RailError> {
    let elsewhere = settings.stripe.elsewhere().map(|base| format!("{base}/"));
    let key = stripe_key(vault, mode)?.expose().to_owned();
    let webhook_secret = webhook_secret(vault)?.map(|secret| secret.expose().to_owned());
    Ok(StripeConfig { key, elsewhere, webhook_secret })
}

/// A key of this mode, or what to do about it.
fn stripe_key(vault: &Vault, mode: Mode) -> Result<Secret, RailError> {
    let misconfigured = |reason: String| RailError::Misconfigured(reason);
    let key = vault
        .get(SecretName::StripeKey)
        .map_err(|error| misconfigured(format!("the key can't be read: {error}")))?
        .ok_or_else(|| {
            misconfigured(
                "there is no key: store one in Settings, Cards, or by `tillstream secret set stripe.key`"
                    .to_owned(),
            )
        })?;
    rail_stripe::key::look(key.expose(), mode == Mode::Live)
        .map_err(|refused| misconfigured(refused.to_string()))?;
    Ok(key)
}

/// `None` in a shop that gets no letters of Stripe's.
fn webhook_secret(vault: &Vault) -> Result<Option<Secret>, RailError> {
    vault
        .get(SecretName::StripeWebhook)
        .map_err(|error| RailError::Misconfigured(format!("the signing secret can't be read: {error}")))
}

fn practice_chain(nature: Nature, slot: PracticeSlot) -> RailSetup {
    let id = nature.rail();
    let open = move |memory| {
        let rail = PracticeRail::open(nature.clone(), &memory, wall_clock(), Mining::PRACTICE)
            .map_err(|error| RailError::Misconfigured(error.to_string()))?;
        let rail = Arc::new(rail);
        slot.set_chain(rail.clone());
        Ok(rail as Arc<dyn Rail>)
    };
    RailSetup { id, open: Arc::new(open) }
}

/// The node's password is read from the keyring each time the rail is opened, and only when a node is configured.
fn bitcoin_rail(settings: &Settings, account: String, vault: Vault) -> RailSetup {
    let (network, servers) = (rail_network(settings.bitcoin.network), settings.bitcoin.servers.clone());
    let open = move |memory| {
        let needs_password = servers.iter().any(|server| server.starts_with("bitcoind+"));
        let password = if needs_password { node_password(&vault)? } else { None };
        let config = BitcoinConfig { network, account: account.clone(), servers: servers.clone(), password };
        let rail = BitcoinRail::open(&config, &memory, wall_clock())
            .map_err(|error| RailError::Misconfigured(error.to_string()))?;
        Ok(Arc::new(rail) as Arc<dyn Rail>)
    };
    RailSetup { id: RailId::BITCOIN, open: Arc::new(open) }
}

fn evm_rail(config: EvmConfig) -> RailSetup {
    let open = move |memory| {
        let rail = EvmRail::open(&config, &memory, wall_clock())
            .map_err(|error| RailError::Misconfigured(error.to_string()))?;
        Ok(Arc::new(rail) as Arc<dyn Rail>)
    };
    RailSetup { id: RailId::EVM, open: Arc::new(open) }
}

/// The clock every rail of this program goes by.
pub(crate) fn wall_clock() -> Arc<dyn Fn() -> Timestamp + Send + Sync> {
    Arc::new(|| SystemClock.now().wall)
}

/// The rail's own word for a network.
pub(crate) const fn rail_network(network: settings::Network) -> rail_bitcoin::Network {
    match network {
        settings::Network::Bitcoin => rail_bitcoin::Network::Bitcoin,
        settings::Network::Testnet4 => rail_bitcoin::Network::Testnet4,
        settings::Network::Signet => rail_bitcoin::Network::Signet,
        settings::Network::Regtest => rail_bitcoin::Network::Regtest,
    }
}

fn node_password(vault: &Vault) -> Result<Option<RpcPassword>, RailError> {
    match vault.get(SecretName::BitcoindPassword) {
        Ok(secret) => Ok(secret.map(|s| RpcPassword::new(s.expose()))),
        Err(error) => Err(RailError::Misconfigured(format!("the node's password can't be read: {error}"))),
    }
}
