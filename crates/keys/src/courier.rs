//! The one who walks to the keyring, so that nobody else has to wait at its door.
//!
//! Purpose: a keyring call can block for as long as its password prompt is open, or for good. Every call therefore
//! runs on one helper thread, and whoever asked stops waiting at a deadline.
//!
//! Invariants: [`Courier::ask`] returns within the deadline. An errand that has not begun when its asker gives up
//! is never begun; one that has begun is left to finish, and its late answer is dropped (and with it wiped).

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender, TrySendError};
use std::sync::{Arc, Weak};
use std::thread;
use std::time::Duration;

/// A helper thread with a short list of errands. Clones share the thread.
#[derive(Clone)]
pub(crate) struct Courier {
    errands: SyncSender<Errand>,
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotDelivered {
    /// The deadline passed, or the list is full behind an errand that hangs.
    InTime,
    /// The helper thread did not start, or this errand panicked.
    AtAll,
}

type Errand = Box<dyn FnOnce() + Send>;

/// Askers give up one by one, so a list this long only fills while the keyring hangs.
const ERRANDS_MAX: usize = 16;

impl Courier {
    /// Starts the helper thread. It ends with the last clone, after the errand it is on.
    pub(crate) fn hire() -> Self {
        let (errands, list) = mpsc::sync_channel(ERRANDS_MAX);
        // If no thread can be started the list is dropped with the closure, and every errand fails at once.
        drop(thread::Builder::new().name("keyring".into()).spawn(move || run(list)));
        Self { errands }
    }

    /// Sends an errand and waits for its answer, at most until the deadline.
    pub(crate) fn ask<T: Send + 'static>(
        &self,
        deadline: Duration,
        errand: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, NotDelivered> {
        let asker = Arc::new(());
        let (answer, answered) = mpsc::sync_channel(1);
        let errand = unless_abandoned(Arc::downgrade(&asker), move || drop(answer.send(errand())));
        self.errands.try_send(Box::new(errand)).map_err(|refused| match refused {
            TrySendError::Full(_) => NotDelivered::InTime,
            TrySendError::Disconnected(_) => NotDelivered::AtAll,
        })?;
        answered.recv_timeout(deadline).map_err(|ended| match ended {
            RecvTimeoutError::Timeout => NotDelivered::InTime,
            RecvTimeoutError::Disconnected => NotDelivered::AtAll,
        })
    }
}

fn unless_abandoned(asker: Weak<()>, errand: impl FnOnce()) -> impl FnOnce() {
    move || {
        if asker.strong_count() > 0 {
            errand();
        }
    }
}

fn run(list: Receiver<Errand>) {
    for errand in list {
        // A panic in a keyring library costs its asker the answer, not the till its keyring. Errands share nothing.
        drop(catch_unwind(AssertUnwindSafe(errand)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_millis(20);
    const LONG: Duration = Duration::from_secs(10);

    /// An errand that hangs until the returned sender is dropped.
    fn hanging() -> (mpsc::Sender<()>, impl FnOnce() + Send) {
        let (release, held) = mpsc::channel::<()>();
        (release, move || {
            let _ = held.recv();
        })
    }

    #[test]
    fn an_answer_comes_back() {
        assert_eq!(Courier::hire().ask(LONG, || 42), Ok(42));
    }

    #[test]
    fn a_hanging_errand_is_given_up_at_the_deadline_and_the_next_one_works_after_it_ends() {
        let courier = Courier::hire();
        let (release, hang) = hanging();
        assert_eq!(courier.ask(SOON, hang), Err(NotDelivered::InTime));
        assert_eq!(courier.ask(SOON, || 42), Err(NotDelivered::InTime));
        drop(release);
        assert_eq!(courier.ask(LONG, || 42), Ok(42));
    }

    #[test]
    fn an_errand_given_up_before_it_began_is_never_begun() {
        let courier = Courier::hire();
        let (release, hang) = hanging();
        assert_eq!(courier.ask(SOON, hang), Err(NotDelivered::InTime));
        let (began, begun) = mpsc::channel();
        assert_eq!(courier.ask(SOON, move || began.send(())), Err(NotDelivered::InTime));
        drop(release);
        assert_eq!(courier.ask(LONG, || ()), Ok(()));
        assert_eq!(begun.try_recv(), Err(mpsc::TryRecvError::Disconnected));
    }

    #[test]
    fn a_long_list_behind_a_hanging_errand_is_refused_at_once() {
        let courier = Courier::hire();
        let (_release, hang) = hanging();
        assert_eq!(courier.ask(SOON, hang), Err(NotDelivered::InTime));
        for _ in 0..ERRANDS_MAX {
            assert_eq!(courier.ask(Duration::ZERO, || ()), Err(NotDelivered::InTime));
        }
        // With no room left this must not wait: the deadline is far longer than the test may take.
        assert_eq!(courier.ask(Duration::from_secs(3_600), || ()), Err(NotDelivered::InTime));
    }

    #[test]
    fn a_panicking_errand_loses_its_own_answer_only() {
        let courier = Courier::hire();
        let panicking = courier.ask(LONG, || panic!("a keyring library failed"));
        assert_eq!(panicking, Err::<(), _>(NotDelivered::AtAll));
        assert_eq!(courier.ask(LONG, || 42), Ok(42));
    }
}
