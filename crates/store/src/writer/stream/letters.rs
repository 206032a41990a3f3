//! Dead letters: instructions that could not be carried out although nothing is wrong with them.

use rusqlite::params;

use super::super::draft::Draft;
use crate::codec::encode_instruction;
use crate::{DeadLetterRecord, WriteError};

impl Draft<'_> {
    /// Keeps a dead letter, or notes another attempt at the one that is there.
    pub(in crate::writer) fn write_dead_letter(
        &mut self,
        letter: &DeadLetterRecord,
    ) -> Result<(), WriteError> {
        let sql = "insert into dead_letter (instruction, digest, payload, reason, attempts, found_at) \
                   values (?1, ?2, ?3, ?4, 1, ?5) \
                   on conflict (instruction) do update set reason = ?4, attempts = attempts + 1";
        let instruction = &letter.instruction;
        self.connection.prepare_cached(sql)?.execute(params![
            instruction.id(),
            instruction.digest(),
            encode_instruction(instruction)?,
            letter.reason,
            letter.at.millis()
        ])?;
        self.wrote_letters = true;
        Ok(())
    }

    /// An instruction was carried out after all.
    pub(super) fn close_letter(&self, instruction: &str, number: i64) -> rusqlite::Result<()> {
        let sql = "update dead_letter set micropayment_id = ?2 where instruction = ?1";
        self.connection.prepare_cached(sql)?.execute(params![instruction, number])?;
        Ok(())
    }
}
