//! What rails and the owner asked to be kept: change sets, observation numbers, settings.

use payment::RailId;
use rusqlite::params;

use super::draft::Draft;
use super::lookup::settings;
use crate::{RailChange, ReadError, Refusal, SettingsChange, WriteError};

impl Draft<'_> {
    pub(super) fn remember(&self, change: &RailChange) -> Result<(), WriteError> {
        if let Some(change_set) = &change.change_set {
            let sql = "insert into rail_change (rail, change_set) values (?, ?)";
            self.connection.prepare_cached(sql)?.execute(params![change.rail.name(), change_set])?;
        }
        self.note_observation(change.rail, change.last_observation)?;
        if change.scanned {
            let sql = "update rail_state set scanned_restores = (select restores from till) where rail = ?";
            self.connection.prepare_cached(sql)?.execute([change.rail.name()])?;
        }
        Ok(())
    }

    fn note_observation(&self, rail: RailId, number: u64) -> Result<(), WriteError> {
        let stored = i64::try_from(number).map_err(|_| Refusal::NumberTooLarge(number))?;
        let sql = "insert into rail_state (rail, last_observation, scanned_restores) values (?1, ?2, 0) \
                   on conflict (rail) do update set last_observation = max(last_observation, ?2)";
        self.connection.prepare_cached(sql)?.execute(params![rail.name(), stored])?;
        Ok(())
    }

    /// Writes what differs, and each difference into the log of changes.
    pub(super) fn write_settings(&self, change: &SettingsChange) -> Result<(), WriteError> {
        let before = settings(self.connection).map_err(unreadable)?;
        let at = change.at.millis();
        for (key, value) in &change.rows {
            if before.get(key) != Some(value) {
                self.log_setting(key, before.get(key), Some(value), at)?;
                let sql = "insert into setting (key, value, changed_at) values (?1, ?2, ?3) \
                           on conflict (key) do update set value = ?2, changed_at = ?3";
                self.connection.prepare_cached(sql)?.execute(params![key, value, at])?;
            }
        }
        for (key, value) in before.iter().filter(|(key, _)| !change.rows.contains_key(*key)) {
            self.log_setting(key, Some(value), None, at)?;
            self.connection.prepare_cached("delete from setting where key = ?")?.execute([key])?;
        }
        Ok(())
    }

    fn log_setting(
        &self,
        key: &str,
        before: Option<&String>,
        after: Option<&String>,
        at: i64,
    ) -> Result<(), WriteError> {
        let sql = "insert into setting_change (key, before, after, changed_at) values (?, ?, ?, ?)";
        self.connection.prepare_cached(sql)?.execute(params![key, before, after, at])?;
        Ok(())
    }
}

/// A failed read, while writing.
pub(super) fn unreadable(error: ReadError) -> WriteError {
    match error {
        ReadError::Connection(error) => error.into(),
        other => Refusal::Rule(other.to_string()).into(),
    }
}
