//! A day at the shop, from one seed: what happens next is drawn, done, and judged before the next thing happens.

use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use engine::{Clock, Command, EngineError, Outcome, Reply};
use money::Money;
use payment::{InvoiceId, PaymentId, RefundId, Sale};
use rail_practice::{Act, Draws, PracticeScript, Step};
use settings::{Mode, Settings};
use store::{Batch, Opened, SettingsChange, Store, StoreOptions, Trouble};
use tempfile::TempDir;

use super::acquirer::Acquirer;
use super::doom::{self, Doom};
use super::happenings::Habits;
use super::judge::{Broken, Judge, Verdict};
use super::life::{Life, Surroundings};
use super::outside::{Defect, Outside};
use super::processor::CardHost;
use super::weather::Weather;
use crate::clock::{MORNING, QUOTE_LIFE, TurnedClock};
use crate::shop::state;

/// Things that happen in a day before its faults stop.
const STEPS: u32 = 45;
/// Long enough for a wallet that could not be opened to be tried again, and for every answer under way.
const NAP: Duration = Duration::from_secs(45);
/// Long enough for a charge or a card of unknown outcome to be asked about.
const LONG_NAP: Duration = Duration::from_secs(6 * 60);

/// A running day.
pub(crate) struct Day {
    pub(crate) draws: Draws,
    pub(crate) around: Surroundings,
    /// What the public does by itself.
    pub(crate) script: PracticeScript,
    /// Sales the clerk has opened, in order.
    pub(crate) sales: Vec<InvoiceId>,
    /// Everything the clerk asked for, in order.
    pub(crate) wishes: Vec<Command>,
    pub(crate) trace: Vec<String>,
    pub(crate) habits: Habits,
    /// Lives of the till so far.
    pub(crate) lives: u64,
    life: Option<Life>,
    served: usize,
    ids: u32,
    tickets: u32,
}

/// What a day leaves.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Journal {
    pub(crate) head: (i64, [u8; 32]),
    pub(crate) trace: Vec<String>,
    pub(crate) rows: Vec<String>,
}

impl Day {
    /// Opens the shop, in any weather.
    pub(crate) fn begins(seed: u64) -> Self {
        Self::begins_with(seed, None)
    }

    /// As [`Day::begins`], with a defect somewhere.
    pub(crate) fn begins_with(seed: u64, defect: Option<Defect>) -> Self {
        let mut draws = Draws::from_seed(seed);
        let weather = Weather::drawn(&mut draws);
        let habits = Habits::drawn(&mut draws);
        Self::with(draws, weather, habits, defect)
    }

    /// A day on which nothing happens but what a script says, and nothing goes wrong but what it plans.
    pub(crate) fn scripted() -> Self {
        Self::spoiled(None)
    }

    /// As [`Day::scripted`], on a rail with a defect.
    pub(crate) fn spoiled(defect: Option<Defect>) -> Self {
        Self::with(Draws::from_seed(0), Weather::default(), Habits::scripted(), defect)
    }

    fn with(mut draws: Draws, weather: Weather, habits: Habits, defect: Option<Defect>) -> Self {
        let (template, head) = template();
        let outside = Arc::new(Outside::new(Draws::from_seed(draws.number()), weather, defect));
        let acquirer = Arc::new(Acquirer::new(outside.clone()));
        let processor = Arc::new(CardHost::new(outside.clone()));
        let judge = Judge::of(acquirer.clone(), processor.clone(), settings_of_the_day(), (0, *head));
        let around = Surroundings {
            outside,
            acquirer,
            processor,
            clock: TurnedClock::at(MORNING),
            doom: Arc::new(Doom::default()),
            judge: Arc::new(Mutex::new(judge)),
            broken: Arc::default(),
        };
        let home = doom::folder();
        std::fs::copy(template.path().join("till.db"), home.path().join("till.db")).unwrap();
        let script = PracticeScript::from_seed(draws.number());
        let life =
            Life::begin(home, &around).unwrap_or_else(|_| panic!("nothing is planned before it begins"));
        Self {
            draws,
            around,
            script,
            sales: Vec::new(),
            wishes: Vec::new(),
            trace: Vec::new(),
            habits,
            lives: 1,
            life: Some(life),
            served: 0,
            ids: 0,
            tickets: 0,
        }
    }

    /// The whole day, its end and the file it leaves.
    pub(crate) fn runs(&mut self) -> Result<Journal, Broken> {
        for _ in 0..STEPS {
            self.next_thing()?;
        }
        self.faults_stop();
        self.ends()
    }

    pub(crate) fn closes(&mut self) -> Result<Journal, Broken> {
        let Some(life) = self.life.take() else { unreachable!("a till that died was opened again") };
        let rows = life.rows();
        drop(life.stop());
        Ok(Journal { head: self.judge(|judge| judge.head), trace: self.trace.clone(), rows })
    }

    /// Asks for something, and tells what came of it. `None` when the till died before it answered.
    pub(crate) fn wish(&mut self, command: Command) -> Result<Option<Result<Reply, EngineError>>, Broken> {
        self.wishes.push(command.clone());
        Ok(self.asks(vec![command])?.and_then(|mut answers| answers.pop()))
    }

    /// Asks for several things at once.
    pub(crate) fn asks(
        &mut self,
        commands: Vec<Command>,
    ) -> Result<Option<Vec<Result<Reply, EngineError>>>, Broken> {
        let answers = self.life().ask(commands.clone());
        let Some(answers) = answers else {
            self.opens_again()?;
            return Ok(None);
        };
        let answers = answers.into_iter().collect::<Result<Vec<_>, _>>()?;
        for (command, answer) in commands.iter().zip(&answers) {
            if let Ok(reply) = answer {
                self.judge(|judge| judge.answered(command, reply))?;
            }
        }
        for answer in &answers {
            self.say(format!("  {}", outcome(answer)));
        }
        self.rest()?;
        Ok(Some(answers))
    }

    /// Asks until there is an answer, as a clerk does whose till has died.
    pub(crate) fn insists(&mut self, command: &Command) -> Result<Result<Reply, EngineError>, Broken> {
        loop {
            if let Some(answer) = self.wish(command.clone())? {
                return Ok(answer);
            }
        }
    }

    /// The till dies after so many turns of a wish.
    pub(crate) fn dies_amid(&mut self, command: Command, turns: u32) -> Verdict {
        self.wishes.push(command.clone());
        if self.life().hand_in(command, turns).is_some() {
            self.say(format!("  dies after {turns} turns"));
        }
        self.opens_again()
    }

    /// The till is opened on what it left, as often as it takes.
    pub(crate) fn opens_again(&mut self) -> Verdict {
        let Some(life) = self.life.take() else { unreachable!("a till that died was opened again") };
        self.say("the till has died");
        self.starts(life.dies())
    }

    /// The till is closed in order and opened again.
    pub(crate) fn restarts(&mut self) -> Verdict {
        let Some(life) = self.life.take() else { unreachable!("a till that died was opened again") };
        self.starts(life.stop())
    }

    fn starts(&mut self, mut home: TempDir) -> Verdict {
        loop {
            self.lives += 1;
            match Life::begin(home, &self.around) {
                Ok(life) => {
                    self.life = Some(life);
                    break;
                }
                Err(remains) => home = remains,
            }
            self.say("the till died while it opened");
        }
        self.rest()?;
        let found = self.life().found(&[], &[]);
        self.judge(|judge| judge.check_file(found))
    }

    /// Lets everything come to rest that is not waiting for time, and judges.
    pub(crate) fn rest(&mut self) -> Verdict {
        self.passes(Duration::from_millis(1))
    }

    /// Time passes.
    pub(crate) fn passes(&mut self, time: Duration) -> Verdict {
        self.around.clock.turn(time);
        let is_asking = self.judge(|judge| judge.is_charging() || judge.is_asking_processor());
        let longest = if is_asking { LONG_NAP } else { NAP };
        if self.life().pass(time.min(longest)).is_none() {
            return self.opens_again();
        }
        if let Some(broken) = self.around.broken.lock().unwrap().take() {
            return Err(broken);
        }
        self.serves_newcomers();
        Ok(())
    }

    /// Whoever sees an address sends a customer to it.
    fn serves_newcomers(&mut self) {
        let shown = self.judge(|judge| judge.shown[self.served..].to_vec());
        self.served += shown.len();
        for shown in shown {
            self.around.outside.shows(&shown.address);
            if self.habits.public_comes {
                let customer = self.script.offered(&shown.address, shown.coins).unwrap();
                self.say(format!("  a customer comes to {}: {customer:?}", shown.address));
            }
        }
    }

    /// The public does one thing. False when it has nothing left to do.
    pub(crate) fn public_acts(&mut self) -> Result<bool, Broken> {
        match self.script.next_step() {
            None => return Ok(false),
            Some(Step::Act(act)) => self.acts(&act)?,
            Some(Step::QuoteEnds { address }) => {
                self.say(format!("the quote of {address} ends"));
                self.passes(QUOTE_LIFE)?;
            }
        }
        Ok(true)
    }

    pub(crate) fn acts(&mut self, act: &Act) -> Verdict {
        let done = self.around.outside.act(act, self.around.clock.now().wall);
        self.say(format!("{act:?}{}", if done.is_ok() { "" } else { ", which can't be" }));
        self.rest()
    }

    pub(crate) fn makes(&self, trouble: Option<Trouble>) {
        self.life().make(trouble);
    }

    pub(crate) fn judge<T>(&self, look: impl FnOnce(&mut Judge) -> T) -> T {
        look(&mut self.around.judge.lock().unwrap())
    }

    pub(crate) fn say(&mut self, what: impl Into<String>) {
        let minutes = (self.around.clock.now().wall.millis() - MORNING) / 60_000;
        self.trace.push(format!("{minutes:>5} min  {}", what.into()));
    }

    pub(crate) fn life(&self) -> &Life {
        self.life.as_ref().unwrap_or_else(|| unreachable!("a till that died was opened again"))
    }

    /// The number of an instruction that was not handed in before.
    pub(crate) const fn next_ticket(&mut self) -> u32 {
        self.tickets += 1;
        self.tickets
    }

    fn random(&mut self) -> [u8; 10] {
        self.ids += 1;
        let mut random = [0; 10];
        random[..4].copy_from_slice(&self.ids.to_be_bytes());
        random
    }

    pub(crate) fn next_invoice(&mut self) -> InvoiceId {
        let (now, random) = (self.around.clock.now().wall, self.random());
        InvoiceId::generate(now, random)
    }

    pub(crate) fn next_payment(&mut self) -> PaymentId {
        let (now, random) = (self.around.clock.now().wall, self.random());
        PaymentId::generate(now, random)
    }

    pub(crate) fn next_refund(&mut self) -> RefundId {
        let (now, random) = (self.around.now(), self.random());
        RefundId::generate(now, random)
    }

    /// The sale as it is committed.
    pub(crate) fn sale(&self, invoice: InvoiceId) -> Option<Sale> {
        self.judge(|judge| judge.sales.get(&invoice).cloned())
    }

    /// What an address asks for.
    pub(crate) fn asked(&self, payment: PaymentId) -> Option<(String, Money)> {
        let is_it = |shown: &&super::judge::Shown| shown.payment == payment;
        self.judge(|judge| judge.shown.iter().find(is_it).map(|shown| (shown.address.clone(), shown.coins)))
    }
}

fn outcome(answer: &Result<Reply, EngineError>) -> String {
    match answer {
        Ok(Reply::Sale(sale)) => format!("sale {} {}", sale.number, state(sale).name()),
        Ok(Reply::Stray(stray)) => format!("{} {:?}", stray.id, stray.finding.reason),
        Ok(Reply::Parcel(outcomes)) => outcomes.iter().map(became).collect::<Vec<_>>().join(", "),
        Ok(Reply::TabsSettled { count, .. }) => format!("{count} tabs"),
        Ok(Reply::UnderWay(_) | Reply::DueCards(_) | Reply::Tended(_) | Reply::Done) => "done".to_owned(),
        Ok(Reply::Mismatch) => "mismatch".to_owned(),
        Err(error) => error.to_string(),
    }
}

fn became(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Accepted { .. } => "taken".to_owned(),
        Outcome::Duplicate { .. } => "taken before".to_owned(),
        Outcome::Conflict { reason } | Outcome::Rejected { reason } | Outcome::DeadLetter { reason } => {
            reason.clone()
        }
    }
}

/// The shop takes cards, and charges its payers' tabs at 5.00 or after an hour.
fn settings_of_the_day() -> Settings {
    let Settings { routes, fees, mut settlements, .. } = Settings::defaults(Mode::Practice);
    settlements.iter_mut().for_each(|row| row.after_hours = Some(1));
    Settings { routes, fees, settlements, ..Settings::defaults(Mode::Sandbox) }
}

/// A new shop's file, made once: every day begins with a copy, so that two days of one seed share their first link.
fn template() -> &'static (TempDir, [u8; 32]) {
    static TEMPLATE: OnceLock<(TempDir, [u8; 32])> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let folder = doom::folder();
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_time().build().unwrap();
        let head = runtime.block_on(async {
            let now = TurnedClock::at(MORNING).now().wall;
            let options =
                StoreOptions { path: folder.path().join("till.db"), mode: store::Mode::Sandbox, now };
            let Opened { store, mut writer } = Store::open(options).await.unwrap();
            let settings = SettingsChange { rows: settings_of_the_day().to_rows(), at: now };
            writer.write(&Batch { settings: Some(settings), ..Batch::default() }).unwrap();
            store.reader().close().await;
            writer.head().1
        });
        (folder, head)
    })
}
