//! A line between an adapter and a stand-in for Stripe on which what the adapter says is changed: so an adapter with a bug
//! is shown to a judge without a bug in the adapter.

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, copy};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::CounterpartyError;
use crate::background::Background;

/// The bug that the adapter seems to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slip {
    /// It writes `amuont` for `amount`.
    MisspellsTheAmount,
    /// It forgets the idempotency key.
    DropsTheKey,
    /// It asks for a hundred times the amount.
    AsksForAHundredTimes,
}

/// An HTTP server that hands every request on to another, changed, and its answer back. Dropping it closes all lines.
pub struct CarelessLine {
    server: Background,
}

impl CarelessLine {
    /// Starts one before `url` (`http://HOST:PORT`).
    ///
    /// # Errors
    /// When no port can be bound.
    pub fn start(url: &str, slip: Slip) -> Result<Self, CounterpartyError> {
        let target = url.trim_start_matches("http://").trim_end_matches('/').to_owned();
        Ok(Self { server: Background::serve(move |listener| forward(listener, target, slip))? })
    }

    /// `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.server.address())
    }
}

async fn forward(listener: TcpListener, target: String, slip: Slip) {
    let mut lines = JoinSet::new();
    loop {
        tokio::select! {
            Ok((client, _)) = listener.accept() => {
                lines.spawn(forward_one(client, target.clone(), slip));
            }
            Some(_) = lines.join_next() => (),
        }
    }
}

/// Whichever side hangs up first ends the line, as it would between the two alone.
async fn forward_one(client: TcpStream, target: String, slip: Slip) {
    let Ok(server) = TcpStream::connect(target).await else { return };
    let ((asks, mut hears), (mut answers, server)) = (client.into_split(), server.into_split());
    tokio::select! {
        _ = copy(&mut answers, &mut hears) => (),
        _ = requests(BufReader::new(asks), server, slip) => (),
    }
}

async fn requests(
    mut asks: BufReader<OwnedReadHalf>,
    mut server: OwnedWriteHalf,
    slip: Slip,
) -> std::io::Result<()> {
    loop {
        let mut head = Vec::new();
        loop {
            let mut line = String::new();
            if asks.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            if line.trim().is_empty() {
                break;
            }
            head.push(line.trim_end().to_owned());
        }
        let length = head.iter().find_map(|line| header(line, "content-length")?.parse().ok());
        let mut form = vec![0; length.unwrap_or(0)];
        asks.read_exact(&mut form).await?;
        let form = slip.change(&mut head, &String::from_utf8_lossy(&form));
        server.write_all(format!("{}\r\n\r\n{form}", head.join("\r\n")).as_bytes()).await?;
    }
}

/// The value of a header line, when it is of this name.
fn header<'line>(line: &'line str, name: &str) -> Option<&'line str> {
    let (found, value) = line.split_once(':')?;
    found.eq_ignore_ascii_case(name).then_some(value.trim())
}

impl Slip {
    /// Changes a request: the lines of its head, and its form, which is given back.
    fn change(self, head: &mut Vec<String>, form: &str) -> String {
        if self == Self::DropsTheKey {
            head.retain(|line| header(line, "idempotency-key").is_none());
        }
        let pairs: Vec<String> = form.split('&').map(|pair| self.written(pair)).collect();
        let form = pairs.join("&");
        if let Some(line) = head.iter_mut().find(|line| header(line, "content-length").is_some()) {
            *line = format!("content-length: {}", form.len());
        }
        form
    }

    fn written(self, pair: &str) -> String {
        match (self, pair.strip_prefix("amount=")) {
            (Self::MisspellsTheAmount, Some(amount)) => format!("amuont={amount}"),
            (Self::AsksForAHundredTimes, Some(amount)) => format!("amount={amount}00"),
            _ => pair.to_owned(),
        }
    }
}
