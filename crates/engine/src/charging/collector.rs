//! The collector of one rail: takes settlements from the books in the order they were opened, has a few of them charged
//! side by side, and keeps those that wait for another try. What it can hold is bounded; the rest waits in the books.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use payment::charging::ChargingRail;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, sleep_until};

use super::errand::{Errand, Next};
use super::{Bell, Ring};
use crate::command::{Command, Reply};
use crate::intake::Intake;

/// Charges on their way at once: a rail limits requests, and a shop's line is thin.
const CHARGES_AT_ONCE_MAX: usize = 8;
/// Settlements that wait for another try at most; with more, no further ones are begun.
const WAITING_MAX: usize = 1_000;
/// Settlements taken from the books at once.
const DRAWN_MAX: u32 = 32;
/// How often tabs are looked at that have waited long enough.
const ROUND: Duration = Duration::from_secs(60);
/// The pause after the books could not be read.
const DRAW_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// What is in hand for one rail.
pub(super) struct Collector {
    rail: Arc<dyn ChargingRail>,
    intake: Intake,
    bell: Arc<Bell>,
    /// What was opened up to here may have been sent by an earlier life of the till.
    last_event_before: i64,
    /// Settlements with higher numbers were not looked at yet.
    drawn: i64,
    /// There may be more in the books, to be looked for from this moment on.
    draw_from: Option<Instant>,
    /// By number, and whether something was tried again meanwhile: what is over may then be under way again.
    in_hand: BTreeMap<i64, bool>,
    ready: VecDeque<Errand>,
    waiting: BTreeMap<(Instant, i64), Errand>,
    working: JoinSet<(Errand, Next)>,
}

impl Collector {
    pub(super) fn new(
        rail: Arc<dyn ChargingRail>,
        intake: Intake,
        bell: Arc<Bell>,
        last_event_before: i64,
    ) -> Self {
        Self {
            rail,
            intake,
            bell,
            last_event_before,
            drawn: 0,
            draw_from: Some(Instant::now()),
            in_hand: BTreeMap::new(),
            ready: VecDeque::new(),
            waiting: BTreeMap::new(),
            working: JoinSet::new(),
        }
    }

    /// Works until it is dropped. Dropping it leaves charges on their way behind: the next life asks about them.
    pub(super) async fn collect(mut self) {
        let mut next_round = Instant::now() + ROUND;
        loop {
            self.draw().await;
            self.begin();
            let wake = self.wakes_at().unwrap_or(next_round).min(next_round);
            tokio::select! {
                biased;
                Some(done) = self.working.join_next(), if !self.working.is_empty() => self.put_down(done),
                ring = self.bell.rung() => self.hear(ring),
                () = sleep_until(wake) => {}
            }
            if Instant::now() >= next_round {
                self.make_round().await;
                next_round = Instant::now() + ROUND;
            }
        }
    }

    /// Takes the next settlements from the books when there is room.
    async fn draw(&mut self) {
        let is_due = self.draw_from.is_some_and(|from| from <= Instant::now());
        if !is_due || !self.ready.is_empty() || self.waiting.len() >= WAITING_MAX {
            return;
        }
        let command = Command::DrawSettlements { rail: self.rail.id(), after: self.drawn, limit: DRAWN_MAX };
        match self.intake.ask(command).await {
            Ok(Reply::UnderWay(drawn)) => {
                let is_last = drawn.len() < usize::try_from(DRAWN_MAX).unwrap_or(usize::MAX);
                self.draw_from = if is_last { None } else { self.draw_from };
                for under_way in drawn {
                    self.drawn = under_way.number;
                    if let Entry::Vacant(free) = self.in_hand.entry(under_way.number) {
                        free.insert(false);
                        let is_fresh = under_way.last_event > self.last_event_before
                            && !under_way.settlement.is_in_doubt();
                        self.ready.push_back(Errand::new(under_way.number, under_way.settlement, is_fresh));
                    }
                }
            }
            Ok(_) => self.draw_from = None,
            Err(error) => {
                tracing::warn!(rail = %self.rail.id(), %error, "the settlements under way can't be read");
                self.draw_from = Some(Instant::now() + DRAW_AGAIN_AFTER);
            }
        }
    }

    /// Begins what is due, those that have waited first.
    fn begin(&mut self) {
        while self.working.len() < CHARGES_AT_ONCE_MAX {
            let Some(errand) = self.next_errand() else { return };
            let (rail, intake) = (self.rail.clone(), self.intake.clone());
            self.working.spawn(async move { errand.run(rail.as_ref(), &intake).await });
        }
    }

    fn next_errand(&mut self) -> Option<Errand> {
        match self.waiting.first_entry() {
            Some(first) if first.key().0 <= Instant::now() => Some(first.remove()),
            Some(_) | None => self.ready.pop_front(),
        }
    }

    fn put_down(&mut self, done: Result<(Errand, Next), JoinError>) {
        match done {
            Ok((errand, Next::Over)) => {
                if self.in_hand.remove(&errand.number) == Some(true) {
                    self.drawn = self.drawn.min(errand.number - 1);
                    self.draw_from = Some(Instant::now());
                }
            }
            Ok((errand, Next::Again(wait))) => {
                self.waiting.insert((Instant::now() + wait, errand.number), errand);
            }
            Ok((errand, Next::Stuck)) => {
                tracing::error!(
                    number = errand.number,
                    "a settlement is left alone until the till starts again"
                );
            }
            Err(failure) => tracing::error!(%failure, "a charge broke off; the next start asks about it"),
        }
    }

    fn hear(&mut self, ring: Ring) {
        if ring == Ring::TriedAgain {
            self.drawn = 0;
            self.in_hand.values_mut().for_each(|may_begin_anew| *may_begin_anew = true);
        }
        self.draw_from = Some(Instant::now());
    }

    /// When something is due by itself.
    fn wakes_at(&self) -> Option<Instant> {
        let waits = self.waiting.first_key_value().map(|((due, _), _)| *due);
        let has_room = self.working.len() < CHARGES_AT_ONCE_MAX;
        let due = if has_room { waits } else { None };
        let draws =
            if self.waiting.len() < WAITING_MAX && self.ready.is_empty() { self.draw_from } else { None };
        due.into_iter().chain(draws).min()
    }

    /// Tabs that have waited long enough are charged although they are small.
    async fn make_round(&self) {
        let (rail, mut after) = (self.rail.id(), None);
        loop {
            let command = Command::SettleTabs { rail, although_young: false, after };
            match self.intake.ask(command).await {
                Ok(Reply::TabsSettled { last: Some(last), .. }) => after = Some(last),
                Ok(_) => return,
                Err(error) => {
                    tracing::warn!(%rail, %error, "waiting tabs were not settled; the next round tries again");
                    return;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use money::{Currency, Money};
    use payment::charging::{Charge, ChargeStatus};
    use payment::rail::RailFailureClass;
    use payment::rail::{RailFuture, RailHealth};
    use payment::stream::settlement::Bill;
    use payment::stream::{Settlement, SettlementEvent, Tab};
    use payment::{RailError, RailId, SettlementId, Timestamp};
    use store::UnderWay;
    use tokio::sync::mpsc::Receiver;

    use super::*;
    use crate::intake::Asked;

    /// A rail that declines everything.
    struct Miser;

    impl ChargingRail for Miser {
        fn id(&self) -> RailId {
            RailId::STRIPE
        }

        fn health(&self) -> RailHealth {
            RailHealth { tip: None, servers: Vec::new(), notices: Vec::new() }
        }

        fn charge_min(&self, _: Currency) -> Option<Money> {
            None
        }

        fn charge<'a>(&'a self, _: &'a Charge) -> RailFuture<'a, Result<ChargeStatus, RailError>> {
            Box::pin(async { Err(RailError::Declined("no".to_owned())) })
        }

        fn find<'a>(&'a self, _: &'a Charge) -> RailFuture<'a, Result<Option<ChargeStatus>, RailError>> {
            Box::pin(async { Ok(None) })
        }
    }

    fn settlement() -> Settlement {
        let (currency, payer, method) = (Currency::BTC, "ada".to_owned(), "card".to_owned());
        let tab = Tab { payer, rail: RailId::STRIPE, method, currency };
        let bill = Bill { tab, amount: Money::new(500, currency), parts: 1, last_micropayment: 1 };
        let at = Timestamp::from_millis(0);
        let id = SettlementId::generate(at, [0; 10]);
        Settlement::open(id, &SettlementEvent::Opened { bill }, at).unwrap()
    }

    /// Declined, and tried again.
    fn tried_again() -> Settlement {
        let declined =
            SettlementEvent::SetAside { trouble: RailFailureClass::Declined, reason: "no".to_owned() };
        let set_aside = settlement().apply(&declined).unwrap().unwrap().settlement;
        set_aside.apply(&SettlementEvent::TriedAgain).unwrap().unwrap().settlement
    }

    async fn asked(inbox: &mut Receiver<Asked>) -> Asked {
        let asked = tokio::time::timeout(ROUND / 2, inbox.recv()).await;
        asked.expect("something is asked for").unwrap()
    }

    /// The collector draws, and gets this.
    async fn draws(inbox: &mut Receiver<Asked>, settlement: Settlement) {
        let Asked { command, caller } = asked(inbox).await;
        assert!(matches!(command, Command::DrawSettlements { after: 0, .. }), "{command:?}");
        let drawn = vec![UnderWay { number: 1, last_event: 1, settlement }];
        caller.answer.send(Ok(Reply::UnderWay(drawn))).unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_tried_again_before_it_is_put_down_is_not_forgotten() {
        let (intake, mut inbox) = Intake::new();
        let bell = Arc::new(Bell::default());
        let mut tasks = JoinSet::new();
        tasks.spawn(Collector::new(Arc::new(Miser), intake, bell.clone(), 0).collect());
        draws(&mut inbox, settlement()).await;
        let declined = asked(&mut inbox).await;
        assert!(matches!(declined.command, Command::TakeCharge { .. }), "{:?}", declined.command);
        bell.ring(Ring::TriedAgain);
        draws(&mut inbox, tried_again()).await;
        declined.caller.answer.send(Ok(Reply::Done)).unwrap();
        draws(&mut inbox, tried_again()).await;
        let second = asked(&mut inbox).await;
        assert!(matches!(second.command, Command::TakeCharge { .. }), "{:?}", second.command);
    }
}
