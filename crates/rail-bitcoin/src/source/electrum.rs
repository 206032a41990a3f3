//! Electrum servers over TCP or TLS: subscribed, so a payment is known as soon as the server has it.
//!
//! The client library reads notifications only while it waits for an answer, so a ping drains them. It cannot read the
//! notification that a script has no history any more (its status is null, which it takes for a broken message): such an
//! error means that one of the unconfirmed transactions is gone, and they are all looked at.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Read, Write};
use std::time::Duration;

use bdk_electrum::BdkElectrumClient;
use bdk_electrum::electrum_client::raw_client::RawClient;
use bdk_electrum::electrum_client::{ElectrumApi, Error, HeaderNotification};
use bdk_wallet::bitcoin::ScriptBuf;
use bdk_wallet::chain::spk_client::{SyncRequest, SyncResponse};
use payment::Timestamp;
use payment::rail::Tip;

use super::scripts::{ScriptServer, sync, sync_all};
use super::{ANSWER_SECONDS, Access, SharedWallet, Source, SourceError, Stop};
use crate::server::Protocol;
use crate::wallet::Question;

const PING_HOT: Duration = Duration::from_millis(200);
const PING: Duration = Duration::from_secs(1);
const BATCH_SCRIPTS: usize = 50;
/// Older addresses looked at in one go.
const LOOK_BACK_ADDRESSES: u32 = 50;
/// Servers limit the subscriptions of a connection, and not all can end one: then it is connected anew.
const SUBSCRIPTIONS_MAX: usize = 2_000;
/// Addresses listened to at the same time; the others are looked at in turn. Half of what a connection takes, so a fresh
/// one lasts for as many new addresses.
const LISTENED_MAX: usize = SUBSCRIPTIONS_MAX / 2;

/// A connected Electrum server.
struct Electrum<S: Read + Write> {
    client: BdkElectrumClient<RawClient<S>>,
    subscribed: BTreeMap<u32, ScriptBuf>,
    /// A notification could not be read.
    missed: bool,
    look_back_from: u32,
    tip: Tip,
}

/// Connects by TCP or TLS. A server on this machine may show any certificate; others need one the web would trust.
pub(super) fn connect(access: &Access) -> Result<Box<dyn Source>, SourceError> {
    let address = access.server.host_and_port();
    let timeout = Some(Duration::from_secs(ANSWER_SECONDS));
    if access.server.protocol == Protocol::ElectrumTls {
        let validate = !access.server.is_loopback();
        let client = RawClient::new_ssl(address.as_str(), validate, timeout, None);
        Ok(Box::new(Electrum::over(client.map_err(problem)?, access)?))
    } else {
        let client = RawClient::new(address.as_str(), timeout, None);
        Ok(Box::new(Electrum::over(client.map_err(problem)?, access)?))
    }
}

impl<S: Read + Write> Electrum<S> {
    fn over(client: RawClient<S>, access: &Access) -> Result<Self, SourceError> {
        access.check_genesis(client.block_header(0).map_err(problem)?.block_hash())?;
        let tip = tip_of(&client.block_headers_subscribe().map_err(problem)?)?;
        let client = BdkElectrumClient::new(client);
        Ok(Self { client, subscribed: BTreeMap::new(), missed: false, look_back_from: 0, tip })
    }

    /// Subscribes to recent addresses while the connection takes more; returns those that have a history already.
    fn subscribe(&mut self, wallet: &SharedWallet) -> Result<Vec<u32>, SourceError> {
        let fresh: Vec<(u32, ScriptBuf)> = {
            let wallet = wallet.lock();
            let room = SUBSCRIPTIONS_MAX.saturating_sub(self.subscribed.len());
            let recent = wallet.recent(LISTENED_MAX).into_iter();
            let unheard = recent.filter(|index| !self.subscribed.contains_key(index)).take(room);
            unheard.map(|index| (index, wallet.script_at(index))).collect()
        };
        let mut used = Vec::new();
        for batch in fresh.chunks(BATCH_SCRIPTS) {
            let scripts = batch.iter().map(|(_, script)| script.as_script());
            let statuses = self.client.inner.batch_script_subscribe(scripts).map_err(problem)?;
            let with_history = batch.iter().zip(statuses).filter(|(_, status)| status.is_some());
            used.extend(with_history.map(|((index, _), _)| *index));
            self.subscribed.extend(batch.iter().cloned());
        }
        Ok(used)
    }

    /// Drains the notifications; returns the addresses to look at, and whether there is a new block.
    fn notifications(&mut self, wallet: &SharedWallet) -> Result<(Vec<u32>, bool), SourceError> {
        match self.client.inner.ping() {
            Ok(()) => {}
            Err(Error::JSON(_)) => self.missed = true,
            Err(error) => return Err(problem(error)),
        }
        let mut changed = if std::mem::take(&mut self.missed) { wallet.lock().hot() } else { Vec::new() };
        for (index, script) in &self.subscribed {
            while self.client.inner.script_pop(script).map_err(problem)?.is_some() {
                changed.push(*index);
            }
        }
        let mut new_block = false;
        while let Some(header) = self.client.inner.block_headers_pop().map_err(problem)? {
            self.tip = tip_of(&header)?;
            new_block = true;
        }
        Ok((changed, new_block))
    }
}

impl<S: Read + Write> ScriptServer for Electrum<S> {
    fn ask(&mut self, request: SyncRequest) -> Result<SyncResponse, SourceError> {
        self.client.sync(request, BATCH_SCRIPTS, false).map_err(|error| {
            self.missed |= matches!(error, Error::JSON(_));
            problem(error)
        })
    }
}

impl<S: Read + Write + Send> Source for Electrum<S> {
    fn catch_up(&mut self, wallet: &SharedWallet, stop: &Stop) -> Result<Tip, SourceError> {
        let (transactions, anchors) = {
            let wallet = wallet.lock();
            (wallet.transactions(), wallet.anchors())
        };
        self.client.populate_tx_cache(transactions);
        self.client.populate_anchor_cache(anchors);
        // Subscribed first: what happens while the addresses are looked at is notified.
        self.subscribe(wallet)?;
        sync_all(self, wallet, stop)?;
        Ok(self.tip.clone())
    }

    fn step(&mut self, wallet: &SharedWallet, stop: &Stop) -> Result<Tip, SourceError> {
        let mut indices = self.subscribe(wallet)?;
        let (changed, new_block) = self.notifications(wallet)?;
        indices.extend(changed);
        if new_block {
            indices.extend(wallet.lock().active());
        }
        indices.sort_unstable();
        indices.dedup();
        if new_block || !indices.is_empty() {
            sync(self, wallet, &indices, stop)?;
        }
        Ok(self.tip.clone())
    }

    fn look_back(&mut self, wallet: &SharedWallet, stop: &Stop) -> Result<(), SourceError> {
        let (batch, next) = wallet.lock().batch(self.look_back_from, LOOK_BACK_ADDRESSES);
        self.look_back_from = next;
        let unheard: Vec<u32> =
            batch.into_iter().filter(|index| !self.subscribed.contains_key(index)).collect();
        if unheard.is_empty() { Ok(()) } else { sync(self, wallet, &unheard, stop) }
    }

    fn knows(&mut self, question: &Question) -> Result<bool, SourceError> {
        let history = self.client.inner.script_get_history(&question.script).map_err(problem)?;
        Ok(history.iter().any(|entry| entry.tx_hash == question.outpoint.txid))
    }

    fn ping(&mut self) -> Result<(), SourceError> {
        self.client.inner.ping().map_err(problem)
    }

    fn pace(&self, hot: bool) -> Duration {
        if hot { PING_HOT } else { PING }
    }

    fn is_worn(&self) -> bool {
        self.subscribed.len() >= SUBSCRIPTIONS_MAX
    }
}

fn tip_of(header: &HeaderNotification) -> Result<Tip, SourceError> {
    let height = u32::try_from(header.height).map_err(|error| SourceError::nonsense(&error))?;
    let time = Timestamp::from_millis(i64::from(header.header.time) * 1_000);
    Ok(Tip { height, hash: header.header.block_hash().to_string(), time })
}

#[expect(clippy::needless_pass_by_value, reason = "it is given to map_err")]
fn problem(error: Error) -> SourceError {
    match &error {
        Error::SharedIOError(cause) if cause.kind() == ErrorKind::InvalidData => SourceError::Certificate,
        Error::IOError(_) | Error::SharedIOError(_) | Error::AllAttemptsErrored(_) | Error::Mpsc => {
            SourceError::unreachable(&error)
        }
        Error::Protocol(_) | Error::CouldNotCreateConnection(_) | Error::InvalidDNSNameError(_) => {
            SourceError::refused(&error)
        }
        _ => SourceError::nonsense(&error),
    }
}

#[cfg(test)]
mod tests;
