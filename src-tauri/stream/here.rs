//! The till of this process takes parcels: several are under way while one commits.

use std::sync::Arc;

use engine::Engine;
use payment::stream::Instruction;
use store::Source;

use super::run::{NotTaken, Take, Taking};
use crate::dto::stream::OutcomeDto;

/// Parcels under way together: enough that each commit has many, few enough that memory and waiting stay small.
const SIDE_BY_SIDE: usize = 16;

impl Take for Engine {
    fn side_by_side(&self) -> usize {
        SIDE_BY_SIDE
    }

    async fn take(&self, parcel: Arc<[Instruction]>) -> Taking {
        let handed_in = self.hand_in(Source::Cli, parcel).await;
        Box::pin(async move {
            let outcomes = match handed_in {
                Ok(pending) => pending.outcomes().await,
                Err(error) => Err(error),
            };
            let outcomes = outcomes
                .map_err(|error| NotTaken { may_pass: error.may_pass(), reason: error.to_string() })?;
            Ok(outcomes.into_iter().map(OutcomeDto::from).collect())
        })
    }
}
