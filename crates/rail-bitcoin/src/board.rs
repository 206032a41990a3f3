//! What is known of the servers at this moment: who answers, what the newest block is, and who else knows an unconfirmed
//! transaction. Nothing here is stored.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bdk_wallet::bitcoin::Txid;
use payment::rail::{RailHealth, ServerHealth, Tip};
use tokio::sync::{Notify, watch};

use crate::Server;

/// What a server's health says before it was asked.
const NOT_ASKED: &str = "not asked yet";

/// The board.
pub(crate) struct Board {
    state: Mutex<State>,
    /// Counts up when there is something new to ask the other servers about.
    questions: watch::Sender<u64>,
    /// Another server's opinion changed.
    pub(crate) opinions: Notify,
}

struct State {
    tip: Option<Tip>,
    lines: Vec<Line>,
    /// The server the wallet follows.
    followed: Option<usize>,
    /// Which servers, asked one by one, know a transaction.
    knowing: HashMap<Txid, BTreeSet<usize>>,
}

struct Line {
    address: String,
    identity: String,
    problem: Option<String>,
}

impl Board {
    /// A board for these servers, none of which was asked yet.
    pub(crate) fn of(servers: &[Server]) -> Self {
        let lines = servers.iter().map(|server| Line {
            address: server.to_string(),
            identity: server.identity(),
            problem: Some(NOT_ASKED.to_owned()),
        });
        let state = State { tip: None, lines: lines.collect(), followed: None, knowing: HashMap::new() };
        Self { state: Mutex::new(state), questions: watch::Sender::new(0), opinions: Notify::new() }
    }

    /// The health to show.
    pub(crate) fn health(&self) -> RailHealth {
        let state = self.state();
        let servers = state
            .lines
            .iter()
            .map(|line| ServerHealth { address: line.address.clone(), problem: line.problem.clone() });
        RailHealth { tip: state.tip.clone(), servers: servers.collect() }
    }

    /// Watching ended: nothing is known of the servers any more.
    pub(crate) fn forget(&self) {
        let mut state = self.state();
        state.followed = None;
        state.knowing.clear();
        for line in &mut state.lines {
            line.problem = Some(NOT_ASKED.to_owned());
        }
    }

    /// The wallet follows this server now, at this block.
    pub(crate) fn follows(&self, server: usize, tip: Tip) {
        let mut state = self.state();
        if state.followed != Some(server) {
            tracing::info!(
                server = state.lines[server].address,
                height = tip.height,
                "following a bitcoin server"
            );
        }
        state.followed = Some(server);
        state.tip = Some(tip);
        state.lines[server].problem = None;
    }

    /// Is it the server the wallet follows?
    pub(crate) fn is_followed(&self, server: usize) -> bool {
        self.state().followed == Some(server)
    }

    /// This server answers.
    pub(crate) fn answers(&self, server: usize) {
        self.state().lines[server].problem = None;
    }

    /// This server does not answer, and why. It vouches for nothing until it does again.
    pub(crate) fn fails(&self, server: usize, problem: &str) {
        let mut state = self.state();
        if state.lines[server].problem.as_deref() != Some(problem) {
            tracing::warn!(server = state.lines[server].address, problem, "a bitcoin server does not serve");
        }
        state.lines[server].problem = Some(problem.to_owned());
        if state.followed == Some(server) {
            state.followed = None;
        }
        let vouched = state.knowing.values_mut().any(|knowing| knowing.remove(&server));
        drop(state);
        if vouched {
            self.opinions.notify_one();
        }
    }

    /// The first server that answers and stands before this one in the configured order.
    pub(crate) fn better_than(&self, server: usize) -> Option<usize> {
        self.state().lines.iter().take(server).position(|line| line.problem.is_none())
    }

    /// A subscription to new questions.
    pub(crate) fn questions(&self) -> watch::Receiver<u64> {
        self.questions.subscribe()
    }

    /// These are the unconfirmed transactions now; the other servers are asked at once about new ones.
    pub(crate) fn ask_about(&self, unconfirmed: &HashSet<Txid>) {
        let mut state = self.state();
        state.knowing.retain(|txid, _| unconfirmed.contains(txid));
        let mut is_new = false;
        for txid in unconfirmed {
            is_new |= !state.knowing.contains_key(txid);
            state.knowing.entry(*txid).or_default();
        }
        drop(state);
        if is_new {
            self.questions.send_modify(|count| *count = count.wrapping_add(1));
        }
    }

    /// What a server answered: which of the transactions it was asked about it knows.
    pub(crate) fn opinion(&self, server: usize, answers: &[(Txid, bool)]) {
        let mut changed = false;
        let mut state = self.state();
        for (txid, knows) in answers {
            if let Some(knowing) = state.knowing.get_mut(txid) {
                changed |= if *knows { knowing.insert(server) } else { knowing.remove(&server) };
            }
        }
        drop(state);
        if changed {
            self.opinions.notify_one();
        }
    }

    /// How many distinct servers know an unconfirmed transaction, the followed one included.
    pub(crate) fn agreeing(&self, txid: Txid) -> u8 {
        let state = self.state();
        let knowing = state.knowing.get(&txid).into_iter().flatten().copied().chain(state.followed);
        let distinct: BTreeSet<&str> = knowing.map(|server| state.lines[server].identity.as_str()).collect();
        u8::try_from(distinct.len()).unwrap_or(u8::MAX)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use bdk_wallet::bitcoin::hashes::Hash;

    use super::*;
    use crate::check_server;

    fn board(addresses: &[&str]) -> Board {
        let servers: Vec<Server> = addresses.iter().map(|address| check_server(address).unwrap()).collect();
        Board::of(&servers)
    }

    fn tip() -> Tip {
        Tip { height: 1, hash: "00".repeat(32), time: payment::Timestamp::from_millis(0) }
    }

    #[test]
    fn only_distinct_servers_count_as_agreeing() {
        let txid = Txid::all_zeros();
        let board = board(&[
            "electrum+tcp://127.0.0.1:1",
            "electrum+tls://127.0.0.1:1",
            "electrum+tcp://127.0.0.1:2",
        ]);
        board.follows(0, tip());
        board.ask_about(&HashSet::from([txid]));
        assert_eq!(board.agreeing(txid), 1);
        board.opinion(1, &[(txid, true)]);
        assert_eq!(board.agreeing(txid), 1, "the same host and port");
        board.opinion(2, &[(txid, true)]);
        assert_eq!(board.agreeing(txid), 2);
    }

    #[test]
    fn a_server_that_fails_vouches_for_nothing() {
        let txid = Txid::all_zeros();
        let board = board(&["electrum+tcp://127.0.0.1:1", "electrum+tcp://127.0.0.1:2"]);
        board.follows(0, tip());
        board.ask_about(&HashSet::from([txid]));
        board.opinion(1, &[(txid, true)]);
        board.fails(1, "gone");
        assert_eq!(board.agreeing(txid), 1);
        board.fails(0, "gone");
        assert_eq!(board.agreeing(txid), 0);
        assert!(!board.health().is_up());
    }

    #[test]
    fn an_opinion_nobody_asked_for_is_ignored() {
        let txid = Txid::all_zeros();
        let board = board(&["electrum+tcp://127.0.0.1:1"]);
        board.opinion(0, &[(txid, true)]);
        assert_eq!(board.agreeing(txid), 0);
    }
}
