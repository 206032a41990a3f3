//! Which threads an engine uses: several, or for a simulation one, on which the same turns are taken every time.

use tokio::task::JoinError;

use crate::bookkeeper::Bookkeeper;
use crate::ending::Farewell;
use crate::supervisor::Supervisor;

/// How work is spread over threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Threads {
    /// The bookkeeper has its own, and what may block for seconds does so where that does no harm.
    Several,
    /// Everything happens on the runtime's own.
    One,
}

impl Threads {
    /// Lets the bookkeeper work until every intake handle is gone, and the farewell tell how that ended.
    pub(crate) fn employ(
        self,
        bookkeeper: Bookkeeper,
        farewell: Farewell,
        supervisor: &Supervisor,
    ) -> std::io::Result<()> {
        let working = async move {
            let _farewell = farewell;
            bookkeeper.work().await;
        };
        match self {
            Self::Several => {
                let runtime = tokio::runtime::Handle::current();
                let thread = std::thread::Builder::new().name("bookkeeper".to_owned());
                thread.spawn(move || runtime.block_on(working)).map(|_| ())
            }
            Self::One => {
                supervisor.run_to_end(working);
                Ok(())
            }
        }
    }

    /// Does something that may block for seconds, as a keyring does.
    pub(crate) async fn block<T: Send + 'static>(
        self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, JoinError> {
        match self {
            Self::Several => tokio::task::spawn_blocking(work).await,
            Self::One => Ok(work()),
        }
    }
}
