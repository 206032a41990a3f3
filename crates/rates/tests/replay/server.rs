//! A small HTTP server on loopback that gives one prepared reply after the other and notes what it was asked.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What the server does with one request.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// Answers with a body.
    Body(String),
    /// Answers with a status, and perhaps when to come back.
    Status(u16, Option<u64>),
    /// Sends the caller elsewhere.
    Elsewhere(String),
    /// Begins an answer and never ends it.
    Slow,
    /// Hangs up without a word.
    HangUp,
}

impl Reply {
    pub(crate) fn body(text: impl Into<String>) -> Vec<Self> {
        vec![Self::Body(text.into())]
    }
}

/// The server; it ends when it is dropped.
pub(crate) struct Replay {
    pub(crate) home: String,
    asked: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Replay {
    /// Gives the replies in order; the last one is repeated.
    #[expect(clippy::disallowed_methods, reason = "a test's server belongs to the test")]
    pub(crate) async fn start(replies: Vec<Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let home = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let task = tokio::spawn(serve(listener, replies, asked.clone()));
        Self { home, asked, task }
    }

    /// The path and query of each request so far.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Drop for Replay {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(listener: TcpListener, replies: Vec<Reply>, asked: Arc<Mutex<Vec<String>>>) {
    let mut replies = replies.into_iter().peekable();
    while let Ok((mut connection, _)) = listener.accept().await {
        let path = head(&mut connection).await;
        asked.lock().unwrap().push(path);
        let reply = replies.next().unwrap();
        if replies.peek().is_none() {
            replies = vec![reply.clone()].into_iter().peekable();
        }
        answer(&mut connection, reply).await;
    }
}

async fn head(connection: &mut TcpStream) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && connection.read(&mut byte).await.unwrap() > 0 {
        head.push(byte[0]);
    }
    String::from_utf8(head).unwrap().split(' ').nth(1).unwrap_or_default().to_owned()
}

async fn answer(connection: &mut TcpStream, reply: Reply) {
    let text = match reply {
        Reply::Body(body) => {
            format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}", body.len())
        }
        Reply::Status(status, again_in) => {
            let again = again_in.map(|seconds| format!("retry-after: {seconds}\r\n")).unwrap_or_default();
            format!("HTTP/1.1 {status} No\r\nconnection: close\r\n{again}content-length: 0\r\n\r\n")
        }
        Reply::Elsewhere(place) => {
            format!(
                "HTTP/1.1 302 Found\r\nconnection: close\r\nlocation: {place}\r\ncontent-length: 0\r\n\r\n"
            )
        }
        Reply::Slow => "HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n{".to_owned(),
        Reply::HangUp => return,
    };
    let is_slow = text.ends_with('{');
    // Whoever asked may have hung up already.
    let _ = connection.write_all(text.as_bytes()).await;
    if is_slow {
        tokio::time::sleep(Duration::from_secs(60)).await;
    }
}
