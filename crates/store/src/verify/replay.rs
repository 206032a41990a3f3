//! The replay: the events of each sale, stray payment, settlement, payout and sweep are folded again, and what that posts and leaves is compared
//! with what is stored. One subject at a time. The rows of parcels have a check of their own.

use std::collections::{BTreeMap, VecDeque};

use ledger::{Entry, Posting, RateNote};
use payment::sale::Effect;
use payment::stream::Settlement;
use payment::{PaymentId, Payout, Sale, SaleEvent, Stray, Sweep};
use rusqlite::{Connection, Row};

use super::cards::check_cards;
use super::cursor::Cursor;
use super::payouts::check_payout;
use super::projected::{self, Offer};
use super::sweeps::check_sweep;
use super::{Fault, Problem};
use crate::fold::{EventRow, next_payout, next_sale, next_settlement, next_stray, next_sweep};
use crate::{ReadError, Subject, column};

/// Rows that the events make, per projection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Expected {
    pub(super) sales: i64,
    pub(super) strays: i64,
    pub(super) addresses: i64,
    pub(super) transfers: i64,
    pub(super) offers: i64,
    pub(super) alerts: i64,
    pub(super) cards: i64,
    pub(super) disputes: i64,
    pub(super) movements: i64,
    pub(super) settlements: i64,
    pub(super) payouts: i64,
    pub(super) sweeps: i64,
}

/// A subject as far as its events were folded.
enum State {
    Sale(Option<Sale>),
    Stray(Option<Box<Stray>>),
    /// A parcel has one event and no state: its rows are checked elsewhere.
    Parcel,
    Settlement(Option<Settlement>),
    Payout(Option<Payout>),
    Sweep(Option<Box<Sweep>>),
}

/// The subject being folded.
struct Folding {
    subject: Subject,
    state: State,
    /// Its stored entries that no event has posted yet, with the event each names.
    entries: VecDeque<(i64, Entry)>,
    offers: BTreeMap<PaymentId, Offer>,
    /// Its newest event.
    last_event: i64,
}

/// Folds every subject and compares. Gives the rows that the projections should have.
pub(super) fn replay(connection: &Connection) -> Result<Expected, Fault> {
    let mut events = connection.prepare(
        "select event_id, kind, encoding, payload, recorded_at, subject_kind, subject_id, subject_version from event \
         order by subject_id, subject_version",
    )?;
    let mut entries = connection.prepare(
        "select n.subject_id, n.event_id, n.ordinal, n.kind, n.reverses, n.rate, n.rate_source, p.account, \
         p.currency, p.scale, p.minor, n.entry_id from entry n cross join posting p on p.entry_id = n.entry_id \
         order by n.subject_id, n.ordinal, p.line",
    )?;
    let mut entries = Cursor::over(&mut entries)?;
    let mut rows = events.query([])?;
    let mut expected = Expected::default();
    let mut folding: Option<Folding> = None;
    while let Some(row) = rows.next()? {
        let event = event_row(row)?;
        let subject = subject(row, event.event_id)?;
        if folding.as_ref().is_none_or(|folding| folding.subject != subject) {
            if let Some(ended) = folding.take() {
                ended.end(connection, &mut expected)?;
            }
            folding = Some(Folding::begin(subject, &mut entries)?);
        }
        if let Some(folding) = &mut folding {
            folding.take(&event, row.get(7)?, &mut expected)?;
        }
    }
    if let Some(ended) = folding {
        ended.end(connection, &mut expected)?;
    }
    Ok(expected)
}

impl Folding {
    fn begin(subject: Subject, entries: &mut Cursor<'_>) -> Result<Self, Fault> {
        let state = match subject {
            Subject::Sale(_) => State::Sale(None),
            Subject::Stray(_) => State::Stray(None),
            Subject::Parcel(_) => State::Parcel,
            Subject::Settlement(_) => State::Settlement(None),
            Subject::Payout(_) => State::Payout(None),
            Subject::Sweep(_) => State::Sweep(None),
        };
        let (entries, offers) = (entries_of(subject, entries)?, BTreeMap::new());
        Ok(Self { subject, state, entries, offers, last_event: 0 })
    }

    /// Folds one event and compares what it posts.
    fn take(&mut self, row: &EventRow, version: i64, expected: &mut Expected) -> Result<(), Fault> {
        let (folded, entries) = match (&mut self.state, self.subject) {
            (State::Sale(sale), Subject::Sale(id)) => {
                let applied = next_sale(id, sale.take(), row).map_err(|e| blame(row, e))?;
                note_effects(&mut self.offers, row, &applied.effects, expected);
                let event = row.sale_event().map_err(|e| blame(row, e))?;
                note_answer(&mut self.offers, row, &event, expected);
                let folded = applied.sale.version;
                *sale = Some(applied.sale);
                (folded, applied.entries)
            }
            (State::Stray(stray), Subject::Stray(id)) => {
                let applied =
                    next_stray(id, stray.take().map(|stray| *stray), row).map_err(|e| blame(row, e))?;
                note_effects(&mut self.offers, row, &applied.effects, expected);
                let folded = applied.stray.version;
                *stray = Some(Box::new(applied.stray));
                (folded, applied.entries)
            }
            (State::Settlement(settlement), Subject::Settlement(id)) => {
                let applied = next_settlement(id, settlement.take(), row).map_err(|e| blame(row, e))?;
                let folded = applied.settlement.version;
                *settlement = Some(applied.settlement);
                (folded, applied.entries)
            }
            (State::Payout(payout), Subject::Payout(id)) => {
                let applied = next_payout(id, payout.take(), row).map_err(|e| blame(row, e))?;
                let folded = applied.payout.version;
                *payout = Some(applied.payout);
                (folded, applied.entries)
            }
            (State::Sweep(sweep), Subject::Sweep(id)) => {
                let before = sweep.take().map(|sweep| *sweep);
                let applied = next_sweep(id, before, row).map_err(|e| blame(row, e))?;
                let folded = applied.sweep.version;
                *sweep = Some(Box::new(applied.sweep));
                (folded, applied.entries)
            }
            (State::Parcel, _) => (1, parcel_entries(row)?),
            (
                State::Sale(_) | State::Stray(_) | State::Settlement(_) | State::Payout(_) | State::Sweep(_),
                _,
            ) => return Ok(()),
        };
        if i64::from(folded) != version {
            return Err(fault(row, Problem::Gap { expected: folded.into() }));
        }
        self.last_event = row.event_id;
        for entry in entries {
            if self.entries.pop_front() != Some((row.event_id, entry)) {
                return Err(fault(row, Problem::Entries));
            }
        }
        Ok(())
    }

    /// Compares what the subject's events leave with the projections.
    fn end(self, connection: &Connection, expected: &mut Expected) -> Result<(), Fault> {
        if let Some((event_id, _)) = self.entries.front() {
            return Err(Fault { row: format!("event {event_id}"), problem: Problem::Entries });
        }
        match &self.state {
            State::Sale(Some(sale)) => {
                projected::check_sale(connection, sale, expected)?;
                check_cards(connection, sale, expected)?;
                projected::check_offers(connection, sale, &self.offers, expected)
            }
            State::Stray(Some(stray)) => projected::check_stray(connection, stray, expected),
            State::Settlement(Some(settlement)) => {
                projected::check_settlement(connection, settlement, self.last_event, expected)
            }
            State::Payout(Some(payout)) => check_payout(connection, payout, expected),
            State::Sweep(Some(sweep)) => check_sweep(connection, sweep, expected),
            State::Sale(None)
            | State::Stray(None)
            | State::Settlement(None)
            | State::Payout(None)
            | State::Sweep(None)
            | State::Parcel => Ok(()),
        }
    }
}

fn parcel_entries(row: &EventRow) -> Result<Vec<Entry>, Fault> {
    let parcel = row.parcel().map_err(|e| blame(row, e))?;
    parcel.entries().map_err(|e| fault(row, Problem::Payload(e.to_string())))
}

fn note_effects(
    offers: &mut BTreeMap<PaymentId, Offer>,
    row: &EventRow,
    effects: &[Effect],
    expected: &mut Expected,
) {
    for effect in effects {
        match effect {
            Effect::RequestOffer { attempt, .. } => {
                offers.insert(attempt.payment, Offer { asked_by: row.event_id, answered_by: None });
            }
            Effect::TendCard { .. } => {}
            Effect::Alert(_) => expected.alerts += 1,
        }
    }
}

fn note_answer(
    offers: &mut BTreeMap<PaymentId, Offer>,
    row: &EventRow,
    event: &SaleEvent,
    expected: &mut Expected,
) {
    let payment = match event {
        SaleEvent::Offered { payment, .. } => {
            expected.addresses += 1;
            payment
        }
        SaleEvent::OfferFailed { payment, .. } => payment,
        _ => return,
    };
    if let Some(offer) = offers.get_mut(payment) {
        offer.answered_by.get_or_insert(row.event_id);
    }
}

pub(super) fn event_row(row: &Row<'_>) -> rusqlite::Result<EventRow> {
    Ok(EventRow {
        event_id: row.get(0)?,
        kind: row.get(1)?,
        encoding: row.get(2)?,
        payload: row.get(3)?,
        recorded_at: row.get(4)?,
    })
}

fn subject(row: &Row<'_>, event_id: i64) -> Result<Subject, Fault> {
    let (kind, id): (String, Vec<u8>) = (row.get(5)?, row.get(6)?);
    let unreadable =
        |e: ReadError| Fault { row: format!("event {event_id}"), problem: Problem::Payload(e.to_string()) };
    column::subject(&kind, &id).map_err(unreadable)
}

/// The stored entries of a subject, with the event each names.
fn entries_of(subject: Subject, entries: &mut Cursor<'_>) -> Result<VecDeque<(i64, Entry)>, Fault> {
    let (_, subject_id) = column::subject_columns(&subject);
    let mut found = VecDeque::new();
    while let Some(row) = entries.next() {
        let of: Vec<u8> = row.get(0)?;
        if of.as_slice() > &subject_id[..] {
            break;
        }
        let (event_id, ordinal): (i64, u32) = (row.get(1)?, row.get(2)?);
        let entry_id: i64 = row.get(11)?;
        let blame = |e: ReadError| Fault {
            row: format!("entry {entry_id}"),
            problem: Problem::Payload(e.to_string()),
        };
        if of.as_slice() < &subject_id[..] {
            let named = format!("event {event_id}");
            return Err(Fault { row: format!("entry {entry_id}"), problem: Problem::Misplaced { named } });
        }
        let kind = column::entry_kind(&row.get::<_, String>(3)?).map_err(blame)?;
        let reverses: Option<u32> = row.get(4)?;
        let (rate, source): (Option<String>, Option<String>) = (row.get(5)?, row.get(6)?);
        let rate = rate.zip(source).map(|(rate, source)| RateNote { rate, source });
        let mut postings = Vec::new();
        while let Some(row) = entries.next() {
            if row.get::<_, i64>(11)? != entry_id {
                break;
            }
            postings.push(posting(row).map_err(blame)?);
            entries.advance()?;
        }
        let entry = Entry::from_stored(ordinal, kind, postings, rate, reverses)
            .map_err(|reason| blame(ReadError::Entry { entry: entry_id, reason }))?;
        found.push_back((event_id, entry));
    }
    Ok(found)
}

fn posting(row: &Row<'_>) -> Result<Posting, ReadError> {
    let (account, currency): (String, String) = (row.get(7)?, row.get(8)?);
    let amount = column::money(row.get(10)?, &currency, row.get(9)?)?;
    Ok(Posting { account: column::account(&account)?, amount })
}

fn fault(row: &EventRow, problem: Problem) -> Fault {
    Fault { row: format!("event {}", row.event_id), problem }
}

fn blame(row: &EventRow, error: ReadError) -> Fault {
    match error {
        ReadError::Fold { reason, .. } => fault(row, Problem::Fold(reason)),
        ReadError::Event { reason, .. } => fault(row, Problem::Payload(reason.to_string())),
        other => fault(row, Problem::Payload(other.to_string())),
    }
}
