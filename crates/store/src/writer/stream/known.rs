//! The ids that were taken before. Those of the newest micropayments are in memory; when they are many they are written
//! as one sorted generation with a filter, in one go, so that no payment ever scatters writes over an index, whatever
//! its id looks like.

use std::collections::HashMap;

use payment::stream::{Instruction, fingerprint};
use rusqlite::{Connection, OptionalExtension, params};

use super::filter::{FILTER_KEYS_MAX, Filter};
use crate::ReadError;

/// What is known of ids.
#[derive(Debug)]
pub(crate) struct KnownIds {
    /// The newest, by fingerprint.
    recent: HashMap<u128, i64>,
    /// The last micropayment that is in a generation.
    last_sealed: i64,
    /// How many of them make a generation.
    recent_max: usize,
    /// Is any instruction a dead letter, or was one?
    has_letters: bool,
    sealed: Vec<Generation>,
}

/// Ids written to disk together.
#[derive(Debug)]
pub(crate) struct Generation {
    number: i64,
    last_micropayment: i64,
    highest: String,
    filter: Filter,
}

impl KnownIds {
    pub(crate) fn read(connection: &Connection) -> Result<Self, ReadError> {
        let sealed = generations(connection)?;
        let last_sealed = sealed.last().map_or(0, |generation| generation.last_micropayment);
        let mut recent = HashMap::new();
        let mut newest = connection
            .prepare("select instruction, micropayment_id from micropayment where micropayment_id > ?")?;
        let mut rows = newest.query([last_sealed])?;
        while let Some(row) = rows.next()? {
            recent.insert(fingerprint(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?), row.get(1)?);
        }
        let has_letters =
            connection.query_row("select exists (select 1 from dead_letter)", [], |row| row.get(0))?;
        Ok(Self { recent, last_sealed, recent_max: FILTER_KEYS_MAX, has_letters, sealed })
    }

    /// Fewer make a generation from now on.
    pub(crate) fn seal_at(&mut self, recent_max: usize) {
        self.recent_max = recent_max;
    }

    /// May an instruction that is no micropayment be a dead letter?
    pub(crate) const fn has_letters(&self) -> bool {
        self.has_letters
    }

    /// The micropayment that has an instruction's id.
    pub(crate) fn find(
        &self,
        connection: &Connection,
        instruction: &Instruction,
    ) -> Result<Option<i64>, ReadError> {
        let fingerprint = instruction.fingerprint();
        if let Some(number) = self.recent.get(&fingerprint) {
            return Ok(Some(*number));
        }
        for generation in self.sealed.iter().rev() {
            if generation.may_have(instruction.id(), fingerprint) {
                let found = generation.find(connection, instruction.id())?;
                if found.is_some() {
                    return Ok(found);
                }
            }
        }
        Ok(None)
    }

    /// After a commit.
    pub(crate) fn remember(&mut self, ids: Vec<(u128, i64)>, wrote_letters: bool) {
        self.recent.extend(ids);
        self.has_letters |= wrote_letters;
    }

    /// After a commit that wrote a generation.
    pub(crate) fn forget(&mut self, generation: Generation) {
        self.recent.clear();
        self.last_sealed = generation.last_micropayment;
        self.sealed.push(generation);
    }

    /// Writes the recent ids as a generation when they are many. Everything in memory is committed then: what the same
    /// transaction takes belongs to the next generation.
    pub(crate) fn seal(&self, connection: &Connection) -> rusqlite::Result<Option<Generation>> {
        if self.recent.len() < self.recent_max {
            return Ok(None);
        }
        let number = self.sealed.last().map_or(1, |generation| generation.number + 1);
        connection
            .prepare_cached(
                "insert into instruction_run (generation, instruction, micropayment_id) \
                 select ?1, instruction, micropayment_id from micropayment where micropayment_id > ?2 \
                 order by instruction",
            )?
            .execute([number, self.last_sealed])?;
        let highest: String = connection.query_row(
            "select max(instruction) from instruction_run where generation = ?",
            [number],
            |row| row.get(0),
        )?;
        let last_micropayment = self.recent.values().copied().max().unwrap_or(self.last_sealed);
        let filter = Filter::of(self.recent.keys().copied());
        connection
            .prepare_cached(
                "insert into instruction_filter (generation, last_micropayment, highest, filter) values (?, ?, ?, ?)",
            )?
            .execute(params![number, last_micropayment, highest, filter.as_bytes()])?;
        Ok(Some(Generation { number, last_micropayment, highest, filter }))
    }
}

impl Generation {
    /// Ids that rise with time are above every older generation's, and need no look into its filter.
    fn may_have(&self, id: &str, fingerprint: u128) -> bool {
        id <= self.highest.as_str() && self.filter.may_have(fingerprint)
    }

    fn find(&self, connection: &Connection, id: &str) -> Result<Option<i64>, ReadError> {
        let sql = "select micropayment_id from instruction_run where generation = ? and instruction = ?";
        let mut statement = connection.prepare_cached(sql)?;
        Ok(statement.query_row(params![self.number, id], |row| row.get(0)).optional()?)
    }
}

fn generations(connection: &Connection) -> Result<Vec<Generation>, ReadError> {
    let sql =
        "select generation, last_micropayment, highest, filter from instruction_filter order by generation";
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    let mut generations = Vec::new();
    while let Some(row) = rows.next()? {
        let number: i64 = row.get(0)?;
        let filter = Filter::from_bytes(row.get_ref(3)?.as_blob().map_err(rusqlite::Error::from)?);
        let filter = filter.ok_or_else(|| ReadError::Value {
            place: "instruction_filter.filter",
            value: format!("another size in generation {number}"),
        })?;
        generations.push(Generation { number, last_micropayment: row.get(1)?, highest: row.get(2)?, filter });
    }
    Ok(generations)
}
