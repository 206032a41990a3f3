//! The log: files beside the data, bounded in number and size, readable by nobody else. What is logged holds no secret,
//! because no type that carries one can be printed; what looks like one all the same is masked on its way out
//! ([`masking`]), and so is what defects say ([`panics`]). A log that can't be written stops nothing.

mod files;
mod masking;
mod panics;

use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use engine::SystemClock;
use tracing::Subscriber;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use self::files::LogFiles;
pub use self::panics::mask_defects;

/// How much is logged of our own rooms: `error`, `warn`, `info` (as without it), `debug` (each command and parcel) or
/// `trace` (each micropayment). What libraries say below a warning is never logged: nobody here vouches for what stands
/// in it.
const LEVEL_VARIABLE: &str = "TILLSTREAM_LOG";

/// Starts logging into a folder. A till that can't write logs sells all the same, and says so once.
pub fn start(folder: &Path) {
    if into(folder, level()).try_init().is_err() {
        tracing::debug!("logging was started already");
    }
}

fn into(folder: &Path, level: LevelFilter) -> impl Subscriber + Send + Sync + use<> {
    let files = Arc::new(Mutex::new(LogFiles::in_folder(folder.to_owned(), Arc::new(SystemClock))));
    let file = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_span_events(FmtSpan::CLOSE)
        .with_writer(move || Line(files.clone()));
    let levels = Targets::new().with_default(LevelFilter::WARN).with_targets(
        ["tillstream", "engine", "gateway", "keys", "rail_bitcoin", "rail_practice", "store"]
            .map(|room| (room, level)),
    );
    tracing_subscriber::registry().with(levels).with(file)
}

fn level() -> LevelFilter {
    let chosen = std::env::var(LEVEL_VARIABLE).ok().and_then(|name| name.parse().ok());
    chosen.unwrap_or(LevelFilter::INFO)
}

/// The way of one event into the files: it is written whole, so it is masked whole.
struct Line(Arc<Mutex<LogFiles>>);

impl Write for Line {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        let masked = masking::masked(&text);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).append(masked.as_bytes());
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORDS: &str = "legal winner thank year wave sausage worth useful legal winner thank yellow";

    #[test]
    fn a_secret_that_is_logged_by_mistake_is_masked_in_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        tracing::subscriber::with_default(into(folder.path(), LevelFilter::TRACE), || {
            let _span = tracing::info_span!("setting up", key = "sk_live_51H8canarycanary").entered();
            tracing::info!(words = ?WORDS.split(' ').collect::<Vec<_>>(), "made a wallet");
            tracing::warn!("open http://127.0.0.1:1/#token=00c0ffee00c0ffee00c0ffee");
            tracing::error!(error = %"http://alice:hunter2@127.0.0.1:8332 refused: {WORDS}", "no node");
            tracing::info!("nothing secret");
        });
        let files = std::fs::read_dir(folder.path()).expect("a folder");
        let written: String = files
            .map(|file| std::fs::read_to_string(file.expect("a file").path()).expect("a text"))
            .collect();
        for secret in ["canarycanary", "sausage", "c0ffee", "hunter2", "alice"] {
            assert!(!written.contains(secret), "{secret} in {written}");
        }
        for rest in ["made a wallet", "setting up", "127.0.0.1:8332 refused", "nothing secret"] {
            assert!(written.contains(rest), "{rest} is not in {written}");
        }
    }
}
