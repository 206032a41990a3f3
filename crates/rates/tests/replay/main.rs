//! Sources, asked over real HTTP: a server on this machine replays the answers that their documentation shows, and breaks
//! them in every way that was thought of.

#![expect(clippy::unwrap_used, reason = "a test says what is wrong by panicking, its helpers too")]

mod faults;
mod pages;
mod server;
mod shapes;

use payment::Timestamp;
use payment::rates::{AskError, Pair, RateSource, Told};
use rates::{HttpSource, named};

use self::server::{Replay, Reply};

/// 20 September 2026, 12:26:40 UTC.
const NOW: Timestamp = Timestamp::from_millis(1_789_907_200_000);

fn pairs(names: &[&str]) -> Vec<Pair> {
    names
        .iter()
        .map(|name| name.split_once('/').and_then(|(base, quote)| Pair::named(base, quote)).unwrap())
        .collect()
}

/// Asks a source for some pairs at a server that answers so.
async fn ask(source: &str, of: &[&str], replies: Vec<Reply>) -> (Result<Vec<Told>, AskError>, Vec<String>) {
    let server = Replay::start(replies).await;
    let source = HttpSource::at(named(source).unwrap(), &server.home).unwrap();
    let told = source.ask(&pairs(of), NOW).await;
    (told, server.asked())
}

/// `BTC/EUR 52640.15` for each price, and why there is none for the others.
fn lines(told: &[Told]) -> Vec<String> {
    let line = |told: &Told| match &told.answer {
        Ok(answer) => format!("{} {}", told.pair, answer.price.price()),
        Err(problem) => format!("{}: {problem}", told.pair),
    };
    told.iter().map(line).collect()
}
