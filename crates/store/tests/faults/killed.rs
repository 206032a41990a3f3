//! A till that was killed is started again, and then the power is cut: whatever the new one shows must be there, also
//! what its predecessor wrote and never synced.

use faulty_disk::{Disk, Loss, Platter, Random, Syncs};

use super::flows::FLOWS;
use super::is_soak;
use super::power::Judge;
use super::script::Script;
use super::till::{Act, Till, runtime};

/// Moments each flow is killed at.
const KILLS: usize = 6;

#[test]
fn what_a_restarted_till_shows_outlives_a_power_cut_right_after() {
    let runtime = runtime();
    let mut random = Random::from_environment();
    for flow in FLOWS {
        let played = Script::of(flow, &runtime).play(&runtime);
        let mut moments = played.trace.changes();
        while !is_soak() && moments.len() > KILLS {
            moments.remove(random.below(moments.len()));
        }
        let mut platter = Platter::new(&played.trace, Syncs::Honest);
        for moment in moments {
            platter.turn_to(moment);
            let folder = tempfile::tempdir().unwrap();
            let disk = Disk::taking_over(folder.path(), &platter);
            let mut till = Till::new(folder.path(), &runtime);
            till.act(&Act::Open).unwrap_or_else(|e| panic!("{}, killed at {moment}: {e}", flow.name));
            let shown = till.portrait();
            let trace = disk.trace();
            let mut after = Platter::new(&trace, Syncs::Honest);
            after.turn_to(trace.len());
            let found = Judge::new(&runtime).find(&after, Loss::Unsynced, &mut random);
            let found = found.unwrap_or_else(|e| panic!("{}, killed at {moment}: {e}", flow.name));
            let lost = shown.difference(&found);
            assert!(lost.is_empty(), "{}, killed at {moment}: {lost}", flow.name);
        }
    }
}
