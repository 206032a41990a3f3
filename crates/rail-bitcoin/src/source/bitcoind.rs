//! A node of one's own by RPC: block by block and the mempool, polled. It needs neither a wallet nor an index of the
//! node, but it reads only what is new: an account that was in use before the till is to be opened with an Electrum or
//! Esplora server once, whose scan finds its past.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use bdk_bitcoind_rpc::bitcoincore_rpc::jsonrpc::minreq_http::{self, Builder};
use bdk_bitcoind_rpc::bitcoincore_rpc::{Client, Error, RpcApi, jsonrpc};
use bdk_bitcoind_rpc::{BitcoindRpcErrorExt, Emitter, MempoolEvent, NO_EXPECTED_MEMPOOL_TXS};
use bdk_wallet::bitcoin::{Transaction, Txid};
use bdk_wallet::chain::ConfirmationBlockTime;
use bdk_wallet::chain::spk_client::SyncResponse;
use payment::Timestamp;
use payment::rail::Tip;
use serde_json::{Value, json};

use super::{Access, SharedWallet, Source, SourceError, Stop};
use crate::wallet::Question;

const POLL: Duration = Duration::from_millis(700);
/// A whole block travels in one answer.
const ANSWER_SECONDS: u64 = 30;
/// Blocks read again when the node is followed anew: another source may have passed them by before it had looked at
/// every address.
const REWIND_BLOCKS: u32 = 36;
/// Blocks read for an account that was never compared with the network: a week.
const FIRST_BLOCKS: u32 = 1_008;

/// A node.
struct Bitcoind {
    client: Arc<Client>,
    /// Made when the node is followed, not when it is only asked.
    emitter: Option<Emitter<Arc<Client>>>,
    mempool: HashSet<Txid>,
    tip: Tip,
}

/// Connects; the password is needed from the first request on.
pub(super) fn connect(access: &Access, user: &str) -> Result<Box<dyn Source>, SourceError> {
    let password = access.password.as_ref().ok_or(SourceError::PasswordMissing)?;
    let transport = Builder::new()
        .timeout(Duration::from_secs(ANSWER_SECONDS))
        .url(&format!("http://{}", access.server.host_and_port()))
        .map_err(|error| SourceError::nonsense(&error))?
        .basic_auth(user.to_owned(), Some(password.expose().to_owned()))
        .build();
    let client = Arc::new(Client::from_jsonrpc(jsonrpc::Client::with_transport(transport)));
    access.check_genesis(client.get_block_hash(0).map_err(problem)?)?;
    let tip = tip_of(&client)?;
    Ok(Box::new(Bitcoind { client, emitter: None, mempool: HashSet::new(), tip }))
}

impl Bitcoind {
    /// An emitter that begins early enough.
    fn rewound(&self, wallet: &SharedWallet) -> Emitter<Arc<Client>> {
        let known = wallet.lock().tip();
        let first = if known.height() == 0 {
            self.tip.height.saturating_sub(FIRST_BLOCKS)
        } else {
            known.height().saturating_sub(REWIND_BLOCKS)
        };
        let from = known.floor_at(first).unwrap_or_else(|| known.clone());
        Emitter::new(Arc::clone(&self.client), from, first, NO_EXPECTED_MEMPOOL_TXS)
    }

    /// Reads blocks and mempool until both are of the same moment.
    fn read(
        &mut self,
        emitter: &mut Emitter<Arc<Client>>,
        wallet: &SharedWallet,
        stop: &Stop,
    ) -> Result<(), SourceError> {
        self.read_blocks(emitter, wallet, stop)?;
        loop {
            let at = wallet.lock().sync_time();
            let event = emitter.mempool_at(at).map_err(problem)?;
            // A block that came in between has taken transactions along: they are not gone.
            if !self.read_blocks(emitter, wallet, stop)? {
                return self.take_mempool(event, at, wallet);
            }
        }
    }

    /// Reads blocks up to the node's tip and takes them in at once: the wallet may know later blocks than the first of
    /// them, and a chain can only be joined where both sides know the next block. Returns whether there were any.
    fn read_blocks(
        &mut self,
        emitter: &mut Emitter<Arc<Client>>,
        wallet: &SharedWallet,
        stop: &Stop,
    ) -> Result<bool, SourceError> {
        let mut news = SyncResponse::default();
        while let Some(event) = emitter.next_block().map_err(problem)? {
            stop.check()?;
            let confirmation_time = u64::from(event.block.header.time);
            let anchor = ConfirmationBlockTime { block_id: event.checkpoint.block_id(), confirmation_time };
            for transaction in wallet.lock().payments_in(&event.block) {
                news.tx_update.anchors.insert((anchor, transaction.compute_txid()));
                news.tx_update.txs.push(transaction);
            }
            self.tip = Tip {
                height: event.block_height(),
                hash: event.block_hash().to_string(),
                time: Timestamp::from_millis(i64::from(event.block.header.time) * 1_000),
            };
            news.chain_update = Some(event.checkpoint);
        }
        let is_news = news.chain_update.is_some();
        if is_news {
            wallet.lock().apply(news)?;
        }
        Ok(is_news)
    }

    /// Only what is new to the mempool is looked through for payments.
    fn take_mempool(
        &mut self,
        event: MempoolEvent,
        at: u64,
        wallet: &SharedWallet,
    ) -> Result<(), SourceError> {
        let all: HashSet<Txid> =
            event.update.iter().map(|(transaction, _)| transaction.compute_txid()).collect();
        let new: Vec<Arc<Transaction>> = event
            .update
            .into_iter()
            .map(|(transaction, _)| transaction)
            .filter(|transaction| !self.mempool.contains(&transaction.compute_txid()))
            .collect();
        let mut wallet = wallet.lock();
        if !new.is_empty() {
            wallet.apply_mempool(new, at)?;
        }
        wallet.evict_all_but(&all, at);
        self.mempool = all;
        Ok(())
    }
}

impl Source for Bitcoind {
    fn catch_up(&mut self, wallet: &SharedWallet, stop: &Stop) -> Result<Tip, SourceError> {
        self.tip = tip_of(&self.client)?;
        let mut emitter = self.rewound(wallet);
        self.mempool.clear();
        self.read(&mut emitter, wallet, stop)?;
        self.emitter = Some(emitter);
        if wallet.lock().scan_due() {
            wallet.lock().scanned();
        }
        Ok(self.tip.clone())
    }

    fn step(&mut self, wallet: &SharedWallet, stop: &Stop) -> Result<Tip, SourceError> {
        let mut emitter = self.emitter.take().unwrap_or_else(|| self.rewound(wallet));
        self.read(&mut emitter, wallet, stop)?;
        self.emitter = Some(emitter);
        Ok(self.tip.clone())
    }

    /// Every block is read for all addresses, so none is ever left behind.
    fn look_back(&mut self, _: &SharedWallet, _: &Stop) -> Result<(), SourceError> {
        Ok(())
    }

    fn knows(&mut self, question: &Question) -> Result<bool, SourceError> {
        let txid = question.outpoint.txid;
        match self.client.call::<Value>("getmempoolentry", &[json!(txid.to_string())]) {
            Ok(_) => Ok(true),
            Err(error) if error.is_not_found_error() => {
                let output = self.client.get_tx_out(&txid, question.outpoint.vout, Some(true));
                Ok(output.map_err(problem)?.is_some())
            }
            Err(error) => Err(problem(error)),
        }
    }

    fn ping(&mut self) -> Result<(), SourceError> {
        self.client.get_block_count().map(|_| ()).map_err(problem)
    }

    fn pace(&self, _hot: bool) -> Duration {
        POLL
    }
}

fn tip_of(client: &Client) -> Result<Tip, SourceError> {
    let hash = client.get_best_block_hash().map_err(problem)?;
    let header = client.get_block_header_info(&hash).map_err(problem)?;
    let height = u32::try_from(header.height).map_err(|error| SourceError::nonsense(&error))?;
    let seconds = i64::try_from(header.time).map_err(|error| SourceError::nonsense(&error))?;
    Ok(Tip { height, hash: hash.to_string(), time: Timestamp::from_millis(seconds.saturating_mul(1_000)) })
}

#[expect(clippy::needless_pass_by_value, reason = "it is given to map_err")]
fn problem(error: Error) -> SourceError {
    match &error {
        Error::JsonRpc(jsonrpc::Error::Rpc(refusal)) => SourceError::refused(&refusal.message),
        Error::JsonRpc(jsonrpc::Error::Transport(cause)) if is_unauthorized(cause.as_ref()) => {
            SourceError::Refused("the user or the password is wrong".to_owned())
        }
        Error::JsonRpc(jsonrpc::Error::Transport(cause)) => SourceError::unreachable(cause),
        _ => SourceError::nonsense(&error),
    }
}

fn is_unauthorized(cause: &(dyn std::error::Error + 'static)) -> bool {
    const UNAUTHORIZED: i32 = 401;
    matches!(cause.downcast_ref(), Some(minreq_http::Error::Http(error)) if error.status_code == UNAUTHORIZED)
}
