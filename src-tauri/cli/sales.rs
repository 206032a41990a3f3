//! `tillstream sales`: the sales and the history of each, read from the books.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use payment::{InvoiceId, Sale};
use serde_json::json;
use store::{Reader, SaleSummary, SalesFilter, Subject};

use super::arguments::SalesCommand;
use super::failure::Failure;
use super::place::Place;
use super::{Answer, books, note, say};
use crate::dto::timeline::TimelineItemDto;
use crate::view;

/// Sales read at a time.
const PAGE_ROWS: u16 = 200;

pub(super) async fn sales(place: &Place, command: &SalesCommand) -> Result<Answer, Failure> {
    match command {
        SalesCommand::List { json } => list(&books::open(place).await?, *json).await,
        SalesCommand::Show { id, json } => {
            let named = Named::read(id)?;
            show(&books::open(place).await?, named, *json).await
        }
    }
}

async fn list(reader: &Reader, json: bool) -> Result<Answer, Failure> {
    let mut filter = SalesFilter { search: String::new(), states: Vec::new(), after: None, limit: PAGE_ROWS };
    loop {
        let page = reader.sales(&filter).await?;
        for sale in &page.rows {
            say(if json { object(sale) } else { row(sale) })?;
        }
        filter.after = page.rows.last().map(|sale| sale.invoice);
        if !page.more {
            return Ok(Answer::Yes);
        }
    }
}

fn object(sale: &SaleSummary) -> String {
    json!({
        "invoice": sale.invoice.to_string(),
        "number": sale.number,
        "opened_at": view::instant(sale.opened_at),
        "state": sale.state.name(),
        "flags": flags(sale),
        "due": sale.due.to_decimal_string(),
        "due_currency": sale.due.currency().code(),
        "methods": sale.methods,
        "label": sale.label,
        "receipt": sale.receipt_number,
    })
    .to_string()
}

fn row(sale: &SaleSummary) -> String {
    let state = std::iter::once(sale.state.name()).chain(flags(sale)).collect::<Vec<_>>().join(" ");
    let (time, methods) = (local_time(sale.opened_at), sale.methods.join("+"));
    let line = format!(
        "{:04}  {time}  {state:<14}  {:>14}  {methods:<12}  {}  {}",
        sale.number, sale.due, sale.invoice, sale.label
    );
    line.trim_end().to_owned()
}

fn flags(sale: &SaleSummary) -> Vec<&'static str> {
    [(sale.late, "late"), (sale.over, "over")]
        .into_iter()
        .filter_map(|(is, flag)| is.then_some(flag))
        .collect()
}

/// How people name a sale: by the number on the screen, or by the id in an export.
enum Named {
    Number(u32),
    Id(InvoiceId),
}

impl Named {
    fn read(text: &str) -> Result<Self, Failure> {
        let id = || text.parse().map(Self::Id).map_err(|_| Failure::NotASale(text.to_owned()));
        text.parse().map(Self::Number).or_else(|_| id())
    }
}

async fn show(reader: &Reader, named: Named, json: bool) -> Result<Answer, Failure> {
    let id = match named {
        Named::Number(number) => reader.invoice_numbered(number).await?,
        Named::Id(id) => Some(id),
    };
    let sale = match id {
        Some(id) => reader.sale(id).await?,
        None => None,
    };
    let Some(sale) = sale else {
        note("there is no such sale: `tillstream sales list` shows all of them");
        return Ok(Answer::No);
    };
    let events = reader.timeline(Subject::Sale(sale.id)).await?;
    if !json {
        say(headline(&sale)?)?;
    }
    for event in &events {
        let item = view::timeline::item(event);
        say(if json { serde_json::to_string(&item)? } else { told(&item) })?;
    }
    Ok(Answer::Yes)
}

fn headline(sale: &Sale) -> Result<String, Failure> {
    let standing = sale.standing().map_err(|error| Failure::Refused(error.to_string()))?;
    let state = standing.state.name();
    Ok(format!("Sale {:04}  {}  {state}  {}  {}", sale.number, sale.due(), sale.id, sale.cart.note)
        .trim_end()
        .to_owned())
}

/// An event on one line, its hash on the next.
fn told(item: &TimelineItemDto) -> String {
    let facts: Vec<String> = item.facts.iter().map(|fact| format!("{} {}", fact.name, fact.value)).collect();
    let entries: Vec<String> = item.entries.iter().map(u32::to_string).collect();
    let booked = if entries.is_empty() { String::new() } else { format!("  (entry {})", entries.join(", ")) };
    let time = item.at.parse::<Timestamp>().map_or_else(|_| item.at.clone(), on_the_wall);
    format!(
        "#{}  {time}  {}  {}  from {}{booked}\n    {}",
        item.event,
        item.kind,
        facts.join(", "),
        item.source,
        item.hash
    )
}

fn local_time(at: payment::Timestamp) -> String {
    Timestamp::from_millisecond(at.millis()).map_or_else(|_| view::instant(at), on_the_wall)
}

fn on_the_wall(at: Timestamp) -> String {
    at.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S").to_string()
}
