//! Sends what waits in the outbox, and lets a running clock's time pass.

use std::sync::Arc;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, header};

use crate::resources::webhook_endpoint::Letter;
use crate::server::Shared;

/// A running clock is looked at so often.
const TICK: Duration = Duration::from_secs(1);
/// An endpoint must answer within this.
const PATIENCE: Duration = Duration::from_secs(10);

/// Sends letters for ever, in the order of their events.
pub(crate) async fn send(shared: Arc<Shared>) {
    let client = match Client::builder().redirect(Policy::none()).timeout(PATIENCE).build() {
        Ok(client) => client,
        Err(error) => {
            eprintln!("stripe-simulator: webhooks can't be sent: {error}");
            return std::future::pending().await;
        }
    };
    loop {
        let letters = {
            let mut desk = shared.desk();
            desk.catch_up();
            desk.account.take_letters()
        };
        if letters.is_empty() {
            // Whichever comes first; a wake that comes before the wait is not lost.
            let _woken = tokio::time::timeout(TICK, shared.wake.notified()).await;
        }
        for letter in letters {
            let was_taken = is_taken(&client, &letter).await;
            shared.desk().account.settle(letter, was_taken);
        }
    }
}

async fn is_taken(client: &Client, letter: &Letter) -> bool {
    let request = client
        .post(&letter.url)
        .header(header::CONTENT_TYPE, "application/json; charset=utf-8")
        .header(header::USER_AGENT, "Stripe/1.0 (+https://stripe.com/docs/webhooks)")
        .header("Stripe-Signature", &letter.signature)
        .body(letter.body.clone());
    request.send().await.is_ok_and(|answer| answer.status().is_success())
}
