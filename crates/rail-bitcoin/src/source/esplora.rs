//! Esplora over HTTP: polled, gently, because public servers ban who asks too much. Each step looks at the newest blocks
//! and at the addresses a customer may be paying; after a new block also at those a reorganisation can touch.

use std::time::Duration;

use bdk_esplora::EsploraAsyncExt;
use bdk_esplora::esplora_client::{AsyncClient, Builder, Error};
use bdk_wallet::chain::spk_client::{SyncRequest, SyncResponse};
use payment::Timestamp;
use payment::rail::Tip;
use tokio::runtime::Handle;

use super::scripts::{ScriptServer, sync, sync_all};
use super::{ANSWER_SECONDS, Access, SharedWallet, Source, SourceError, Stop};
use crate::wallet::Question;

const POLL_OWN: Duration = Duration::from_millis(500);
const POLL_HOT: Duration = Duration::from_secs(2);
const POLL: Duration = Duration::from_secs(10);
/// Requests under way at the same time.
const PARALLEL_REQUESTS: usize = 3;
/// Older addresses looked at in one go; each costs a request.
const LOOK_BACK_ADDRESSES: u32 = 10;

/// An Esplora server.
struct Esplora {
    client: AsyncClient,
    runtime: Handle,
    is_own: bool,
    look_back_from: u32,
    tip: Tip,
}

/// Connects; called on a thread the runtime lent for blocking work.
pub(super) fn connect(access: &Access, tls: bool, path: &str) -> Result<Box<dyn Source>, SourceError> {
    let scheme = if tls { "https" } else { "http" };
    let url = format!("{scheme}://{}{path}", access.server.host_and_port());
    // Without retries: a busy server is left alone, another one is asked.
    let client = Builder::new(&url).timeout(ANSWER_SECONDS).max_retries(0).build_async().map_err(problem)?;
    let runtime = Handle::current();
    access.check_genesis(runtime.block_on(client.get_block_hash(0)).map_err(problem)?)?;
    let tip = runtime.block_on(tip_of(&client))?;
    Ok(Box::new(Esplora { client, runtime, is_own: access.server.is_loopback(), look_back_from: 0, tip }))
}

impl Esplora {
    /// Asks for the newest block; returns whether it is another one than before.
    fn move_on(&mut self) -> Result<bool, SourceError> {
        let tip = self.runtime.block_on(tip_of(&self.client))?;
        let is_new = tip.hash != self.tip.hash;
        self.tip = tip;
        Ok(is_new)
    }
}

impl ScriptServer for Esplora {
    fn ask(&mut self, request: SyncRequest) -> Result<SyncResponse, SourceError> {
        let asking = self.client.sync(request, PARALLEL_REQUESTS);
        self.runtime.block_on(asking).map_err(|error| problem(*error))
    }
}

impl Source for Esplora {
    fn catch_up(&mut self, wallet: &SharedWallet, stop: &Stop) -> Result<Tip, SourceError> {
        self.move_on()?;
        sync_all(self, wallet, stop)?;
        Ok(self.tip.clone())
    }

    fn step(&mut self, wallet: &SharedWallet, stop: &Stop) -> Result<Tip, SourceError> {
        let new_block = self.move_on()?;
        let indices = if new_block { wallet.lock().active() } else { wallet.lock().hot() };
        if new_block || !indices.is_empty() {
            sync(self, wallet, &indices, stop)?;
        }
        Ok(self.tip.clone())
    }

    fn look_back(&mut self, wallet: &SharedWallet, stop: &Stop) -> Result<(), SourceError> {
        let (batch, next) = wallet.lock().batch(self.look_back_from, LOOK_BACK_ADDRESSES);
        self.look_back_from = next;
        if batch.is_empty() { Ok(()) } else { sync(self, wallet, &batch, stop) }
    }

    fn knows(&mut self, question: &Question) -> Result<bool, SourceError> {
        let answer = self.runtime.block_on(self.client.get_tx_info(&question.outpoint.txid));
        Ok(answer.map_err(problem)?.is_some())
    }

    fn ping(&mut self) -> Result<(), SourceError> {
        self.move_on().map(|_| ())
    }

    fn pace(&self, hot: bool) -> Duration {
        match (self.is_own, hot) {
            (true, _) => POLL_OWN,
            (false, true) => POLL_HOT,
            (false, false) => POLL,
        }
    }
}

async fn tip_of(client: &AsyncClient) -> Result<Tip, SourceError> {
    let blocks = client.get_block_infos(None).await.map_err(problem)?;
    let newest = blocks.into_iter().max_by_key(|block| block.height);
    let newest = newest.ok_or_else(|| SourceError::Nonsense("no blocks at all".to_owned()))?;
    let seconds = i64::try_from(newest.timestamp).map_err(|error| SourceError::nonsense(&error))?;
    let time = Timestamp::from_millis(seconds.saturating_mul(1_000));
    Ok(Tip { height: newest.height, hash: newest.id.to_string(), time })
}

#[expect(clippy::needless_pass_by_value, reason = "it is given to map_err")]
fn problem(error: Error) -> SourceError {
    match &error {
        Error::HttpResponse { status, .. } => SourceError::Refused(format!("HTTP status {status}")),
        Error::Reqwest(cause) if cause.is_decode() => SourceError::nonsense(cause),
        Error::Reqwest(cause) => SourceError::unreachable(cause),
        _ => SourceError::nonsense(&error),
    }
}
