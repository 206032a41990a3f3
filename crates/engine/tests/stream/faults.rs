//! The whole engine on a disk that fills up or fails at the k-th operation: nobody is told something that is not so, a
//! wish may be repeated when the disk is well again, and what was answered outlives a power cut.

use engine::{Command, EngineError, Reply};
use faulty_disk::{Disk, Fault, FaultKind, Loss, Platter, Random, Syncs};
use payment::rail::Report;
use payment::{InvoiceId, State};
use store::{Mode, Opened, Store, StoreOptions};

use crate::clock::MORNING;
use crate::parcels::ticket;
use crate::shop::{Charged, Shop, confirmed, replacing, seen, state};

/// Operations of each kind that fail, drawn by lot; `./test soak` takes all of them.
const OPERATIONS: usize = 14;

/// What the people at this till wish, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    OpenSale,
    TakeCash,
    RecordPayment,
    ChangeSettings,
    CancelSale,
    TakeTickets,
}

const WISHES: [Wish; 6] = [
    Wish::OpenSale,
    Wish::TakeCash,
    Wish::RecordPayment,
    Wish::ChangeSettings,
    Wish::CancelSale,
    Wish::TakeTickets,
];

/// A shop in the middle of a day.
struct Day {
    shop: Shop,
    disk: Disk,
    code: Charged,
    cash: InvoiceId,
    other: InvoiceId,
    opening: Command,
    opened: InvoiceId,
    taking: Command,
    settings: Command,
}

impl Day {
    async fn begin() -> Self {
        let (shop, disk) = Shop::open_on_disk().await;
        let code = shop.charge(450).await;
        let (cash, other) = (shop.open_sale(100).await.id, shop.open_sale(200).await.id);
        let opening = shop.opening(300);
        let Command::OpenSale { invoice: opened, .. } = opening else { panic!("it opens a sale") };
        let before = shop.engine.settings().as_ref().clone();
        let mut after = before.clone();
        "Corner café".clone_into(&mut after.shop.name);
        let (taking, settings) = (shop.cash(cash, 100), replacing(&before, after));
        Self { shop, disk, code, cash, other, opening, opened, taking, settings }
    }

    async fn ask(&self, wish: Wish) -> Result<(), EngineError> {
        let command = match wish {
            Wish::OpenSale => self.opening.clone(),
            Wish::TakeCash => self.taking.clone(),
            Wish::ChangeSettings => self.settings.clone(),
            Wish::CancelSale => Command::CancelSale { invoice: self.other, although_seen: false },
            Wish::RecordPayment => {
                let paid = seen("aa:0", 1, &self.code.address, self.code.coins, confirmed(1));
                let report = Report { observations: vec![paid], ..Report::default() };
                return self.shop.report(report).await.map(|_| ());
            }
            Wish::TakeTickets => {
                return self.shop.try_take([ticket("t-1", 1), ticket("t-2", 2)]).await.map(|_| ());
            }
        };
        self.shop.ask(command).await.map(|_: Reply| ())
    }

    /// Is it in the books?
    async fn is_so(&self, wish: Wish) -> bool {
        let shop = &self.shop;
        match wish {
            Wish::OpenSale => shop.engine.reader().sale(self.opened).await.unwrap().is_some(),
            Wish::TakeCash => state(&shop.sale(self.cash).await) == State::Paid,
            Wish::RecordPayment => state(&shop.sale(self.code.invoice).await) == State::Paid,
            Wish::ChangeSettings => shop.engine.settings().shop.name == "Corner café",
            Wish::CancelSale => state(&shop.sale(self.other).await) == State::Cancelled,
            Wish::TakeTickets => !shop.engine.reader().micropayments(None, 1).await.unwrap().is_empty(),
        }
    }

    /// Lets everybody wish on a failing disk. Gives how many operations could have failed.
    async fn play(&self, fault: Fault) -> u64 {
        self.disk.fail(fault);
        let mut answers = Vec::new();
        for wish in WISHES {
            answers.push((wish, self.ask(wish).await));
        }
        let counted = self.disk.counted();
        self.disk.heal();
        // The first command on a sound disk finds out what is so, if that is still open.
        self.shop.open_sale(50).await;
        for (wish, answer) in &answers {
            let expected = match answer {
                Ok(()) => true,
                Err(EngineError::Unknown) => continue,
                Err(EngineError::DiskFull | EngineError::Storage(_)) => false,
                Err(other) => panic!("{fault:?}, {wish:?}: the disk failed, not the wish: {other}"),
            };
            assert_eq!(self.is_so(*wish).await, expected, "{fault:?}, {wish:?}: {answer:?}");
        }
        if fault.kind == FaultKind::Full {
            let is_clear = |answer: &Result<(), EngineError>| !matches!(answer, Err(EngineError::Storage(_)));
            assert!(answers.iter().all(|(_, answer)| is_clear(answer)), "{fault:?}: {answers:?}");
        }
        counted
    }

    /// Everybody wishes again what they wished.
    async fn go_on(&self, fault: Fault) {
        for wish in WISHES {
            // The settings that a change rests on are no more once it was made.
            if wish == Wish::ChangeSettings && self.is_so(wish).await {
                continue;
            }
            self.ask(wish).await.unwrap_or_else(|e| panic!("{fault:?}, {wish:?} again: {e}"));
            assert!(self.is_so(wish).await, "{fault:?}, {wish:?}: answered, and not so");
        }
        self.shop.check_books().await;
    }

    /// The power goes; what is found is what was said.
    async fn outlives_a_power_cut(&self, fault: Fault) {
        let trace = self.disk.trace();
        let mut platter = Platter::new(&trace, Syncs::Honest);
        platter.turn_to(trace.len());
        let folder = tempfile::tempdir().unwrap();
        platter.write_to(folder.path(), Loss::Unsynced, &mut Random::seeded(1)).unwrap();
        let _disk = Disk::under(folder.path());
        let path = folder.path().join("till.db");
        let now = payment::Timestamp::from_millis(MORNING);
        let Opened { store, writer } =
            Store::open(StoreOptions { path, mode: Mode::Sandbox, now }).await.unwrap();
        assert_eq!(writer.head().0, self.shop.events().await, "{fault:?}, then a power cut");
        assert_eq!(store.reader().verify().await.unwrap().fault, None, "{fault:?}, then a power cut");
        let balances = store.reader().balances().await.unwrap();
        assert_eq!(balances, self.shop.engine.reader().balances().await.unwrap(), "{fault:?}");
        store.reader().close().await;
    }
}

async fn trial(fault: Fault) -> (u64, i64) {
    let day = Day::begin().await;
    let counted = day.play(fault).await;
    day.go_on(fault).await;
    day.outlives_a_power_cut(fault).await;
    let events = day.shop.events().await;
    day.shop.engine.stop().await;
    (counted, events)
}

async fn fail_everywhere(kind: FaultKind, lasts: bool) {
    let mut random = Random::from_environment();
    let (operations, events) = trial(Fault { kind, at: u64::MAX, lasts }).await;
    let mut chosen: Vec<u64> = (1..=operations).collect();
    while std::env::var_os("TILLSTREAM_SOAK").is_none() && chosen.len() > OPERATIONS {
        chosen.remove(random.below(chosen.len()));
    }
    for at in chosen {
        let fault = Fault { kind, at, lasts };
        assert_eq!(trial(fault).await.1, events, "{fault:?}: asking again did not do it twice");
    }
}

#[tokio::test]
async fn nobody_is_misled_when_there_is_no_room_for_a_moment() {
    fail_everywhere(FaultKind::Full, false).await;
}

#[tokio::test]
async fn nobody_is_misled_when_there_is_no_room_from_some_moment_on() {
    fail_everywhere(FaultKind::Full, true).await;
}

#[tokio::test]
async fn nobody_is_misled_when_the_disk_fails_once() {
    fail_everywhere(FaultKind::Broken, false).await;
}

#[tokio::test]
async fn nobody_is_misled_when_the_disk_fails_from_some_moment_on() {
    fail_everywhere(FaultKind::Broken, true).await;
}
