//! `[[policy]]`: amount × rail → what is safe and what is final. The first row that matches wins; where none does, each
//! chain has a usual rule.

use money::{Currency, Money};
use payment::{Depth, Mark, Policy, RailId};
use toml::Value;

use crate::Problem;
use crate::field::Field;
use crate::key::{Form, Key};
use crate::row::{self, Row, RowName, check_amount, shown_amount, shown_text};

const SAFE_MAX: u16 = 100;
const FINAL_MAX: u16 = 1000;
const NAMES: &[&str] = &["rail", "up_to", "safe", "final"];

/// Above so many major units of a currency with cents an amount is large: it waits for the network's own word.
const LARGE_MAJOR: i64 = 1_000;
/// The same where money has no smaller unit, of which more is needed for the same things.
const LARGE_WHOLE: i64 = 150_000;

/// Blocks after which a small amount is usually safe, by chain: half a minute on Polygon and Ethereum, seconds on BNB Smart
/// Chain, which is final soon, and on rollups, whose one sequencer rarely takes a block back.
const USUALLY_SAFE: &[(u64, u16)] = &[(1, 2), (137, 16), (56, 5), (42_161, 20), (10, 5), (8_453, 5)];

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyRow {
    /// What it is about.
    pub scope: PolicyScope,
    /// Up to which amount in the shop's currency, what is safe (0 to 100 blocks, or a mark), and what is final (1 to 1000
    /// blocks or a mark, at least as deep as safe).
    pub policy: Policy,
}

/// What a row is about: a rail, or one chain of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PolicyScope {
    /// The rail.
    pub rail: RailId,
    /// The number of the chain (EIP-155); `None` for every chain of the rail.
    pub chain_id: Option<u64>,
}

impl PolicyScope {
    /// On-chain bitcoin.
    pub const BITCOIN: Self = Self { rail: RailId::BITCOIN, chain_id: None };

    /// Reads `bitcoin`, `evm` or `evm:8453`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let (rail, chain_id) = match name.split_once(':') {
            Some((rail, chain_id)) => (rail, Some(chain_id.parse().ok()?)),
            None => (name, None),
        };
        let rail = RailId::chain_named(rail)?;
        (chain_id.is_none() || rail == RailId::EVM).then_some(Self { rail, chain_id })
    }

    /// What [`PolicyScope::named`] reads.
    #[must_use]
    pub fn name(self) -> String {
        match self.chain_id {
            Some(chain_id) => format!("{}:{chain_id}", self.rail),
            None => self.rail.to_string(),
        }
    }

    fn contains(self, rail: RailId, chain_id: Option<u64>) -> bool {
        self.rail == rail && (self.chain_id.is_none() || self.chain_id == chain_id)
    }
}

/// Reads `2`, `safe` or `finalized`.
///
/// # Errors
/// Says what can be written.
pub fn depth(text: &str) -> Result<Depth, &'static str> {
    let mark = Mark::ALL.iter().find(|(mark, name)| !mark.is_head() && *name == text);
    match (mark, text.parse()) {
        (Some((mark, _)), _) => Ok(Depth::Marked(*mark)),
        (None, Ok(blocks)) => Ok(Depth::Confirmations(blocks)),
        (None, Err(_)) => Err("write a number of confirmations, \"safe\" or \"finalized\""),
    }
}

/// What [`depth`] reads.
#[must_use]
pub fn depth_name(depth: Depth) -> String {
    match depth {
        Depth::Confirmations(blocks) => blocks.to_string(),
        Depth::Marked(mark) => mark.name().to_owned(),
    }
}

/// What is usually safe and final for an amount of a coin: counted blocks for little money, the network's own word for
/// much.
pub(crate) fn usual(coin: Currency, amount: Option<Money>) -> Policy {
    let Some(chain_id) = coin.chain_id() else { return Policy::DEFAULT };
    let blocks = USUALLY_SAFE.iter().find(|(known, _)| *known == chain_id).map_or(1, |(_, blocks)| *blocks);
    let safe = match amount {
        Some(amount) if is_large(amount) => Depth::Marked(Mark::Safe),
        _ => Depth::Confirmations(blocks),
    };
    Policy { up_to: None, safe, r#final: Depth::Marked(Mark::Finalized) }
}

fn is_large(amount: Money) -> bool {
    let currency = amount.currency();
    let limit = if currency.scale() == 0 { LARGE_WHOLE } else { LARGE_MAJOR * currency.minor_per_major() };
    amount.minor() > limit
}

impl PolicyRow {
    pub(crate) fn matches(&self, rail: RailId, coin: Currency, amount: Money) -> bool {
        self.scope.contains(rail, coin.chain_id()) && self.policy.up_to.is_none_or(|up_to| amount <= up_to)
    }

    /// Whatever `other` matches, this row matches too.
    fn hides(&self, other: &Self) -> bool {
        self.scope.contains(other.scope.rail, other.scope.chain_id)
            && match (self.policy.up_to, other.policy.up_to) {
                (None, _) => true,
                (Some(_), None) => false,
                (Some(limit), Some(other)) => other <= limit,
            }
    }

    fn check(&self, name: &RowName, currency: Currency) -> Result<(), Problem> {
        let Policy { up_to, safe, r#final } = self.policy;
        check_amount(up_to, "up_to", None, currency, name)?;
        if self.policy.trusts_unconfirmed() && up_to.is_none() {
            let message = "0 confirmations need a limit: add up_to, small enough to lose";
            return Err(name.problem("safe", message));
        }
        if safe.confirmations().is_some_and(|blocks| blocks > SAFE_MAX) {
            return Err(name.problem("safe", format!("write 0 to {SAFE_MAX} confirmations")));
        }
        if r#final.confirmations().is_some_and(|blocks| !(1..=FINAL_MAX).contains(&blocks)) {
            return Err(name.problem("final", format!("write 1 to {FINAL_MAX} confirmations")));
        }
        self.check_marks(name)?;
        if !r#final.is_at_least(safe) {
            let safe = depth_name(safe);
            let message = format!("a payment can't be final before it is safe: write {safe} or more");
            return Err(name.problem("final", message));
        }
        Ok(())
    }

    /// Bitcoin says nothing of its blocks beside their depth.
    fn check_marks(&self, name: &RowName) -> Result<(), Problem> {
        for (member, depth) in [("safe", self.policy.safe), ("final", self.policy.r#final)] {
            if self.scope.rail == RailId::BITCOIN && depth.confirmations().is_none() {
                return Err(name.problem(member, "bitcoin marks no blocks: write a number of confirmations"));
            }
        }
        Ok(())
    }
}

pub(crate) fn check(rows: &[PolicyRow], currency: Currency) -> Result<(), Problem> {
    row::check("policy", rows, PolicyRow::hides, |row, name| row.check(name, currency))
}

fn read_row(row: &Field<'_>, currency: Currency) -> Result<PolicyRow, Problem> {
    let row = Row::read(row, NAMES)?;
    Ok(PolicyRow {
        scope: row.required("rail", |field| {
            let unknown =
                || field.problem("unknown rail: write \"bitcoin\", \"evm\" or a chain such as \"evm:8453\"");
            PolicyScope::named(field.text()?).ok_or_else(unknown)
        })?,
        policy: Policy {
            up_to: row.optional("up_to", |field| field.parsed(|text| Money::parse_exact(text, currency)))?,
            safe: row.required("safe", read_depth)?,
            r#final: row.required("final", read_depth)?,
        },
    })
}

/// A number as it is, a mark in quotes.
fn read_depth(field: &Field<'_>) -> Result<Depth, Problem> {
    if field.is_text() { field.parsed(depth) } else { field.count().map(Depth::Confirmations) }
}

fn shown_depth(depth: Depth) -> Option<Value> {
    match depth {
        Depth::Confirmations(blocks) => Some(i64::from(blocks).into()),
        Depth::Marked(mark) => shown_text(mark.name()),
    }
}

pub(crate) const KEYS: &[Key] = &[Key {
    path: "policy",
    form: Form::Rows,
    show: |s| {
        row::shown(&s.policy, |row| {
            [
                ("rail", shown_text(row.scope.name())),
                ("up_to", shown_amount(row.policy.up_to)),
                ("safe", shown_depth(row.policy.safe)),
                ("final", shown_depth(row.policy.r#final)),
            ]
        })
    },
    read: |s, field| {
        let currency = s.shop.currency;
        s.policy = field.items()?.iter().map(|row| read_row(row, currency)).collect::<Result<_, _>>()?;
        Ok(())
    },
}];
