//! Books that take what events tell.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use payment::card::{CardRail, CardReport, CardSink};
use payment::rail::{NotCommitted, RailFuture};
use payment::{RailError, RailId};
use rail_stripe::StripeRail;
use tokio::sync::Notify;

/// Keeps what is reported.
#[derive(Default)]
struct Books {
    reports: Mutex<Vec<CardReport>>,
    /// Rung by a report that moves the place.
    moved: Notify,
}

impl CardSink for Books {
    fn report<'a>(&'a self, _: RailId, report: CardReport) -> RailFuture<'a, Result<(), NotCommitted>> {
        Box::pin(async move {
            let moves = report.cursor.is_some();
            self.reports.lock().unwrap().push(report);
            if moves {
                self.moved.notify_one();
            }
            Ok(())
        })
    }
}

/// What is reported until the place moves.
pub(crate) async fn reports(rail: &StripeRail) -> Vec<CardReport> {
    let books = Arc::new(Books::default());
    let told = async {
        tokio::select! {
            ended = rail.watch(books.clone()) => panic!("{ended:?}"),
            () = books.moved.notified() => {}
        }
    };
    tokio::time::timeout(Duration::from_secs(60), told).await.unwrap();
    std::mem::take(&mut *books.reports.lock().unwrap())
}

/// What is reported until the watch ends, and why it does.
pub(crate) async fn reports_until_it_fails(rail: &StripeRail) -> (Vec<CardReport>, RailError) {
    let books = Arc::new(Books::default());
    let watch = tokio::time::timeout(Duration::from_secs(60), rail.watch(books.clone()));
    let failed = watch.await.unwrap().unwrap_err();
    (std::mem::take(&mut *books.reports.lock().unwrap()), failed)
}

/// The one report until the place moves.
pub(crate) async fn first_report(rail: &StripeRail) -> CardReport {
    let mut reports = reports(rail).await;
    assert_eq!(reports.len(), 1, "{reports:?}");
    reports.remove(0)
}
