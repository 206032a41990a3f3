//! The list of sales: searched, filtered by state, newest first, page by page.

use money::Money;
use payment::{InvoiceId, State, Timestamp};

use super::Reader;
use crate::{ReadError, column};

/// Rows of a page at most.
const PAGE_ROWS_MAX: u16 = 200;

/// Which sales to list.
#[derive(Clone, Debug, Default)]
pub struct SalesFilter {
    /// Part of a number, receipt number, amount, note, line, address or reference. Empty for all.
    pub search: String,
    /// Only these states. Empty for all.
    pub states: Vec<State>,
    /// Only sales before this one.
    pub after: Option<InvoiceId>,
    /// Rows, 1 to 200.
    pub limit: u16,
}

/// One row of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaleSummary {
    /// The sale.
    pub invoice: InvoiceId,
    /// Its running number.
    pub number: u32,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// The word on the screen.
    pub state: State,
    /// Something counted came after its quote had ended.
    pub late: bool,
    /// More than due came.
    pub over: bool,
    /// What is due.
    pub due: Money,
    /// Ways to pay used so far: `cash` or a rail's name.
    pub methods: Vec<String>,
    /// Its note, or what its first line sells.
    pub label: String,
    /// Its receipt number.
    pub receipt_number: Option<u32>,
}

/// A page of sales.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SalesPage {
    /// Newest first.
    pub rows: Vec<SaleSummary>,
    /// More follow.
    pub more: bool,
    /// How many sales of each state the search finds, whatever the states asked for; states without any are left out.
    pub counts: Vec<(State, u32)>,
}

#[derive(sqlx::FromRow)]
struct Row {
    number: i64,
    invoice_id: Vec<u8>,
    opened_at: i64,
    state: String,
    late: bool,
    over: bool,
    due_minor: i64,
    currency: String,
    scale: i64,
    label: String,
    methods: String,
    receipt_number: Option<i64>,
}

impl Reader {
    /// Lists sales.
    ///
    /// # Errors
    /// When the data file can't be read.
    pub async fn sales(&self, filter: &SalesFilter) -> Result<SalesPage, ReadError> {
        let limit = filter.limit.clamp(1, PAGE_ROWS_MAX);
        let search = needle(&filter.search);
        let sql = "select number, invoice_id, opened_at, state, late, over, due_minor, currency, scale, label, \
                   methods, receipt_number from sale \
                   where number < coalesce((select number from sale where invoice_id = ?1), 9223372036854775807) \
                   and (?2 = '' or instr(search, ?2) > 0) and (?3 = '' or instr(?3, ',' || state || ',') > 0) \
                   order by number desc limit ?4";
        let rows: Vec<Row> = sqlx::query_as(sql)
            .bind(filter.after.map(|after| after.as_bytes().to_vec()))
            .bind(&search)
            .bind(state_list(&filter.states))
            .bind(i64::from(limit) + 1)
            .fetch_all(&self.pool())
            .await?;
        let more = rows.len() > usize::from(limit);
        let rows = rows.into_iter().take(limit.into()).map(SaleSummary::try_from);
        Ok(SalesPage { rows: rows.collect::<Result<_, _>>()?, more, counts: self.counts(&search).await? })
    }

    /// The sale of a number, as people say it.
    ///
    /// # Errors
    /// When the data file can't be read.
    pub async fn invoice_numbered(&self, number: u32) -> Result<Option<InvoiceId>, ReadError> {
        let found: Option<(Vec<u8>,)> = sqlx::query_as("select invoice_id from sale where number = ?")
            .bind(number)
            .fetch_optional(&self.pool())
            .await?;
        found.map(|(id,)| column::id(&id)).transpose()
    }

    async fn counts(&self, search: &str) -> Result<Vec<(State, u32)>, ReadError> {
        let rows: Vec<(String, i64)> = if search.is_empty() {
            let sql = "select state, count(*) from sale group by state";
            sqlx::query_as(sql).fetch_all(&self.pool()).await?
        } else {
            let sql = "select state, count(*) from sale where instr(search, ?) > 0 group by state";
            sqlx::query_as(sql).bind(search).fetch_all(&self.pool()).await?
        };
        rows.iter().map(|(name, count)| Ok((state(name)?, column::small("sale", *count)?))).collect()
    }
}

impl TryFrom<Row> for SaleSummary {
    type Error = ReadError;

    fn try_from(row: Row) -> Result<Self, ReadError> {
        let receipt_number = row.receipt_number.map(|number| column::small("sale.receipt_number", number));
        Ok(Self {
            invoice: column::id(&row.invoice_id)?,
            number: column::small("sale.number", row.number)?,
            opened_at: Timestamp::from_millis(row.opened_at),
            state: state(&row.state)?,
            late: row.late,
            over: row.over,
            due: column::money(row.due_minor, &row.currency, row.scale)?,
            methods: row.methods.split(',').filter(|m| !m.is_empty()).map(str::to_owned).collect(),
            label: row.label,
            receipt_number: receipt_number.transpose()?,
        })
    }
}

fn state(name: &str) -> Result<State, ReadError> {
    let found = State::ALL.iter().find(|(_, known)| *known == name);
    let unknown = || ReadError::Value { place: "sale.state", value: name.to_owned() };
    found.map(|(state, _)| *state).ok_or_else(unknown)
}

fn state_list(states: &[State]) -> String {
    if states.is_empty() {
        return String::new();
    }
    states.iter().fold(String::from(","), |list, state| list + state.name() + ",")
}

/// The search text is kept in lower case, with a point in amounts.
fn needle(typed: &str) -> String {
    let typed = typed.trim().to_lowercase();
    let is_amount = typed.contains(',') && typed.bytes().all(|b| b.is_ascii_digit() || b == b',');
    if is_amount { typed.replace(',', ".") } else { typed }
}
