//! A flow that was played once on a sound disk: its acts, and what the data file said after each. Played again on a disk
//! with troubles, it tells what must be there.

use std::path::Path;
use std::sync::Arc;

use faulty_disk::{Disk, Trace};
use payment::stream::Settlement;
use store::{Batch, Record, SaleRecord, SettlementRecord};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::flows::Flow;
use super::portrait::Portrait;
use super::till::{Act, Till};
use crate::journal::shop::{Shop, batch, killed, options, path};

/// What stands in the folder before a flow begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Before {
    /// Nothing.
    Nothing,
    /// The data file of a shop that sold and closed.
    Closed,
    /// What a shop left that was killed.
    Killed,
    /// The data file of an older version.
    Older(&'static [u8]),
}

/// A flow with its acts.
pub(crate) struct Script {
    pub(crate) flow: &'static Flow,
    before: TempDir,
    pub(crate) acts: Vec<Act>,
}

/// How it went on a sound disk.
pub(crate) struct Played {
    pub(crate) trace: Trace,
    /// The moment after each act: from then on it must be there.
    pub(crate) done: Vec<usize>,
    /// What the data file said before the first act and after each.
    pub(crate) portraits: Vec<Portrait>,
}

/// Plays a flow for the first time and notes its acts.
pub(crate) struct Teller {
    pub(crate) shop: Option<Shop>,
    folder: Option<TempDir>,
    runtime: Arc<Runtime>,
    acts: Vec<Act>,
}

impl Script {
    pub(crate) fn of(flow: &'static Flow, runtime: &Arc<Runtime>) -> Self {
        let before = runtime.block_on(folder_before(flow.before));
        let folder = tempfile::tempdir().unwrap();
        copy(before.path(), folder.path());
        let mut teller =
            Teller { shop: None, folder: Some(folder), runtime: runtime.clone(), acts: Vec::new() };
        (flow.play)(&mut teller);
        Self { flow, before, acts: std::mem::take(&mut teller.acts) }
    }

    /// A folder as it is before the first act.
    pub(crate) fn folder(&self) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        copy(self.before.path(), folder.path());
        folder
    }

    /// Plays it on a sound disk that writes everything down.
    pub(crate) fn play(&self, runtime: &Arc<Runtime>) -> Played {
        let folder = self.folder();
        let disk = Disk::under(folder.path());
        let mut till = Till::new(folder.path(), runtime);
        let (mut done, mut portraits) = (Vec::new(), vec![till.portrait()]);
        for act in &self.acts {
            till.act(act).unwrap_or_else(|e| panic!("{}, {act:?}: {e}", self.flow.name));
            done.push(disk.moment());
            portraits.push(till.portrait());
        }
        till.check().unwrap_or_else(|problem| panic!("{}: {problem}", self.flow.name));
        till.close();
        Played { trace: disk.trace(), done, portraits }
    }
}

impl Played {
    /// What may be there when the power is cut at a moment: what was done, or what was being done as well.
    pub(crate) fn expected(&self, moment: usize) -> &[Portrait] {
        let done = self.done.iter().filter(|done| **done <= moment).count();
        &self.portraits[done..(done + 2).min(self.portraits.len())]
    }
}

impl Teller {
    pub(crate) fn shop(&mut self) -> &mut Shop {
        self.shop.as_mut().expect("the flow opens the till first")
    }

    pub(crate) fn open(&mut self) {
        let folder = self.folder.take().expect("the till is closed");
        self.shop = Some(self.runtime.block_on(Shop::open_in(folder)));
        self.acts.push(Act::Open);
    }

    pub(crate) fn close(&mut self) {
        let shop = self.shop.take().expect("the till is open");
        self.folder = Some(self.runtime.block_on(shop.close()));
        self.acts.push(Act::Close);
    }

    pub(crate) fn write(&mut self, batch: Batch) {
        self.shop().writer.write(&batch).unwrap();
        self.acts.push(Act::Write(Box::new(batch)));
    }

    pub(crate) fn record(&mut self, record: SaleRecord) -> payment::Sale {
        let after = record.after.clone();
        self.write(batch([Record::Sale(Box::new(record))]));
        after
    }

    pub(crate) fn settle(&mut self, record: SettlementRecord) -> Settlement {
        let after = record.after.clone();
        self.write(batch([Record::Settlement(Box::new(record))]));
        after
    }

    pub(crate) fn is_refused(&mut self, batch: Batch) {
        self.shop().writer.write(&batch).unwrap_err();
        self.acts.push(Act::WriteRefused(Box::new(batch)));
    }

    pub(crate) fn copy_log(&mut self) {
        self.acts.push(Act::CopyLog);
    }

    pub(crate) fn back_up(&mut self) {
        let path = self.shop().path();
        store::backup(&path, &path.with_file_name("monday.backup")).unwrap();
        self.acts.push(Act::Backup);
    }

    pub(crate) fn restore(&mut self) {
        let folder = self.folder.as_ref().expect("the till is closed");
        store::restore(&folder.path().join("monday.backup"), &options(folder)).unwrap();
        self.acts.push(Act::Restore);
    }
}

async fn folder_before(before: Before) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    match before {
        Before::Nothing => folder,
        Before::Closed => filled().await.close().await,
        Before::Killed => killed(&filled().await),
        Before::Older(file) => {
            std::fs::write(path(&folder), file).unwrap();
            folder
        }
    }
}

async fn filled() -> Shop {
    let mut shop = Shop::open().await;
    shop.fill();
    shop
}

/// Files alone, without the owner's lock.
pub(crate) fn copy(from: &Path, to: &Path) {
    for file in std::fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        if file.path().extension().is_none_or(|kind| kind != "lock") {
            std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
        }
    }
}
