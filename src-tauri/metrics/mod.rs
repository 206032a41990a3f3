//! Figures for a monitoring program: served where the setting `metrics.listen` says, not at all without it, and by the
//! process that has the till open. The page is written anew from what is so whenever it is asked for.

mod page;
mod reading;

use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::{Arc, Weak};
use std::time::Duration;

use engine::Change;
use gateway::{BindError, Figures, MetricsPage};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use self::reading::Reading;
use crate::till::Till;

/// The wait before an address that can't be had is tried again.
const TRY_AGAIN_AFTER: Duration = Duration::from_secs(10);

/// Serves the figures of a till while the setting asks for it, for as long as the till is open.
pub(crate) async fn follow(till: Weak<Till>, mut changes: broadcast::Receiver<Change>) {
    while let Some(listen) = wished(&till) {
        tokio::select! {
            () = serve(listen, &till) => {}
            () = another_wish(listen, &till, &mut changes) => {}
        }
    }
}

/// Where to listen, if anywhere; `None` when the till is gone.
fn wished(till: &Weak<Till>) -> Option<Option<SocketAddr>> {
    till.upgrade().map(|till| till.engine.settings().metrics.listen)
}

/// Waits until the setting is another one.
async fn another_wish(now: Option<SocketAddr>, till: &Weak<Till>, changes: &mut broadcast::Receiver<Change>) {
    while wished(till) == Some(now) {
        match changes.recv().await {
            Ok(_) | Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return,
        }
    }
}

async fn serve(listen: Option<SocketAddr>, till: &Weak<Till>) {
    let Some(listen) = listen else { return std::future::pending().await };
    let mut has_told = false;
    loop {
        match MetricsPage::bind(listen, figures(till.clone())).await {
            Ok(page) => page.serve().await,
            Err(error) if !has_told => {
                tell(&error);
                has_told = true;
            }
            Err(_) => {}
        }
        tokio::time::sleep(TRY_AGAIN_AFTER).await;
    }
}

/// The till sells without it, so nobody is asked; whoever started the till and whoever reads the log can see it.
fn tell(error: &BindError) {
    tracing::error!(%error, "the figures for a monitoring program are not served; it is tried again");
    let _nobody_reads = writeln!(io::stderr(), "metrics.listen: {error}; it is tried again");
}

fn figures(till: Weak<Till>) -> Figures {
    Arc::new(move || {
        let till = till.clone();
        Box::pin(async move {
            match Reading::of(&*till.upgrade()?).await {
                Ok(reading) => page::written(reading),
                Err(error) => {
                    tracing::warn!(%error, "the figures for a monitoring program can't be read");
                    None
                }
            }
        })
    })
}
