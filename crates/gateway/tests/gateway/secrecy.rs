//! The token leaves the gateway nowhere.

use std::io;
use std::sync::{Arc, Mutex};

use crate::till::Till;
use serde_json::json;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

/// Keeps what is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no writer panics").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn the_token_is_in_no_log_and_no_answer() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    // The test's runtime has one thread, so this covers the server's tasks as well.
    let _logging = tracing::subscriber::set_default(subscriber);
    tracing::info!("the log is kept");

    let till = Till::open().await;
    let mut answers = Vec::new();
    for token in [till.token.clone(), format!("{}x", till.token)] {
        for host in [till.address.to_string(), "evil.example".to_owned()] {
            let request = till.command("echo", &json!({})).header("host", host).bearer_auth(&token);
            let answer = request.send().await.unwrap();
            answers.push(format!("{:?}", answer.headers()));
            answers.push(answer.text().await.unwrap());
        }
        let mut feed = format!("ws://{}/feed", till.address).into_client_request().unwrap();
        let protocols = format!("tillstream, token.{token}");
        feed.headers_mut().insert("sec-websocket-protocol", protocols.parse().unwrap());
        answers.push(format!("{:?}", connect_async(feed).await.map(|(_, response)| response)));
    }
    let token = till.token.clone();
    till.close().await;

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("the log is kept"));
    assert!(!log.contains(&token), "{log}");
    assert!(answers.iter().all(|answer| !answer.contains(&token)), "{answers:#?}");
}
