//! The till itself, with or without a window.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::runtime::Runtime;
use tokio::signal;

use super::caller::Remote;
#[cfg(feature = "desktop")]
use super::caller::is_owned;
use super::failure::Failure;
use super::place::Place;
use super::{Answer, note, say};
use crate::app::{App, OpenOptions};
use crate::logging;
use crate::serve::Server;
use crate::till::make_private_folder;
use crate::view;

impl Place {
    fn options(&self) -> OpenOptions {
        OpenOptions { data_dir: self.data_dir.clone(), mode: self.mode }
    }

    /// Logs what this process does as long as it is the till.
    pub(super) fn log(&self) {
        let folder = self.data_dir.join("logs");
        match make_private_folder(&folder) {
            Ok(()) => logging::start(&folder),
            Err(error) => note(format_args!("no log is kept: {error}")),
        }
    }
}

/// Serves the screens until a signal asks it to end.
pub(super) async fn serve(place: &Place, listen: SocketAddr) -> Result<Answer, Failure> {
    let app = App::open(place.options()).await?;
    place.log();
    note_wrong_clock(&app).await;
    let served = serve_until(&app, listen, asked_to_end()).await;
    app.stop().await;
    served.map(|()| Answer::Yes)
}

/// A clock that is behind the books harms no sale, but prints wrong dates.
pub(super) async fn note_wrong_clock(app: &App) {
    let Ok(till) = app.till().await else { return };
    if view::status::is_clock_behind(&till).await.unwrap_or(false) {
        let now = view::instant(till.engine.clock().now().wall);
        note(format_args!(
            "this computer's clock says {now}, which is before the last sale in the books: set it. \
             Sales are kept in their order all the same, but dates on receipts are wrong"
        ));
    }
}

/// Serves until it is asked to end, or nothing can be sold any more.
async fn serve_until(
    app: &Arc<App>,
    listen: SocketAddr,
    asked_to_end: impl Future<Output = ()>,
) -> Result<(), Failure> {
    let server = Server::listen(app.clone(), listen).await?;
    say(format_args!("listening on {}", server.address()))?;
    say(format_args!("open {}", server.open_url()))?;
    let mut broken = None;
    let until = async {
        tokio::select! {
            () = asked_to_end => {}
            found = app.broken() => broken = Some(found),
        }
    };
    server.serve(until).await?;
    broken.map_or(Ok(()), |broken| Err(broken.into()))
}

/// Ctrl-C, or the polite signal of whoever supervises the process. It is listened for from the call on, not only once
/// the future is waited for: whoever reads where the till listens may ask it to end at once. Without signals it runs
/// until it is killed, which loses nothing.
#[cfg(unix)]
pub(super) fn asked_to_end() -> impl Future<Output = ()> {
    use signal::unix::{Signal, SignalKind, signal};
    async fn received(signal: std::io::Result<Signal>) {
        match signal {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    }
    let (interrupted, terminated) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
    async move {
        tokio::select! {
            () = received(interrupted) => {}
            () = received(terminated) => {}
        }
    }
}

/// Ctrl-C. Without it the till runs until it is killed, which loses nothing.
#[cfg(not(unix))]
pub(super) async fn asked_to_end() {
    if signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}

/// Opens the window, or brings the one that is open to the front.
#[cfg(feature = "desktop")]
pub(super) fn window(place: &Place, runtime: &Runtime) -> Result<Answer, Failure> {
    let error = match runtime.block_on(App::open(place.options())) {
        Ok(app) => {
            place.log();
            runtime.block_on(note_wrong_clock(&app));
            crate::window::run(&app, runtime)?;
            return Ok(Answer::Yes);
        }
        Err(error) => error,
    };
    runtime.block_on(async {
        let owner = if is_owned(&error) { Remote::of(place).await } else { None };
        let owner = owner.ok_or(error)?;
        owner.bring_to_front().await?;
        say(format_args!("{}: its window comes to the front, if it has one", owner.introduction()))?;
        Ok(Answer::Yes)
    })
}

/// Names the way that works without a window.
#[cfg(not(feature = "desktop"))]
pub(super) fn window(place: &Place, runtime: &Runtime) -> Result<Answer, Failure> {
    Err(match runtime.block_on(Remote::of(place)) {
        Some(owner) => Failure::NoWindowBut(owner.introduction()),
        None => Failure::NoWindow,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::tests::app_with_a_bookkeeper_that_fails;

    #[tokio::test]
    async fn serve_ends_with_a_refusal_when_the_bookkeeper_fails() {
        let (_folder, app) = app_with_a_bookkeeper_that_fails().await;
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        let served = serve_until(&app, listen, std::future::pending()).await;
        let refused = served.unwrap_err();
        assert!(matches!(refused, Failure::Broken(_)), "{refused:?}");
        assert_eq!(refused.to_string().lines().count(), 1);
    }
}
