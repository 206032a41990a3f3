//! A full disk and input/output errors at the k-th operation, for every k, once and for ever: an act is done or it is
//! not, what is not known is found out by reopening, and when the disk is well again everything goes on where it was.

use std::fmt;
use std::sync::Arc;

use faulty_disk::{Disk, Fault, FaultKind, Loss, Platter, Random, Syncs};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::flows::FLOWS;
use super::is_soak;
use super::power::Judge;
use super::script::{Before, Played, Script};
use super::till::{Act, Failure, Outcome, Till, runtime};

/// The flow whose every operation fails in every run.
const ALWAYS_IN_FULL: &str = "cash sale";
/// Operations of each other flow that fail, drawn by lot; `./test soak` takes all of them.
const OPERATIONS: usize = 6;

/// Plays a flow again and again, each time with another operation that fails.
fn fail_everywhere(
    script: &Script,
    kind: FaultKind,
    lasts: bool,
    runtime: &Arc<Runtime>,
    random: &mut Random,
) {
    let played = script.play(runtime);
    let trial = |at| Trial {
        script,
        played: &played,
        runtime,
        folder: script.folder(),
        fault: Fault { kind, at, lasts },
    };
    let operations = trial(u64::MAX).play();
    assert!(operations > 0, "{}: nothing could fail", script.flow.name);
    let mut chosen: Vec<u64> = (1..=operations).collect();
    let is_in_full = is_soak() || script.flow.name == ALWAYS_IN_FULL;
    while !is_in_full && chosen.len() > OPERATIONS {
        chosen.remove(random.below(chosen.len()));
    }
    for at in chosen {
        trial(at).play();
    }
}

/// A flow on a disk that fails.
struct Trial<'s> {
    script: &'s Script,
    played: &'s Played,
    runtime: &'s Arc<Runtime>,
    folder: TempDir,
    fault: Fault,
}

impl Trial<'_> {
    /// How many operations could have failed?
    fn play(&self) -> u64 {
        let disk = Disk::under(self.folder.path());
        let mut till = Till::new(self.folder.path(), self.runtime);
        let (spared, rest) = self.script.acts.split_at(self.script.flow.spared);
        spared.iter().for_each(|act| till.act(act).unwrap_or_else(|e| panic!("{self}: {e}")));
        disk.fail(self.fault);
        let mut done = spared.len();
        for act in rest {
            match till.act(act) {
                Ok(()) => done += 1,
                Err(failure) => {
                    assert!(disk.failed() > 0, "{self}: {failure} on a sound disk");
                    done = self.find_out(&mut till, &disk, done, &failure);
                    break;
                }
            }
        }
        let counted = disk.counted();
        disk.heal();
        self.go_on(&mut till, done);
        self.outlives_a_power_cut(&disk, &till);
        counted
    }

    /// What was done in truth, by what is found once the disk is well again.
    fn find_out(&self, till: &mut Till, disk: &Disk, done: usize, failure: &Failure) -> usize {
        match failure.outcome {
            Outcome::Damaged => panic!("{self}: the disk failed, the file is sound: {failure}"),
            Outcome::NotDone => {
                disk.heal();
                // A file that could not be opened may have been made or updated already.
                if !matches!(self.script.acts[done], Act::Open) {
                    self.assert_at(till, done);
                }
                done
            }
            Outcome::Unknown => {
                let early = till.reopen();
                disk.heal();
                if early.is_err() {
                    till.reopen().unwrap_or_else(|e| panic!("{self}: on a sound disk: {e}"));
                }
                if self.is_at(till, done) {
                    return done;
                }
                self.assert_at(till, done + 1);
                done + 1
            }
        }
    }

    /// Everything that was not done is done now, and comes to the same.
    fn go_on(&self, till: &mut Till, done: usize) {
        for act in &self.script.acts[done..] {
            till.act(act).unwrap_or_else(|e| panic!("{self}: on a sound disk, {act:?}: {e}"));
        }
        self.assert_at(till, self.script.acts.len());
    }

    fn outlives_a_power_cut(&self, disk: &Disk, till: &Till) {
        let trace = disk.trace();
        let mut platter = Platter::new(&trace, Syncs::Honest);
        platter.turn_to(trace.len());
        let mut random = Random::seeded(1);
        let found = Judge::new(self.runtime).find(&platter, Loss::Unsynced, &mut random);
        let found = found.unwrap_or_else(|problem| panic!("{self}, then a power cut: {problem}"));
        let lost = till.portrait().difference(&found);
        assert!(lost.is_empty(), "{self}, then a power cut: {lost}");
    }

    fn assert_at(&self, till: &Till, done: usize) {
        let difference = self.difference(till, done);
        assert!(difference.is_empty(), "{self}, after {done} acts: {difference}");
    }

    fn is_at(&self, till: &Till, done: usize) -> bool {
        self.difference(till, done).is_empty()
    }

    /// How the data file differs from what it said after so many acts. One that was made again has another name.
    fn difference(&self, till: &Till, done: usize) -> String {
        let (found, expected) = (till.portrait(), self.played.portraits[done].clone());
        if self.script.flow.before != Before::Nothing {
            return found.difference(&expected);
        }
        found.but_for_its_name().difference(&expected.but_for_its_name())
    }
}

impl fmt::Display for Trial<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {:?}", self.script.flow.name, self.fault)
    }
}

/// Plays the flows with faults of a kind.
fn fail_all(kind: FaultKind, lasts: bool) {
    let (runtime, mut random) = (runtime(), Random::from_environment());
    for flow in FLOWS {
        fail_everywhere(&Script::of(flow, &runtime), kind, lasts, &runtime, &mut random);
    }
}

#[test]
fn a_disk_without_room_at_any_write_loses_and_halves_nothing() {
    fail_all(FaultKind::Full, false);
}

#[test]
fn a_disk_without_room_from_any_write_on_loses_and_halves_nothing() {
    fail_all(FaultKind::Full, true);
}

#[test]
fn a_disk_that_fails_at_any_operation_loses_and_halves_nothing() {
    fail_all(FaultKind::Broken, false);
}

#[test]
fn a_disk_that_fails_from_any_operation_on_loses_and_halves_nothing() {
    fail_all(FaultKind::Broken, true);
}
