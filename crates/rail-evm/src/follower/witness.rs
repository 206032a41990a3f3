//! The other providers: do they see the same?
//!
//! Each transfer that is not final is held against every other provider that has its block. While one contradicts, and
//! those who stand by the transfer are not more, the transfer is open again; a provider that most others contradict is
//! followed no longer. Whoever agreed about a transfer in a block is not asked about it again.

use std::collections::{BTreeSet, HashMap, HashSet};

use alloy::primitives::B256;
use futures_util::future::join_all;

use super::Follower;
use crate::arrival::arrivals;
use crate::block::Header;
use crate::board::Lag;
use crate::provider::{Provider, ProviderError};
use crate::stored::Known;

/// Transfers that one provider is asked about in one turn.
const QUESTIONS_MAX: usize = 20;

/// What the other providers said, and the connections to them.
pub(super) struct Witnesses {
    connections: Vec<Option<Provider>>,
    /// Who agreed about which transfer in which block.
    agreed: HashSet<(usize, String, B256)>,
}

impl Witnesses {
    /// So many providers, none of which said anything yet.
    pub(super) fn of(providers: usize) -> Self {
        Self { connections: (0..providers).map(|_| None).collect(), agreed: HashSet::new() }
    }
}

/// What one provider says of the transfers it was asked about.
struct Testimony {
    provider: usize,
    head: Header,
    /// By reference: does it see the same?
    said: HashMap<String, bool>,
}

impl Follower {
    /// Asks the other providers about what is not final, and about their heads when it is time to look.
    pub(super) async fn hear_the_others(
        &self,
        followed: usize,
        is_look_due: bool,
    ) -> Result<(), ProviderError> {
        let unsettled = self.memory.lock().record(self.chain.id).unsettled();
        let mut witnesses = self.witnesses.lock().await;
        witnesses.agreed.retain(|(_, reference, block)| {
            unsettled.iter().any(|(other, known)| other == reference && known.block.hash == *block)
        });
        if unsettled.is_empty() && !is_look_due {
            self.memory.lock().record(self.chain.id).doubt(HashMap::new());
            return Ok(());
        }
        let Witnesses { connections, agreed } = &mut *witnesses;
        let others = connections.iter_mut().enumerate().filter(|(provider, _)| *provider != followed);
        let heard = others.map(|(provider, connection)| self.hear(provider, connection, &unsettled, agreed));
        let heard: Vec<Testimony> = join_all(heard).await.into_iter().flatten().collect();
        // A lagging provider is noted before a contradicting one, which is the graver problem.
        let is_ahead = |one: &Testimony| {
            self.board.answers(one.provider, &one.head) == Lag::Ahead
                && !self.board.is_same(one.provider, followed)
        };
        let is_behind = heard.iter().filter(|one| is_ahead(one)).count() > 0;
        let doubted = self.weigh(followed, &unsettled, &heard);
        for testimony in &heard {
            let yes = testimony.said.iter().filter(|(_, agrees)| **agrees);
            let block = |reference: &str| {
                unsettled.iter().find(|(other, _)| other == reference).map(|(_, known)| known.block.hash)
            };
            agreed.extend(yes.filter_map(|(reference, _)| {
                Some((testimony.provider, reference.clone(), block(reference)?))
            }));
        }
        self.memory.lock().record(self.chain.id).doubt(doubted?);
        if is_behind { Err(ProviderError::Behind) } else { Ok(()) }
    }

    /// Hears one provider; one that fails says nothing.
    async fn hear(
        &self,
        provider: usize,
        connection: &mut Option<Provider>,
        unsettled: &[(String, Known)],
        agreed: &HashSet<(usize, String, B256)>,
    ) -> Option<Testimony> {
        match self.ask_one(provider, connection, unsettled, agreed).await {
            Ok(testimony) => Some(testimony),
            Err(error) => {
                *connection = None;
                self.board.fails(provider, &error);
                None
            }
        }
    }

    async fn ask_one(
        &self,
        provider: usize,
        connection: &mut Option<Provider>,
        unsettled: &[(String, Known)],
        agreed: &HashSet<(usize, String, B256)>,
    ) -> Result<Testimony, ProviderError> {
        let connected = match connection.take() {
            Some(connected) => connected,
            None => self.connect(provider).await?,
        };
        let connected = connection.insert(connected);
        let head = connected.head().await?;
        let (mut said, mut asked) = (HashMap::new(), 0);
        let is_known = |reference: &str, known: &Known| {
            agreed.contains(&(provider, reference.to_owned(), known.block.hash))
        };
        for (reference, known) in unsettled {
            if is_known(reference, known) {
                said.insert(reference.clone(), true);
            } else if known.block.number <= head.id.number && asked < QUESTIONS_MAX {
                asked += 1;
                said.insert(reference.clone(), sees(connected, reference, known).await?);
            }
        }
        Ok(Testimony { provider, head, said })
    }

    /// Which transfers are contradicted, and how many stand by each. An error when the followed provider stands alone
    /// against several.
    fn weigh(
        &self,
        followed: usize,
        unsettled: &[(String, Known)],
        heard: &[Testimony],
    ) -> Result<HashMap<String, u8>, ProviderError> {
        let mut doubted = HashMap::new();
        let mut liars = BTreeSet::new();
        let mut verdict = Ok(());
        for (reference, known) in unsettled {
            let says = |wanted: bool| {
                let those = heard.iter().filter(move |one| one.said.get(reference) == Some(&wanted));
                those
                    .map(|one| one.provider)
                    .filter(|one| !self.board.is_same(*one, followed))
                    .collect::<Vec<_>>()
            };
            let (agree, against) = (says(true).len() + 1, says(false));
            if against.len() >= agree {
                doubted.insert(reference.clone(), u8::try_from(agree).unwrap_or(u8::MAX));
            }
            if against.len() > agree {
                verdict = Err(ProviderError::Outvoted(known.block.number));
            }
            liars.extend(against.into_iter().map(|provider| (provider, known.block.number)));
        }
        for (provider, height) in liars {
            self.board.contradicts(provider, height);
        }
        if verdict.is_err() {
            self.memory.lock().record(self.chain.id).doubt(doubted.clone());
        }
        verdict.map(|()| doubted)
    }
}

/// Does a provider that has the block see the same transfer in it?
async fn sees(provider: &Provider, reference: &str, known: &Known) -> Result<bool, ProviderError> {
    let Some(hash) = known.transaction else {
        let header = provider.header_at(known.block.number).await?;
        return Ok(header.is_some_and(|header| header.id == known.block));
    };
    let Some(transaction) = provider.transaction(hash).await? else { return Ok(false) };
    let found = arrivals(&transaction, |address| *address == known.to);
    let is_same = |arrival: &crate::arrival::Arrival| {
        arrival.reference == reference
            && (arrival.block, arrival.contract, arrival.base_units)
                == (known.block, known.contract, known.said)
    };
    Ok(found.iter().any(is_same))
}
