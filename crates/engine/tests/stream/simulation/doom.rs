//! When the till dies. A death saves the data file and its log as they are in that moment, because closing them in order
//! would tidy up.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};

use tempfile::TempDir;
use tokio::sync::watch;

/// Where a death can fall. Commits and effects are numbered from 1 over the whole day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Point {
    /// All is written and not committed.
    BeforeCommit(u64),
    /// It is committed, and nobody knows.
    AfterCommit(u64),
    /// A rail was asked and has done nothing.
    BeforeEffect(u64),
    /// A rail has done what it was asked, and its answer is not recorded.
    AfterEffect(u64),
}

/// What is planned, and how far the day has come.
#[derive(Default)]
struct Plan {
    point: Option<Point>,
    doubled_effect: Option<u64>,
    commits: u64,
    effects: u64,
    /// Where the living till keeps its file.
    home: Option<PathBuf>,
    /// What it left.
    saved: Option<TempDir>,
}

#[derive(Default)]
pub(crate) struct Doom {
    plan: Mutex<Plan>,
    died: watch::Sender<bool>,
}

impl Doom {
    /// Another life begins.
    pub(crate) fn begins(&self, home: &Path) {
        self.plan().home = Some(home.to_owned());
        self.died.send_replace(false);
    }

    pub(crate) fn plan_for(&self, point: Option<Point>) {
        self.plan().point = point;
    }

    /// The rail will do one effect twice.
    pub(crate) fn double(&self, effect: u64) {
        self.plan().doubled_effect = Some(effect);
    }

    pub(crate) fn is_doubled(&self, effect: u64) -> bool {
        self.plan().doubled_effect == Some(effect)
    }

    pub(crate) fn commits(&self) -> u64 {
        self.plan().commits
    }

    pub(crate) fn effects(&self) -> u64 {
        self.plan().effects
    }

    pub(crate) fn begins_commit(&self) -> u64 {
        let mut plan = self.plan();
        plan.commits += 1;
        plan.commits
    }

    pub(crate) fn begins_effect(&self) -> u64 {
        let mut plan = self.plan();
        plan.effects += 1;
        plan.effects
    }

    /// Dies when this is the point: saves what is on the disk and says so.
    pub(crate) fn strikes(&self, point: Point) -> bool {
        let mut plan = self.plan();
        if plan.point != Some(point) {
            return false;
        }
        plan.point = None;
        let saved = plan.home.as_deref().map(save);
        plan.saved = saved;
        drop(plan);
        self.died.send_replace(true);
        true
    }

    /// As [`Doom::strikes`], for tasks: the dead do not go on.
    pub(crate) async fn dies_at(&self, point: Point) {
        if self.strikes(point) {
            std::future::pending::<()>().await;
        }
    }

    /// Waits until the till is dead.
    pub(crate) async fn death(&self) {
        let mut died = self.died.subscribe();
        if died.wait_for(|died| *died).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// What the dead till left; one that is killed from outside leaves what is on the disk now.
    pub(crate) fn remains(&self, home: &Path) -> TempDir {
        self.plan().saved.take().unwrap_or_else(|| save(home))
    }

    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.plan.lock().unwrap()
    }
}

/// The data file and its log, byte for byte.
fn save(home: &Path) -> TempDir {
    let saved = folder();
    for name in ["till.db", "till.db-wal"] {
        if home.join(name).exists() {
            std::fs::copy(home.join(name), saved.path().join(name)).unwrap();
        }
    }
    saved
}

/// A folder in memory where the system has one: ten thousand days are no work for a disk, and what a disk may lose is
/// tried elsewhere.
pub(crate) fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap()
}
