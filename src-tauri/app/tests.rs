//! A till that breaks: everybody is told, and the books are closed.

use std::sync::Arc;
use std::time::Duration;

use engine::{Clock, Engine, RailSetup, Setup, SystemClock};
use keys::{Vault, VaultScope};
use money::{Currency, Money};
use payment::rail::{Attempt, Offer, PaymentLink, RailFuture, RailHealth, ReportSink};
use payment::{Rail, RailError, RailId};
use serde_json::json;
use settings::{Mode, Settings};
use store::{Store, StoreOptions};
use tempfile::TempDir;
use tokio::time::timeout;

use super::*;
use crate::till::data_file;

const PATIENCE: Duration = Duration::from_secs(20);
const INVOICE: &str = "inv_019a1b2c3d4e7abc8def0123456789ab";
const PAYMENT: &str = "pay_019a1b2c3d4e7abc8def0123456789ac";

/// A rail with a defect that shows on the bookkeeper's thread, where amounts are compared.
struct Defective;

impl Rail for Defective {
    fn id(&self) -> RailId {
        RailId::BITCOIN
    }
    fn coins(&self) -> Vec<Currency> {
        vec![Currency::BTC]
    }
    fn network(&self, _: Currency) -> String {
        "practice".to_owned()
    }
    fn health(&self, _: Currency) -> RailHealth {
        RailHealth::default()
    }
    fn amount_min(&self, _: Currency) -> Money {
        panic!("the test breaks the bookkeeper")
    }
    fn link(&self, _: &str, _: Money) -> PaymentLink {
        PaymentLink { uri: String::new(), code: String::new() }
    }
    fn offer<'a>(&'a self, _: &'a Attempt) -> RailFuture<'a, Result<Offer, RailError>> {
        Box::pin(std::future::pending())
    }
    fn watch<'a>(&'a self, _: Arc<dyn ReportSink>) -> RailFuture<'a, Result<(), RailError>> {
        Box::pin(std::future::pending())
    }
}

async fn defective_till(folder: &TempDir) -> Arc<Till> {
    let mode = Mode::Practice;
    let now = SystemClock.now().wall;
    let options = StoreOptions { path: data_file(folder.path(), mode), mode, now };
    let store::Opened { store, writer } = Store::open(options).await.unwrap();
    let vault = Vault::in_memory(VaultScope::new(mode.name(), store.database_id()).unwrap());
    let rail =
        RailSetup { id: RailId::BITCOIN, open: Arc::new(|_| Ok(Arc::new(Defective) as Arc<dyn Rail>)) };
    let (settings, clock) = (Settings::defaults(mode), Arc::new(SystemClock));
    let engine = Engine::start(Setup {
        store,
        writer,
        settings,
        rails: vec![rail],
        charging: Vec::new(),
        cards: Vec::new(),
        rates: Vec::new(),
        clock,
    })
    .await
    .unwrap();
    let (practice, ledger) = (crate::till::PracticeSlot::default(), tokio::sync::watch::Sender::default());
    let cards_check = tokio::sync::watch::Sender::default();
    Arc::new(Till { mode, engine, vault, practice, ledger, cards_check })
}

/// A till on which a sale was opened, and whose bookkeeper then met a defect.
pub(crate) async fn app_with_a_bookkeeper_that_fails() -> (TempDir, Arc<App>) {
    let folder = tempfile::tempdir().unwrap();
    let app = App::of(folder.path().to_owned(), defective_till(&folder).await);
    let price = app.call("amount_read", json!({ "text": "4.50" })).await.unwrap();
    let line =
        json!({ "description": "", "quantity": 1, "unit_price": price, "tax_percent": "20", "note": "" });
    app.call("sale_open", json!({ "invoice": INVOICE, "lines": [line], "note": "" })).await.unwrap();
    let start = json!({ "invoice": INVOICE, "payment": PAYMENT, "method": "bitcoin" });
    assert_eq!(app.call("payment_start", start).await.unwrap_err().code, ErrorCode::Unknown);
    (folder, app)
}

#[tokio::test]
async fn a_broken_till_refuses_everything_with_one_line_and_closes_its_books() {
    let (folder, app) = app_with_a_bookkeeper_that_fails().await;
    assert_eq!(timeout(PATIENCE, app.broken()).await.expect("it is told"), Broken::Bookkeeper);
    for name in ["status", "sales_list"] {
        let request = if name == "status" {
            json!({})
        } else {
            json!({ "search": "", "states": [], "after": "", "limit": 1 })
        };
        let refused = app.call(name, request).await.unwrap_err();
        assert_eq!((refused.code, refused.detail.lines().count()), (ErrorCode::Broken, 1), "{refused:?}");
    }
    app.stop().await;
    let opened =
        timeout(PATIENCE, Till::open(folder.path(), Mode::Practice)).await.expect("nobody holds them");
    let sale = opened.unwrap().engine.sale(INVOICE.parse().unwrap()).await.unwrap();
    assert!(sale.payments.is_empty(), "what was confirmed is there, and nothing else");
}

#[tokio::test]
async fn screens_are_told_to_look_when_the_till_breaks() {
    let folder = tempfile::tempdir().unwrap();
    let app = App::of(folder.path().to_owned(), defective_till(&folder).await);
    let mut changes = app.changes();
    app.note_broken(Broken::Bookkeeper);
    let told = async { while changes.recv().await.unwrap().topic != TopicDto::Everything {} };
    timeout(PATIENCE, told).await.expect("they are told");
    app.stop().await;
}

#[tokio::test]
async fn books_that_can_not_be_opened_again_break_the_till() {
    let folder = tempfile::tempdir().unwrap();
    let options = OpenOptions { data_dir: folder.path().to_owned(), mode: Mode::Practice };
    let app = App::open(options).await.unwrap();
    std::fs::write(data_file(folder.path(), Mode::Live), "no books at all ".repeat(300)).unwrap();
    let practice = data_file(folder.path(), Mode::Practice);
    assert_eq!(app.reopen(Mode::Live).await.err().unwrap().code, ErrorCode::Storage);
    assert_eq!(app.is_broken(), None, "practice was opened again");
    let foreign = folder.path().join("foreign.db");
    std::fs::write(&foreign, "no books at all ".repeat(300)).unwrap();
    std::fs::rename(&foreign, &practice).unwrap();
    app.reopen(Mode::Live).await.err().unwrap();
    let broken = app.is_broken().unwrap();
    assert!(broken.to_string().contains("till-practice.db"), "{broken}");
    assert_eq!(app.till().await.err().unwrap().code, ErrorCode::Broken);
}

#[tokio::test]
async fn a_key_that_does_not_fit_the_mode_is_refused_on_the_screen_and_never_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let options = OpenOptions { data_dir: folder.path().to_owned(), mode: Mode::Sandbox };
    let app = App::open(options).await.unwrap();
    for secret in ["sk_live_canary12345", "rk_live_canary12345", "pk_test_canary12345", "canary"] {
        let request = json!({ "name": "key", "secret": secret });
        let refused = app.call_as(Asker::Window, "stripe_secret_set", request.clone()).await.unwrap_err();
        assert_eq!((refused.code, refused.detail.lines().count()), (ErrorCode::BadRequest, 1), "{refused:?}");
        assert!(!refused.detail.contains("canary"), "{refused:?}");
        let browser = app.call_as(Asker::Browser, "stripe_secret_set", request).await.unwrap_err();
        assert_eq!(browser.code, ErrorCode::Forbidden);
    }
    app.stop().await;
}
