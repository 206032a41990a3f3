//! Sweeps on their way into the journal, and those that are under way.

use payment::{Sweep, SweepId};
use rusqlite::params;

use super::Writer;
use super::draft::{Draft, Event, check_entries};
use crate::codec::encode_sweep;
use crate::fold::fold_sweep;
use crate::projection::SweepRow;
use crate::{ReadError, Subject, SweepRecord, WriteError, column};

impl Writer {
    /// The sweep as its events make it.
    ///
    /// # Errors
    /// When the journal can't be read.
    pub fn sweep(&self, id: SweepId) -> Result<Option<Sweep>, ReadError> {
        fold_sweep(id, self.events("sweep", id.as_bytes())?)
    }

    /// Sweeps whose steps are not all final, one for each chain at most: what a till that starts goes on with.
    ///
    /// # Errors
    /// When the journal can't be read.
    pub fn sweeps_running(&self) -> Result<Vec<SweepId>, ReadError> {
        let sql = "select sweep_id from sweep where state = 'running' order by sweep_id";
        let mut statement = self.connection.prepare_cached(sql)?;
        let ids = statement.query_map([], |row| row.get::<_, Vec<u8>>(0))?;
        ids.map(|id| column::id(&id?)).collect()
    }
}

impl Draft<'_> {
    pub(super) fn write_sweep(&mut self, record: &SweepRecord) -> Result<(), WriteError> {
        let after = &record.after;
        check_entries(&record.entries, after.entries())?;
        self.append(&Event {
            subject: Subject::Sweep(after.id),
            version: after.version,
            encoded: encode_sweep(&record.event)?,
            source: record.source,
            at: record.at.millis(),
            entries: &record.entries,
        })?;
        let row = SweepRow::of(after);
        let sql = "insert into sweep (sweep_id, chain_id, state, steps) values (?1, ?2, ?3, ?4) \
                   on conflict (sweep_id) do update set state = ?3";
        let values = params![row.sweep_id, row.chain_id, row.state, row.steps];
        self.connection.prepare_cached(sql)?.execute(values)?;
        Ok(())
    }
}
