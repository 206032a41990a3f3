//! Log files: a new one every day and whenever one is full, the newest kept.
//!
//! Our own, because no library does all of it: a day and a size together, files of mode 0600, and never a panic when the
//! folder goes away or the disk is full. The till logs on the thread that keeps the books.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

use engine::Clock;

/// Files kept, the one being written included.
const FILES_KEPT: usize = 10;
/// No file grows beyond this; an event that is larger has a file of its own.
const BYTES_MAX: u64 = 5_000_000;
const MILLIS_PER_DAY: i64 = 86_400_000;

const PREFIX: &str = "tillstream.";
const SUFFIX: &str = ".log";

/// The log of one till: `tillstream.2026-11-21.001.log` and so on.
pub(super) struct LogFiles {
    folder: PathBuf,
    clock: Arc<dyn Clock>,
    open: Option<Open>,
    /// Whoever started the till was told that it keeps no log.
    has_told: bool,
}

struct Open {
    file: File,
    bytes: u64,
    /// Days since 1970-01-01, UTC as in the log itself.
    day: i64,
}

impl LogFiles {
    pub(super) fn in_folder(folder: PathBuf, clock: Arc<dyn Clock>) -> Self {
        Self { folder, clock, open: None, has_told: false }
    }

    /// Appends an event. What can't be written is lost; the next event tries again.
    pub(super) fn append(&mut self, event: &[u8]) {
        if let Err(error) = self.try_append(event) {
            self.open = None;
            if !std::mem::replace(&mut self.has_told, true) {
                let folder = self.folder.display();
                // Nobody is left to be told when this fails too.
                let _nobody_reads = writeln!(io::stderr(), "no log is kept in {folder}: {error}");
            }
        }
    }

    fn try_append(&mut self, event: &[u8]) -> io::Result<()> {
        let today = self.clock.now().wall.millis().div_euclid(MILLIS_PER_DAY);
        let size = u64::try_from(event.len()).unwrap_or(u64::MAX);
        let fits = |open: &Open| open.day == today && open.bytes.saturating_add(size) <= BYTES_MAX;
        let mut open = match self.open.take().filter(fits) {
            Some(open) => open,
            None => self.next(today, size)?,
        };
        open.file.write_all(event)?;
        open.bytes += size;
        self.open = Some(open);
        Ok(())
    }

    /// The newest file of the day when the event still fits, else a new one; and the oldest go.
    fn next(&self, day: i64, size: u64) -> io::Result<Open> {
        let date = date(day);
        let names = self.names()?;
        let newest = names.iter().rev().find_map(|name| part_of(name, &date)).unwrap_or(0);
        let open = self.open(&date, newest.max(1), day)?;
        let open = if open.bytes == 0 || open.bytes.saturating_add(size) <= BYTES_MAX {
            open
        } else {
            self.open(&date, newest + 1, day)?
        };
        self.forget_oldest()?;
        Ok(open)
    }

    fn open(&self, date: &str, part: u32, day: i64) -> io::Result<Open> {
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(self.folder.join(format!("{PREFIX}{date}.{part:03}{SUFFIX}")))?;
        let bytes = file.metadata()?.len();
        Ok(Open { file, bytes, day })
    }

    fn forget_oldest(&self) -> io::Result<()> {
        let names = self.names()?;
        let too_many = names.len().saturating_sub(FILES_KEPT);
        names.iter().take(too_many).try_for_each(|name| std::fs::remove_file(self.folder.join(name)))
    }

    /// The names of all log files, oldest first: dates and parts sort as texts.
    fn names(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in std::fs::read_dir(&self.folder)? {
            names.extend(entry?.file_name().into_string().ok().filter(|name| is_log(name)));
        }
        names.sort_unstable();
        Ok(names)
    }
}

fn is_log(name: &str) -> bool {
    name.starts_with(PREFIX) && name.ends_with(SUFFIX)
}

fn part_of(name: &str, date: &str) -> Option<u32> {
    let part = name.strip_prefix(PREFIX)?.strip_prefix(date)?.strip_prefix('.')?.strip_suffix(SUFFIX)?;
    part.parse().ok()
}

fn date(day: i64) -> String {
    let began = jiff::Timestamp::from_millisecond(day.saturating_mul(MILLIS_PER_DAY)).unwrap_or_default();
    began.strftime("%Y-%m-%d").to_string()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use engine::Now;
    use payment::Timestamp;
    use tempfile::TempDir;

    use super::*;

    struct Calendar(AtomicI64);

    impl Clock for Calendar {
        fn now(&self) -> Now {
            let wall = Timestamp::from_millis(self.0.load(Ordering::SeqCst) * MILLIS_PER_DAY + 5);
            Now { wall, monotonic_ms: 0 }
        }
    }

    fn log() -> (TempDir, Arc<Calendar>, LogFiles) {
        let folder = tempfile::tempdir().unwrap();
        let calendar = Arc::new(Calendar(AtomicI64::new(20_778)));
        let files = LogFiles::in_folder(folder.path().to_owned(), calendar.clone());
        (folder, calendar, files)
    }

    fn megabytes(count: usize) -> Vec<u8> {
        vec![b'x'; count * 1_000_000]
    }

    #[test]
    fn a_new_day_and_a_full_file_begin_a_new_file() {
        let (_folder, calendar, mut log) = log();
        log.append(b"one\n");
        log.append(&megabytes(4));
        log.append(&megabytes(1));
        calendar.0.fetch_add(1, Ordering::SeqCst);
        log.append(b"two\n");
        let expected = ["2026-11-21.001", "2026-11-21.002", "2026-11-22.001"];
        assert_eq!(log.names().unwrap(), expected.map(|name| format!("tillstream.{name}.log")));
    }

    #[test]
    fn a_till_that_starts_again_goes_on_in_the_newest_file() {
        let (folder, calendar, mut log) = log();
        log.append(&megabytes(5));
        log.append(b"one\n");
        let mut again = LogFiles::in_folder(folder.path().to_owned(), calendar);
        again.append(b"two\n");
        let newest = folder.path().join("tillstream.2026-11-21.002.log");
        assert_eq!(std::fs::read_to_string(newest).unwrap(), "one\ntwo\n");
    }

    #[test]
    fn ten_files_are_kept_and_nothing_else_in_the_folder_is_touched() {
        let (folder, calendar, mut log) = log();
        std::fs::write(folder.path().join("notes.txt"), "mine").unwrap();
        for _ in 0..25 {
            calendar.0.fetch_add(1, Ordering::SeqCst);
            log.append(b"a day\n");
        }
        let names = log.names().unwrap();
        assert_eq!((names.len(), names[0].as_str()), (FILES_KEPT, "tillstream.2026-12-07.001.log"));
        assert!(folder.path().join("notes.txt").exists());
    }

    #[test]
    fn a_folder_that_goes_away_stops_nothing_and_the_log_goes_on_when_it_is_back() {
        let (folder, calendar, mut log) = log();
        std::fs::remove_dir(folder.path()).unwrap();
        log.append(b"lost\n");
        std::fs::write(folder.path(), "a file where the folder was").unwrap();
        log.append(b"lost too\n");
        std::fs::remove_file(folder.path()).unwrap();
        std::fs::create_dir(folder.path()).unwrap();
        log.append(b"kept\n");
        calendar.0.fetch_add(1, Ordering::SeqCst);
        log.append(b"kept\n");
        assert_eq!(log.names().unwrap().len(), 2);
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_read_the_log() {
        use std::os::unix::fs::PermissionsExt;
        let (folder, _calendar, mut log) = log();
        log.append(b"one\n");
        let file = folder.path().join(&log.names().unwrap()[0]);
        assert_eq!(std::fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_loses_the_event_and_nothing_else() {
        let (folder, _calendar, mut log) = log();
        std::os::unix::fs::symlink("/dev/full", folder.path().join("tillstream.2026-11-21.001.log")).unwrap();
        log.append(b"lost\n");
        assert!(log.open.is_none() && log.has_told);
    }
}
