//! Short stories about payers' tabs and their charges.

use std::time::Duration;

use engine::Command;
use payment::SettlementId;

use super::acquirer::Mishap;
use super::day::Day;
use super::flows::insists;
use super::judge::{Broken, Judge, Verdict};
use super::streaming::{by_card, parcel};

/// Longer than a till takes to find out what became of a charge.
const SECONDS_MAX: u32 = 300;

/// 2.51, then 2.52: that is worth a charge. What comes later waits on the tab.
pub(super) fn a_tab_charged(day: &mut Day) -> Verdict {
    insists(day, parcel([by_card(1)], false))?;
    insists(day, parcel([by_card(1), by_card(2)], false))?;
    insists(day, parcel([by_card(9)], false))?;
    until(day, "it is charged", |judge| judge.sights.contains("charged").then_some(()))
}

/// Nothing more goes on the tab until the charge is tried again, under another key.
pub(super) fn a_charge_declined_and_tried_again(day: &mut Day) -> Verdict {
    day.around.acquirer.declines(1);
    insists(day, parcel([by_card(1), by_card(2)], false))?;
    let settlement = until_set_aside(day)?;
    insists(day, parcel([by_card(9)], false))?;
    insists(day, Command::RetrySettlement { settlement })?;
    until(day, "it is charged", |judge| judge.sights.contains("charged under a second key").then_some(()))?;
    insists(day, parcel([by_card(9)], true))
}

/// The money is taken, and the answer is lost.
pub(super) fn a_charge_in_doubt(day: &mut Day) -> Verdict {
    day.around.acquirer.plans(1, Mishap::Unheard);
    insists(day, parcel([by_card(1), by_card(2)], false))?;
    until(day, "it is charged", |judge| judge.is_all_charged().then_some(()))
}

/// The charge arrives when the till has heard that it never did.
pub(super) fn a_charge_that_comes_late(day: &mut Day) -> Verdict {
    day.around.acquirer.plans(1, Mishap::Late);
    insists(day, parcel([by_card(1), by_card(2)], false))?;
    until(day, "it is charged", |judge| judge.is_all_charged().then_some(()))
}

fn until_set_aside(day: &mut Day) -> Result<SettlementId, Broken> {
    until(day, "it is set aside", |judge| {
        judge.set_aside_settlements().first().map(|settlement| settlement.id)
    })
}

/// Lets time pass until something is so.
pub(super) fn until<T>(day: &mut Day, wish: &str, is_so: impl Fn(&Judge) -> Option<T>) -> Result<T, Broken> {
    for _ in 0..SECONDS_MAX {
        if let Some(found) = day.judge(|judge| is_so(judge)) {
            return Ok(found);
        }
        day.passes(Duration::from_secs(1))?;
    }
    Err(Broken { invariant: "I11", what: format!("waited in vain until {wish}") })
}
