//! What rails and the owner asked to be kept.

use std::collections::BTreeMap;

use payment::RailId;
use payment::rail::RailMemory;

use super::Reader;
use crate::{Counters, ReadError, column};

impl Reader {
    /// What a rail asked to be remembered.
    ///
    /// # Errors
    /// When the data file can't be read.
    pub async fn rail_memory(&self, rail: RailId) -> Result<RailMemory, ReadError> {
        let mut snapshot = self.pool().begin().await?;
        let sql = "select change_set from rail_change where rail = ? order by rail_change_id";
        let change_sets: Vec<(Vec<u8>,)> =
            sqlx::query_as(sql).bind(rail.name()).fetch_all(&mut *snapshot).await?;
        let sql = "select coalesce(s.last_observation, 0), till.restores > coalesce(s.scanned_restores, 0) \
                   from till left join rail_state s on s.rail = ?";
        let (last_observation, restored): (i64, bool) =
            sqlx::query_as(sql).bind(rail.name()).fetch_one(&mut *snapshot).await?;
        Ok(RailMemory {
            change_sets: change_sets.into_iter().map(|(change_set,)| change_set).collect(),
            last_observation: column::small("rail_state.last_observation", last_observation)?,
            restored,
        })
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
