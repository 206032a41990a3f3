//! What a step is as a transaction (EIP-1559), before it is signed, and the form in which a wallet elsewhere gets it.

use std::fmt::{self, Write};

use sha2::{Digest, Sha256};

use super::plan::RAISE_MAX;
use super::{Action, EvmAddress, Step, Sweep, SweepRefused};

/// What a unit of gas costs, in base units of the chain's own coin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GasPrice {
    /// At most, all in all.
    pub max_fee: u128,
    /// Of it for whoever makes the block, at most.
    pub max_priority_fee: u128,
}

/// A transaction to be signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// The chain (EIP-155).
    pub chain_id: u64,
    /// Who sends it.
    pub from: EvmAddress,
    /// Its number among the sender's transactions.
    pub number: u64,
    /// Whom it calls or pays.
    pub to: EvmAddress,
    /// Base units of the chain's own coin that go along.
    pub value: u128,
    /// The call; empty for a plain payment. With an authorization it is made of that and its signature.
    pub data: Vec<u8>,
    /// What the holder of a token signs first.
    pub authorization: Option<Authorization>,
    /// Units of gas at most.
    pub gas_limit: u64,
    /// What a unit costs.
    pub price: GasPrice,
}

/// `TransferWithAuthorization` of EIP-3009, valid from the beginning and for ever: it pays nobody but the owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authorization {
    /// The holder's place in the account: `0/index`.
    pub index: u32,
    /// The holder.
    pub from: EvmAddress,
    /// The owner's wallet.
    pub to: EvmAddress,
    /// Base units of the token.
    pub units: u128,
    /// Its one-time number. Made of the sweep and the step, so that signing it again makes the same one.
    pub once: [u8; 32],
}

/// The first four bytes of Keccak-256 of `transfer(address,uint256)` (ERC-20).
const TRANSFER: [u8; 4] = [0xa9, 0x05, 0x9c, 0xbb];

impl GasPrice {
    /// The least that nodes take in place of this: an eighth more, the highest bump that any common node asks for.
    #[must_use]
    pub fn raised(self) -> Self {
        let more = |price: u128| price.saturating_add(price / 8).saturating_add(1);
        Self { max_fee: more(self.max_fee), max_priority_fee: more(self.max_priority_fee) }
    }

    const fn is_at_least(self, other: Self) -> bool {
        self.max_fee >= other.max_fee && self.max_priority_fee >= other.max_priority_fee
    }
}

impl fmt::Display for GasPrice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} wei with {} for the block", self.max_fee, self.max_priority_fee)
    }
}

impl Sweep {
    /// What is to be signed for a step at a price.
    ///
    /// # Errors
    /// When the price is not the plan's and no allowed raise of what was signed before.
    pub fn transaction(&self, step: usize, price: GasPrice) -> Result<Transaction, SweepRefused> {
        self.check_price(step, price)?;
        let planned = self.plan.steps.get(step).ok_or(SweepRefused::NoSuchStep(step))?;
        let units = planned.units(self.plan.price, price)?;
        let owner = &self.plan.owner;
        let (to, value, data) = match &planned.action {
            Action::TopUp { to, .. } => (to, units, Vec::new()),
            Action::SendNative { .. } => (owner, units, Vec::new()),
            Action::SendToken { coin, .. } => (coin.contract_called()?, 0, transfer(owner, units)),
            Action::SendAuthorized { coin, .. } => (coin.contract_called()?, 0, Vec::new()),
        };
        Ok(Transaction {
            chain_id: self.plan.chain_id,
            from: planned.from.clone(),
            number: planned.number,
            to: to.clone(),
            value,
            data,
            authorization: self.authorization(step, planned),
            gas_limit: planned.gas.limit,
            price,
        })
    }

    /// The whole sweep for a wallet elsewhere: a JSON array of transactions in the order they are to be sent, each with
    /// the fields of `eth_signTransaction` (<https://ethereum.github.io/execution-apis>), all numbers in hex:
    /// `{"type":"0x2","chainId":"0x2105","nonce":"0x0","from":"0x…","to":"0x…","value":"0x0","data":"0x…",
    /// "gas":"0x5208","maxFeePerGas":"0x…","maxPriorityFeePerGas":"0x…"}`.
    ///
    /// # Errors
    /// [`SweepRefused::NotExternal`] for a plan with authorizations.
    pub fn export(&self) -> Result<String, SweepRefused> {
        if self.plan.needs_two_signatures() {
            return Err(SweepRefused::NotExternal);
        }
        let steps = 0..self.plan.steps.len();
        let rows: Result<Vec<String>, SweepRefused> =
            steps.map(|step| Ok(self.transaction(step, self.plan.price)?.to_json())).collect();
        Ok(format!("[\n{}\n]\n", rows?.join(",\n")))
    }

    /// The first attempt pays the plan's price; a later one enough more that nodes take it, and no more than was approved.
    pub(super) fn check_price(&self, step: usize, price: GasPrice) -> Result<(), SweepRefused> {
        let progress = self.progress(step).ok_or(SweepRefused::NoSuchStep(step))?;
        let highest = self.plan.price.max_fee.saturating_mul(RAISE_MAX);
        match progress.newest() {
            None if price == self.plan.price => Ok(()),
            None => Err(SweepRefused::WrongState),
            Some(_) if price.max_fee > highest || price.max_priority_fee > price.max_fee => {
                Err(SweepRefused::RaiseTooHigh)
            }
            Some(newest) if !price.is_at_least(newest.price.raised()) => {
                Err(SweepRefused::RaiseTooSmall(newest.price.raised()))
            }
            Some(_) => self.plan.steps[step].units(self.plan.price, price).map(|_| ()),
        }
    }

    fn authorization(&self, step: usize, planned: &Step) -> Option<Authorization> {
        let Action::SendAuthorized { index, holder, units, .. } = &planned.action else { return None };
        let once = Sha256::digest(format!("{}/{step}", self.id)).into();
        Some(Authorization {
            index: *index,
            from: holder.clone(),
            to: self.plan.owner.clone(),
            units: *units,
            once,
        })
    }
}

impl super::Coin {
    fn contract_called(&self) -> Result<&EvmAddress, SweepRefused> {
        self.contract.as_ref().ok_or(SweepRefused::WrongState)
    }
}

impl Transaction {
    /// One line of an export.
    fn to_json(&self) -> String {
        let mut data = "0x".to_owned();
        for byte in &self.data {
            let _written = write!(data, "{byte:02x}");
        }
        format!(
            r#"{{"type":"0x2","chainId":"{:#x}","nonce":"{:#x}","from":"{}","to":"{}","value":"{:#x}","data":"{data}","gas":"{:#x}","maxFeePerGas":"{:#x}","maxPriorityFeePerGas":"{:#x}"}}"#,
            self.chain_id,
            self.number,
            self.from,
            self.to,
            self.value,
            self.gas_limit,
            self.price.max_fee,
            self.price.max_priority_fee
        )
    }
}

/// The call `transfer(to, units)`: the selector, then both arguments in 32 bytes each.
fn transfer(to: &EvmAddress, units: u128) -> Vec<u8> {
    let mut data = Vec::with_capacity(68);
    data.extend(TRANSFER);
    data.extend([0; 12]);
    data.extend(to.bytes());
    data.extend([0; 16]);
    data.extend(units.to_be_bytes());
    data
}
