//! One life of the till, from opening its file to its end: an engine on a runtime of its own, whose only thread does
//! everything and whose time passes when the day says so.

use std::future::Future;
use std::panic::resume_unwind;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use engine::{Clock, Command, Engine, EngineError, Reply, Setup};
use payment::{InvoiceId, SettlementId, Timestamp};
use settings::{Mode, Settings};
use store::{Batch, Committed, Opened, Store, StoreOptions, Trouble, Troublemaker, Witness};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};
use tokio::time::{sleep, timeout};

use super::acquirer::Acquirer;
use super::doom::{Doom, Point};
use super::judge::file::Found;
use super::judge::{Broken, Judge, Verdict};
use super::outside::Outside;
use super::processor::CardHost;
use super::{cards, counter_line, rail};
use crate::clock::TurnedClock;

/// Longest wait for an answer: whatever the rails do, the till itself answers.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);

/// What outlives the till.
#[derive(Clone)]
pub(crate) struct Surroundings {
    pub(crate) outside: Arc<Outside>,
    pub(crate) acquirer: Arc<Acquirer>,
    pub(crate) processor: Arc<CardHost>,
    pub(crate) clock: Arc<TurnedClock>,
    pub(crate) doom: Arc<Doom>,
    pub(crate) judge: Arc<Mutex<Judge>>,
    /// The first thing that was wrong.
    pub(crate) broken: Arc<Mutex<Option<Broken>>>,
}

impl Surroundings {
    /// The shop's time.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now().wall
    }

    /// Tells the judge something, and keeps the first thing that is wrong.
    pub(crate) fn tell(&self, what: impl FnOnce(&mut Judge) -> Verdict) {
        let verdict = what(&mut self.judge.lock().unwrap());
        if let Err(broken) = verdict {
            self.broken.lock().unwrap().get_or_insert(broken);
        }
    }
}

pub(crate) struct Life {
    engine: Engine,
    runtime: Runtime,
    trouble: Troublemaker,
    around: Surroundings,
    home: TempDir,
}

impl Life {
    /// Opens the file in a folder and starts. Gives back what is left when the till dies before it is open.
    pub(crate) fn begin(home: TempDir, around: &Surroundings) -> Result<Self, TempDir> {
        let runtime =
            Builder::new_current_thread().enable_time().start_paused(true).event_interval(1).build().unwrap();
        around.doom.begins(home.path());
        let started = runtime.block_on(async {
            tokio::select! {
                biased;
                () = around.doom.death() => None,
                started = start(home.path(), around) => Some(started),
            }
        });
        match started {
            Some((engine, trouble)) => Ok(Self { engine, runtime, trouble, around: around.clone(), home }),
            None => {
                drop(runtime);
                Err(around.doom.remains(home.path()))
            }
        }
    }

    /// Asks, and waits for all answers. `None` when the till dies before.
    pub(crate) fn ask(
        &self,
        commands: Vec<Command>,
    ) -> Option<Vec<Result<Result<Reply, EngineError>, Broken>>> {
        self.during(async {
            let asked: Vec<_> = commands
                .into_iter()
                .map(|command| {
                    let (engine, what) = (self.engine.clone(), format!("{command:?}"));
                    self.runtime.spawn(async move {
                        let answer = timeout(ANSWER_WITHIN, engine.ask(command)).await;
                        answer.map_err(|_| Broken { invariant: "I11", what: format!("no answer to {what}") })
                    })
                })
                .collect();
            let mut answers = Vec::with_capacity(asked.len());
            for answer in asked {
                answers.push(answer.await.unwrap());
            }
            answers
        })
    }

    /// Asks, and takes so many turns without waiting for the answer. `None` when the till dies in one of them.
    pub(crate) fn hand_in(&self, command: Command, turns: u32) -> Option<()> {
        self.during(async {
            let engine = self.engine.clone();
            self.runtime.spawn(async move { drop(engine.ask(command).await) });
            for _ in 0..turns {
                tokio::task::yield_now().await;
            }
        })
    }

    /// Lets everything come to rest, and then time pass. `None` when the till dies in it.
    pub(crate) fn pass(&self, time: Duration) -> Option<()> {
        self.during(async { sleep(time).await })
    }

    pub(crate) fn make(&self, trouble: Option<Trouble>) {
        self.trouble.make(trouble);
    }

    /// Checks the file as it is, and reads these sales and settlements from it.
    pub(crate) fn found(&self, sales: &[InvoiceId], settlements: &[SettlementId]) -> Found {
        Found::check(&self.engine, sales, settlements)
    }

    /// Every row of the file.
    pub(crate) fn rows(&self) -> Vec<String> {
        self.engine.reader().all_rows().unwrap()
    }

    /// Stops in order and leaves the folder.
    pub(crate) fn stop(self) -> TempDir {
        self.runtime.block_on(self.engine.stop());
        self.home
    }

    /// Dies: nothing is finished, nothing is closed in order. Leaves a folder with what was on the disk.
    pub(crate) fn dies(self) -> TempDir {
        let Self { engine, runtime, around, home, .. } = self;
        let remains = around.doom.remains(home.path());
        drop(engine);
        drop(runtime);
        remains
    }

    fn during<T>(&self, what: impl Future<Output = T>) -> Option<T> {
        self.runtime.block_on(async {
            tokio::select! {
                biased;
                () = self.around.doom.death() => None,
                done = what => Some(done),
            }
        })
    }
}

async fn start(home: &Path, around: &Surroundings) -> (Engine, Troublemaker) {
    let options =
        StoreOptions { path: home.join("till.db"), mode: store::Mode::Sandbox, now: around.clock.now().wall };
    let Opened { store, writer } = Store::open(options).await.unwrap();
    let settings =
        Settings::from_rows(&writer.settings().unwrap(), &Settings::defaults(Mode::Sandbox)).unwrap();
    let trouble = writer.troublemaker();
    trouble.watch(Arc::new(Tap(around.clone())));
    let rails = vec![rail::setup(&around.outside, &around.doom)];
    let charging = vec![cards::setup(around)];
    let cards = vec![counter_line::setup(around)];
    around.judge.lock().unwrap().till_opens();
    let setup = Setup {
        store,
        writer,
        settings,
        rails,
        charging,
        cards,
        rates: Vec::new(),
        clock: around.clock.clone(),
    };
    (Engine::start_on_one_thread(setup).await.unwrap(), trouble)
}

/// Tells the judge of every commit, and dies at the one that was chosen.
struct Tap(Surroundings);

impl Tap {
    fn dies_at(&self, point: Point) {
        if self.0.doom.strikes(point) {
            resume_unwind(Box::new("the till dies here"));
        }
    }
}

impl Witness for Tap {
    fn before(&self, _: &Batch) {
        let commit = self.0.doom.begins_commit();
        self.dies_at(Point::BeforeCommit(commit));
    }

    fn after(&self, batch: &Batch, committed: &Committed) {
        self.0.tell(|judge| judge.note(batch, committed));
        self.dies_at(Point::AfterCommit(self.0.doom.commits()));
    }
}
