//! What a provider answers: the node's answer, less the fault.

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};
use tokio::sync::watch;

use super::{Fault, lag};
use crate::CounterpartyError;
use crate::error::while_doing;

const LOGS: &[&str] = &["eth_getLogs"];
const RECEIPTS: &[&str] = &["eth_getTransactionReceipt", "eth_getBlockReceipts"];

/// A result, or an error of JSON-RPC.
pub(super) type Outcome = Result<Value, Value>;

/// The node behind a provider, the provider's fault, and what was asked of it.
pub(super) struct Behind {
    upstream: Upstream,
    fault: Mutex<Fault>,
    asked: Mutex<BTreeMap<String, usize>>,
    requests: AtomicUsize,
    answers: AtomicUsize,
    lines: watch::Sender<()>,
}

impl Behind {
    pub(super) fn new(url: &str) -> Result<Self, CounterpartyError> {
        Ok(Self {
            upstream: Upstream::new(url)?,
            fault: Mutex::new(Fault::None),
            asked: Mutex::default(),
            requests: AtomicUsize::new(0),
            answers: AtomicUsize::new(0),
            lines: watch::Sender::new(()),
        })
    }

    /// Answers one request or a batch.
    pub(super) async fn answer(&self, request: &Value) -> Value {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let Some(batch) = request.as_array() else {
            return self.answer_one(request).await;
        };
        let mut answers = Vec::with_capacity(batch.len());
        for request in batch {
            answers.push(self.answer_one(request).await);
        }
        Value::Array(answers)
    }

    /// The newest block as the fault lets it be seen.
    pub(super) async fn head(&self) -> Outcome {
        self.outcome("eth_getBlockByNumber", &json!(["latest", false])).await
    }

    pub(super) fn fault(&self) -> Fault {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn set(&self, fault: Fault) {
        *self.fault.lock().unwrap_or_else(PoisonError::into_inner) = fault;
    }

    /// Changes when the open WebSockets are to be cut.
    pub(super) fn lines(&self) -> watch::Receiver<()> {
        self.lines.subscribe()
    }

    pub(super) fn cut_lines(&self) {
        self.lines.send_replace(());
    }

    pub(super) fn asked(&self, method: &str) -> usize {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).get(method).copied().unwrap_or_default()
    }

    pub(super) fn requests(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }

    async fn answer_one(&self, request: &Value) -> Value {
        let method = request["method"].as_str().unwrap_or_default();
        *self.asked.lock().unwrap_or_else(PoisonError::into_inner).entry(method.to_owned()).or_default() += 1;
        let mut answer = json!({ "jsonrpc": "2.0", "id": request["id"] });
        match self.outcome(method, &request["params"]).await {
            Ok(result) => answer["result"] = result,
            Err(error) => answer["error"] = error,
        }
        answer
    }

    async fn outcome(&self, method: &str, parameters: &Value) -> Outcome {
        let upstream = &self.upstream;
        match self.fault() {
            Fault::Lags(blocks) => lag::outcome(upstream, blocks, method, parameters).await,
            Fault::Wavers(blocks) if self.is_behind_now() => {
                lag::outcome(upstream, blocks, method, parameters).await
            }
            Fault::LogsLag(blocks) => lag::without(upstream, (blocks, LOGS), method, parameters).await,
            Fault::ReceiptsLag(blocks) => {
                lag::without(upstream, (blocks, RECEIPTS), method, parameters).await
            }
            Fault::RangeLimit(blocks) => lag::in_ranges(upstream, blocks, method, parameters).await,
            Fault::Lies(lie) => lie.outcome(upstream, method, parameters).await,
            Fault::OtherChain(id) if method == "eth_chainId" => Ok(json!(format!("{id:#x}"))),
            Fault::OtherChain(id) if method == "net_version" => Ok(json!(id.to_string())),
            Fault::Refuses => Err(json!({ "code": -32005, "message": "daily request count exceeded" })),
            _ => upstream.ask(method, parameters).await,
        }
    }

    fn is_behind_now(&self) -> bool {
        self.answers.fetch_add(1, Ordering::Relaxed) % 2 == 1
    }
}

/// The node.
pub(super) struct Upstream {
    url: String,
    client: reqwest::Client,
}

impl Upstream {
    fn new(url: &str) -> Result<Self, CounterpartyError> {
        let client = reqwest::Client::builder().no_proxy().build();
        let client = client.map_err(io::Error::other).map_err(while_doing("prepare a client of HTTP"))?;
        Ok(Self { url: url.to_owned(), client })
    }

    /// What the node answers; a node that can't be reached is an error of JSON-RPC, as behind a real provider.
    pub(super) async fn ask(&self, method: &str, parameters: &Value) -> Outcome {
        let order = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": parameters });
        let unreached = |error: reqwest::Error| json!({ "code": -32603, "message": error.to_string() });
        let told = self.client.post(&self.url).json(&order).send().await.map_err(unreached)?;
        let mut told: Value = told.json().await.map_err(unreached)?;
        if told["error"].is_null() { Ok(told["result"].take()) } else { Err(told["error"].take()) }
    }

    pub(super) async fn head(&self) -> Result<u64, Value> {
        Ok(height(&self.ask("eth_blockNumber", &json!([])).await?).unwrap_or_default())
    }

    /// A block without its transactions; null when there is none of that hash.
    pub(super) async fn block(&self, hash: &str) -> Outcome {
        self.ask("eth_getBlockByHash", &json!([hash, false])).await
    }
}

/// A number of a block, as the node writes it.
pub(super) fn height(quantity: &Value) -> Option<u64> {
    u64::from_str_radix(quantity.as_str()?.strip_prefix("0x")?, 16).ok()
}

/// The hash by which a request names a block, if it does.
pub(super) fn block_named(method: &str, parameters: &Value) -> Option<String> {
    let of_filter = parameters.as_array()?.iter().find_map(|parameter| parameter["blockHash"].as_str());
    let is_first = matches!(method, "eth_getBlockByHash" | "eth_getBlockReceipts");
    let first = || parameters[0].as_str().filter(|text| is_first && text.len() == 66);
    of_filter.or_else(first).map(str::to_owned)
}

/// What a node says of a block that it does not have.
pub(super) fn unknown_block(method: &str) -> Outcome {
    match method {
        "eth_getBlockByHash" | "eth_getBlockReceipts" => Ok(Value::Null),
        _ => Err(json!({ "code": -32000, "message": "unknown block" })),
    }
}
