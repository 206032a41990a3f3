//! `/feed`: a WebSocket that tells a browser what changed, so that it reads again what it shows.
//!
//! Nothing on the feed is needed to be right: a browser that missed something is told to read everything again, and a
//! connection that no longer answers is dropped.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocketUpgrade, close_code};
use axum::http::HeaderMap;
use axum::response::Response;
use futures_util::{Sink, SinkExt, Stream, StreamExt};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, watch};
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};

use crate::door::subprotocol;
use crate::gateway::House;
use crate::refusal::Refusal;

const PROTOCOL: &str = "tillstream";
/// Sent to a browser that fell behind.
const EVERYTHING: &str = r#"{"topic":"everything","id":"","version":0}"#;
const PING_EVERY: Duration = Duration::from_secs(15);
const SEND_WAIT_MAX: Duration = Duration::from_secs(10);
/// Browsers have nothing to say here but pong.
const INCOMING_BYTES_MAX: usize = 1024;

/// Subscribes to the changes, each already encoded as the JSON text that browsers get.
pub type Feed = Arc<dyn Fn() -> broadcast::Receiver<String> + Send + Sync>;

/// Opens the feed for whoever has the token.
pub(crate) async fn open(
    State(house): State<Arc<House>>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Refusal> {
    house.door.admit(subprotocol(&headers))?;
    let upgrade = upgrade.map_err(|_| Refusal::NOT_A_FEED_CLIENT)?.protocols([PROTOCOL]);
    if upgrade.selected_protocol().is_none() {
        return Err(Refusal::NOT_A_FEED_CLIENT);
    }
    // Subscribed before the answer, so that no change falls between the two.
    let changes = (house.feed)();
    let closing = house.closing.subscribe();
    Ok(upgrade.max_message_size(INCOMING_BYTES_MAX).on_upgrade(|socket| relay(socket, changes, closing)))
}

/// Passes changes on until the browser leaves or stops answering, the changes end, or the till closes.
async fn relay<S, E>(
    mut socket: S,
    mut changes: broadcast::Receiver<String>,
    mut closing: watch::Receiver<bool>,
) where
    S: Stream<Item = Result<Message, E>> + Sink<Message> + Unpin,
{
    let mut heartbeat = interval_at(Instant::now() + PING_EVERY, PING_EVERY);
    // After the machine slept, a browser still gets the whole time to answer.
    heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut is_answering = true;
    loop {
        let message = tokio::select! {
            _ = closing.wait_for(|is_closing| *is_closing) => break,
            change = changes.recv() => match change {
                Ok(change) => Message::text(change),
                Err(RecvError::Lagged(_)) => Message::text(EVERYTHING),
                Err(RecvError::Closed) => break,
            },
            heard = socket.next() => match heard {
                None | Some(Err(_) | Ok(Message::Close(_))) => return,
                Some(Ok(_)) => {
                    is_answering = true;
                    continue;
                }
            },
            _ = heartbeat.tick() => {
                if !is_answering {
                    return;
                }
                is_answering = false;
                Message::Ping(Vec::new().into())
            }
        };
        if !send(&mut socket, message).await {
            return;
        }
    }
    let goodbye = CloseFrame { code: close_code::AWAY, reason: "the till is closing".into() };
    send(&mut socket, Message::Close(Some(goodbye))).await;
}

/// Sends a message; false when the browser doesn't take it.
async fn send<S: Sink<Message> + Unpin>(socket: &mut S, message: Message) -> bool {
    matches!(timeout(SEND_WAIT_MAX, socket.send(message)).await, Ok(Ok(())))
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use futures_channel::mpsc::{self, UnboundedReceiver, UnboundedSender};

    use super::*;

    /// One end of a conversation in memory.
    struct Line {
        out: UnboundedSender<Message>,
        heard: UnboundedReceiver<Result<Message, Infallible>>,
    }

    impl Stream for Line {
        type Item = Result<Message, Infallible>;

        fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            self.heard.poll_next_unpin(cx)
        }
    }

    impl Sink<Message> for Line {
        type Error = mpsc::SendError;

        fn poll_ready(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
            self.out.poll_ready_unpin(cx)
        }

        fn start_send(mut self: Pin<&mut Self>, message: Message) -> Result<(), Self::Error> {
            self.out.start_send_unpin(message)
        }

        fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
            self.out.poll_flush_unpin(cx)
        }

        fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
            self.out.poll_close_unpin(cx)
        }
    }

    struct Browser {
        says: UnboundedSender<Result<Message, Infallible>>,
        hears: UnboundedReceiver<Message>,
    }

    fn line() -> (Line, Browser) {
        let (out, hears) = mpsc::unbounded();
        let (says, heard) = mpsc::unbounded();
        (Line { out, heard }, Browser { says, hears })
    }

    #[tokio::test(start_paused = true)]
    async fn a_browser_that_does_not_answer_a_ping_is_dropped_at_the_next() {
        let (line, mut browser) = line();
        let (_changes, subscribed) = broadcast::channel(4);
        let (_closing, closing) = watch::channel(false);
        let begin = Instant::now();
        relay(line, subscribed, closing).await;
        assert_eq!(begin.elapsed(), 2 * PING_EVERY);
        assert!(matches!(browser.hears.next().await, Some(Message::Ping(_))));
        assert_eq!(browser.hears.next().await, None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_browser_that_answers_is_kept() {
        let (line, mut browser) = line();
        let (_changes, subscribed) = broadcast::channel(4);
        let (_closing, closing) = watch::channel(false);
        let answering = async {
            for _ in 0..5 {
                assert!(matches!(browser.hears.next().await, Some(Message::Ping(_))));
                browser.says.unbounded_send(Ok(Message::Pong(Vec::new().into()))).unwrap();
            }
        };
        let begin = Instant::now();
        tokio::select! {
            () = relay(line, subscribed, closing) => panic!("dropped although it answered"),
            () = answering => assert_eq!(begin.elapsed(), 5 * PING_EVERY),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_browser_that_falls_behind_is_told_to_read_everything() {
        let (line, mut browser) = line();
        let (changes, subscribed) = broadcast::channel(2);
        let (_closing, closing) = watch::channel(false);
        for number in 1..=5 {
            changes.send(number.to_string()).unwrap();
        }
        drop(changes);
        relay(line, subscribed, closing).await;
        let heard: Vec<Message> = browser.hears.by_ref().take(3).collect().await;
        assert_eq!(heard, [EVERYTHING, "4", "5"].map(Message::text));
        assert!(
            matches!(browser.hears.next().await, Some(Message::Close(Some(frame))) if frame.code == 1001)
        );
    }
}
