//! `tillstream stream`: micropayments from a file or a pipe, one JSON object per line, one answer per line.

use std::fs::File;
use std::io::{BufWriter, IsTerminal, Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use engine::Engine;
use indicatif::{ProgressBar, ProgressStyle};
use payment::stream::Instruction;
use serde_json::json;

use super::arguments::StreamOrder;
use super::caller::Caller;
use super::failure::Failure;
use super::place::Place;
use super::start::asked_to_end;
use super::{Answer, note};
use crate::dto::stream::{InstructionDto, StreamTakeReply};
use crate::stream::{Ended, Lines, NotTaken, Take, Taking, run};

const STANDARD: &str = "-";
const REDRAWN_PER_SECOND: u8 = 4;

pub(super) async fn stream(place: &Place, order: &StreamOrder) -> Result<Answer, Failure> {
    let input = Input::open(&order.input)?;
    let output = open_output(&order.output)?;
    let bar = input.bar();
    let lines = Lines::of(input.from, input.bytes.is_some(), order.strict);
    let caller = Arc::new(Caller::find(place).await?);
    if let Caller::Local(_) = *caller {
        place.log();
    }
    let taker = Taker::of(&caller).await?;
    let tell = |read: u64, answered: u64| {
        bar.set_position(read);
        bar.set_message(format!("{answered} payments, {} a second", rate(answered, bar.elapsed())));
    };
    let ended = run(&taker, lines, output, asked_to_end(), tell).await;
    bar.finish_and_clear();
    drop(taker);
    if let Some(caller) = Arc::into_inner(caller) {
        caller.close().await;
    }
    Ok(conclude(&ended?))
}

/// Says what the stream came to. The answers themselves are in the output.
fn conclude(ended: &Ended) -> Answer {
    for (outcome, currency, total) in ended.totals.rows() {
        let sum = total.sum.map_or_else(|| currency.to_owned(), |sum| sum.to_string());
        note(format_args!("{:<12} {:>12}  {sum}", outcome.word(), total.count).to_string().trim_end());
    }
    if ended.was_stopped {
        note("stopped before the end: stream the same input again to go on, nothing is taken twice");
    }
    if ended.totals.are_all_taken() && !ended.was_stopped { Answer::Yes } else { Answer::No }
}

/// Where instructions come from.
struct Input {
    from: Box<dyn Read + Send>,
    /// Its length, for a file.
    bytes: Option<u64>,
}

impl Input {
    fn open(name: &Path) -> Result<Self, Failure> {
        if name.as_os_str() == STANDARD {
            return Ok(Self { from: Box::new(std::io::stdin()), bytes: None });
        }
        let refused = |reason| Failure::File { path: name.to_owned(), reason };
        let file = File::open(name).map_err(refused)?;
        let metadata = file.metadata().map_err(refused)?;
        let bytes = metadata.is_file().then_some(metadata.len());
        Ok(Self { from: Box::new(file), bytes })
    }

    /// Shown on a terminal only, where it is in nobody's way.
    fn bar(&self) -> ProgressBar {
        if !std::io::stderr().is_terminal() {
            return ProgressBar::hidden();
        }
        let (bar, template) = match self.bytes {
            Some(bytes) => (ProgressBar::new(bytes), "{bar:40} {percent:>3} %  {msg}  {eta} left"),
            None => (ProgressBar::new_spinner(), "{spinner} {msg}  {elapsed}"),
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_draw_target(indicatif::ProgressDrawTarget::stderr_with_hz(REDRAWN_PER_SECOND));
        bar.enable_steady_tick(Duration::from_millis(500));
        bar
    }
}

/// So many in a second, rounded down.
fn rate(answered: u64, within: Duration) -> u128 {
    u128::from(answered) * 1_000 / within.as_millis().max(1)
}

fn open_output(name: &Path) -> Result<Box<dyn Write>, Failure> {
    if name.as_os_str() == STANDARD {
        return Ok(Box::new(BufWriter::new(std::io::stdout().lock())));
    }
    let refused = |reason| Failure::File { path: name.to_owned(), reason };
    Ok(Box::new(BufWriter::new(File::create(name).map_err(refused)?)))
}

/// Whoever has the books.
enum Taker {
    Here(Engine),
    There(Arc<Caller>),
}

impl Taker {
    async fn of(caller: &Arc<Caller>) -> Result<Self, Failure> {
        Ok(match &**caller {
            Caller::Local(local) => Self::Here(local.engine().await?),
            Caller::Remote(_) => Self::There(caller.clone()),
        })
    }
}

impl Take for Taker {
    fn side_by_side(&self) -> usize {
        match self {
            Self::Here(engine) => engine.side_by_side(),
            // Requests overtake each other; lines must not.
            Self::There(_) => 1,
        }
    }

    async fn take(&self, parcel: Arc<[Instruction]>) -> Taking {
        match self {
            Self::Here(engine) => engine.take(parcel).await,
            Self::There(owner) => {
                let owner = owner.clone();
                Box::pin(async move {
                    let instructions: Vec<InstructionDto> = parcel.iter().map(InstructionDto::from).collect();
                    let request = json!({ "instructions": instructions });
                    let reply: Result<StreamTakeReply, Failure> = owner.call("stream_take", request).await;
                    let reply = reply.map_err(|failure| NotTaken {
                        may_pass: matches!(failure, Failure::NoAnswer(_)),
                        reason: failure.to_string(),
                    })?;
                    Ok(reply.outcomes)
                })
            }
        }
    }
}
