//! A second opinion: each server that is not followed is asked whether it knows the unconfirmed transactions, and now
//! and then whether it answers at all.

use std::time::Duration;

use tokio::time::{sleep, timeout};

use super::Lookout;
use super::turns::pauses;
use crate::source::{Source, SourceError, connect, off_the_runtime};
use crate::wallet::Question;

/// A transaction spreads over the network in seconds; what is not known after that may never be.
const EAGER_ROUNDS: u32 = 30;
const EAGER: Duration = Duration::from_secs(1);
const PATIENT: Duration = Duration::from_secs(15);
const IDLE: Duration = Duration::from_secs(30);
/// The followed server comes first.
const START_AFTER: Duration = Duration::from_secs(2);
/// How long a complete report waits for the other servers. Whoever is silent longer is heard in a later report.
const HEARING: Duration = Duration::from_secs(5);

impl Lookout {
    /// Asks one server for ever.
    pub(super) async fn witness(&self, server: usize) {
        let mut news = self.board.questions();
        let mut source = None;
        let mut pauses = pauses();
        let mut pause = START_AFTER;
        let mut round = 0;
        loop {
            tokio::select! {
                () = sleep(pause) => {}
                changed = news.changed() => {
                    debug_assert!(changed.is_ok(), "the board outlives its witnesses");
                    round = 0;
                }
            }
            if self.board.is_followed(server) {
                (source, pause) = (None, IDLE);
                continue;
            }
            let questions = self.wallet.lock().questions();
            let is_idle = questions.is_empty();
            pause = match self.ask(source.take(), server, questions).await {
                Ok(answering) => {
                    source = Some(answering);
                    pauses = self::pauses();
                    round += 1;
                    next_pause(is_idle, round)
                }
                // It was followed in the meantime: following it tells better whether it serves.
                Err(_) if self.board.is_followed(server) => IDLE,
                Err(error) => {
                    self.board.fails(server, &error.to_string());
                    pauses.next().unwrap_or(IDLE)
                }
            };
        }
    }

    /// Hears the other servers about the unconfirmed transactions before everything is reported. A till that has just
    /// started knows nobody's opinion; what it reported then would take back what the books were told before it.
    pub(super) async fn hear_the_others(&self, followed: usize) {
        self.board.ask_about(&self.wallet.lock().unconfirmed(), followed);
        let hearing = async {
            while !self.board.everybody_spoke() {
                self.board.opinions.notified().await;
            }
        };
        if timeout(HEARING, hearing).await.is_err() {
            tracing::debug!("a bitcoin server is silent about the unconfirmed payments");
        }
    }

    /// Asks a server, connecting to it when needed, and notes what it says.
    async fn ask(
        &self,
        source: Option<Box<dyn Source>>,
        server: usize,
        questions: Vec<Question>,
    ) -> Result<Box<dyn Source>, SourceError> {
        let access = self.accesses[server].clone();
        let (source, answers) = off_the_runtime(move || {
            let mut source = source.map_or_else(|| connect(&access), Ok)?;
            source.ping()?;
            let mut answers = Vec::with_capacity(questions.len());
            for question in &questions {
                answers.push((question.outpoint.txid, source.knows(question)?));
            }
            Ok((source, answers))
        })
        .await?;
        self.board.answers(server);
        self.board.opinion(server, &answers);
        Ok(source)
    }
}

const fn next_pause(is_idle: bool, round: u32) -> Duration {
    match (is_idle, round) {
        (true, _) => IDLE,
        (false, ..=EAGER_ROUNDS) => EAGER,
        (false, _) => PATIENT,
    }
}
