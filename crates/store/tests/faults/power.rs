//! Power cuts at every sync and between: what was acknowledged is there, the rest is there as a whole or not at all, and
//! everything adds up.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use faulty_disk::{Disk, Loss, Platter, Random, Syncs, Trace};
use tokio::runtime::Runtime;

use super::flows::{FLOWS, FULL_LOG, Flow};
use super::is_soak;
use super::portrait::Portrait;
use super::script::{Played, Script};
use super::till::{Act, Till, runtime};

/// Moments between two syncs that a flow is cut at; `./test soak` takes all of them, several times.
const MOMENTS_BETWEEN_SYNCS: usize = 12;
/// How often the soak cuts at the same moment.
const SOAK_CUTS: usize = 8;

/// Remains larger than this are not kept for comparison.
const KEPT_BYTES_MAX: usize = 1_000_000;

/// The files that a power cut left.
type Remains = Vec<(PathBuf, Vec<u8>)>;

/// Opens what is left after a power cut. Equal remains are opened once.
pub(crate) struct Judge {
    runtime: Arc<Runtime>,
    seen: Vec<(Remains, Result<Portrait, String>)>,
}

impl Judge {
    pub(crate) fn new(runtime: &Arc<Runtime>) -> Self {
        Self { runtime: runtime.clone(), seen: Vec::new() }
    }

    /// What a till finds, when it can be opened and everything in it adds up.
    pub(crate) fn find(
        &mut self,
        platter: &Platter<'_>,
        loss: Loss,
        random: &mut Random,
    ) -> Result<Portrait, String> {
        let folder = tempfile::tempdir().unwrap();
        platter.write_to(folder.path(), loss, random).unwrap();
        let remains = remains(folder.path());
        if let Some((_, found)) = self.seen.iter().find(|(seen, _)| *seen == remains) {
            return found.clone();
        }
        let found = open(folder.path(), &self.runtime);
        if remains.iter().map(|(_, bytes)| bytes.len()).sum::<usize>() <= KEPT_BYTES_MAX {
            self.seen.push((remains, found.clone()));
        }
        found
    }
}

fn open(folder: &Path, runtime: &Arc<Runtime>) -> Result<Portrait, String> {
    let _disk = Disk::under(folder);
    let mut till = Till::new(folder, runtime);
    till.act(&Act::Open).map_err(|failure| format!("it can't be opened: {failure}"))?;
    till.check()?;
    Ok(till.portrait())
}

fn remains(folder: &Path) -> Remains {
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap());
    let mut remains: Remains =
        files.map(|file| (file.file_name().into(), std::fs::read(file.path()).unwrap())).collect();
    remains.sort();
    remains
}

/// The moments to cut at, with how much is lost.
fn cuts(trace: &Trace, moments: usize, random: &mut Random) -> Vec<(usize, Loss)> {
    let boundaries = trace.sync_boundaries();
    let mut cuts: Vec<(usize, Loss)> =
        boundaries.iter().flat_map(|at| [Loss::Unsynced, Loss::Some].map(|loss| (*at, loss))).collect();
    let changes = trace.changes();
    if is_soak() {
        let again = changes.iter().chain(&boundaries).map(|at| (*at, Loss::Some));
        cuts.extend(again.collect::<Vec<_>>().repeat(SOAK_CUTS));
        cuts.extend(changes.iter().map(|at| (*at, Loss::Nothing)));
    } else {
        for round in 0..moments {
            let loss = if round % 4 == 0 { Loss::Nothing } else { Loss::Some };
            cuts.push((changes[random.below(changes.len())], loss));
        }
    }
    cuts.sort_by_key(|(at, _)| *at);
    cuts
}

/// Cuts the power of a played flow. Gives what is wrong after it, first of all what was lost.
fn cut_power(script: &Script, moments: usize, syncs: Syncs, runtime: &Arc<Runtime>) -> Vec<String> {
    let mut random = Random::from_environment();
    let played = script.play(runtime);
    let mut judge = Judge::new(runtime);
    let mut platter = Platter::new(&played.trace, syncs);
    let mut wrong = Vec::new();
    for (moment, loss) in cuts(&played.trace, moments, &mut random) {
        platter.turn_to(moment);
        let found = judge.find(&platter, loss, &mut random);
        if let Err(problem) = found.and_then(|found| compare(&found, &played, moment)) {
            wrong.push(format!("{}, cut at {moment} with {loss:?} lost: {problem}", script.flow.name));
        }
    }
    wrong
}

fn compare(found: &Portrait, played: &Played, moment: usize) -> Result<(), String> {
    let expected = played.expected(moment);
    if expected.iter().any(|expected| expected == found) {
        return Ok(());
    }
    // Before the file was first opened there is none, or an empty one that got a name nobody has seen.
    let is_empty = expected[0] == Portrait::default()
        && found.clone().but_for_its_name() == played.portraits[1].clone().but_for_its_name();
    if is_empty { Ok(()) } else { Err(found.difference(&expected[0])) }
}

fn nothing_is_lost(flows: &'static [Flow], moments: usize) {
    let runtime = runtime();
    for flow in flows {
        let wrong = cut_power(&Script::of(flow, &runtime), moments, Syncs::Honest, &runtime);
        assert!(wrong.is_empty(), "{} times wrong, first: {}", wrong.len(), wrong[0]);
    }
}

#[test]
fn nothing_acknowledged_is_lost_when_the_power_is_cut_at_any_sync_or_between() {
    nothing_is_lost(FLOWS, MOMENTS_BETWEEN_SYNCS);
}

#[test]
fn nothing_is_lost_when_the_power_is_cut_while_a_full_log_is_copied() {
    const FULL: &[Flow] = &[FULL_LOG];
    nothing_is_lost(FULL, 8);
}

/// The proof that the tests above can fail: the same flows on a disk that lies about one kind of sync.
#[test]
fn a_disk_that_ignores_syncs_of_the_log_is_found_out() {
    let runtime = runtime();
    for name in ["cash sale", "bitcoin sale", "settings", "rush"] {
        let flow = FLOWS.iter().find(|flow| flow.name == name).unwrap();
        let wrong = cut_power(&Script::of(flow, &runtime), 0, Syncs::IgnoredForLog, &runtime);
        assert!(!wrong.is_empty(), "{name}: a sync was left out and nothing was lost");
    }
}
