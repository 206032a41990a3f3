//! Asking a node on regtest: blocks, and payments by the customer whose wallet it holds.

use bitcoin::{BlockHash, OutPoint, Txid};
use serde_json::{Map, Value, json};

use crate::CounterpartyError;
use crate::conflict::output;
use crate::rpc::{Rpc, btc, parsed, parsed_list, unknown_form};

const CUSTOMER: &str = "customer";
/// How often a payment is tried.
const SENDS_MAX: u32 = 5;
const TILL: &str = "till";

/// A running node, reached by RPC. Cloning is cheap. [`crate::Bitcoind`] is one that also owns the process.
#[derive(Clone)]
pub struct Node {
    url: String,
    user: String,
    password: String,
    pub(crate) rpc: Rpc,
}

impl Node {
    /// The node at `url` (`http://127.0.0.1:PORT`); nothing is sent yet.
    ///
    /// # Errors
    /// When `url` is not one.
    pub fn at(url: &str, user: &str, password: &str) -> Result<Self, CounterpartyError> {
        let rpc = Rpc::new(&format!("{url}/wallet/{CUSTOMER}"), user, password)?;
        Ok(Self { url: url.to_owned(), user: user.to_owned(), password: password.to_owned(), rpc })
    }

    /// Mines `count` blocks to a fresh address of the node's wallet; the mempool goes into the first.
    ///
    /// # Errors
    /// When the node refuses.
    pub fn mine(&self, count: u32) -> Result<Vec<BlockHash>, CounterpartyError> {
        self.mine_to(&self.new_address()?, count)
    }

    /// Mines `count` blocks whose rewards go to `address`.
    ///
    /// # Errors
    /// When the node refuses, for example an address of another network.
    pub fn mine_to(&self, address: &str, count: u32) -> Result<Vec<BlockHash>, CounterpartyError> {
        let method = "generatetoaddress";
        parsed_list(method, &self.rpc.call(method, &json!([count, address]))?)
    }

    /// The height of the tip.
    ///
    /// # Errors
    /// When the node cannot be reached.
    pub fn height(&self) -> Result<u32, CounterpartyError> {
        self.rpc.height()
    }

    /// The hash of the tip.
    ///
    /// # Errors
    /// When the node cannot be reached.
    pub fn tip(&self) -> Result<BlockHash, CounterpartyError> {
        self.rpc.tip()
    }

    /// A fresh address of the node's own wallet.
    ///
    /// # Errors
    /// When the node cannot be reached.
    pub fn new_address(&self) -> Result<String, CounterpartyError> {
        self.rpc.text("getnewaddress", &json!([]))
    }

    /// Pays `sat` to `address` into the mempool, at the wallet's fallback fee (10 sat/vB), replaceable.
    ///
    /// # Errors
    /// When the node refuses: a bad address, dust, no money.
    pub fn pay(&self, address: &str, sat: u64) -> Result<Txid, CounterpartyError> {
        self.send(&json!({ "address": address, "amount": btc(sat) }))
    }

    /// As [`Bitcoind::pay`] with a fee rate in sat/vB.
    ///
    /// # Errors
    /// As [`Bitcoind::pay`], and when the fee rate is below the relay minimum (1 sat/vB).
    pub fn pay_with_fee(&self, address: &str, sat: u64, sat_per_vb: u64) -> Result<Txid, CounterpartyError> {
        self.send(&json!({ "address": address, "amount": btc(sat), "fee_rate": sat_per_vb }))
    }

    /// Pays several addresses (amounts in sats) with one transaction.
    ///
    /// # Errors
    /// As [`Bitcoind::pay`]; an address may appear once only.
    pub fn pay_many(&self, payments: &[(&str, u64)]) -> Result<Txid, CounterpartyError> {
        let amounts: Map<String, Value> =
            payments.iter().map(|(address, sat)| ((*address).to_owned(), btc(*sat).into())).collect();
        parsed("sendmany", &self.rpc.call("sendmany", &json!({ "dummy": "", "amounts": amounts }))?)
    }

    /// Any RPC of the node, with positional (array) or named (object) parameters.
    ///
    /// # Errors
    /// The node's own refusal.
    pub fn raw(&self, method: &str, parameters: &Value) -> Result<Value, CounterpartyError> {
        self.rpc.call(method, parameters)
    }

    /// The account a till may watch, with its key origin: `[fingerprint/84'/1'/0']tpub…`. Its private keys are in a
    /// second wallet of the node, `till`, made at the first call.
    ///
    /// # Errors
    /// When the node refuses.
    pub fn till_account(&self) -> Result<String, CounterpartyError> {
        let answer = self.till()?.call("listdescriptors", &json!([]))?;
        let descriptors = answer["descriptors"].as_array().into_iter().flatten();
        let mut texts = descriptors.filter_map(|descriptor| descriptor["desc"].as_str());
        let segwit = texts.find_map(|text| text.strip_prefix("wpkh(")?.split_once("/0/*)"));
        let account = segwit.and_then(|(account, _)| account.split_once(']'));
        let (origin, xpub) = account.ok_or_else(|| unknown_form("listdescriptors", "no wpkh account"))?;
        Ok(format!("{}]{xpub}", origin.replace('h', "'")))
    }

    /// What the till's account was paid as the node sees it, mined or not: address and sats of each coin.
    ///
    /// # Errors
    /// When the node refuses.
    pub fn till_holds(&self) -> Result<Vec<(String, u64)>, CounterpartyError> {
        let coins = self.till()?.call("listunspent", &json!([0]))?;
        let held = |coin: &Value| {
            let address = coin["address"].as_str().unwrap_or_default().to_owned();
            Ok((address, self.coin_sat(coin)?))
        };
        coins.as_array().into_iter().flatten().map(held).collect()
    }

    /// Loads the customer's wallet, or makes it in a new node.
    pub(crate) fn load_customer(&self) -> Result<(), CounterpartyError> {
        self.load_wallet(CUSTOMER)
    }

    /// `http://127.0.0.1:PORT`, without user and password.
    #[must_use]
    pub fn rpc_url(&self) -> &str {
        &self.url
    }

    /// The RPC user.
    #[must_use]
    pub fn rpc_user(&self) -> &str {
        &self.user
    }

    /// The RPC password, drawn anew at each start.
    #[must_use]
    pub fn rpc_password(&self) -> &str {
        &self.password
    }

    /// Now and then the node's wallet loses track of its own unconfirmed coins while it chooses among them (`map::at`):
    /// when nothing went to the address, it is asked again.
    fn send(&self, parameters: &Value) -> Result<Txid, CounterpartyError> {
        for _ in 1..SENDS_MAX {
            match self.rpc.call("sendtoaddress", parameters) {
                Err(error) if is_lost_track(&error) && !self.has_sent_to(&parameters["address"])? => {}
                answer => return self.sent(&answer?),
            }
        }
        self.sent(&self.rpc.call("sendtoaddress", parameters)?)
    }

    /// The wallet names a transaction also when the node did not take it, because too many unconfirmed ones hang
    /// together: then it is handed in again, and the node says why not.
    fn sent(&self, answer: &Value) -> Result<Txid, CounterpartyError> {
        if self.rpc.call("getrawtransaction", &json!([answer])).is_err() {
            let kept = self.rpc.call("gettransaction", &json!([answer]))?;
            self.rpc.call("sendrawtransaction", &json!([kept["hex"]]))?;
        }
        parsed("sendtoaddress", answer)
    }

    /// Is one of the wallet's last payments to this address?
    fn has_sent_to(&self, address: &Value) -> Result<bool, CounterpartyError> {
        let listed = self.rpc.call("listtransactions", &json!(["*", 100]))?;
        let mut sent = listed.as_array().into_iter().flatten().filter(|entry| entry["category"] == "send");
        Ok(sent.any(|entry| entry["address"] == *address))
    }

    fn till(&self) -> Result<Rpc, CounterpartyError> {
        self.load_wallet(TILL)?;
        Rpc::new(&format!("{}/wallet/{TILL}", self.url), &self.user, &self.password)
    }

    /// Read from its transaction, because the list prints amounts as floats.
    fn coin_sat(&self, coin: &Value) -> Result<u64, CounterpartyError> {
        let method = "listunspent";
        let vout = coin["vout"].as_u64().and_then(|vout| u32::try_from(vout).ok());
        let vout = vout.ok_or_else(|| unknown_form(method, "a coin without a place"))?;
        let coin = OutPoint { txid: parsed(method, &coin["txid"])?, vout };
        Ok(output(&self.rpc, coin)?.value.to_sat())
    }

    fn load_wallet(&self, name: &str) -> Result<(), CounterpartyError> {
        let loaded: Vec<String> = parsed_list("listwallets", &self.rpc.call("listwallets", &json!([]))?)?;
        if !loaded.iter().any(|other| other == name) && self.rpc.call("loadwallet", &json!([name])).is_err() {
            self.rpc.call("createwallet", &json!([name]))?;
        }
        Ok(())
    }
}

fn is_lost_track(error: &CounterpartyError) -> bool {
    matches!(error, CounterpartyError::Rpc { source: jsonrpc::Error::Rpc(told), .. } if told.message == "map::at")
}
