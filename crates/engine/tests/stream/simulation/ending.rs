//! How a day ends: all faults stop, and then everything comes to rest in bounded time.

use std::time::Duration;

use engine::{CardCommand, Clock, Command};
use payment::RailId;
use payment::card::CardReport;
use payment::charging::ChargeStatus;
use payment::rail::Report;
use payment::stream::settlement::Answer;
use rail_practice::Act;

use super::day::{Day, Journal};
use super::judge::{Broken, Verdict, must};
use super::weather::Weather;
use crate::clock::QUOTE_LIFE;

/// Naps, each with a quote's life, within which everything must have come to rest.
const NAPS_MAX: u32 = 6;
/// The first may find out that a charge was declined, and the second makes it under another key.
const TRIES: u32 = 2;
/// More blocks than any policy waits for.
const LAST_BLOCKS: u32 = 8;

impl Day {
    pub(crate) fn faults_stop(&mut self) {
        self.say("all faults stop");
        self.around.outside.turns(Weather::default());
        self.around.outside.set_down(false);
        self.around.acquirer.everything_arrives();
        self.around.processor.everything_arrives();
        self.around.doom.plan_for(None);
    }

    /// Everything comes to rest in bounded time.
    pub(crate) fn ends(&mut self) -> Result<Journal, Broken> {
        while self.public_acts()? {}
        for _ in 0..LAST_BLOCKS {
            self.acts(&Act::MineBlock)?;
        }
        self.clerk_calls_cards_off()?;
        self.rests()?;
        self.owner_tries_everything_again()?;
        self.repetition_changes_nothing()?;
        let settlements: Vec<_> = self.judge(|judge| judge.settlements.keys().copied().collect());
        let found = self.life().found(&self.sales, &settlements);
        self.judge(|judge| judge.check_file(found))?;
        self.closes()
    }

    /// Nobody is waited for at a reader or a phone over night.
    fn clerk_calls_cards_off(&mut self) -> Verdict {
        for _ in 0..NAPS_MAX {
            let open = self.judge(|judge| judge.open_cards());
            if open.is_empty() {
                break;
            }
            for (invoice, payment) in open {
                self.asks(vec![Command::Card(CardCommand::Cancel { invoice, payment })])?;
            }
            self.passes(QUOTE_LIFE)?;
        }
        Ok(())
    }

    /// Whatever is set aside can be charged when all is well, except where the acquirer took something else.
    fn owner_tries_everything_again(&mut self) -> Verdict {
        for _ in 0..TRIES {
            let set_aside = self.judge(|judge| judge.set_aside_settlements());
            if set_aside.is_empty() {
                return Ok(());
            }
            for settlement in set_aside {
                self.say(format!("the owner tries {} again", settlement.id));
                self.asks(vec![Command::RetrySettlement { settlement: settlement.id }])?;
            }
            self.rests()?;
        }
        self.judge(|judge| judge.everything_is_charged())
    }

    pub(crate) fn rests(&mut self) -> Verdict {
        let mut unrest = None;
        for _ in 0..NAPS_MAX {
            self.passes(QUOTE_LIFE + Duration::from_secs(1))?;
            let now = self.around.clock.now().wall;
            unrest = self.judge(|judge| judge.unrest(now));
            if unrest.is_none() {
                break;
            }
        }
        unrest.map_or(Ok(()), Err)
    }

    /// Everything that was ever recorded is told again: no state changes, and nothing is posted.
    fn repetition_changes_nothing(&mut self) -> Verdict {
        let before = self.judge(|judge| judge.standings());
        let all = rail_practice::unreliable(self.around.outside.recorded(), self.draws.number());
        for observations in all.chunks(40) {
            let report = Report { observations: observations.to_vec(), ..Report::default() };
            self.asks(vec![Command::TakeReport { rail: RailId::BITCOIN, report }])?;
        }
        self.answers_come_again()?;
        self.events_come_again()?;
        let after = self.judge(|judge| judge.standings());
        must("I5", before == after, || {
            let changed = before.iter().zip(&after).find(|(before, after)| before != after);
            format!("what was told once changed something when it was told again: {changed:?}")
        })
    }

    /// The processor of cards tells again what it told, the oldest last.
    fn events_come_again(&mut self) -> Verdict {
        let (mut readings, payouts) =
            self.judge(|judge| (judge.recorded_readings(), judge.recorded_payouts()));
        readings.reverse();
        for readings in readings.chunks(40) {
            let report = CardReport { readings: readings.to_vec(), payouts: payouts.clone(), cursor: None };
            self.asks(vec![Command::Card(CardCommand::TakeReport { rail: RailId::STRIPE, report })])?;
        }
        Ok(())
    }

    /// The acquirer says again what it took.
    fn answers_come_again(&mut self) -> Verdict {
        for taking in self.around.acquirer.takings() {
            if let Some(Ok(ChargeStatus::Taken(taken))) = self.around.acquirer.fate(&taking.key) {
                let answer = Answer::Status(ChargeStatus::Taken(taken));
                self.asks(vec![Command::TakeCharge { settlement: taking.settlement, answer }])?;
            }
        }
        Ok(())
    }
}
