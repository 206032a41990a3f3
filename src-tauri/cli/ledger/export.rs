//! Every posting in order, for spreadsheets and for other programs. Read in portions, so that no journal is too long.

use std::io::{self, Write};

use serde::Serialize;
use store::{PostingLine, Reader};

use crate::cli::failure::Failure;
use crate::view;

/// Postings read at a time.
const PORTION: u32 = 1_000;

/// The names of a row's cells, in their order.
const HEADING: [&str; 12] = [
    "entry",
    "line",
    "event",
    "at",
    "kind",
    "subject",
    "sale",
    "account",
    "amount",
    "currency",
    "rate",
    "rate_source",
];

/// One posting. Debit positive, credit negative.
#[derive(Serialize)]
struct Row {
    entry: i64,
    line: i64,
    event: i64,
    at: String,
    kind: &'static str,
    subject: String,
    sale: Option<u32>,
    account: &'static str,
    amount: String,
    currency: String,
    rate: String,
    rate_source: String,
}

/// Comma-separated values (RFC 4180) with a heading.
pub(super) async fn csv(reader: &Reader) -> Result<(), Failure> {
    // The heading stands there without a posting too.
    let mut sheet = csv::WriterBuilder::new().has_headers(false).from_writer(io::stdout().lock());
    sheet.write_record(HEADING).map_err(|error| Failure::Output(error.into()))?;
    for_each(reader, |row| sheet.serialize(row.made_plain()).map_err(io::Error::from)).await?;
    sheet.flush().map_err(Failure::Output)
}

/// An array, one object per line.
pub(super) async fn json(reader: &Reader) -> Result<(), Failure> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut before = "[\n";
    for_each(reader, |row| {
        write!(out, "{before}{}", serde_json::to_string(&row)?)?;
        before = ",\n";
        Ok(())
    })
    .await?;
    let end = if before == "[\n" { "[]\n" } else { "\n]\n" };
    out.write_all(end.as_bytes()).and_then(|()| out.flush()).map_err(Failure::Output)
}

async fn for_each(reader: &Reader, mut write: impl FnMut(Row) -> io::Result<()>) -> Result<(), Failure> {
    let mut after = None;
    loop {
        let portion = reader.postings(after, PORTION).await?;
        let Some(last) = portion.last() else { return Ok(()) };
        after = Some((last.entry_id, last.line));
        for line in portion {
            write(Row::from(line)).map_err(Failure::Output)?;
        }
    }
}

impl From<PostingLine> for Row {
    fn from(line: PostingLine) -> Self {
        let (rate, rate_source) = line.rate.map_or_else(Default::default, |note| (note.rate, note.source));
        Self {
            entry: line.entry_id,
            line: line.line,
            event: line.event_id,
            at: view::instant(line.at),
            kind: line.kind.name(),
            subject: line.subject.to_string(),
            sale: line.sale_number,
            account: line.account.name(),
            amount: line.amount.to_decimal_string(),
            currency: line.amount.currency().code().to_owned(),
            rate,
            rate_source,
        }
    }
}

impl Row {
    /// With nothing in it that a spreadsheet takes for a formula. Amounts are numbers and stay as they are.
    fn made_plain(self) -> Self {
        Self {
            subject: plain(self.subject),
            currency: plain(self.currency),
            rate: plain(self.rate),
            rate_source: plain(self.rate_source),
            ..self
        }
    }
}

/// OWASP, "CSV Injection": these first characters begin a formula.
fn plain(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_never_begins_a_formula() {
        for cell in ["=1+1", "+1", "-1", "@sum", "\t=1", "\r=1"] {
            assert_eq!(plain(cell.to_owned()), format!("'{cell}"));
        }
        for cell in ["", "fixed", "58000.00 EUR/BTC", "inv_0192", "a=b"] {
            assert_eq!(plain(cell.to_owned()), cell);
        }
    }
}
