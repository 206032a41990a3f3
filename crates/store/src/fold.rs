//! From stored events to states: the only way a sale, a stray payment, a settlement, a payout or a sweep is ever read.

use payment::payout::PayoutApplied;
use payment::sale::Applied;
use payment::stray::StrayApplied;
use payment::stream::settlement::SettlementApplied;
use payment::stream::{Parcel, Settlement, SettlementEvent};
use payment::sweep::SweepApplied;
use payment::{
    InvoiceId, Payout, PayoutEvent, PayoutId, Sale, SaleEvent, SettlementId, Stray, StrayEvent, StrayId,
    Sweep, SweepEvent, SweepId, Timestamp,
};

use crate::ReadError;
use crate::codec::{
    StoredEvent, decode_parcel, decode_payout, decode_sale, decode_settlement, decode_stray, decode_sweep,
};

/// An event as it came from a row.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct EventRow {
    pub(crate) event_id: i64,
    pub(crate) kind: String,
    pub(crate) encoding: i64,
    pub(crate) payload: String,
    pub(crate) recorded_at: i64,
}

impl EventRow {
    pub(crate) fn sale_event(&self) -> Result<SaleEvent, ReadError> {
        decode_sale(&self.stored()).map_err(|reason| ReadError::Event { event: self.event_id, reason })
    }

    pub(crate) fn stray_event(&self) -> Result<StrayEvent, ReadError> {
        decode_stray(&self.stored()).map_err(|reason| ReadError::Event { event: self.event_id, reason })
    }

    pub(crate) fn parcel(&self) -> Result<Parcel, ReadError> {
        decode_parcel(&self.stored()).map_err(|reason| ReadError::Event { event: self.event_id, reason })
    }

    pub(crate) fn settlement_event(&self) -> Result<SettlementEvent, ReadError> {
        decode_settlement(&self.stored()).map_err(|reason| ReadError::Event { event: self.event_id, reason })
    }

    pub(crate) fn payout_event(&self) -> Result<PayoutEvent, ReadError> {
        decode_payout(&self.stored()).map_err(|reason| ReadError::Event { event: self.event_id, reason })
    }

    pub(crate) fn sweep_event(&self) -> Result<SweepEvent, ReadError> {
        decode_sweep(&self.stored()).map_err(|reason| ReadError::Event { event: self.event_id, reason })
    }

    const fn at(&self) -> Timestamp {
        Timestamp::from_millis(self.recorded_at)
    }

    fn stored(&self) -> StoredEvent<'_> {
        StoredEvent { kind: &self.kind, encoding: self.encoding, payload: &self.payload }
    }
}

/// Folds every event of a sale. `None` when there is none.
pub(crate) fn fold_sale(
    id: InvoiceId,
    rows: impl IntoIterator<Item = Result<EventRow, ReadError>>,
) -> Result<Option<Sale>, ReadError> {
    let mut sale = None;
    for row in rows {
        sale = Some(next_sale(id, sale, &row?)?.sale);
    }
    Ok(sale)
}

/// Folds every event of a stray payment. `None` when there is none.
pub(crate) fn fold_stray(
    id: StrayId,
    rows: impl IntoIterator<Item = Result<EventRow, ReadError>>,
) -> Result<Option<Stray>, ReadError> {
    let mut stray = None;
    for row in rows {
        stray = Some(next_stray(id, stray, &row?)?.stray);
    }
    Ok(stray)
}

/// Folds every event of a settlement. `None` when there is none.
pub(crate) fn fold_settlement(
    id: SettlementId,
    rows: impl IntoIterator<Item = Result<EventRow, ReadError>>,
) -> Result<Option<Settlement>, ReadError> {
    let mut settlement = None;
    for row in rows {
        settlement = Some(next_settlement(id, settlement, &row?)?.settlement);
    }
    Ok(settlement)
}

/// Folds every event of a payout. `None` when there is none.
pub(crate) fn fold_payout(
    id: PayoutId,
    rows: impl IntoIterator<Item = Result<EventRow, ReadError>>,
) -> Result<Option<Payout>, ReadError> {
    let mut payout = None;
    for row in rows {
        payout = Some(next_payout(id, payout, &row?)?.payout);
    }
    Ok(payout)
}

/// Folds every event of a sweep. `None` when there is none.
pub(crate) fn fold_sweep(
    id: SweepId,
    rows: impl IntoIterator<Item = Result<EventRow, ReadError>>,
) -> Result<Option<Sweep>, ReadError> {
    let mut sweep = None;
    for row in rows {
        sweep = Some(next_sweep(id, sweep, &row?)?.sweep);
    }
    Ok(sweep)
}

/// One step of the fold.
pub(crate) fn next_sale(id: InvoiceId, before: Option<Sale>, row: &EventRow) -> Result<Applied, ReadError> {
    let event = row.sale_event()?;
    let Some(before) = before else {
        let opened = Sale::open(id, &event, row.at());
        let sale = opened.map_err(|reason| ReadError::Fold { event: row.event_id, reason })?;
        return Ok(Applied { sale, entries: Vec::new(), effects: Vec::new() });
    };
    let applied = before.apply(&event, row.at());
    let applied = applied.map_err(|reason| ReadError::Fold { event: row.event_id, reason })?;
    applied.ok_or(ReadError::Idle { event: row.event_id })
}

/// One step of the fold.
pub(crate) fn next_stray(
    id: StrayId,
    before: Option<Stray>,
    row: &EventRow,
) -> Result<StrayApplied, ReadError> {
    let event = row.stray_event()?;
    let applied = match before {
        None => Stray::open(id, &event).map(Some),
        Some(before) => before.apply(&event),
    };
    let applied = applied.map_err(|reason| ReadError::Fold { event: row.event_id, reason })?;
    applied.ok_or(ReadError::Idle { event: row.event_id })
}

/// One step of the fold.
pub(crate) fn next_settlement(
    id: SettlementId,
    before: Option<Settlement>,
    row: &EventRow,
) -> Result<SettlementApplied, ReadError> {
    let event = row.settlement_event()?;
    let applied = match before {
        None => Settlement::open(id, &event, row.at())
            .map(|settlement| Some(SettlementApplied { settlement, entries: Vec::new() })),
        Some(before) => before.apply(&event),
    };
    let applied = applied.map_err(|reason| ReadError::Fold { event: row.event_id, reason })?;
    applied.ok_or(ReadError::Idle { event: row.event_id })
}

/// One step of the fold.
pub(crate) fn next_payout(
    id: PayoutId,
    before: Option<Payout>,
    row: &EventRow,
) -> Result<PayoutApplied, ReadError> {
    let event = row.payout_event()?;
    let applied = match before {
        None => Payout::open(id, &event).map(Some),
        Some(before) => before.apply(&event),
    };
    let applied = applied.map_err(|reason| ReadError::Fold { event: row.event_id, reason })?;
    applied.ok_or(ReadError::Idle { event: row.event_id })
}

/// One step of the fold.
pub(crate) fn next_sweep(
    id: SweepId,
    before: Option<Sweep>,
    row: &EventRow,
) -> Result<SweepApplied, ReadError> {
    let event = row.sweep_event()?;
    let applied = match before {
        None => Sweep::open(id, &event).map(Some),
        Some(before) => before.apply(&event),
    };
    let applied = applied.map_err(|reason| ReadError::Sweep { event: row.event_id, reason })?;
    applied.ok_or(ReadError::Idle { event: row.event_id })
}
