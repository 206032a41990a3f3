//! Days at a simulated shop, each from one seed: clerk, customers, rails, line, disk and deaths are all drawn from it, and
//! the same seed leaves the same rows twice. After everything that happens the judge looks; `judge` says at what.
//!
//! The till is the real one, on a real data file, with all its tasks on one thread whose time passes when the day says
//! so. Start at `day`, then `happenings` (what can happen) and `clerk` (what can be asked for).

mod acquirer;
mod cardholders;
mod cards;
mod clerk;
mod counter;
mod counter_flows;
mod counter_line;
mod day;
mod defects;
mod doom;
mod ending;
mod flows;
mod happenings;
mod judge;
mod life;
mod matrix;
mod outside;
mod processor;
mod rail;
mod streaming;
mod tab_flows;
mod weather;

use std::collections::BTreeSet;
use std::fmt::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use payment::State;

use self::day::{Day, Journal};
use self::judge::Broken;
use self::judge::counter::CARDS;

/// Days of `./test`.
const DAYS: u64 = 300;
/// Days of `./test soak`.
const DAYS_OF_A_SOAK: u64 = 10_000;

/// What must happen to a charge on some day.
const CHARGES: &[&str] = &[
    "doubted",
    "never arrived",
    "tried again",
    "charged",
    "charged after a doubt",
    "charged under a second key",
    "declined",
    "misconfigured",
    "protocol",
];

/// Lives, commits, charges and states that days have seen, to know that they were eventful.
#[derive(Debug, Default)]
struct Tally {
    lives: u64,
    commits: u64,
    settlements: usize,
    takings: usize,
    states: BTreeSet<&'static str>,
    /// What happened to charges, cards and payouts.
    sights: BTreeSet<&'static str>,
}

#[test]
fn every_day_keeps_every_promise_and_the_same_seed_repeats_it_row_by_row() {
    let given = std::env::var("TILLSTREAM_SEED").ok().and_then(|seed| seed.parse::<u64>().ok());
    let days = if std::env::var_os("TILLSTREAM_SOAK").is_some() { DAYS_OF_A_SOAK } else { DAYS };
    let (first, after_last) = given.map_or((0, days), |seed| (seed, seed + 1));
    let (next, tally) = (AtomicU64::new(first), Mutex::<Tally>::default());
    let failed: Mutex<Option<String>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let seed = next.fetch_add(1, Ordering::Relaxed)
                    && seed < after_last
                    && failed.lock().unwrap().is_none()
                {
                    if let Err(told) = twice(seed, &tally) {
                        failed.lock().unwrap().get_or_insert(told);
                    }
                }
            });
        }
    });
    if let Some(told) = failed.into_inner().unwrap() {
        panic!("{told}");
    }
    let tally = tally.into_inner().unwrap();
    let Tally { lives, commits, settlements, takings, .. } = &tally;
    let days = after_last - first;
    println!(
        "{days} days, twice each: {lives} lives, {commits} commits, {settlements} tabs charged, {takings} taken"
    );
    if given.is_none() {
        assert_eq!(unseen(&tally), [""; 0], "some states never came, so the days are too quiet");
    }
}

fn unseen(tally: &Tally) -> Vec<&'static str> {
    let states = State::ALL.iter().map(|(_, name)| *name).filter(|name| !tally.states.contains(name));
    let sights = CHARGES.iter().chain(CARDS).copied().filter(|name| !tally.sights.contains(name));
    states.chain(sights).collect()
}

/// One seed, twice. Fails with the whole story and the command that repeats it.
fn twice(seed: u64, tally: &Mutex<Tally>) -> Result<(), String> {
    let first = once(seed, tally)?;
    let second = once(seed, tally)?;
    if first == second {
        return Ok(());
    }
    let broken = Broken { invariant: "I12", what: difference(&first, &second) };
    Err(story(seed, &broken.to_string(), &first.trace))
}

fn once(seed: u64, tally: &Mutex<Tally>) -> Result<Journal, String> {
    let mut day = Day::begins(seed);
    let ran = catch_unwind(AssertUnwindSafe(|| day.runs()));
    let mut tally = tally.lock().unwrap();
    tally.lives += day.lives;
    match ran {
        Ok(Ok(journal)) => {
            tally.commits += day.around.doom.commits();
            tally.takings += day.around.acquirer.takings().len();
            tally.settlements += day.judge(|judge| judge.settlements.len());
            tally.states.extend(day.judge(|judge| judge.states.clone()));
            tally.sights.extend(day.judge(|judge| judge.sights.clone()));
            Ok(journal)
        }
        Ok(Err(broken)) => Err(story(seed, &broken.to_string(), &day.trace)),
        Err(panic) => {
            let said = panic.downcast_ref::<String>().cloned();
            let said = said.or_else(|| panic.downcast_ref::<&str>().map(|said| (*said).to_owned()));
            Err(story(seed, &said.unwrap_or_default(), &day.trace))
        }
    }
}

fn difference(first: &Journal, second: &Journal) -> String {
    let differ = |(a, b): &(&String, &String)| a != b;
    let rows = first.rows.iter().zip(&second.rows).find(differ);
    let lines = first.trace.iter().zip(&second.trace).find(differ);
    format!("the first rows that differ: {rows:#?}, the first lines of the story: {lines:#?}")
}

fn story(seed: u64, what: &str, trace: &[String]) -> String {
    let mut story = String::new();
    for line in trace {
        let _a_string_takes_everything = writeln!(story, "{line}");
    }
    format!(
        "the day of seed {seed}:\n{story}\n{what}\n\n\
         repeat it with: TILLSTREAM_SEED={seed} cargo nextest run -p engine -E 'test(simulation)'"
    )
}
