//! What is known of the servers at this moment: who answers, what the newest block is, and who else knows an unconfirmed
//! transaction. Nothing here is stored.
//!
//! An outage is not an opinion: what a server said of a transaction stands until the same server says otherwise, however
//! long it is silent in between.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
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
    /// A server's opinion changed, or it cannot be had at the moment.
    pub(crate) opinions: Notify,
}

struct State {
    tip: Option<Tip>,
    lines: Vec<Line>,
    /// The server the wallet follows.
    followed: Option<usize>,
    /// Of each unconfirmed transaction, which servers said that they know it (`true`) or don't.
    said: HashMap<Txid, BTreeMap<usize, bool>>,
}

struct Line {
    address: String,
    identity: String,
    standing: Standing,
}

#[derive(PartialEq, Eq)]
enum Standing {
    NotAsked,
    Answers,
    Fails(String),
}

impl Standing {
    fn problem(&self) -> Option<String> {
        match self {
            Self::NotAsked => Some(NOT_ASKED.to_owned()),
            Self::Answers => None,
            Self::Fails(problem) => Some(problem.clone()),
        }
    }
}

impl Board {
    /// A board for these servers, none of which was asked yet.
    pub(crate) fn of(servers: &[Server]) -> Self {
        let lines = servers.iter().map(|server| Line {
            address: server.to_string(),
            identity: server.identity(),
            standing: Standing::NotAsked,
        });
        let state = State { tip: None, lines: lines.collect(), followed: None, said: HashMap::new() };
        Self { state: Mutex::new(state), questions: watch::Sender::new(0), opinions: Notify::new() }
    }

    /// The health to show.
    pub(crate) fn health(&self) -> RailHealth {
        let state = self.state();
        let servers = state
            .lines
            .iter()
            .map(|line| ServerHealth { address: line.address.clone(), problem: line.standing.problem() });
        RailHealth { tip: state.tip.clone(), servers: servers.collect(), notices: Vec::new() }
    }

    /// Watching ended: whether the servers answer is not known any more. What they said stands.
    pub(crate) fn forget(&self) {
        let mut state = self.state();
        state.followed = None;
        for line in &mut state.lines {
            line.standing = Standing::NotAsked;
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
        state.lines[server].standing = Standing::Answers;
    }

    /// Is it the server the wallet follows?
    pub(crate) fn is_followed(&self, server: usize) -> bool {
        self.state().followed == Some(server)
    }

    /// This server answers.
    pub(crate) fn answers(&self, server: usize) {
        self.state().lines[server].standing = Standing::Answers;
    }

    /// This server does not answer, and why.
    pub(crate) fn fails(&self, server: usize, problem: &str) {
        let mut state = self.state();
        let standing = Standing::Fails(problem.to_owned());
        let is_news = state.lines[server].standing != standing;
        if is_news {
            tracing::warn!(server = state.lines[server].address, problem, "a bitcoin server does not serve");
        }
        state.lines[server].standing = standing;
        if state.followed == Some(server) {
            state.followed = None;
        }
        drop(state);
        if is_news {
            self.opinions.notify_one();
        }
    }

    /// The first server that answers and stands before this one in the configured order.
    pub(crate) fn better_than(&self, server: usize) -> Option<usize> {
        self.state().lines.iter().take(server).position(|line| line.standing == Standing::Answers)
    }

    /// A subscription to new questions.
    pub(crate) fn questions(&self) -> watch::Receiver<u64> {
        self.questions.subscribe()
    }

    /// These are the unconfirmed transactions now, and the followed server knows them all: the wallet has them from it.
    /// The other servers are asked at once about new ones.
    pub(crate) fn ask_about(&self, unconfirmed: &HashSet<Txid>, followed: usize) {
        let mut state = self.state();
        state.said.retain(|txid, _| unconfirmed.contains(txid));
        let mut is_new = false;
        for txid in unconfirmed {
            is_new |= !state.said.contains_key(txid);
            state.said.entry(*txid).or_default().insert(followed, true);
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
            if let Some(said) = state.said.get_mut(txid) {
                changed |= said.insert(server, *knows) != Some(*knows);
            }
        }
        drop(state);
        if changed {
            self.opinions.notify_one();
        }
    }

    /// Has every server that does not fail said whether it knows each unconfirmed transaction?
    pub(crate) fn everybody_spoke(&self) -> bool {
        let state = self.state();
        let mut asked =
            state.lines.iter().enumerate().filter(|(_, line)| !matches!(line.standing, Standing::Fails(_)));
        asked.all(|(server, _)| state.said.values().all(|said| said.contains_key(&server)))
    }

    /// How many distinct servers know an unconfirmed transaction, by what each of them said last.
    pub(crate) fn agreeing(&self, txid: Txid) -> u8 {
        let state = self.state();
        let said = state.said.get(&txid).into_iter().flatten();
        let knowing = said.filter(|(_, knows)| **knows);
        let distinct: BTreeSet<&str> =
            knowing.map(|(server, _)| state.lines[*server].identity.as_str()).collect();
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

    /// A board of two servers, the first of which is followed and has brought a transaction.
    fn two_servers() -> (Board, Txid, HashSet<Txid>) {
        let txid = Txid::all_zeros();
        let board = board(&["electrum+tcp://127.0.0.1:1", "electrum+tcp://127.0.0.1:2"]);
        board.follows(0, tip());
        board.ask_about(&HashSet::from([txid]), 0);
        (board, txid, HashSet::from([txid]))
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
        board.ask_about(&HashSet::from([txid]), 0);
        assert_eq!(board.agreeing(txid), 1);
        board.opinion(1, &[(txid, true)]);
        assert_eq!(board.agreeing(txid), 1, "the same host and port");
        board.opinion(2, &[(txid, true)]);
        assert_eq!(board.agreeing(txid), 2);
    }

    #[test]
    fn an_outage_takes_no_opinion_back() {
        let (board, txid, unconfirmed) = two_servers();
        board.opinion(1, &[(txid, true)]);
        board.fails(1, "gone");
        assert_eq!(board.agreeing(txid), 2, "the second server is silent");
        board.fails(0, "gone");
        assert!(!board.health().is_up());
        board.follows(1, tip());
        board.ask_about(&unconfirmed, 1);
        assert_eq!(board.agreeing(txid), 2, "so is the one that was followed");
        board.forget();
        board.follows(1, tip());
        board.ask_about(&unconfirmed, 1);
        assert_eq!(board.agreeing(txid), 2, "and watching began anew");
    }

    #[test]
    fn a_server_takes_its_opinion_back_by_saying_so() {
        let (board, txid, unconfirmed) = two_servers();
        board.opinion(1, &[(txid, true)]);
        board.opinion(1, &[(txid, false)]);
        assert_eq!(board.agreeing(txid), 1);
        board.ask_about(&unconfirmed, 1);
        board.opinion(0, &[(txid, false)]);
        assert_eq!(board.agreeing(txid), 1, "also when it was followed before");
    }

    #[test]
    fn everybody_spoke_when_each_server_answered_or_fails() {
        let (board, txid, unconfirmed) = two_servers();
        assert!(!board.everybody_spoke(), "the second was not asked yet");
        board.answers(1);
        assert!(!board.everybody_spoke(), "it answers, but not about this");
        board.opinion(1, &[(txid, false)]);
        assert!(board.everybody_spoke());
        board.ask_about(&HashSet::new(), 0);
        board.ask_about(&unconfirmed, 0);
        assert!(!board.everybody_spoke(), "a transaction that came back is a new question");
        board.fails(1, "gone");
        assert!(board.everybody_spoke());
    }

    #[test]
    fn an_opinion_nobody_asked_for_is_ignored() {
        let txid = Txid::all_zeros();
        let board = board(&["electrum+tcp://127.0.0.1:1"]);
        board.opinion(0, &[(txid, true)]);
        assert_eq!(board.agreeing(txid), 0);
    }
}
