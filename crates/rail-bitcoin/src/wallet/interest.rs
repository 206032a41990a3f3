//! Which addresses deserve how much attention. All of them are watched for ever; the question is how often.

use std::collections::HashSet;

use bdk_wallet::bitcoin::{OutPoint, ScriptBuf, Txid};
use payment::Level;

use super::Wallet;

/// A customer who was shown an address this long ago has paid or gone (a quote lives 15 minutes).
const HOT_SECONDS: u64 = 30 * 60;
/// Addresses that are listened to all the time.
const RECENT_ADDRESSES: u32 = 200;
/// A day of blocks: no reorganisation goes deeper, so what is deeper changes no more.
pub(super) const DEEP_CONFIRMATIONS: u32 = 144;

/// An unconfirmed transfer other servers are asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Question {
    pub(crate) outpoint: OutPoint,
    pub(crate) script: ScriptBuf,
}

impl Wallet {
    /// All revealed addresses, and those of a scan window behind them.
    pub(crate) fn revealed(&self) -> Vec<u32> {
        (0..self.revealed_count()).collect()
    }

    /// Addresses somebody may pay this minute, or has paid without confirmation.
    pub(crate) fn hot(&self) -> Vec<u32> {
        let now = self.now();
        let shown = self.shown.iter().rev().filter(|(_, shown)| shown.at.saturating_add(HOT_SECONDS) > now);
        let mut indices: Vec<u32> = shown.map(|(index, _)| *index).collect();
        indices.extend(self.indices_at(|level| matches!(level, Level::Unconfirmed { .. })));
        sorted(indices)
    }

    /// Hot addresses and those whose transfers a reorganisation can still touch.
    pub(crate) fn active(&self) -> Vec<u32> {
        let mut indices = self.hot();
        indices.extend(self.indices_at(|level| {
            matches!(level, Level::Confirmed { confirmations, .. } if *confirmations <= DEEP_CONFIRMATIONS)
        }));
        sorted(indices)
    }

    /// The addresses most worth listening to, at most `count`: hot ones before active ones before the latest revealed,
    /// and each kind from the latest on.
    pub(crate) fn recent(&self, count: usize) -> Vec<u32> {
        let revealed = self.revealed_count();
        let latest = revealed.saturating_sub(RECENT_ADDRESSES)..revealed;
        let by_worth =
            self.hot().into_iter().rev().chain(self.active().into_iter().rev()).chain(latest.rev());
        let mut taken = HashSet::new();
        by_worth.filter(|index| taken.insert(*index)).take(count).collect()
    }

    /// The next `count` revealed addresses from `cursor` on, beginning again at the end.
    pub(crate) fn batch(&self, cursor: u32, count: u32) -> (Vec<u32>, u32) {
        let revealed = self.revealed_count();
        let begin = if cursor < revealed { cursor } else { 0 };
        let end = begin.saturating_add(count).min(revealed);
        ((begin..end).collect(), end)
    }

    /// The script of an address.
    pub(crate) fn script_at(&self, index: u32) -> ScriptBuf {
        self.script(index)
    }

    /// What other servers are to be asked about.
    pub(crate) fn questions(&self) -> Vec<Question> {
        let unconfirmed =
            self.sightings.iter().filter(|(_, sighting)| matches!(sighting.level, Level::Unconfirmed { .. }));
        unconfirmed
            .map(|(outpoint, sighting)| Question { outpoint: *outpoint, script: self.script(sighting.index) })
            .collect()
    }

    /// The transactions of these questions.
    pub(crate) fn unconfirmed(&self) -> HashSet<Txid> {
        self.questions().into_iter().map(|question| question.outpoint.txid).collect()
    }

    fn indices_at(&self, wanted: impl Fn(&Level) -> bool) -> impl Iterator<Item = u32> {
        self.sightings.values().filter(move |sighting| wanted(&sighting.level)).map(|sighting| sighting.index)
    }
}

fn sorted(mut indices: Vec<u32>) -> Vec<u32> {
    indices.sort_unstable();
    indices.dedup();
    indices
}
