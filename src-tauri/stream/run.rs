//! The way of a stream: a thread reads, parcels are handed in and wait for their commits side by side, answers are
//! written in the order of the lines.

use std::collections::VecDeque;
use std::io::{Read, Write};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use payment::stream::Instruction;
use serde::Serialize;
use thiserror::Error;
use tokio::sync::mpsc;

use super::lines::{Handful, Lines};
use super::totals::Totals;
use crate::dto::stream::{OutcomeDto, OutcomeKindDto};

/// Parcels read ahead.
const AHEAD_MAX: usize = 8;
/// How often a parcel that was not recorded is handed in again, with pauses that double.
const ATTEMPTS_MAX: u32 = 5;
const PAUSE_FIRST: Duration = Duration::from_millis(200);

/// A parcel's outcomes to come, or why it was not taken, and whether to try again.
pub type Taking = Pin<Box<dyn Future<Output = Result<Vec<OutcomeDto>, NotTaken>> + Send>>;

/// Takes parcels: this process, or the one that owns the data file.
pub trait Take {
    /// Parcels that may be under way together.
    fn side_by_side(&self) -> usize;

    /// Hands a parcel in. Those handed in first are served first.
    fn take(&self, parcel: Arc<[Instruction]>) -> impl Future<Output = Taking>;
}

/// A parcel was not taken.
#[derive(Clone, Debug)]
pub struct NotTaken {
    /// One line.
    pub reason: String,
    /// The same parcel may be taken a little later.
    pub may_pass: bool,
}

/// Why a stream ended early. What was answered is durable; streaming the rest again doubles nothing.
#[derive(Debug, Error)]
pub enum StreamError {
    /// The input can't be read.
    #[error("the input can't be read: {0}")]
    Input(std::io::Error),
    /// The output can't be written.
    #[error("the output can't be written: {0}. Stream the same input again: nothing is taken twice")]
    Output(std::io::Error),
    /// The till takes nothing more.
    #[error("{0}. Stream the same input again when it is mended: nothing is taken twice")]
    NotTaken(String),
}

/// How a stream ended.
#[derive(Debug)]
pub struct Ended {
    /// What became of the lines that were answered.
    pub totals: Totals,
    /// Somebody asked it to stop before the end of the input.
    pub was_stopped: bool,
}

/// An answer to a line.
#[derive(Serialize)]
struct Answer<'a> {
    line: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

/// Streams until the input ends or `stop` is done. `tell` hears bytes read and lines answered.
///
/// # Errors
/// When the input can't be read, the output can't be written, or the till takes nothing more.
pub async fn run<R: Read + Send + 'static>(
    taker: &impl Take,
    lines: Lines<R>,
    mut output: impl Write,
    stop: impl Future<Output = ()>,
    mut tell: impl FnMut(u64, u64),
) -> Result<Ended, StreamError> {
    let mut input = read_ahead(lines);
    let mut under_way: VecDeque<(Handful, Taking)> = VecDeque::new();
    let mut ended = Ended { totals: Totals::default(), was_stopped: false };
    let (mut is_over, mut answered) = (false, 0);
    let mut stop = std::pin::pin!(stop);
    while !(is_over && under_way.is_empty()) {
        let may_take = !is_over && under_way.len() < taker.side_by_side();
        tokio::select! {
            biased;
            () = &mut stop, if !is_over => {
                (is_over, ended.was_stopped) = (true, true);
            }
            handful = input.recv(), if may_take => match handful {
                Some(handful) => {
                    let handful = handful.map_err(StreamError::Input)?;
                    let taking = taker.take(handful.instructions.clone()).await;
                    under_way.push_back((handful, taking));
                }
                None => is_over = true,
            },
            outcomes = first(&mut under_way), if !under_way.is_empty() => {
                let Some((handful, _)) = under_way.pop_front() else { continue };
                let outcomes = match outcomes {
                    Ok(outcomes) => outcomes,
                    Err(refused) => take_again(taker, &handful, refused).await?,
                };
                answered += u64::try_from(handful.lines.len()).unwrap_or(u64::MAX);
                answer(&handful, &outcomes, &mut output, &mut ended.totals)?;
                if under_way.is_empty() {
                    output.flush().map_err(StreamError::Output)?;
                }
                tell(handful.read, answered);
            }
        }
    }
    output.flush().map_err(StreamError::Output)?;
    Ok(ended)
}

/// Reads on a thread, a little ahead of what is taken.
fn read_ahead<R: Read + Send + 'static>(mut lines: Lines<R>) -> mpsc::Receiver<std::io::Result<Handful>> {
    let (ahead, handfuls) = mpsc::channel(AHEAD_MAX);
    std::thread::spawn(move || {
        while let Some(handful) = lines.next_handful().transpose() {
            let failed = handful.is_err();
            if ahead.blocking_send(handful).is_err() || failed {
                break;
            }
        }
    });
    handfuls
}

async fn first(under_way: &mut VecDeque<(Handful, Taking)>) -> Result<Vec<OutcomeDto>, NotTaken> {
    match under_way.front_mut() {
        Some((_, taking)) => taking.await,
        None => std::future::pending().await,
    }
}

/// Hands a parcel in again that was not recorded: what of it was recorded after all is answered as a duplicate.
async fn take_again(
    taker: &impl Take,
    handful: &Handful,
    mut refused: NotTaken,
) -> Result<Vec<OutcomeDto>, StreamError> {
    let mut pause = PAUSE_FIRST;
    for _ in 1..ATTEMPTS_MAX {
        if !refused.may_pass {
            break;
        }
        tokio::time::sleep(pause).await;
        pause *= 2;
        match taker.take(handful.instructions.clone()).await.await {
            Ok(outcomes) => return Ok(outcomes),
            Err(again) => refused = again,
        }
    }
    Err(StreamError::NotTaken(refused.reason))
}

/// Writes an answer for each line.
fn answer(
    handful: &Handful,
    outcomes: &[OutcomeDto],
    output: &mut impl Write,
    totals: &mut Totals,
) -> Result<(), StreamError> {
    let mut taken = handful.instructions.iter().zip(outcomes);
    for line in &handful.lines {
        let answer = match &line.malformed {
            Some(reason) => {
                totals.add(OutcomeKindDto::Rejected, None);
                let outcome = OutcomeKindDto::Rejected.word();
                Answer { line: line.number, id: None, outcome, payment: None, reason: Some(reason) }
            }
            None => {
                let Some((instruction, outcome)) = taken.next() else {
                    return Err(StreamError::NotTaken("the till answered too little".to_owned()));
                };
                totals.add(outcome.outcome, Some(instruction.amount()));
                Answer {
                    line: line.number,
                    id: Some(instruction.id()),
                    outcome: outcome.outcome.word(),
                    payment: outcome.payment.as_deref(),
                    reason: outcome.reason.as_deref(),
                }
            }
        };
        serde_json::to_writer(&mut *output, &answer).map_err(|e| StreamError::Output(e.into()))?;
        output.write_all(b"\n").map_err(StreamError::Output)?;
    }
    Ok(())
}
