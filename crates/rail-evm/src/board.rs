//! What is known of a chain's providers at the moment: who answers, who is behind, whom to follow.

use std::sync::{Mutex, MutexGuard, PoisonError};

use payment::Timestamp;
use payment::rail::{RailHealth, ServerHealth, Tip};

use crate::block::Header;
use crate::provider::ProviderError;
use crate::{Chain, Endpoint};

const NOT_ASKED: &str = "it was not asked yet";
/// A provider that is so long behind another one is behind.
const BEHIND_MILLIS: i64 = 60_000;

/// One line for each provider of a chain.
pub(crate) struct Board {
    chain: &'static Chain,
    state: Mutex<State>,
}

struct State {
    tip: Option<Tip>,
    lines: Vec<Line>,
    followed: Option<usize>,
}

struct Line {
    address: String,
    identity: String,
    head: Option<u64>,
    problem: Option<String>,
}

impl Board {
    /// A board for these providers, none of which was asked yet.
    pub(crate) fn of(chain: &'static Chain, endpoints: &[Endpoint]) -> Self {
        let lines = endpoints.iter().map(|endpoint| Line {
            address: endpoint.to_string(),
            identity: endpoint.identity(),
            head: None,
            problem: Some(NOT_ASKED.to_owned()),
        });
        let state = State { tip: None, lines: lines.collect(), followed: None };
        Self { chain, state: Mutex::new(state) }
    }

    /// The health to show.
    pub(crate) fn health(&self) -> RailHealth {
        let state = self.state();
        let servers = state
            .lines
            .iter()
            .map(|line| ServerHealth { address: line.address.clone(), problem: line.problem.clone() });
        RailHealth { tip: state.tip.clone(), servers: servers.collect(), notices: Vec::new() }
    }

    /// Watching ended: whether the providers answer is not known any more.
    pub(crate) fn forget(&self) {
        let mut state = self.state();
        state.followed = None;
        for line in &mut state.lines {
            line.problem = Some(NOT_ASKED.to_owned());
        }
    }

    /// This provider is followed, at this block.
    pub(crate) fn follows(&self, provider: usize, head: &Header) {
        let mut state = self.state();
        if state.followed != Some(provider) {
            let address = state.lines[provider].address.as_str();
            tracing::info!(
                chain = self.chain.name,
                provider = address,
                height = head.id.number,
                "following a provider"
            );
        }
        state.followed = Some(provider);
        state.tip = Some(tip(head));
        state.lines[provider].head = Some(head.id.number);
        state.lines[provider].problem = None;
    }

    /// This provider answers, at this block. Says whether it is far behind the one that is followed, or that one behind it.
    pub(crate) fn answers(&self, provider: usize, head: &Header) -> Lag {
        let mut state = self.state();
        let followed = state.followed.and_then(|followed| state.lines[followed].head);
        let lag = followed.map_or(Lag::Level, |followed| self.lag(head.id.number, followed));
        let line = &mut state.lines[provider];
        line.head = Some(head.id.number);
        line.problem = match lag {
            Lag::Behind(blocks) => Some(format!("it is {blocks} blocks behind")),
            Lag::Level | Lag::Ahead => None,
        };
        lag
    }

    /// This provider can't be used, and why.
    pub(crate) fn fails(&self, provider: usize, error: &ProviderError) {
        let mut state = self.state();
        let problem = error.to_string();
        let line = &mut state.lines[provider];
        if line.problem.as_deref() != Some(problem.as_str()) {
            tracing::warn!(
                chain = self.chain.name,
                provider = line.address,
                problem,
                "a provider does not serve"
            );
        }
        line.problem = Some(problem);
        line.head = None;
        if state.followed == Some(provider) {
            state.followed = None;
        }
    }

    /// This provider tells another story than the one that is followed.
    pub(crate) fn contradicts(&self, provider: usize, height: u64) {
        let mut state = self.state();
        let line = &mut state.lines[provider];
        line.problem =
            Some(format!("it contradicts another provider about block {height}: one of them is wrong"));
    }

    /// The first provider that has no problem and stands before this one in the owner's order.
    pub(crate) fn better_than(&self, provider: usize) -> Option<usize> {
        self.state().lines.iter().take(provider).position(|line| line.problem.is_none())
    }

    /// Are two providers the same company's, or the same machine?
    pub(crate) fn is_same(&self, one: usize, other: usize) -> bool {
        let state = self.state();
        state.lines[one].identity == state.lines[other].identity
    }

    fn lag(&self, head: u64, followed: u64) -> Lag {
        let patience = u64::try_from(BEHIND_MILLIS / millis(self.chain)).unwrap_or(1).clamp(3, 64);
        if head + patience < followed {
            return Lag::Behind(followed - head);
        }
        if followed + patience < head { Lag::Ahead } else { Lag::Level }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How a provider stands to the one that is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lag {
    /// As far.
    Level,
    /// So many blocks behind.
    Behind(u64),
    /// So far ahead that the followed one is behind.
    Ahead,
}

fn millis(chain: &Chain) -> i64 {
    i64::try_from(chain.block_time.as_millis()).unwrap_or(i64::MAX).max(1)
}

fn tip(head: &Header) -> Tip {
    let seconds = i64::try_from(head.seconds).unwrap_or(i64::MAX);
    Tip {
        height: u32::try_from(head.id.number).unwrap_or(u32::MAX),
        hash: format!("{:#x}", head.id.hash),
        time: Timestamp::from_millis(seconds.saturating_mul(1_000)),
    }
}

#[cfg(test)]
mod tests {
    use alloy::primitives::B256;

    use super::*;
    use crate::block::BlockId;
    use crate::check_endpoint;

    fn board() -> Board {
        let endpoints =
            ["http://127.0.0.1:1", "http://127.0.0.1:2"].map(|text| check_endpoint(text).unwrap());
        Board::of(Chain::named("base").unwrap(), &endpoints)
    }

    fn head(number: u64) -> Header {
        Header { id: BlockId { number, hash: B256::ZERO }, parent: B256::ZERO, seconds: number }
    }

    #[test]
    fn a_provider_that_is_behind_has_a_problem_and_one_that_is_ahead_shows_that_the_other_is() {
        let board = board();
        board.follows(0, &head(1_000));
        assert_eq!(board.answers(1, &head(980)), Lag::Level);
        assert_eq!(board.answers(1, &head(900)), Lag::Behind(100));
        assert!(board.health().servers[1].problem.as_deref() == Some("it is 100 blocks behind"));
        assert_eq!(board.answers(1, &head(1_100)), Lag::Ahead);
        assert!(board.health().is_up());
    }

    #[test]
    fn one_in_front_is_better_only_while_it_has_no_problem() {
        let board = board();
        board.follows(1, &head(5));
        assert_eq!(board.better_than(1), None);
        board.answers(0, &head(5));
        assert_eq!(board.better_than(1), Some(0));
        board.fails(0, &ProviderError::Silent);
        assert_eq!(board.better_than(1), None);
        board.forget();
        assert!(!board.health().is_up());
    }
}
