//! Log files: one a day beside the data, the last fourteen kept. What is logged never holds a secret: no type that
//! carries one can be printed.

use std::path::Path;

use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// How much is logged of our own rooms: `error`, `warn`, `info` (as without it), `debug` or `trace`. What libraries say
/// below a warning is never logged: nobody here vouches for what stands in it.
const LEVEL_VARIABLE: &str = "TILLSTREAM_LOG";
/// Log files kept.
const DAYS_KEPT: usize = 14;

/// Starts logging into a folder. A till that can't write logs sells all the same, and says so once.
pub fn start(folder: &Path) {
    if let Err(error) = std::fs::create_dir_all(folder) {
        eprintln!("no log is kept: {error}");
        return;
    }
    let appender = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("tillstream")
        .filename_suffix("log")
        .max_log_files(DAYS_KEPT)
        .build(folder);
    match appender {
        Ok(appender) => {
            let file = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(appender);
            let levels = Targets::new().with_default(LevelFilter::WARN).with_targets(
                ["tillstream", "engine", "gateway", "keys", "rail_bitcoin", "rail_practice", "store"]
                    .map(|room| (room, level())),
            );
            if tracing_subscriber::registry().with(levels).with(file).try_init().is_err() {
                tracing::debug!("logging was started already");
            }
        }
        Err(error) => eprintln!("no log is kept: {error}"),
    }
}

fn level() -> LevelFilter {
    let chosen = std::env::var(LEVEL_VARIABLE).ok().and_then(|name| name.parse().ok());
    chosen.unwrap_or(LevelFilter::INFO)
}
