//! From what is on the addresses to the steps that move it: which transactions, in which order, with which numbers, and
//! what they cost at most.
//!
//! A token on an address without the chain's own coin can't move by itself. Where the token takes authorizations (EIP-3009)
//! the fee address carries one out for it; otherwise the fee address first tops it up with what its fees cost. The fee
//! address counts as the owner's wallet: the owner funds it, and nothing a customer sends is ever on it.

use money::{Money, Rounding};

use super::transaction::GasPrice;
use super::{Coin, EvmAddress, SweepRefused};
use crate::quote::QuotedRate;

/// What the till found on a chain before a sweep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Survey {
    /// The chain (EIP-155).
    pub chain_id: u64,
    /// The chain's own coin, which pays fees.
    pub native: Coin,
    /// Where everything goes.
    pub owner: EvmAddress,
    /// The address that pays for others.
    pub fees: FeeAccount,
    /// The addresses of payments that have something.
    pub sources: Vec<Source>,
    /// What a unit of gas costs now.
    pub price: GasPrice,
    /// How much gas each kind of step takes.
    pub gas: GasTable,
    /// What the chain's own coin is worth, for the books.
    pub rate: QuotedRate,
}

/// The address that pays for others: `1/0` of the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeeAccount {
    /// Its address.
    pub address: EvmAddress,
    /// The next number of its transactions.
    pub number: u64,
    /// Base units of the chain's own coin.
    pub balance: u128,
}

/// An address that was shown for a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Its place in the account: `0/index`.
    pub index: u32,
    /// Its address.
    pub address: EvmAddress,
    /// The next number of its transactions.
    pub number: u64,
    /// Base units of the chain's own coin.
    pub balance: u128,
    /// Its tokens.
    pub tokens: Vec<Holding>,
}

/// A token on an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holding {
    /// Which.
    pub coin: Coin,
    /// Base units.
    pub units: u128,
    /// How it moves.
    pub way: TokenWay,
}

/// How a token moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenWay {
    /// Its address sends `transfer` and pays for it (ERC-20).
    Transfer,
    /// The fee address carries out an authorization that its address signed (EIP-3009).
    Authorization,
}

/// What a step takes of the chain at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepGas {
    /// Units of gas.
    pub limit: u64,
    /// Base units for its data, which chains on top of Ethereum charge beside gas; 0 elsewhere.
    pub data_fee: u128,
}

/// What each kind of step takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GasTable {
    /// Sending the chain's own coin.
    pub native: StepGas,
    /// `transfer` of a token.
    pub transfer: StepGas,
    /// `transferWithAuthorization` of a token.
    pub authorization: StepGas,
}

/// What is to be done, in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SweepPlan {
    /// The chain (EIP-155).
    pub chain_id: u64,
    /// The chain's own coin.
    pub native: Coin,
    /// Where everything goes.
    pub owner: EvmAddress,
    /// What a unit of gas costs. A step that is stuck is paid up to twice as much.
    pub price: GasPrice,
    /// At which fees are booked.
    pub rate: QuotedRate,
    /// The steps.
    pub steps: Vec<Step>,
}

/// Who sends a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SweepSender {
    /// The address that pays for others.
    Fees,
    /// The address `0/i` of a payment.
    Source(u32),
}

/// One transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Who sends it and pays its fee.
    pub sender: SweepSender,
    /// The sender's address.
    pub from: EvmAddress,
    /// Its number among the sender's transactions.
    pub number: u64,
    /// What it does.
    pub action: Action,
    /// What it takes.
    pub gas: StepGas,
    /// The step that brings the coin for its fee.
    pub after: Option<usize>,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// The fee address lends an address the coin for its fees.
    TopUp {
        /// Whom.
        to: EvmAddress,
        /// Base units.
        units: u128,
    },
    /// The chain's own coin goes to the owner.
    SendNative {
        /// Base units at the plan's price; less when the fee is raised.
        units: u128,
    },
    /// A token goes to the owner.
    SendToken {
        /// Which.
        coin: Coin,
        /// Base units.
        units: u128,
    },
    /// A token goes to the owner by an authorization that its holder signs.
    SendAuthorized {
        /// The holder's place in the account.
        index: u32,
        /// The holder's address.
        holder: EvmAddress,
        /// Which token.
        coin: Coin,
        /// Base units.
        units: u128,
    },
}

/// A stuck step may be paid up to so many times the plan's price, so that much is kept ready.
pub(super) const RAISE_MAX: u128 = 2;

impl SweepPlan {
    /// Plans a sweep.
    ///
    /// # Errors
    /// When there is nothing to move, the fee address can't pay, or the survey makes no sense.
    pub fn of(survey: &Survey) -> Result<Self, SweepRefused> {
        survey.check()?;
        let mut draft = Draft { survey, steps: Vec::new(), fees_number: survey.fees.number, needed: 0 };
        for source in &survey.sources {
            draft.add(source)?;
        }
        if draft.steps.is_empty() {
            return Err(SweepRefused::NothingToMove);
        }
        if draft.needed > survey.fees.balance {
            let (address, there) = (survey.fees.address.clone(), survey.fees.balance);
            return Err(SweepRefused::FeesNotFunded { address, needed: draft.needed, there });
        }
        Ok(Self {
            chain_id: survey.chain_id,
            native: survey.native.clone(),
            owner: survey.owner.clone(),
            price: survey.price,
            rate: survey.rate.clone(),
            steps: draft.steps,
        })
    }

    /// What all fees are at most at the plan's price, in the chain's own coin.
    ///
    /// # Errors
    /// When the sum is out of range.
    pub fn fees(&self) -> Result<Money, SweepRefused> {
        let costs = self.steps.iter().map(|step| step.gas.cost(self.price));
        let sum = costs.into_iter().try_fold(0, |sum, cost| add(sum, cost?))?;
        self.native.amount(sum, Rounding::Up)
    }

    /// The same in the unit of account.
    ///
    /// # Errors
    /// When the value is out of range.
    pub fn fees_value(&self) -> Result<Money, SweepRefused> {
        Ok(self.fees()?.convert(&self.rate.market, Rounding::Up)?)
    }

    /// What reaches the owner of each coin, in the order of the plan.
    ///
    /// # Errors
    /// When a sum is out of range.
    pub fn arrives(&self) -> Result<Vec<Money>, SweepRefused> {
        let mut sums: Vec<Money> = Vec::new();
        for step in &self.steps {
            let Some(amount) = step.arrives(&self.native, self.price, self.price)? else { continue };
            match sums.iter_mut().find(|sum| sum.currency() == amount.currency()) {
                Some(sum) => *sum = sum.checked_add(amount)?,
                None => sums.push(amount),
            }
        }
        Ok(sums)
    }

    pub(super) fn needs_two_signatures(&self) -> bool {
        self.steps.iter().any(|step| matches!(step.action, Action::SendAuthorized { .. }))
    }
}

impl Survey {
    fn check(&self) -> Result<(), SweepRefused> {
        for (place, source) in self.sources.iter().enumerate() {
            let is_named_before =
                |other: &Source| other.index == source.index || other.address.is_same(&source.address);
            if self.sources[..place].iter().any(is_named_before) {
                return Err(SweepRefused::AddressTwice(source.address.clone()));
            }
        }
        let sources = self.sources.iter().map(|source| &source.address);
        match sources.chain([&self.fees.address]).find(|address| address.is_same(&self.owner)) {
            Some(own) => Err(SweepRefused::OwnAddress(own.clone())),
            None => Ok(()),
        }
    }
}

/// A plan that is being made.
struct Draft<'a> {
    survey: &'a Survey,
    steps: Vec<Step>,
    fees_number: u64,
    /// What the fee address spends at most, in base units.
    needed: u128,
}

impl Draft<'_> {
    fn add(&mut self, source: &Source) -> Result<(), SweepRefused> {
        let (mut own, gas) = (Vec::new(), self.survey.gas);
        for holding in source.tokens.iter().filter(|holding| holding.units > 0) {
            let (coin, units) = (holding.coin.clone(), holding.units);
            match holding.way {
                TokenWay::Transfer => own.push(Action::SendToken { coin, units }),
                TokenWay::Authorization => {
                    let (index, holder) = (source.index, source.address.clone());
                    self.by_fees(Action::SendAuthorized { index, holder, coin, units }, gas.authorization)?;
                }
            }
        }
        let transfer = self.kept_ready(gas.transfer)?;
        let count = u128::try_from(own.len()).map_err(|_| SweepRefused::TooLarge)?;
        let reserve = transfer.checked_mul(count).ok_or(SweepRefused::TooLarge)?;
        let after = self.top_up(source, reserve)?;
        for (place, action) in (0..).zip(own) {
            self.by_source(source, place, action, gas.transfer, after)?;
        }
        let cost = gas.native.cost(self.survey.price)?;
        let spare = source.balance.saturating_sub(reserve).saturating_sub(cost);
        if spare > 0 {
            let place = u64::try_from(count).map_err(|_| SweepRefused::TooLarge)?;
            self.by_source(source, place, Action::SendNative { units: spare }, gas.native, None)?;
        }
        Ok(())
    }

    /// Lends an address what it lacks; the step that does, when there is one.
    fn top_up(&mut self, source: &Source, reserve: u128) -> Result<Option<usize>, SweepRefused> {
        let units = reserve.saturating_sub(source.balance);
        if units == 0 {
            return Ok(None);
        }
        self.needed = add(self.needed, units)?;
        self.by_fees(Action::TopUp { to: source.address.clone(), units }, self.survey.gas.native)?;
        Ok(Some(self.steps.len() - 1))
    }

    fn by_fees(&mut self, action: Action, gas: StepGas) -> Result<(), SweepRefused> {
        self.needed = add(self.needed, self.kept_ready(gas)?)?;
        let (from, number) = (self.survey.fees.address.clone(), self.fees_number);
        self.fees_number = number.checked_add(1).ok_or(SweepRefused::TooLarge)?;
        self.steps.push(Step { sender: SweepSender::Fees, from, number, action, gas, after: None });
        Ok(())
    }

    fn by_source(
        &mut self,
        source: &Source,
        place: u64,
        action: Action,
        gas: StepGas,
        after: Option<usize>,
    ) -> Result<(), SweepRefused> {
        let number = source.number.checked_add(place).ok_or(SweepRefused::TooLarge)?;
        let (sender, from) = (SweepSender::Source(source.index), source.address.clone());
        self.steps.push(Step { sender, from, number, action, gas, after });
        Ok(())
    }

    /// What a step costs at the highest price that it may be raised to.
    fn kept_ready(&self, gas: StepGas) -> Result<u128, SweepRefused> {
        gas.cost(self.survey.price)?.checked_mul(RAISE_MAX).ok_or(SweepRefused::TooLarge)
    }
}

impl StepGas {
    /// What it costs at most, in base units of the chain's own coin.
    ///
    /// # Errors
    /// [`SweepRefused::TooLarge`].
    pub fn cost(&self, price: GasPrice) -> Result<u128, SweepRefused> {
        let gas = u128::from(self.limit).checked_mul(price.max_fee).ok_or(SweepRefused::TooLarge)?;
        add(gas, self.data_fee)
    }
}

impl Step {
    /// Base units that it moves when it is paid `price`: when the fee comes out of what is moved, that much less than at
    /// the `planned` price.
    pub(super) fn units(&self, planned: GasPrice, price: GasPrice) -> Result<u128, SweepRefused> {
        match &self.action {
            Action::TopUp { units, .. }
            | Action::SendToken { units, .. }
            | Action::SendAuthorized { units, .. } => Ok(*units),
            Action::SendNative { units } => {
                let there = add(*units, self.gas.cost(planned)?)?;
                let left = there.checked_sub(self.gas.cost(price)?).filter(|left| *left > 0);
                left.ok_or(SweepRefused::NothingLeft)
            }
        }
    }

    /// What reaches the owner by it; nothing when it only tops up.
    pub(super) fn arrives(
        &self,
        native: &Coin,
        planned: GasPrice,
        price: GasPrice,
    ) -> Result<Option<Money>, SweepRefused> {
        let units = self.units(planned, price)?;
        match &self.action {
            Action::TopUp { .. } => Ok(None),
            Action::SendNative { .. } => native.amount(units, Rounding::Down).map(Some),
            Action::SendToken { coin, .. } | Action::SendAuthorized { coin, .. } => {
                coin.amount(units, Rounding::Down).map(Some)
            }
        }
    }
}

fn add(one: u128, other: u128) -> Result<u128, SweepRefused> {
    one.checked_add(other).ok_or(SweepRefused::TooLarge)
}
