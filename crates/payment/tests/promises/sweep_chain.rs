//! A chain for sweeps: it carries out each number of a sender once, forgets blocks, loses answers, and remembers what it
//! did, so that a test can compare the books with it.

use std::collections::BTreeMap;

use money::{Currency, Percent, Rate};
use payment::sweep::{
    Attempt, Coin, Delivery, EvmAddress, Fate, FeeAccount, GasPrice, GasTable, Holding, Source, StepGas,
    StepReading, Survey, SweepErrand, SweepPlan, SweepSigner, TokenWay, Transaction,
};
use payment::{QuotedRate, Sweep, SweepEvent, SweepId};

use crate::till::{eur, instant};

pub(crate) const GWEI: u128 = 1_000_000_000;
pub(crate) const PRICE: GasPrice = GasPrice { max_fee: 2 * GWEI, max_priority_fee: GWEI };

pub(crate) fn address(number: u8) -> EvmAddress {
    format!("0x{}", format!("{number:02x}").repeat(20)).parse().unwrap()
}

pub(crate) fn native() -> Coin {
    Coin { currency: Currency::asset("ETH.8453", 9).unwrap(), decimals: 18, contract: None }
}

pub(crate) fn usdc() -> Coin {
    let currency = Currency::asset("USDC.8453", 6).unwrap();
    Coin { currency, decimals: 6, contract: Some(address(0xcc)) }
}

pub(crate) fn source(index: u32, balance: u128, tokens: Vec<Holding>) -> Source {
    let address = address(u8::try_from(index).unwrap() + 1);
    Source { index, address, number: 0, balance, tokens }
}

pub(crate) fn holding(units: u128, way: TokenWay) -> Holding {
    Holding { coin: usdc(), units, way }
}

/// Gas at 2 gwei: a payment costs 42,000 gwei, a transfer 120,000, an authorization 180,000.
pub(crate) fn survey(sources: Vec<Source>) -> Survey {
    let gas = |limit| StepGas { limit, data_fee: 0 };
    let rate = QuotedRate {
        market: Rate::parse(native().currency, eur(0).currency(), "3000.00").unwrap(),
        spread: Percent::parse("0").unwrap(),
        source: "fixed".to_owned(),
        as_of: instant(0),
        answers: Vec::new(),
    };
    Survey {
        chain_id: 8_453,
        native: native(),
        owner: address(0xee),
        fees: FeeAccount { address: address(0xfe), number: 4, balance: 10_000_000 * GWEI },
        sources,
        price: PRICE,
        gas: GasTable { native: gas(21_000), transfer: gas(60_000), authorization: gas(90_000) },
        rate,
    }
}

/// Native coin on one address, a token on another, both on a third, and a token that takes authorizations.
pub(crate) fn mixed() -> SweepPlan {
    let token = |units, way| vec![holding(units, way)];
    SweepPlan::of(&survey(vec![
        source(0, 5_000_000 * GWEI + 7, Vec::new()),
        source(1, 0, token(12_340_000, TokenWay::Transfer)),
        source(2, 3_000_000 * GWEI, token(5_000_000, TokenWay::Transfer)),
        source(3, 0, token(990_000, TokenWay::Authorization)),
    ]))
    .unwrap()
}

pub(crate) fn id() -> SweepId {
    SweepId::generate(instant(0), [9; 10])
}

pub(crate) fn opened(plan: SweepPlan) -> Sweep {
    Sweep::open(id(), &SweepEvent::Planned { plan }).unwrap().sweep
}

/// A stand-in for signing: two transactions have the same hash when they are the same.
pub(crate) fn hash(transaction: &Transaction) -> String {
    format!("{}-{}-{}-{}", transaction.from, transaction.number, transaction.value, transaction.price.max_fee)
}

pub(crate) fn signed(sweep: &Sweep, step: usize, price: GasPrice) -> SweepEvent {
    let hash = hash(&sweep.transaction(step, price).unwrap());
    SweepEvent::Signed { step, attempt: Attempt { hash, bytes: vec![1], price } }
}

/// One transaction that a node has.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) step: usize,
    pub(crate) hash: String,
    pub(crate) price: GasPrice,
}

/// What happens to a call.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Line {
    Good,
    AnswerLost,
    RequestLost,
    Refused,
}

/// The journal of a till, and the chain it moves coins on. A sender is its address; its next number starts at the plan's.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) journal: Vec<SweepEvent>,
    pub(crate) sweep: Sweep,
    pool: Vec<Known>,
    /// In the order of blocks, one in each.
    pub(crate) mined: Vec<Known>,
    final_blocks: usize,
    readings: u64,
    is_first_look: bool,
}

impl World {
    pub(crate) fn approved(plan: SweepPlan) -> Self {
        let first = SweepEvent::Planned { plan: plan.clone() };
        let mut world = Self {
            journal: vec![first],
            sweep: opened(plan),
            pool: Vec::new(),
            mined: Vec::new(),
            final_blocks: 0,
            readings: 0,
            is_first_look: false,
        };
        world.record(&SweepEvent::Approved { signer: SweepSigner::Keyring });
        world
    }

    /// The till dies and comes back: all it has is its journal.
    pub(crate) fn restart(&mut self) {
        self.sweep = fold(&self.journal);
        self.is_first_look = true;
    }

    pub(crate) fn record(&mut self, event: &SweepEvent) {
        if let Ok(Some(applied)) = self.sweep.apply(event) {
            self.sweep = applied.sweep;
            self.journal.push(event.clone());
        }
    }

    /// Does one of the errands, if there is any; `dies_first` lets the till die between the call and its answer.
    pub(crate) fn run_errand(&mut self, choice: usize, line: Line, dies_first: bool) {
        let errands = self.sweep.errands(self.is_first_look);
        self.is_first_look = false;
        let Some(errand) = errands.get(choice % errands.len().max(1)) else { return };
        let answer = match *errand {
            SweepErrand::Sign { step } => Some(signed(&self.sweep, step, PRICE)),
            SweepErrand::Send { step } => Some(self.send(step, line)),
            SweepErrand::Ask { step } => matches!(line, Line::Good).then(|| self.ask(step)),
        };
        if dies_first {
            return self.restart();
        }
        if let Some(answer) = answer {
            self.record(&answer);
        }
    }

    fn send(&mut self, step: usize, line: Line) -> SweepEvent {
        let newest = self.sweep.progress(step).unwrap().newest().unwrap().clone();
        if matches!(line, Line::Good | Line::AnswerLost) {
            self.accept(Known { step, hash: newest.hash.clone(), price: newest.price });
        }
        let delivery = match line {
            Line::Good => Delivery::Sent,
            Line::AnswerLost | Line::RequestLost => Delivery::Unknown,
            Line::Refused => Delivery::NotSent,
        };
        SweepEvent::Delivered { step, hash: newest.hash, delivery }
    }

    /// As a node does: a number that was used is refused, and one in the pool is replaced by one that pays more.
    fn accept(&mut self, new: Known) {
        if self.mined.iter().any(|known| known.step == new.step) {
            return;
        }
        let pays_more = |known: &Known| known.step != new.step || known.price.max_fee < new.price.max_fee;
        if self.pool.iter().all(pays_more) {
            self.pool.retain(|known| known.step != new.step);
            self.pool.push(new);
        }
    }

    fn ask(&mut self, step: usize) -> SweepEvent {
        self.readings += 1;
        let mined = self.mined.iter().position(|known| known.step == step);
        let fate = match (mined, self.pool.iter().find(|known| known.step == step)) {
            (Some(block), _) => Fate::Mined {
                hash: self.mined[block].hash.clone(),
                block_hash: format!("block {block}"),
                is_success: true,
                fee: fee(&self.sweep, &self.mined[block]),
                is_final: block < self.final_blocks,
            },
            (None, Some(known)) => Fate::InPool { hash: known.hash.clone() },
            (None, None) => Fate::Missing,
        };
        SweepEvent::Read { step, reading: StepReading { number: self.readings, fate } }
    }

    /// Signs a step again for more, as an owner does who is tired of waiting.
    pub(crate) fn raise(&mut self, step: usize) {
        let step = step % self.sweep.plan.steps.len();
        let newest = self.sweep.progress(step).and_then(|progress| progress.newest());
        let Some(price) = newest.map(|newest| newest.price.raised()) else { return };
        if self.sweep.transaction(step, price).is_ok() {
            let again = signed(&self.sweep, step, price);
            self.record(&again);
        }
    }

    /// A block with one transaction, the next in number of its sender.
    pub(crate) fn mine(&mut self, choice: usize) {
        let steps = &self.sweep.plan.steps;
        let next = |known: &Known| {
            let before = (0..known.step).filter(|step| steps[*step].from == steps[known.step].from);
            let needed = before.chain(steps[known.step].after);
            needed.into_iter().all(|step| self.mined.iter().any(|done| done.step == step))
        };
        let ready: Vec<usize> = (0..self.pool.len()).filter(|place| next(&self.pool[*place])).collect();
        if let Some(place) = ready.get(choice % ready.len().max(1)) {
            let known = self.pool.remove(*place);
            self.mined.push(known);
        }
    }

    /// Takes blocks off the end that are not final; what was in them goes back into the pool, or nowhere.
    pub(crate) fn reorganise(&mut self, depth: usize, is_kept: bool) {
        let keep = self.mined.len().saturating_sub(depth).max(self.final_blocks);
        let lost = self.mined.split_off(keep);
        if is_kept {
            self.pool.extend(lost);
        }
    }

    /// A node forgets what waits.
    pub(crate) fn drop_pool(&mut self) {
        self.pool.clear();
    }

    pub(crate) fn finalise(&mut self) {
        self.final_blocks = self.mined.len();
    }

    /// Lets everything go well until nothing is left to do.
    pub(crate) fn finish(&mut self) {
        for turn in 0..400 {
            if self.sweep.is_over() {
                return;
            }
            self.run_errand(turn, Line::Good, false);
            self.mine(turn);
            self.finalise();
        }
    }

    /// How often each number of each sender was carried out.
    pub(crate) fn carried_out(&self) -> BTreeMap<(String, u64), usize> {
        let mut times = BTreeMap::new();
        for known in &self.mined {
            let step = &self.sweep.plan.steps[known.step];
            *times.entry((step.from.to_string(), step.number)).or_default() += 1;
        }
        times
    }
}

/// Half of what was allowed, and a few base units, as chains do.
pub(crate) fn fee(sweep: &Sweep, known: &Known) -> u128 {
    u128::from(sweep.plan.steps[known.step].gas.limit) * (known.price.max_fee / 2) + 3
}

/// What the journal alone says.
pub(crate) fn fold(journal: &[SweepEvent]) -> Sweep {
    let mut sweep = Sweep::open(id(), &journal[0]).unwrap().sweep;
    for event in &journal[1..] {
        sweep = sweep.apply(event).unwrap().unwrap().sweep;
    }
    sweep
}
