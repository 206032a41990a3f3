//! What can happen next in a day, and how often. A new kind is a function and a line of the table.

use std::time::Duration;

use rail_practice::Draws;
use store::Trouble;

use super::cardholders::{bank_acts, customer_has_a_card};
use super::clerk::next_wish;
use super::day::Day;
use super::doom::Point;
use super::judge::Verdict;
use super::weather::Weather;
use crate::clock::HOUR;

/// A kind of thing that happens, how often compared with others, and on which days.
struct Happening {
    weight: u32,
    when: When,
    happen: fn(&mut Day) -> Verdict,
}

/// Days on which something happens.
#[derive(Clone, Copy, PartialEq, Eq)]
enum When {
    Always,
    /// A fault is absent, usual or frequent.
    AsFault,
    /// On days with cards at the counter.
    WithCards,
}

const HAPPENINGS: &[Happening] = &[
    Happening { weight: 40, when: When::Always, happen: clerk_asks },
    Happening { weight: 6, when: When::Always, happen: clerk_asks_for_several_things },
    Happening { weight: 32, when: When::Always, happen: public_acts },
    Happening { weight: 40, when: When::WithCards, happen: customer_has_a_card },
    Happening { weight: 24, when: When::WithCards, happen: bank_acts },
    Happening { weight: 10, when: When::Always, happen: time_passes },
    Happening { weight: 2, when: When::Always, happen: till_restarts },
    Happening { weight: 4, when: When::AsFault, happen: line_goes_down_or_up },
    Happening { weight: 3, when: When::AsFault, happen: weather_turns },
    Happening { weight: 2, when: When::AsFault, happen: till_dies_amid_a_wish },
    Happening { weight: 3, when: When::AsFault, happen: till_will_die_at_a_commit },
    Happening { weight: 2, when: When::AsFault, happen: till_will_die_at_an_effect },
    Happening { weight: 2, when: When::AsFault, happen: disk_is_full_for_a_while },
    Happening { weight: 2, when: When::AsFault, happen: commit_is_in_doubt },
    Happening { weight: 1, when: When::AsFault, happen: wall_clock_jumps },
];

/// How often each happening comes in one day.
pub(crate) struct Habits {
    weights: Vec<u32>,
    /// Are cards taken at the counter?
    pub(crate) has_cards: bool,
    /// Do customers come by themselves?
    pub(crate) public_comes: bool,
}

impl Habits {
    /// Cards are taken on every other day.
    pub(crate) fn drawn(draws: &mut Draws) -> Self {
        let has_cards = draws.chance(50);
        let weigh = |happening: &Happening| {
            let times = match happening.when {
                When::Always => 1,
                When::AsFault => draws.below(3),
                When::WithCards => u32::from(has_cards),
            };
            happening.weight * times
        };
        Self { weights: HAPPENINGS.iter().map(weigh).collect(), has_cards, public_comes: true }
    }

    /// Nothing happens by itself.
    pub(crate) fn scripted() -> Self {
        Self { weights: Vec::new(), has_cards: true, public_comes: false }
    }
}

impl Day {
    /// Draws what happens next, and lets it happen.
    pub(crate) fn next_thing(&mut self) -> Verdict {
        let next = self.draws.weighted(&self.habits.weights);
        (HAPPENINGS[next].happen)(self)
    }
}

fn clerk_asks(day: &mut Day) -> Verdict {
    match next_wish(day) {
        Some(command) => day.wish(command).map(|_| ()),
        None => Ok(()),
    }
}

fn clerk_asks_for_several_things(day: &mut Day) -> Verdict {
    let count = 2 + day.draws.below(3);
    let commands: Vec<_> = (0..count).filter_map(|_| next_wish(day)).collect();
    day.wishes.extend(commands.iter().cloned());
    day.asks(commands).map(|_| ())
}

fn public_acts(day: &mut Day) -> Verdict {
    for _ in 0..=day.draws.below(3) {
        day.public_acts()?;
    }
    Ok(())
}

fn time_passes(day: &mut Day) -> Verdict {
    let time = match day.draws.below(3) {
        0 => Duration::from_millis(day.draws.below(3_000).into()),
        1 => Duration::from_secs(day.draws.below(40).into()),
        _ => Duration::from_secs(day.draws.below(1_200).into()),
    };
    day.passes(time)
}

fn till_restarts(day: &mut Day) -> Verdict {
    day.say("the till is closed and opened again");
    day.restarts()
}

fn line_goes_down_or_up(day: &mut Day) -> Verdict {
    let is_down = !day.around.outside.is_down();
    day.say(if is_down { "the line goes down" } else { "the line is there again" });
    day.around.outside.set_down(is_down);
    day.rest()
}

fn weather_turns(day: &mut Day) -> Verdict {
    let weather = Weather::drawn(&mut day.draws);
    day.say(format!("{weather:?}"));
    day.around.outside.turns(weather);
    day.rest()
}

fn till_dies_amid_a_wish(day: &mut Day) -> Verdict {
    let turns = day.draws.below(12);
    match next_wish(day) {
        Some(command) => day.dies_amid(command, turns),
        None => day.opens_again(),
    }
}

fn till_will_die_at_a_commit(day: &mut Day) -> Verdict {
    let commit = day.around.doom.commits() + 1 + u64::from(day.draws.below(4));
    let point = if day.draws.chance(50) { Point::BeforeCommit(commit) } else { Point::AfterCommit(commit) };
    day.say(format!("the till will die {point:?}"));
    day.around.doom.plan_for(Some(point));
    Ok(())
}

fn till_will_die_at_an_effect(day: &mut Day) -> Verdict {
    let effect = day.around.doom.effects() + 1;
    let point = if day.draws.chance(50) { Point::BeforeEffect(effect) } else { Point::AfterEffect(effect) };
    day.say(format!("the till will die {point:?}"));
    day.around.doom.plan_for(Some(point));
    Ok(())
}

fn disk_is_full_for_a_while(day: &mut Day) -> Verdict {
    day.say("the disk is full");
    day.makes(Some(Trouble::DiskFull));
    for _ in 0..=day.draws.below(4) {
        clerk_asks(day)?;
        public_acts(day)?;
    }
    day.makes(None);
    day.say("the disk has room again");
    day.rest()
}

fn commit_is_in_doubt(day: &mut Day) -> Verdict {
    let trouble = if day.draws.chance(50) { Trouble::AnswerLost } else { Trouble::CommitLost };
    day.say(format!("the next commit: {trouble:?}"));
    day.makes(Some(trouble));
    clerk_asks(day)?;
    day.makes(None);
    Ok(())
}

fn wall_clock_jumps(day: &mut Day) -> Verdict {
    let hour = i64::try_from(HOUR.as_millis()).unwrap();
    day.around.clock.jump(if day.draws.chance(50) { hour } else { -hour });
    day.say("somebody sets the wall clock");
    Ok(())
}
