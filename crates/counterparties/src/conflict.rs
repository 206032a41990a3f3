//! Taking a payment back before it is final: double spends and fee bumps.

use bitcoin::consensus::encode::serialize_hex;
use bitcoin::transaction::Version;
use bitcoin::{
    Address, Amount, OutPoint, Sequence, Transaction, TxIn, TxOut, Txid, absolute::LockTime,
    address::NetworkUnchecked,
};
use serde_json::{Value, json};

use crate::rpc::{Rpc, btc, parsed, parsed_list, unknown_form};
use crate::{CounterpartyError, Node};

/// Above the old fee by more than any node's incremental relay fee for one small transaction.
const FEE_MARGIN_SAT: u64 = 5_000;

impl Node {
    /// Replaces the unconfirmed payment `txid` by one that gives the same coins back to the customer.
    ///
    /// # Errors
    /// When it is confirmed already, or was not paid from the node's wallet.
    pub fn double_spend(&self, txid: Txid) -> Result<Txid, CounterpartyError> {
        let coins = self.rpc.transaction(txid)?.input.iter().map(|input| input.previous_output).collect();
        let conflict = self.conflict(txid, coins, self.fee_of_family(txid)? + FEE_MARGIN_SAT)?;
        parsed("sendrawtransaction", &self.rpc.call("sendrawtransaction", &json!([conflict]))?)
    }

    /// Replaces the unconfirmed payment `txid` by one with the same payee and amount and a higher fee.
    ///
    /// # Errors
    /// When it is confirmed already, or was not paid from the node's wallet.
    pub fn bump_fee(&self, txid: Txid) -> Result<Txid, CounterpartyError> {
        let answer = self.rpc.call("bumpfee", &json!([txid.to_string()]))?;
        parsed("bumpfee", &answer["txid"])
    }

    /// A signed transaction (hex) that spends `coins`, which `txid` spends too, back to the customer.
    pub(crate) fn conflict(
        &self,
        txid: Txid,
        coins: Vec<OutPoint>,
        fee_sat: u64,
    ) -> Result<String, CounterpartyError> {
        let spent: Result<Vec<TxOut>, _> = coins.iter().map(|coin| output(&self.rpc, *coin)).collect();
        let spent = spent?;
        let value: Amount = spent.iter().map(|output| output.value).sum();
        let value =
            value.checked_sub(Amount::from_sat(fee_sat)).ok_or(CounterpartyError::NotOurCoins(txid))?;
        let prevtxs: Vec<Value> =
            coins.iter().zip(&spent).map(|(coin, output)| known_coin(*coin, output)).collect();
        let unsigned = Transaction {
            version: Version::TWO,
            lock_time: LockTime::ZERO,
            input: coins.into_iter().map(replaceable).collect(),
            output: vec![TxOut { value, script_pubkey: self.own_script()? }],
        };
        let parameters = json!([serialize_hex(&unsigned), prevtxs]);
        let answer = self.rpc.call("signrawtransactionwithwallet", &parameters)?;
        if answer["complete"] != true {
            return Err(CounterpartyError::NotOurCoins(txid));
        }
        parsed("signrawtransactionwithwallet", &answer["hex"])
    }

    /// The fees (sat) of an unconfirmed transaction and of all that descend from it: what a replacement must beat.
    fn fee_of_family(&self, txid: Txid) -> Result<u64, CounterpartyError> {
        let method = "getmempooldescendants";
        let mut family: Vec<Txid> = parsed_list(method, &self.rpc.call(method, &json!([txid.to_string()]))?)?;
        family.push(txid);
        family.into_iter().map(|member| fee(&self.rpc, member)).sum()
    }

    fn own_script(&self) -> Result<bitcoin::ScriptBuf, CounterpartyError> {
        let address: Address<NetworkUnchecked> = parsed("getnewaddress", &self.new_address()?.into())?;
        Ok(address.assume_checked().script_pubkey())
    }
}

/// The output a coin is.
pub(crate) fn output(rpc: &Rpc, coin: OutPoint) -> Result<TxOut, CounterpartyError> {
    let funding = rpc.transaction(coin.txid)?;
    let index = usize::try_from(coin.vout).ok();
    let output = index.and_then(|index| funding.output.into_iter().nth(index));
    output.ok_or_else(|| unknown_form("getrawtransaction", format!("{coin} is no output")))
}

fn fee(rpc: &Rpc, txid: Txid) -> Result<u64, CounterpartyError> {
    let transaction = rpc.transaction(txid)?;
    let mut fee = Amount::ZERO;
    for input in &transaction.input {
        fee += output(rpc, input.previous_output)?.value;
    }
    let spent: Amount = transaction.output.iter().map(|output| output.value).sum();
    let fee =
        fee.checked_sub(spent).ok_or_else(|| unknown_form("getrawtransaction", "it spends too much"))?;
    Ok(fee.to_sat())
}

/// The node's description of a coin it may no longer count as unspent.
fn known_coin(coin: OutPoint, output: &TxOut) -> Value {
    json!({
        "txid": coin.txid.to_string(),
        "vout": coin.vout,
        "scriptPubKey": output.script_pubkey.to_hex_string(),
        "amount": btc(output.value.to_sat()),
    })
}

fn replaceable(coin: OutPoint) -> TxIn {
    TxIn { previous_output: coin, sequence: Sequence::ENABLE_RBF_NO_LOCKTIME, ..TxIn::default() }
}
