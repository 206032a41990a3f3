//! Reads about payers' tabs: what is owed, the settlements that took it, and the parts of each.

use money::Money;
use payment::stream::Settlement;
use payment::{RailId, SettlementId, Timestamp};

use super::Reader;
use super::stream::{Micropayment, MicropaymentRow};
use crate::fold::fold_settlement;
use crate::{ReadError, column};

/// A settlement with its place in the books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettlementFacts {
    /// Its running number, in the order of opening.
    pub number: i64,
    /// Its newest event.
    pub last_event: i64,
    /// When that was recorded.
    pub changed_at: Timestamp,
    /// Its state.
    pub settlement: Settlement,
}

/// What the payers owe on a rail in a currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TabsSummary {
    /// The rail.
    pub rail: RailId,
    /// On tabs; the count is of tabs with something on them.
    pub on_tabs: Tally,
    /// In settlements that are sent or to be sent.
    pub charging: Tally,
    /// In settlements that the rail is asked about.
    pub asking: Tally,
    /// In settlements that wait for somebody to decide.
    pub set_aside: Tally,
}

/// So many, and how much they are together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally {
    /// How many.
    pub count: u64,
    /// Their sum.
    pub sum: Money,
}

#[derive(sqlx::FromRow)]
struct Listed {
    number: i64,
    settlement_id: Vec<u8>,
    last_event: i64,
    recorded_at: i64,
}

#[derive(sqlx::FromRow)]
struct TallyRow {
    kind: String,
    rail: String,
    currency: String,
    scale: i64,
    count: i64,
    sum: i64,
}

/// The micropayments of a settlement lie above this one and reach up to its last.
#[derive(sqlx::FromRow)]
struct Span {
    last_micropayment: i64,
    last_before: i64,
}

impl Reader {
    /// Settlements that wait for somebody to decide, after a number, in the order of opening.
    ///
    /// # Errors
    /// When the journal can't be read.
    pub async fn settlements_set_aside(
        &self,
        after: i64,
        limit: u32,
    ) -> Result<Vec<SettlementFacts>, ReadError> {
        let sql = "select s.number, s.settlement_id, s.last_event, e.recorded_at from settlement s \
                   join event e on e.event_id = s.last_event \
                   where s.state = 'set_aside' and s.number > ? order by s.number limit ?";
        let rows: Vec<Listed> = sqlx::query_as(sql).bind(after).bind(limit).fetch_all(&self.pool()).await?;
        let mut settlements = Vec::with_capacity(rows.len());
        for row in rows {
            settlements.extend(self.facts(row).await?);
        }
        Ok(settlements)
    }

    /// How many settlements wait for somebody to decide.
    ///
    /// # Errors
    /// When the data file can't be read.
    pub async fn settlement_count_set_aside(&self) -> Result<u64, ReadError> {
        let sql = "select count(*) from settlement where state = 'set_aside'";
        let (count,): (i64,) = sqlx::query_as(sql).fetch_one(&self.pool()).await?;
        column::small("settlement", count)
    }

    /// A settlement with its place in the books.
    ///
    /// # Errors
    /// When the journal can't be read.
    pub async fn settlement(&self, id: SettlementId) -> Result<Option<SettlementFacts>, ReadError> {
        let sql = "select s.number, s.settlement_id, s.last_event, e.recorded_at from settlement s \
                   join event e on e.event_id = s.last_event where s.settlement_id = ?";
        let row: Option<Listed> =
            sqlx::query_as(sql).bind(&id.as_bytes()[..]).fetch_optional(&self.pool()).await?;
        match row {
            Some(row) => self.facts(row).await,
            None => Ok(None),
        }
    }

    /// The micropayments that a settlement takes, newest first; those before the one with the number `after`.
    ///
    /// # Errors
    /// When the data file can't be read.
    pub async fn settlement_parts(
        &self,
        id: SettlementId,
        after: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Micropayment>, ReadError> {
        let Some(Span { last_micropayment, last_before }) = self.span(id).await? else {
            return Ok(Vec::new());
        };
        let first = match after {
            Some(after) if after <= last_before => return Ok(Vec::new()),
            Some(after) if after <= last_micropayment => after,
            Some(_) | None => last_micropayment,
        };
        let sql = "with recursive part (number, place) as ( \
                     select m.micropayment_id, 0 from micropayment m join settlement s on s.payer = m.payer \
                       and s.rail = m.rail and s.method = m.method and s.currency = m.currency \
                       where m.micropayment_id = ?1 and s.settlement_id = ?5 union all \
                     select m.previous_on_tab, place + 1 from part join micropayment m \
                       on m.micropayment_id = part.number where m.previous_on_tab > ?2 and place < ?4) \
                   select m.*, e.recorded_at from part cross join micropayment m on m.micropayment_id = part.number \
                   join event e on e.event_id = m.event_id where part.number < ?3 \
                   order by m.micropayment_id desc limit ?4";
        let query = sqlx::query_as(sql).bind(first).bind(last_before);
        let query = query.bind(after.unwrap_or(i64::MAX)).bind(limit).bind(&id.as_bytes()[..]);
        let rows: Vec<MicropaymentRow> = query.fetch_all(&self.pool()).await?;
        rows.into_iter().map(MicropaymentRow::micropayment).collect()
    }

    /// The settlement that took a micropayment. `None` while it is on its tab, and for what is paid at once.
    ///
    /// # Errors
    /// When the data file can't be read.
    pub async fn settlement_of(&self, micropayment: i64) -> Result<Option<SettlementId>, ReadError> {
        let sql = "select s.settlement_id from micropayment m join settlement s on s.payer = m.payer \
                   and s.rail = m.rail and s.method = m.method and s.currency = m.currency \
                   and s.last_micropayment >= m.micropayment_id where m.micropayment_id = ? \
                   order by s.last_micropayment limit 1";
        let found: Option<(Vec<u8>,)> =
            sqlx::query_as(sql).bind(micropayment).fetch_optional(&self.pool()).await?;
        found.map(|(id,)| column::id(&id)).transpose()
    }

    /// What is owed, by rail and currency. It counts every tab, so it is not for every blink of a screen.
    ///
    /// # Errors
    /// When the data file can't be read.
    pub async fn tabs_summary(&self) -> Result<Vec<TabsSummary>, ReadError> {
        let sql = "select 'on_tabs' kind, rail, currency, scale, count(*) count, sum(minor) sum from tab \
                   where parts > 0 group by rail, currency, scale union all \
                   select state, rail, currency, scale, count(*), sum(amount_minor) from settlement \
                   where state in ('charging', 'asking') group by state, rail, currency, scale union all \
                   select state, rail, currency, scale, count(*), sum(amount_minor) from settlement \
                   where state = 'set_aside' group by rail, currency, scale order by 2, 3";
        let rows: Vec<TallyRow> = sqlx::query_as(sql).fetch_all(&self.pool()).await?;
        let mut summaries: Vec<TabsSummary> = Vec::new();
        for row in rows {
            row.add_to(&mut summaries)?;
        }
        Ok(summaries)
    }

    async fn facts(&self, row: Listed) -> Result<Option<SettlementFacts>, ReadError> {
        let Listed { number, settlement_id, last_event, recorded_at } = row;
        let id: SettlementId = column::id(&settlement_id)?;
        let events = self.events(id.as_bytes()).await?;
        let settlement = fold_settlement(id, events.into_iter().map(Ok))?;
        let changed_at = Timestamp::from_millis(recorded_at);
        Ok(settlement.map(|settlement| SettlementFacts { number, last_event, changed_at, settlement }))
    }

    async fn span(&self, id: SettlementId) -> Result<Option<Span>, ReadError> {
        let sql = "select s.last_micropayment, coalesce((select max(b.last_micropayment) from settlement b \
                     where b.payer = s.payer and b.rail = s.rail and b.method = s.method \
                     and b.currency = s.currency and b.last_micropayment < s.last_micropayment), 0) last_before \
                   from settlement s where s.settlement_id = ?";
        Ok(sqlx::query_as(sql).bind(&id.as_bytes()[..]).fetch_optional(&self.pool()).await?)
    }
}

impl TallyRow {
    /// Puts it into the summary of its rail and currency.
    fn add_to(&self, summaries: &mut Vec<TabsSummary>) -> Result<(), ReadError> {
        let rail = column::rail(&self.rail)?;
        let sum = column::money(self.sum, &self.currency, self.scale)?;
        let tally = Tally { count: column::small("tab", self.count)?, sum };
        let is_its =
            |known: &TabsSummary| known.rail == rail && known.on_tabs.sum.currency() == sum.currency();
        let at = summaries.iter().position(is_its).unwrap_or_else(|| {
            let none = Tally { count: 0, sum: Money::zero(sum.currency()) };
            let (on_tabs, charging, asking, set_aside) = (none, none, none, none);
            summaries.push(TabsSummary { rail, on_tabs, charging, asking, set_aside });
            summaries.len() - 1
        });
        let summary = &mut summaries[at];
        match self.kind.as_str() {
            "on_tabs" => summary.on_tabs = tally,
            "charging" => summary.charging = tally,
            "asking" => summary.asking = tally,
            _ => summary.set_aside = tally,
        }
        Ok(())
    }
}
