//! Talking to a node: JSON-RPC over loopback HTTP.
//!
//! Bitcoin amounts cross as decimal strings outwards and as consensus-encoded transactions inwards, so that no float appears
//! although Bitcoin's RPC prints amounts as JSON numbers.

use std::sync::Arc;
use std::time::Duration;

use bitcoin::consensus::encode::deserialize_hex;
use bitcoin::{Amount, Block, BlockHash, Denomination, Transaction, Txid};
use jsonrpc::Client;
use jsonrpc::http::minreq_http::Builder;
use serde_json::value::to_raw_value;
use serde_json::{Value, json};

use crate::CounterpartyError;

const ANSWER_LIMIT: Duration = Duration::from_secs(60);

/// A connection to one node, and with a Bitcoin node to one of its wallets. Cloning is cheap.
#[derive(Clone)]
pub(crate) struct Rpc {
    client: Arc<Client>,
}

impl Rpc {
    /// A connection to `url` (`http://127.0.0.1:PORT/wallet/NAME`); nothing is sent yet.
    pub(crate) fn new(url: &str, user: &str, password: &str) -> Result<Self, CounterpartyError> {
        Ok(Self::by(transport(url)?.basic_auth(user.to_owned(), Some(password.to_owned()))))
    }

    /// A connection to `url` (`http://127.0.0.1:PORT`) of a node that asks nobody who he is; nothing is sent yet.
    pub(crate) fn open(url: &str) -> Result<Self, CounterpartyError> {
        Ok(Self::by(transport(url)?))
    }

    fn by(transport: Builder) -> Self {
        Self { client: Arc::new(Client::with_transport(transport.build())) }
    }

    /// Calls `method` with positional (array) or named (object) parameters.
    pub(crate) fn call(&self, method: &str, parameters: &Value) -> Result<Value, CounterpartyError> {
        let parameters = to_raw_value(parameters).map_err(|error| failed(method, error.into()))?;
        self.client.call(method, Some(&parameters)).map_err(|error| failed(method, error))
    }

    /// Calls `method` and reads its answer as a string.
    pub(crate) fn text(&self, method: &str, parameters: &Value) -> Result<String, CounterpartyError> {
        match self.call(method, parameters)? {
            Value::String(text) => Ok(text),
            other => Err(unknown_form(method, format!("expected a string, got {other}"))),
        }
    }

    /// The transaction, from the mempool or the chain (the node runs with a transaction index).
    pub(crate) fn transaction(&self, txid: Txid) -> Result<Transaction, CounterpartyError> {
        let hex = self.text("getrawtransaction", &json!([txid.to_string()]))?;
        deserialize_hex(&hex).map_err(|error| unknown_form("getrawtransaction", error.to_string()))
    }

    /// The block.
    pub(crate) fn block(&self, hash: BlockHash) -> Result<Block, CounterpartyError> {
        let hex = self.text("getblock", &json!([hash.to_string(), 0]))?;
        deserialize_hex(&hex).map_err(|error| unknown_form("getblock", error.to_string()))
    }

    /// The tip of the best chain.
    pub(crate) fn tip(&self) -> Result<BlockHash, CounterpartyError> {
        parsed("getbestblockhash", &self.call("getbestblockhash", &json!([]))?)
    }

    /// The height of the tip.
    pub(crate) fn height(&self) -> Result<u32, CounterpartyError> {
        let count = self.call("getblockcount", &json!([]))?;
        let height = count.as_u64().and_then(|count| u32::try_from(count).ok());
        height.ok_or_else(|| unknown_form("getblockcount", format!("{count} is no height")))
    }
}

fn transport(url: &str) -> Result<Builder, CounterpartyError> {
    let transport = Builder::new().timeout(ANSWER_LIMIT).url(url);
    transport.map_err(|error| failed("(connect)", jsonrpc::Error::Transport(Box::new(error))))
}

/// Reads a hash or an address out of a JSON string.
pub(crate) fn parsed<T>(method: &str, value: &Value) -> Result<T, CounterpartyError>
where
    T: std::str::FromStr<Err: std::fmt::Display>,
{
    let text = value.as_str().ok_or_else(|| unknown_form(method, format!("{value} is no string")))?;
    text.parse().map_err(|error| unknown_form(method, format!("{text}: {error}")))
}

/// Reads a list of hashes.
pub(crate) fn parsed_list<T>(method: &str, value: &Value) -> Result<Vec<T>, CounterpartyError>
where
    T: std::str::FromStr<Err: std::fmt::Display>,
{
    let list = value.as_array().ok_or_else(|| unknown_form(method, format!("{value} is no list")))?;
    list.iter().map(|item| parsed(method, item)).collect()
}

/// Sats as the node reads them: whole bitcoin in decimal digits, in a string.
pub(crate) fn btc(sat: u64) -> String {
    Amount::from_sat(sat).to_string_in(Denomination::Bitcoin)
}

/// An answer whose form nobody expected.
pub(crate) fn unknown_form(method: &str, detail: impl Into<String>) -> CounterpartyError {
    CounterpartyError::Answer { method: method.to_owned(), detail: detail.into() }
}

fn failed(method: &str, source: jsonrpc::Error) -> CounterpartyError {
    CounterpartyError::Rpc { method: method.to_owned(), source }
}
