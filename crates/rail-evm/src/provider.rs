//! One provider, connected: what is asked of it, each question with a deadline and a few tries.
//!
//! Whatever it answers, nothing here panics: what cannot be is [`ProviderError::Nonsense`], and then the next provider is
//! asked. `AnyNetwork` reads the blocks of every chain, those with kinds of transactions that only one chain has too.

mod error;
mod holdings;
mod reading;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use alloy::network::{AnyNetwork, AnyRpcBlock, AnyRpcTransaction, AnyTransactionReceipt};
use alloy::primitives::{Address, B256, Bytes, U64, U256};
use alloy::providers::{Provider as _, RootProvider};
use alloy::pubsub::Subscription;
use alloy::rpc::client::{BatchRequest, ClientBuilder, ClientRef};
use alloy::rpc::types::{BlockNumberOrTag, Filter, Log};
use alloy::transports::TransportResult;
use alloy::transports::ws::WsConnect;
use serde_json::json;
use tokio::time::{sleep, timeout};

use crate::arrival::TRANSFER;
use crate::block::{Block, Header, Transaction};
use crate::meter::Meter;
use crate::{Chain, Endpoint};

pub(crate) use error::ProviderError;
pub(crate) use holdings::{HOLDINGS_MAX, Holding};

/// How long a provider may take to answer one question.
const ANSWER_MAX: Duration = Duration::from_secs(10);
/// The pauses before a question is asked again. The client's own retrying leaves out a refused connection.
const PAUSES: [Duration; 2] = [Duration::from_millis(200), Duration::from_millis(800)];
/// Addresses in one filter for events: what every provider takes.
pub(crate) const FILTER_MAX: usize = 500;

/// A provider that answered for the right chain.
pub(crate) struct Provider {
    endpoint: Endpoint,
    node: RootProvider<AnyNetwork>,
    meter: Arc<Meter>,
    heads: Option<Subscription<alloy::rpc::types::Header>>,
}

/// How far the chain's own promises reach, by height. A provider that does not know the words says nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Marks {
    pub(crate) safe: Option<u64>,
    pub(crate) finalized: Option<u64>,
}

impl Provider {
    /// Connects, and believes nothing before the chain's id is right.
    pub(crate) async fn connect(
        endpoint: &Endpoint,
        chain: &Chain,
        meter: Arc<Meter>,
    ) -> Result<Self, ProviderError> {
        let node = RootProvider::new(client(endpoint).await?);
        let mut provider = Self { endpoint: endpoint.clone(), node, meter, heads: None };
        provider.check_chain(chain).await?;
        if endpoint.pushes() {
            provider.heads = Some(provider.subscribe().await?);
        }
        Ok(provider)
    }

    /// Is it still the right chain? Behind one address may stand many nodes.
    pub(crate) async fn check_chain(&self, chain: &Chain) -> Result<(), ProviderError> {
        let id: U64 = self.ask(1, || request(self.node.client(), "eth_chainId", ())).await?;
        let (found, wanted) = (id.to(), chain.id);
        if found == wanted { Ok(()) } else { Err(ProviderError::WrongChain { found, wanted }) }
    }

    /// The newest block it knows.
    pub(crate) async fn head(&self) -> Result<Header, ProviderError> {
        self.header(BlockNumberOrTag::Latest).await?.ok_or(ProviderError::NoBlock)
    }

    /// The block at a height, without its transactions; `None` when it has none there.
    pub(crate) async fn header_at(&self, number: u64) -> Result<Option<Header>, ProviderError> {
        self.header(BlockNumberOrTag::Number(number)).await
    }

    /// The block at a height with the transactions that carry native coin; `None` when it has none there.
    pub(crate) async fn block_at(&self, number: u64) -> Result<Option<Block>, ProviderError> {
        let params = (BlockNumberOrTag::Number(number), true);
        let block: Option<AnyRpcBlock> =
            self.ask(1, || request(self.node.client(), "eth_getBlockByNumber", params)).await?;
        let Some(block) = block.map(reading::block) else { return Ok(None) };
        if block.header.id.number == number {
            Ok(Some(block))
        } else {
            Err(ProviderError::Nonsense("another block than asked for"))
        }
    }

    /// The transactions of a block in which a token says that it went to one of these addresses, at most
    /// [`FILTER_MAX`]. Asked for by hash: a provider that does not have the block says so instead of "none".
    pub(crate) async fn transactions_with_transfers(
        &self,
        block: B256,
        to: &[Address],
    ) -> Result<Vec<B256>, ProviderError> {
        let topics: Vec<B256> = to.iter().map(Address::into_word).collect();
        let filter = Filter::new().at_block_hash(block).event_signature(TRANSFER).topic2(topics);
        let params = (filter,);
        let logs: Vec<Log> = self.ask(1, || request(self.node.client(), "eth_getLogs", &params)).await?;
        reading::transactions_of(&logs, block)
    }

    /// The transactions in a range of blocks in which a token says that it went to one of these addresses. A provider
    /// that does not have all the blocks may answer too few: whoever asks holds the answer against something else.
    pub(crate) async fn transactions_in_range(
        &self,
        from: u64,
        to_block: u64,
        to: &[Address],
    ) -> Result<Vec<B256>, ProviderError> {
        let topics: Vec<B256> = to.iter().map(Address::into_word).collect();
        let filter =
            Filter::new().from_block(from).to_block(to_block).event_signature(TRANSFER).topic2(topics);
        let params = (filter,);
        let logs: Vec<Log> = self.ask(1, || request(self.node.client(), "eth_getLogs", &params)).await?;
        Ok(reading::distinct_transactions(&logs))
    }

    /// Does it know a transaction, in a block or waiting for one?
    pub(crate) async fn knows(&self, transaction: B256) -> Result<bool, ProviderError> {
        let params = (transaction,);
        let found: Option<AnyRpcTransaction> =
            self.ask(1, || request(self.node.client(), "eth_getTransactionByHash", params)).await?;
        Ok(found.is_some())
    }

    /// A mined transaction and its receipt; `None` while it is in no block, and when it is not known.
    pub(crate) async fn transaction(&self, hash: B256) -> Result<Option<Transaction>, ProviderError> {
        let (transaction, receipt): (Option<AnyRpcTransaction>, Option<AnyTransactionReceipt>) = self
            .ask(2, || async move {
                let mut batch = BatchRequest::new(self.node.client());
                let transaction = batch.add_call("eth_getTransactionByHash", &(hash,))?;
                let receipt = batch.add_call("eth_getTransactionReceipt", &(hash,))?;
                batch.send().await?;
                Ok((transaction.await?, receipt.await?))
            })
            .await?;
        match (transaction, receipt) {
            (Some(transaction), Some(receipt)) => reading::transaction(hash, &transaction, &receipt),
            _ => Ok(None),
        }
    }

    /// How much each of these holds, at most [`HOLDINGS_MAX`], at one block. One request, whatever their number. `None`
    /// where a contract does not answer.
    pub(crate) async fn holdings(
        &self,
        of: &[Holding],
        at: B256,
    ) -> Result<Vec<Option<U256>>, ProviderError> {
        let call = json!([{ "input": holdings::question(of) }, { "blockHash": at }]);
        let answer: Bytes = self.ask(1, || request(self.node.client(), "eth_call", &call)).await?;
        holdings::answer(&answer, of.len()).ok_or(ProviderError::Nonsense("balances of an unknown form"))
    }

    /// What the chain promises of its blocks.
    pub(crate) async fn marks(&self) -> Result<Marks, ProviderError> {
        let height = |header: Result<Option<Header>, ProviderError>| match header {
            Ok(header) => Ok(header.map(|header| header.id.number)),
            Err(ProviderError::Refused(_)) => Ok(None),
            Err(error) => Err(error),
        };
        let safe = height(self.header(BlockNumberOrTag::Safe).await)?;
        let finalized = height(self.header(BlockNumberOrTag::Finalized).await)?;
        Ok(Marks { safe, finalized })
    }

    /// What a contract answers to a call without parameters, at the newest block.
    pub(crate) async fn call(&self, contract: Address, selector: [u8; 4]) -> Result<Bytes, ProviderError> {
        let call = json!([{ "to": contract, "input": Bytes::from(selector.to_vec()) }, "latest"]);
        self.ask(1, || request(self.node.client(), "eth_call", &call)).await
    }

    /// What one unit of gas costs now, in wei.
    pub(crate) async fn gas_price(&self) -> Result<U256, ProviderError> {
        self.ask(1, || request(self.node.client(), "eth_gasPrice", ())).await
    }

    /// Waits until it pushes a new block, or for this long.
    pub(crate) async fn next_block(&mut self, at_most: Duration) {
        let Some(heads) = &mut self.heads else { return sleep(at_most).await };
        // A subscription that ended answers at once; the pause keeps that from becoming a storm.
        if let Ok(Err(_)) = timeout(at_most, heads.recv()).await {
            sleep(at_most).await;
        }
    }

    async fn header(&self, which: BlockNumberOrTag) -> Result<Option<Header>, ProviderError> {
        let block: Option<AnyRpcBlock> =
            self.ask(1, || request(self.node.client(), "eth_getBlockByNumber", (which, false))).await?;
        let header = block.map(|block| reading::header(&block));
        match (which, header) {
            (BlockNumberOrTag::Number(asked), Some(header)) if header.id.number != asked => {
                Err(ProviderError::Nonsense("another block than asked for"))
            }
            _ => Ok(header),
        }
    }

    async fn subscribe(&self) -> Result<Subscription<alloy::rpc::types::Header>, ProviderError> {
        self.ask(1, || async move {
            self.node.subscribe_blocks().await.map(|heads| heads.into_raw().into_typed())
        })
        .await
    }

    /// Asks, and asks again what may pass. `requests` is how many the provider counts.
    async fn ask<T, F, Answer>(&self, requests: u64, call: F) -> Result<T, ProviderError>
    where
        F: Fn() -> Answer + Send + Sync,
        Answer: Future<Output = TransportResult<T>> + Send,
        T: Send,
    {
        let mut pauses = PAUSES.iter();
        loop {
            self.meter.count(requests);
            let error = match timeout(ANSWER_MAX, call()).await {
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(error)) => ProviderError::of(&error, &self.endpoint),
                Err(_) => ProviderError::Silent,
            };
            match pauses.next() {
                Some(pause) if error.may_pass() => sleep(*pause).await,
                _ => return Err(error),
            }
        }
    }
}

/// A client for an endpoint. It does not connect again by itself: whoever follows decides whose turn it is.
async fn client(endpoint: &Endpoint) -> Result<alloy::rpc::client::RpcClient, ProviderError> {
    if !endpoint.pushes() {
        return Ok(ClientBuilder::default().http(endpoint.url().clone()));
    }
    let connect = WsConnect::new(endpoint.url().as_str()).with_max_retries(0);
    match timeout(ANSWER_MAX, ClientBuilder::default().ws(connect)).await {
        Ok(connected) => connected.map_err(|error| ProviderError::of(&error, endpoint)),
        Err(_) => Err(ProviderError::Silent),
    }
}

async fn request<P, T>(client: ClientRef<'_>, method: &'static str, params: P) -> TransportResult<T>
where
    P: alloy::rpc::json_rpc::RpcSend,
    T: alloy::rpc::json_rpc::RpcRecv,
{
    client.request(method, params).await
}
