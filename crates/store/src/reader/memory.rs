//! What rails and the owner asked to be kept.

use std::collections::BTreeMap;

use payment::RailId;
use payment::rail::RailMemory;

use super::Reader;
use crate::writer::recall;
use crate::{Counters, ReadError, column, connection};

impl Reader {
    /// What a rail asked to be remembered. Blocks, on a connection of its own: a rail is opened where that does no harm.
    ///
    /// # Errors
    /// When the data file can't be read.
    pub fn rail_memory(&self, rail: RailId) -> Result<RailMemory, ReadError> {
        let connection = connection::open_read_only(self.path())?;
        let snapshot = connection.unchecked_transaction()?;
        recall(&snapshot, rail)
    }

    /// Every setting by its key.
    ///
    /// # Errors
    /// When the data file can't be read.
    pub async fn settings(&self) -> Result<BTreeMap<String, String>, ReadError> {
        let rows: Vec<(String, String)> =
            sqlx::query_as("select key, value from setting").fetch_all(&self.pool()).await?;
        Ok(rows.into_iter().collect())
    }

    /// The numbers that come next.
    ///
    /// # Errors
    /// When the data file can't be read.
    pub async fn counters(&self) -> Result<Counters, ReadError> {
        let sql = "select coalesce(max(number), 0) + 1, \
                   (select coalesce(max(receipt_number), 0) + 1 from sale) from sale";
        let (sale, receipt): (i64, i64) = sqlx::query_as(sql).fetch_one(&self.pool()).await?;
        Ok(Counters {
            next_sale_number: column::small("sale.number", sale)?,
            next_receipt_number: column::small("sale.receipt_number", receipt)?,
        })
    }
}
